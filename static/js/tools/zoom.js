/** @import { Tool } from '../core/types.js' */

import { zoomAbout } from '../core/geometry.js';

const PIXELS_FOR_TWICE = 150;

/** Up: larger, about the place where the hand went down. @type {Tool} */
export const zoom = {
  name: 'zoom',
  title: 'Zoom',
  label: 'Zoom',
  shortcut: 'z',
  hint: 'drag up to enlarge; the right button always zooms',
  drag: (start, { pixels, from }) => zoomAbout(start, 2 ** (-pixels.y / PIXELS_FOR_TWICE), from),
};
