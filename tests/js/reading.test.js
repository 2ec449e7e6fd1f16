import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { runFilms } from '../../static/js/state/cine.js';
import { commandForKey } from '../../static/js/state/commands.js';
import { linkViewports } from '../../static/js/state/linking.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { FakeClock } from './clock.js';

const AXIAL = { row: [1, 0, 0], column: [0, 1, 0] };
const CORONAL = { row: [1, 0, 0], column: [0, 0, -1] };

/** A stack from `from` mm upwards, an image every `step` mm. */
function stack(series_uid, count, from, step, { frame_of_reference = 'A', way = AXIAL, frame_ms = null } = {}) {
  const frames = Array.from({ length: count }, (_, i) => ({
    image: { study_uid: '1', series_uid, instance_uid: `${series_uid}.${i}`, frame_number: 1 },
    columns: 64, rows: 64, aspect: 1, spacing: { column: 1, row: 1, kind: 'patient' }, frame_ms, windows: [], thickness: step,
    position: from + i * step, plane: { ...way, frame_of_reference, position: way === AXIAL ? [0, 0, from + i * step] : [0, -from - i * step, 0] },
  }));
  return { status: 'ready', problem: '', frames };
}

function sideBySide(left, right) {
  const store = createStore(INITIAL, reduce);
  const { signal } = new AbortController();
  const series = ['L', 'R'].map((series_uid) => ({ study_uid: '1', series_uid, modality: 'CT' }));
  store.dispatch({ type: 'studies/found', studies: [{ study_uid: '1', patient: {} }], series });
  store.dispatch({ type: 'layout/set', layout: '1x2' });
  [left, right].forEach((one, viewport) => {
    store.dispatch({ type: 'stack/set', series_uid: one.frames[0].image.series_uid, stack: one });
    store.dispatch({ type: 'image/set', viewport, image: one.frames[0].image });
  });
  const press = (key) => {
    for (const action of commandForKey(key).act(store.get())) store.dispatch(action);
  };
  const go = (viewport, index) => store.dispatch({ type: 'image/set', viewport, image: [left, right][viewport].frames[index].image });
  const at = (viewport) => {
    const { instance_uid } = store.get().view.viewports[viewport].image;
    return [left, right][viewport].frames.findIndex(({ image }) => image.instance_uid === instance_uid);
  };
  return { store, signal, press, go, at };
}

test('linked by place: slices of another thickness go to the same height, in either direction', () => {
  const { store, signal, press, go, at } = sideBySide(stack('L', 100, 0, 2), stack('R', 70, 0, 3));
  linkViewports(store, signal);
  press('l');
  go(0, 30);
  assert.equal(at(1), 20);
  go(1, 40);
  assert.equal(at(0), 60);
});

test('linked by place: another examination goes by its own height, and what lies across stays', () => {
  const other = sideBySide(stack('L', 100, 0, 2), stack('R', 70, 0, 3, { frame_of_reference: 'B' }));
  linkViewports(other.store, other.signal);
  other.press('l');
  other.go(0, 30);
  assert.equal(other.at(1), 20);
  const across = sideBySide(stack('L', 100, 0, 2), stack('R', 70, 0, 3, { way: CORONAL }));
  linkViewports(across.store, across.signal);
  across.press('l');
  across.go(0, 30);
  assert.equal(across.at(1), 0);
});

test('linked by offset: each goes as many millimetres as the other', () => {
  const { store, signal, press, go, at } = sideBySide(stack('L', 100, 0, 2), stack('R', 70, 0, 3));
  linkViewports(store, signal);
  go(1, 10);
  press('l');
  press('l');
  go(0, 15);
  assert.equal(at(1), 20, '30 mm further');
  press('l');
  go(0, 0);
  assert.equal(at(1), 20, 'no longer linked');
});

test('in step, the other viewport takes over window, zoom and position in millimetres, but not a turn', () => {
  const { store, signal, press } = sideBySide(stack('L', 3, 0, 2), stack('R', 3, 0, 3));
  linkViewports(store, signal);
  press('Shift+l');
  const presentation = { ...newPresentation(), voi: { center: 1, width: 2 }, zoom: 2, pan: { x: 8, y: 4 }, rotation: 90 };
  store.dispatch({ type: 'presentation/set', viewport: 0, presentation });
  assert.deepEqual(store.get().view.viewports[1].presentation, { ...presentation, rotation: 0 });
});

test('a film goes at its own frame time, never ahead of its pictures, and round again', () => {
  const film = stack('L', 4, 0, 1, { frame_ms: 40 });
  const { store, signal, press, at } = sideBySide(film, stack('R', 3, 0, 3));
  const clock = new FakeClock();
  runFilms(store, clock, signal);
  const show = () => store.dispatch({ type: 'picture/shown', viewport: 0, displayed: { image: film.frames[at(0)].image, quality: 'preview', window: null } });
  show();
  press('c');
  assert.equal(at(0), 1);
  clock.pass(400);
  assert.equal(at(0), 1, 'its picture has yet to come');
  const visited = [];
  for (let i = 0; i < 5; i += 1) {
    show();
    clock.pass(40);
    visited.push(at(0));
  }
  assert.deepEqual(visited.slice(-4), [3, 0, 1, 2].map((n) => (n + visited.at(-4) - 3 + 4) % 4), 'one an image, and round');
  press('<');
  assert.equal(store.get().cine.rate, 20);
  press('c');
  const stopped = at(0);
  show();
  clock.pass(400);
  assert.equal(at(0), stopped);
});

test('what was on the screen is remembered as seen, by its place in the stack', () => {
  const left = stack('L', 5, 0, 1);
  const { store } = sideBySide(left, stack('R', 3, 0, 3));
  for (const index of [0, 3, 3]) {
    store.dispatch({ type: 'picture/shown', viewport: 0, displayed: { image: { ...left.frames[index].image }, quality: 'exact', window: null } });
  }
  assert.deepEqual([...store.get().seen.L], [1, 0, 0, 1, 0]);
});
