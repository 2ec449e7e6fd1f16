/** What a leader must tell the room so that it shows what they see. */

/** @import { ImageRef, View, ViewEvent } from '../core/types.js' */

import { LAYOUTS, look } from './room.js';

/**
 * The events that turn the view `from` into `to`: the newest state of each viewport, never the way there.
 * @param {View} from
 * @param {View} to
 * @returns {ViewEvent[]}
 */
export function differences(from, to) {
  /** @type {ViewEvent[]} */
  const events = [];
  let reached = from;
  /** @param {ViewEvent} event */
  const tell = (event) => {
    events.push(event);
    reached = { ...reached, ...look(reached, event) };
  };
  if (from.layout !== to.layout) tell({ type: 'layout/set', layout: to.layout });
  for (let viewport = 0; viewport < LAYOUTS[to.layout]; viewport += 1) {
    const wanted = to.viewports[viewport];
    if (!wanted?.image) continue;
    const { image, presentation } = wanted;
    if (!sameImage(reached.viewports[viewport]?.image ?? null, image)) tell({ type: 'image/set', viewport, image });
    if (!alike(reached.viewports[viewport]?.presentation, presentation)) {
      tell({ type: 'presentation/set', viewport, presentation });
    }
  }
  if (!alike(reached.mpr ?? null, to.mpr ?? null)) tell({ type: 'mpr/show', mpr: to.mpr ?? null });
  if (reached.active_viewport !== to.active_viewport) tell({ type: 'viewport/activate', viewport: to.active_viewport });
  return events;
}

/** @param {ImageRef | null} a @param {ImageRef | null} b */
export function sameImage(a, b) {
  if (a === b) return true;
  return a?.instance_uid === b?.instance_uid && a?.frame_number === b?.frame_number && a?.series_uid === b?.series_uid;
}

/** Equal as JSON, whatever the order of the keys. @param {unknown} a @param {unknown} b @returns {boolean} */
function alike(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && alike(value, right.get(key)));
}
