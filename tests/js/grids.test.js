import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { newPresentation, newView } from '../../static/js/sessions/room.js';
import { GRIDS, lookInGrid, nextGrid, placed, viewportsOf } from '../../static/js/state/grids.js';
import { hang, RULES } from '../../static/js/state/hanging.js';
import { shownViewports } from '../../static/js/state/select.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef } from './wire.js';

const series = (modality, n, body_part = '') => ({ series_uid: `${modality}${n}`, modality, body_part });

test('grids go from one to nine and round again', () => {
  assert.deepEqual(Object.keys(GRIDS).map(viewportsOf), [1, 2, 3, 4, 6, 9]);
  assert.equal(nextGrid('3x3', 1), '1x1');
  assert.equal(nextGrid('1x1', -1), '3x3');
});

test('an image in a later viewport starts afresh, and another of its series keeps the look', () => {
  const wide = { ...newPresentation(), zoom: 2 };
  let view = lookInGrid(newView(), { type: 'image/set', viewport: 5, image: imageRef(1) });
  assert.equal(view.viewports.length, 6);
  view = lookInGrid(view, { type: 'presentation/set', viewport: 5, presentation: wide });
  view = lookInGrid(view, { type: 'image/set', viewport: 5, image: imageRef(2) });
  assert.equal(view.viewports[5].presentation.zoom, 2);
  view = lookInGrid(view, { type: 'image/set', viewport: 5, image: { ...imageRef(2), series_uid: '9.9' } });
  assert.equal(view.viewports[5].presentation.zoom, 1);
});

test('a session has no grid of one’s own', () => {
  const store = createStore(INITIAL, reduce);
  store.dispatch({ type: 'grid/set', grid: '2x2' });
  assert.deepEqual(shownViewports(store.get()), [0, 1, 2, 3]);
  store.dispatch({ type: 'viewport/activate', viewport: 3 });
  store.dispatch({ type: 'session/enter', session_id: 's', connection: 'connecting' });
  assert.deepEqual([store.get().grid, store.get().view.active_viewport], [null, 0]);
  store.dispatch({ type: 'grid/set', grid: '3x3' });
  assert.equal(store.get().grid, null);
  assert.match(store.get().notice, /one image or two/);
});

test('a list grows to hold a later place', () => assert.deepEqual(placed([1], 3, 7), [1, null, null, 7]));

test('plain films hang side by side, MR by three, CT alone', () => {
  assert.deepEqual(hang([series('CR', 1), series('CR', 2)]).grid, '1x2');
  assert.deepEqual(hang([series('CR', 1)]), { grid: '1x1', series: [series('CR', 1)] });
  const mr = hang([1, 2, 3, 4].map((n) => series('MR', n)));
  assert.deepEqual([mr.grid, mr.series.map(({ series_uid }) => series_uid)], ['1x3', ['MR1', 'MR2', 'MR3']]);
  assert.equal(hang([series('CT', 1), series('CT', 2), series('CT', 3)]).grid, '1x1');
  assert.equal(hang([1, 2, 3, 4].map((n) => series('MG', n))).grid, '2x2');
  assert.deepEqual(hang([series('CR', 1), series('SR', 2)]).series.length, 1);
  assert.deepEqual(hang([]).series, []);
});

test('every rule names a grid that has room for its fewest series', () => {
  for (const { grid, fewest } of RULES) assert.ok(viewportsOf(grid) >= fewest, grid);
});
