/** Stepping through the stack of a viewport. */

/** @import { Action, ViewerState } from './viewer.js' */

import { imageIn, indexIn, stackOf } from './select.js';

/** @param {ViewerState} state @param {number} viewport @param {(index: number, count: number) => number} move @returns {Action[]} */
export function scrolled(state, viewport, move) {
  const image = imageIn(state, viewport);
  const stack = stackOf(state, image?.series_uid);
  const index = indexIn(stack, image);
  if (!stack || index < 0) return [];
  const last = stack.frames.length - 1;
  const target = stack.frames[Math.min(last, Math.max(0, move(index, stack.frames.length)))];
  return target && target.image !== image ? [{ type: 'image/set', viewport, image: target.image }] : [];
}
