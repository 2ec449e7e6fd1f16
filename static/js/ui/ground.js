/** What marks lie on: the image in a viewport, or a plane through a volume. */

/** @import { Frame } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { Mark } from '../annotations/model.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { isSameImage } from '../state/authoring-commands.js';
import { frameOf } from '../state/select.js';

/**
 * @typedef {Pick<Mark, 'image' | 'plane'>} Where
 *
 * @typedef {object} Ground
 * @property {() => Frame | null} frame  what the canvas shows
 * @property {() => Where | null} here  where a new mark would lie
 * @property {(where: Where) => Placement | null} placement  from a mark's points to the screen; null: it lies elsewhere
 * @property {() => string} modality
 */

/** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement @returns {Ground} */
export function imageGround(store, viewport, placement) {
  const image = () => store.get().displayed[viewport]?.image ?? null;
  return {
    frame: () => frameOf(store.get(), image()),
    here() {
      const shown = image();
      return shown && { image: shown };
    },
    placement(where) {
      const shown = image();
      return shown && !where.plane && isSameImage(where.image, shown) ? placement() : null;
    },
    modality: () => store.get().series[image()?.series_uid ?? '']?.modality ?? '',
  };
}
