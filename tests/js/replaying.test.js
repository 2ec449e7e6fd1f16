import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { countUntil, roomsAfter } from '../../static/js/sessions/replaying.js';
import { createStore } from '../../static/js/core/store.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef, roomOf } from './wire.js';

const events = [
  { type: 'person/join', by: 'a', at: 1000, name: 'Ann' },
  { type: 'image/set', by: 'a', at: 2000, viewport: 0, image: imageRef(3) },
  { type: 'image/set', by: 'a', at: 2000, viewport: 0, image: imageRef(4) },
  { type: 'person/leave', by: 'a', at: 9000 },
];

test('a moment has had the events up to it', () => {
  assert.deepEqual([0, 999, 1000, 1999, 2000, 8999, 9e9].map((at) => countUntil(events, at)), [0, 0, 1, 1, 3, 3, 4]);
});

test('what was on the screen is shown again', () => {
  const rooms = roomsAfter(roomOf({ seq: 0 }), events);
  assert.deepEqual(rooms.map(({ seq }) => seq), [0, 1, 2, 3, 4]);
  const store = createStore(INITIAL, reduce);
  store.dispatch({ type: 'replay/show', room: rooms[2] });
  assert.deepEqual(store.get().view.viewports[0].image, imageRef(3));
  store.dispatch({ type: 'replay/show', room: rooms[0] });
  assert.equal(store.get().view.viewports[0].image, null);
});

test('every kind of event has its words', async () => {
  globalThis.HTMLElement ??= class {};
  const { WORDS } = await import('../../static/js/ui/time-line.js');
  const kinds = JSON.parse(readFileSync(new URL('../contracts/room.json', import.meta.url), 'utf8')).cases
    .flatMap(({ events: told }) => told.map(({ type }) => type));
  assert.deepEqual([...new Set(kinds)].filter((kind) => !WORDS[kind]), []);
});
