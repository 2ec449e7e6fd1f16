/** @import { Tool } from '../core/types.js' */

/** @type {Tool} */
export const crossHair = {
  name: 'cross-hair',
  title: 'Cross-hair',
  label: 'Cross',
  shortcut: 'x',
  hint: 'click or drag on a place: every image and plane of the same examination goes there',
  layer: 'crossing',
};
