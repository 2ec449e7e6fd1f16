/** @import { Tool } from '../core/types.js' */

/** @type {Tool} */
export const pointer = {
  name: 'pointer',
  title: 'Point for everybody in the session',
  label: 'Point',
  shortcut: 'p',
  hint: 'move over the image; hold P to point for a moment',
  points: true,
};
