/** What a leader must tell the room so that it shows what they see. */

/** @import { ImageRef, Presentation, View, ViewEvent } from '../core/types.js' */

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
    if (!samePresentation(reached.viewports[viewport]?.presentation, presentation)) {
      tell({ type: 'presentation/set', viewport, presentation });
    }
  }
  if (reached.active_viewport !== to.active_viewport) tell({ type: 'viewport/activate', viewport: to.active_viewport });
  return events;
}

/** @param {ImageRef | null} a @param {ImageRef | null} b */
export function sameImage(a, b) {
  if (a === b) return true;
  return a?.instance_uid === b?.instance_uid && a?.frame_number === b?.frame_number && a?.series_uid === b?.series_uid;
}

/** @param {Presentation | undefined} a @param {Presentation | undefined} b */
function samePresentation(a, b) {
  if (a === b) return true;
  if (!a || !b) return false;
  return a.zoom === b.zoom && a.pan.x === b.pan.x && a.pan.y === b.pan.y && a.rotation === b.rotation
    && a.flip_horizontal === b.flip_horizontal && a.flip_vertical === b.flip_vertical && a.invert === b.invert
    && a.voi?.center === b.voi?.center && a.voi?.width === b.voi?.width;
}
