/** @import { Tool } from '../core/types.js' */

/** @type {Tool} */
export const lens = {
  name: 'lens',
  title: 'Magnifying glass',
  label: 'Lens',
  shortcut: 'j',
  hint: 'hold it over the image; two and a half times larger, from the image’s own pixels',
  layer: 'lens',
};
