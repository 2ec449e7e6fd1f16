/** @import { Tool } from '../core/types.js' */

import { panBy } from '../core/geometry.js';

/** @type {Tool} */
export const pan = {
  name: 'pan',
  title: 'Move the image',
  label: 'Pan',
  shortcut: 't',
  hint: 'drag; the middle button always moves',
  drag: (start, { by }) => panBy(start, by),
};
