import assert from 'node:assert/strict';
import test from 'node:test';

import { annotationId, contentOf, markOf } from '../../static/js/annotations/shared.js';
import { createStore } from '../../static/js/core/store.js';
import { changed, put, undone, without } from '../../static/js/annotations/model.js';
import { isShared, othersMarks, shareMarks } from '../../static/js/state/shared-marks.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef, person, roomOf } from './wire.js';

const mark = (id, x = 1) => ({
  id, kind: 'length', image: imageRef(1), points: [{ x, y: 2 }, { x: 30.12345, y: 40 }], text: '', made: '2026-11-22T10:00:00Z',
});
const ONE = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const KEY = '0a1b2c3d4e5f6071';

function opened(room = roomOf({ people: { me: person('Ann'), bob: person('Bob') }, leader: 'me' })) {
  const store = createStore(INITIAL, reduce);
  store.dispatch({ type: 'session/enter', session_id: 's', connection: 'live' });
  store.dispatch({ type: 'session/room', me: 'me', room, offset: 0 });
  const sent = [];
  const { signal } = new AbortController();
  store.listen((action) => { if (action.type.startsWith('annotation/')) sent.push(action); }, { signal });
  shareMarks(store, signal);
  const set = (marks) => store.dispatch({ type: 'marks/set', marks });
  return { store, sent, set, share: () => store.dispatch({ type: 'mark/ask', wish: 'share' }) };
}

test('a mark travels as its kind, its points and its words, and comes back the same', () => {
  const drawn = { ...mark(ONE), text: 'here' };
  const content = contentOf(drawn);
  assert.deepEqual(content, { kind: 'length', points: [[1, 2], [30.123, 40]], text: 'here' });
  const back = markOf(annotationId(drawn), { by: 'bob', image: drawn.image, content });
  assert.deepEqual(back.points, [{ x: 1, y: 2 }, { x: 30.123, y: 40 }]);
  assert.equal(back.id, KEY);
});

test('what cannot be drawn is no mark', () => {
  for (const content of [{}, { kind: 'constructor', points: [[1, 2], [3, 4]] }, { kind: 'length', points: [[1, 2]] }, { kind: 'length', points: [[1, 2], ['x', 4]] }]) {
    assert.equal(markOf(KEY, { by: 'bob', image: imageRef(1), content }), null);
  }
});

test('a measurement is private until it is shared, and private again when taken back', () => {
  const { store, sent, set, share } = opened();
  set(put(store.get().marks, mark(ONE)));
  assert.deepEqual(sent, []);
  share();
  assert.deepEqual(sent.map(({ type, annotation_id }) => [type, annotation_id]), [['annotation/put', KEY]]);
  share();
  assert.equal(sent.at(-1).type, 'annotation/remove');
  set(put(store.get().marks, mark(ONE, 9)));
  assert.equal(sent.length, 2, 'and what is private is not told');
});

test('what is shared follows its author’s hand, and their undo', () => {
  const { store, sent, set, share } = opened();
  set(put(store.get().marks, mark(ONE)));
  share();
  set(put(store.get().marks, mark(ONE, 5)));
  assert.deepEqual(sent.at(-1).content.points[0], [5, 2]);
  set(undone(store.get().marks));
  assert.deepEqual(sent.at(-1).content.points[0], [1, 2]);
  set(without(store.get().marks, ONE));
  assert.equal(sent.at(-1).type, 'annotation/remove');
  set(undone(store.get().marks));
  assert.equal(sent.at(-1).type, 'annotation/put');
  set(changed(store.get().marks, store.get().marks.list, null));
  assert.equal(sent.length, 5, 'choosing another tells nothing');
});

test('others’ marks have their author and colour, and are not one’s own', () => {
  const annotations = { [KEY]: { by: 'bob', image: imageRef(1), content: contentOf(mark(ONE)) } };
  const { store, sent, share } = opened(roomOf({ people: { me: person('Ann'), bob: person('Bob') }, leader: 'me', annotations }));
  const [seen] = othersMarks(store.get());
  assert.deepEqual([seen.author, seen.colour, seen.kind], ['Bob', 1, 'length']);
  assert.equal(isShared(store.get(), mark(ONE)), true);
  share();
  assert.deepEqual(sent, []);
  assert.match(store.get().notice, /of your own/);
});
