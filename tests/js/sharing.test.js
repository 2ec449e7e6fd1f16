import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { Sharing } from '../../static/js/state/sharing.js';
import { INITIAL, leads, reduce } from '../../static/js/state/viewer.js';
import { FakeClock, settled } from './clock.js';
import { FakeWire, imageRef, person, roomOf } from './wire.js';

async function bench({ name = 'Ann', room = roomOf({ people: { me: person('Ann') }, leader: 'me' }), show = null } = {}) {
  const store = createStore({ ...INITIAL, opened: ['1.2'] }, reduce);
  const clock = new FakeClock();
  const wires = [];
  const frames = [];
  const kept = [];
  const addresses = [];
  if (show) store.dispatch({ type: 'image/set', viewport: 0, image: show });
  const sharing = new Sharing(store, {
    clock,
    nextFrame: (run) => frames.push(run),
    openSocket: () => {
      wires.push(new FakeWire());
      return wires.at(-1);
    },
    createSession: async (uids) => ({ session_id: `of ${uids}`, address: '/viewer?session=s' }),
    showAddress: (address) => addresses.push(address),
    participant: { key: 'k'.repeat(22), name },
    keepParticipant: (participant) => kept.push(participant),
  }, new AbortController().signal);
  const b = {
    store, clock, wires, sharing, kept, addresses,
    get wire() { return wires.at(-1); },
    get state() { return store.get(); },
    frame() { for (const run of frames.splice(0)) run(); },
    welcome(given = room) {
      this.wire.open();
      this.wire.say({ type: 'welcome', participant_id: 'me', room: given, at: 5000 });
      this.frame();
    },
    happens(event, id = null) {
      this.wire.say({ type: 'event', seq: this.state.session.room.seq + 1, id, event: { at: 1, ...event } });
      this.frame();
    },
  };
  return b;
}

async function joined(options) {
  const b = await bench(options);
  b.sharing.enter('s');
  await settled();
  b.welcome();
  return b;
}

const following = (more = {}) => roomOf({
  people: { led: person('Lea'), me: person('Ann') }, leader: 'led',
  viewports: [{ image: imageRef(3), presentation: newPresentation() }], ...more,
});

test('a person without a name is asked for it, once', async () => {
  const b = await bench({ name: '' });
  b.sharing.enter('s');
  assert.equal(b.state.session.connection, 'naming');
  b.store.dispatch({ type: 'session/name', name: 'Bea' });
  await settled();
  assert.equal(b.kept[0].name, 'Bea');
  b.welcome();
  assert.equal(b.wire.sent[0].name, 'Bea');
  assert.equal(b.state.session.connection, 'live');
});

test('starting a session makes one around the opened studies and shows its address', async () => {
  const b = await bench({ show: imageRef(7) });
  b.sharing.enter(null);
  await settled();
  assert.deepEqual(b.addresses, ['/viewer?session=s']);
  b.welcome();
  assert.deepEqual(b.wire.events, [{ type: 'image/set', viewport: 0, image: imageRef(7) }]);
});

test('a leader’s twenty steps within a frame are one event, shown at once', async () => {
  const b = await joined({ show: imageRef(1) });
  b.wire.sent.length = 0;
  for (let n = 2; n <= 21; n += 1) b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(n) });
  assert.equal(b.state.view.viewports[0].image.instance_uid, '1.2.1.21');
  b.frame();
  assert.deepEqual(b.wire.events, [{ type: 'image/set', viewport: 0, image: imageRef(21) }]);
});

test('a leader’s own echo does not pull the picture back', async () => {
  const b = await joined({ show: imageRef(1) });
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(2) });
  b.frame();
  const { id } = b.wire.sent.at(-1);
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(3) });
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(2), by: 'me' }, id);
  assert.equal(b.state.view.viewports[0].image.instance_uid, '1.2.1.3');
  assert.equal(b.state.session.room.viewports[0].image.instance_uid, '1.2.1.2');
});

test('what is on its way is not sent again with the next change', async () => {
  const b = await joined({ show: imageRef(1) });
  b.wire.sent.length = 0;
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(2) });
  b.frame();
  b.store.dispatch({ type: 'presentation/set', viewport: 0, presentation: { ...newPresentation(), invert: true } });
  b.frame();
  assert.deepEqual(b.wire.events.map(({ type }) => type), ['image/set', 'presentation/set']);
});

test('one of two changes refused, nothing is sent to undo it', async () => {
  const b = await joined({ show: imageRef(1) });
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(1), by: 'me' }, b.wire.sent.at(-1).id);
  b.wire.sent.length = 0;
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(9, '9.9') });
  b.store.dispatch({ type: 'presentation/set', viewport: 0, presentation: { ...newPresentation(), invert: true } });
  b.frame();
  assert.equal(b.wire.events.length, 2);
  b.wire.say({ type: 'refused', id: b.wire.sent[0].id, code: 'not-allowed', title: 'No.' });
  b.frame();
  assert.equal(b.wire.events.length, 2);
});

test('refused, a leader goes back to the room', async () => {
  const b = await joined({ show: imageRef(1) });
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(1), by: 'me' }, b.wire.sent.at(-1).id);
  b.store.dispatch({ type: 'image/set', viewport: 0, image: { ...imageRef(1), study_uid: '9' } });
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(9, '9.9') });
  b.frame();
  b.wire.say({ type: 'refused', id: b.wire.sent.at(-1).id, code: 'not-allowed', title: 'This session does not share that study.' });
  b.wire.sent.length = 0;
  b.frame();
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(1));
  assert.equal(b.state.notice, 'This session does not share that study.');
  assert.deepEqual(b.wire.events, []);
});

test('a leader who reloads takes what the room shows', async () => {
  const b = await joined({ room: following({ leader: 'me' }) });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(3));
  assert.deepEqual(b.wire.events, []);
});

test('a leader’s steps without a connection are told when it is back', async () => {
  const b = await joined({ show: imageRef(1) });
  b.wire.break(1006);
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(5) });
  b.frame();
  b.clock.pass(300);
  b.welcome();
  assert.deepEqual(b.wire.events, [{ type: 'image/set', viewport: 0, image: imageRef(5) }]);
});

test('a follower sees the room, and every change in it', async () => {
  const b = await joined({ room: following() });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(3));
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(4), by: 'led' });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(4));
  assert.deepEqual(b.wire.events, []);
});

test('a follower who scrolls is on their own, says so, and comes back with F', async () => {
  const b = await joined({ room: following() });
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(8) });
  b.frame();
  assert.deepEqual(b.wire.events, [{ type: 'follow/set', following: false }]);
  b.happens({ type: 'follow/set', following: false, by: 'me' });
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(5), by: 'led' });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(8));
  b.store.dispatch({ type: 'follow/set', following: true });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(5));
  assert.deepEqual(b.wire.events.at(-1), { type: 'follow/set', following: true });
});

test('whoever is on their own stays so through a lost connection', async () => {
  const b = await joined({ room: following() });
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(8) });
  b.wire.break(1006);
  b.clock.pass(300);
  b.welcome();
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(8));
  assert.deepEqual(b.wire.events, [{ type: 'follow/set', following: false }]);
});

test('given the lead, a person starts from what everybody sees', async () => {
  const b = await joined({ room: following() });
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(8) });
  b.happens({ type: 'lead/hand-over', to: 'me', by: 'led' });
  assert.ok(leads(b.state.session));
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(3));
  b.wire.sent.length = 0;
  b.store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(9) });
  b.frame();
  assert.deepEqual(b.wire.events, [{ type: 'image/set', viewport: 0, image: imageRef(9) }]);
});

test('pointers go out thirty times a second at most, and the last place always arrives', async () => {
  const b = await joined({ room: following() });
  for (let x = 0; x <= 50; x += 1) {
    b.store.dispatch({ type: 'pointer/move', viewport: 0, image: imageRef(3), point: [x, 0] });
    b.clock.pass(4);
  }
  b.clock.pass(100);
  const points = b.wire.sent.filter(({ type }) => type === 'pointer').map(({ point }) => point[0]);
  assert.ok(points.length <= 8, `${points.length} in 200 ms`);
  assert.equal(points.at(-1), 50);
});

test('a follower’s pictures stop looking live two seconds after the connection went', async () => {
  const b = await joined({ room: following() });
  b.wire.break(1006);
  b.clock.pass(1999);
  assert.equal(b.state.session.stale, false);
  b.clock.pass(1);
  assert.equal(b.state.session.stale, true);
  b.wires.at(-1).open();
  b.wire.say({ type: 'welcome', participant_id: 'me', room: following(), at: 5000 });
  assert.equal(b.state.session.stale, false);
});

test('two seconds into a silence the pictures stop looking live, until something is heard', async () => {
  const b = await joined({ room: following() });
  b.clock.pass(1999);
  assert.equal(b.state.session.stale, false);
  b.clock.pass(1);
  assert.equal(b.state.session.connection, 'live');
  assert.equal(b.state.session.stale, true);
  b.wire.say({ type: 'beat', seq: b.state.session.room.seq });
  assert.equal(b.state.session.stale, false);
  b.clock.pass(7000);
  assert.equal(b.state.session.connection, 'reconnecting');
  assert.equal(b.state.session.stale, true);
});

test('leaving closes the socket and says where the images are', async () => {
  const b = await joined({ room: following() });
  b.store.dispatch({ type: 'session/leave' });
  assert.ok(b.wire.closed);
  assert.equal(b.state.session, null);
  assert.deepEqual(b.addresses, ['/viewer?StudyInstanceUIDs=1.2']);
});

test('an event that this room refuses is answered with a resync, and the snapshot is taken', async () => {
  const b = await joined({ room: following() });
  b.happens({ type: 'image/set', viewport: 0, image: imageRef(6), by: 'nobody' });
  assert.equal(b.wire.sent.at(-1).type, 'resync');
  b.wire.say({ type: 'snapshot', room: following({ seq: 9, viewports: [{ image: imageRef(6), presentation: newPresentation() }] }), at: 1 });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(6));
});

test('a pointer goes away with the tool, and only once', async () => {
  const b = await joined({ room: following() });
  const points = () => b.wire.sent.filter(({ type }) => type === 'pointer').map(({ point }) => point);
  b.store.dispatch({ type: 'tool/set', tool: 'pointer' });
  b.store.dispatch({ type: 'pointer/move', viewport: 0, image: imageRef(3), point: [1, 2] });
  b.clock.pass(100);
  b.store.dispatch({ type: 'tool/set', tool: 'pan' });
  b.store.dispatch({ type: 'tool/set', tool: 'zoom' });
  b.clock.pass(100);
  assert.deepEqual(points(), [[1, 2], null]);
});

const mprOf = (more = {}) => ({
  study_uid: '1.2', series_uid: '1.2.1', layout: '2x2', active: 0, alone: false, slab: 0, method: 'maximum_ip',
  planes: [[[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 0, -1]], [[0, 1, 0], [0, 0, -1]]].map(([right, down]) => ({ right, down, presentation: newPresentation() })),
  ...more,
});
const at = (...point) => ({ frame_of_reference: '1.9', point });
const place = (...point) => ({ frame_of_reference_uid: '1.9', point });

test('a leader’s planes are told with the place they meet in, and taken away again', async () => {
  const b = await joined({ show: imageRef(7) });
  b.store.dispatch({ type: 'cross/set', cross: at(1, 2, 3) });
  b.store.dispatch({ type: 'mpr/set', mpr: mprOf() });
  b.frame();
  assert.deepEqual(b.wire.events.at(-1), { type: 'mpr/show', mpr: { ...mprOf(), place: place(1, 2, 3) } });
  b.happens({ type: 'mpr/show', by: 'me', mpr: { ...mprOf(), place: place(1, 2, 3) } }, 2);
  const told = b.wire.events.length;
  b.store.dispatch({ type: 'mpr/set', mpr: { ...mprOf() } });
  b.frame();
  assert.equal(b.wire.events.length, told, 'the same planes are not told twice');
  b.store.dispatch({ type: 'mpr/set', mpr: null });
  b.frame();
  assert.deepEqual(b.wire.events.at(-1), { type: 'mpr/show', mpr: null });
});

test('a follower sees the leader’s planes; choosing one is no step of their own, moving them is', async () => {
  const b = await joined({ room: following() });
  b.happens({ type: 'mpr/show', by: 'led', mpr: { ...mprOf({ slab: 10 }), place: place(1, 2, 3) } });
  assert.equal(b.state.mpr.slab, 10);
  assert.deepEqual(b.state.cross, at(1, 2, 3));
  b.store.dispatch({ type: 'mpr/set', mpr: { ...b.state.mpr, active: 2 } });
  assert.equal(b.state.session.following, true);
  b.store.dispatch({ type: 'cross/set', cross: at(1, 2, 9) });
  assert.equal(b.state.session.following, false);
  b.happens({ type: 'mpr/show', by: 'led', mpr: null });
  assert.equal(b.state.mpr.slab, 10, 'on their own they keep what they see');
  b.store.dispatch({ type: 'follow/set', following: true });
  assert.equal(b.state.mpr, null);
});

test('frozen planes stay where they are', async () => {
  const b = await joined({ room: following({ frozen: true, mpr: { ...mprOf(), place: place(1, 2, 3) } }) });
  b.store.dispatch({ type: 'cross/set', cross: at(9, 9, 9) });
  assert.deepEqual(b.state.cross, at(1, 2, 3));
  assert.match(b.state.notice, /frozen/);
});

test('a pointer travels with its place in the patient where the image tells it', async () => {
  const b = await joined({ show: imageRef(7) });
  const plane = { position: [10, 20, 30], row: [1, 0, 0], column: [0, 1, 0], frame_of_reference: '1.9' };
  const frame = { image: imageRef(7), columns: 8, rows: 8, plane, spacing: { column: 2, row: 3, kind: 'patient' } };
  b.store.dispatch({ type: 'stack/set', series_uid: '1.2.1', stack: { status: 'ready', frames: [frame], problem: '' } });
  b.store.dispatch({ type: 'pointer/move', viewport: 0, image: imageRef(7), point: [4, 5], place: null });
  assert.deepEqual(b.wire.sent.at(-1), { type: 'pointer', viewport: 0, image: imageRef(7), point: [4, 5], place: place(18, 35, 30) });
});

test('what another application opens in the leader’s stead is seen by the leader too', async () => {
  const b = await joined({ show: imageRef(7) });
  b.happens({ type: 'image/set', by: 'me', viewport: 0, image: imageRef(7) }, 1);
  const told = b.wire.events.length;
  b.happens({ type: 'image/set', by: 'me', viewport: 0, image: imageRef(3), via: { event_id: 'x' } });
  assert.deepEqual(b.state.view.viewports[0].image, imageRef(3));
  assert.equal(b.wire.events.length, told, 'and is not undone by what they saw before');
});
