/** How many viewports stand on this screen: more than a session has words for, so only as long as one looks alone. */

/** @import { Grid, View, ViewEvent } from '../core/types.js' */

import { newPresentation } from '../sessions/room.js';

/** Each grid with its rows and columns. @type {Record<Grid, [number, number]>} */
export const GRIDS = { '1x1': [1, 1], '1x2': [1, 2], '1x3': [1, 3], '2x2': [2, 2], '2x3': [2, 3], '3x3': [3, 3] };

const NAMES = /** @type {Grid[]} */ (Object.keys(GRIDS));

/** The one after, or before, and round again. @param {Grid} grid @param {1 | -1} by @returns {Grid} */
export function nextGrid(grid, by) {
  return NAMES[(NAMES.indexOf(grid) + by + NAMES.length) % NAMES.length] ?? '1x1';
}

/** @param {Grid} grid */
export function viewportsOf(grid) {
  return GRIDS[grid][0] * GRIDS[grid][1];
}

/** One viewport of a grid shows something else. @param {View} view @param {Exclude<ViewEvent, { type: 'layout/set' }>} event @returns {View} */
export function lookInGrid(view, event) {
  const viewports = [...view.viewports];
  while (viewports.length <= event.viewport) viewports.push({ image: null, presentation: newPresentation() });
  const before = /** @type {View['viewports'][0]} */ (viewports[event.viewport]);
  if (event.type === 'viewport/activate') return { ...view, viewports, active_viewport: event.viewport };
  const same = event.type === 'presentation/set' || before.image?.series_uid === event.image.series_uid;
  const after = event.type === 'image/set' ? { image: event.image } : { presentation: event.presentation };
  viewports[event.viewport] = { ...before, ...(same ? {} : { presentation: newPresentation() }), ...after };
  return { ...view, viewports };
}

/** A list with another value in one place, however short it was. @template T @param {(T | null)[]} list @param {number} place @param {T | null} value @returns {(T | null)[]} */
export function placed(list, place, value) {
  return Array.from({ length: Math.max(list.length, place + 1) }, (_, i) => (i === place ? value : list[i] ?? null));
}
