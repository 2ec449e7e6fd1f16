/** "Look here": followers are taken to the slice, the others are offered the way. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { lookWhereOthersPoint } from '../../static/js/state/looking-here.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef, person, roomOf } from './wire.js';

const [ME, BOB, LEADER] = ['me', 'bob', 'leader'];
const frames = [1, 2, 3, 4].map((n) => ({
  image: imageRef(n), columns: 64, rows: 64, aspect: 1, thickness: 5, spacing: { column: 1, row: 1, kind: 'patient' },
  plane: { position: [0, 0, 5 * n], row: [1, 0, 0], column: [0, 1, 0], frame_of_reference: '1.9' },
}));
const at = (z) => ({ viewport: 0, image: null, point: null, place: { frame_of_reference_uid: '1.9', point: [10, 10, z] }, at: Date.now() });

function meeting(more = {}) {
  const store = createStore(INITIAL, reduce);
  const life = new AbortController();
  lookWhereOthersPoint(store, life.signal);
  const viewports = [{ image: imageRef(1), presentation: INITIAL.view.viewports[0].presentation }];
  const room = roomOf({ leader: LEADER, people: { [ME]: person('Me'), [BOB]: person('Bob'), [LEADER]: person('Rosa') }, viewports, ...more });
  store.dispatch({ type: 'session/enter', session_id: 's', connection: 'connecting' });
  store.dispatch({ type: 'session/room', me: ME, room, offset: 0 });
  store.dispatch({ type: 'session/connection', connection: 'live', reason: '' });
  store.dispatch({ type: 'stack/set', series_uid: imageRef(1).series_uid, stack: { status: 'ready', frames, problem: '' } });
  return { store, room, end: () => life.abort() };
}

const shown = (store) => store.get().view.viewports[0].image;

test('a follower is taken to the slice, still follows, and is back with the leader’s next page', () => {
  const { store, room, end } = meeting();
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(16) });
  assert.deepEqual(shown(store), imageRef(3));
  assert.deepEqual([store.get().session.taken, store.get().session.following], [BOB, true]);
  const event = { type: 'viewport/activate', viewport: 0, by: LEADER, at: 1 };
  store.dispatch({ type: 'session/event', event, mine: false, room: { ...room, seq: 2 } });
  assert.deepEqual(shown(store), imageRef(1));
  assert.equal(store.get().session.taken, null);
  end();
});

test('whoever looks around alone is offered the way and goes it with one key', () => {
  const { store, end } = meeting();
  store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(2) });
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(20) });
  assert.deepEqual(shown(store), imageRef(2), 'nobody’s screen jumps who looks around alone');
  store.dispatch({ type: 'look/go' });
  assert.deepEqual(shown(store), imageRef(4));
  assert.equal(store.get().session.offered, null);
  end();
});

test('nothing moves where the point can be seen, nor where it cannot be, nor while the images are frozen', () => {
  const { store, end } = meeting();
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(5) });
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(500) });
  assert.deepEqual([shown(store), store.get().session.taken, store.get().session.offered], [imageRef(1), null, null]);
  end();
  const frozen = meeting({ frozen: true });
  frozen.store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(16) });
  assert.deepEqual(shown(frozen.store), imageRef(1));
  assert.equal(frozen.store.get().session.offered.by, BOB);
  frozen.end();
});

test('frozen, whoever was taken elsewhere is back at the leader’s image', () => {
  const { store, room, end } = meeting();
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(16) });
  const event = { type: 'freeze/set', frozen: true, by: LEADER, at: 1 };
  store.dispatch({ type: 'session/event', event, mine: false, room: { ...room, seq: 2, frozen: true } });
  assert.deepEqual([shown(store), store.get().session.taken], [imageRef(1), null]);
  end();
});

test('planes go through the point', () => {
  const { store, end } = meeting();
  store.dispatch({ type: 'mpr/set', mpr: { planes: [], series_uid: imageRef(1).series_uid } });
  store.dispatch({ type: 'cross/set', cross: { frame_of_reference: '1.9', point: [0, 0, 0] } });
  store.dispatch({ type: 'follow/set', following: true });
  store.dispatch({ type: 'mpr/set', mpr: { planes: [], series_uid: imageRef(1).series_uid } });
  store.dispatch({ type: 'cross/set', cross: { frame_of_reference: '1.9', point: [0, 0, 0] } });
  store.dispatch({ type: 'session/pulse', by: BOB, pulse: at(16) });
  store.dispatch({ type: 'look/go' });
  assert.deepEqual(store.get().cross.point, [10, 10, 16]);
  end();
});
