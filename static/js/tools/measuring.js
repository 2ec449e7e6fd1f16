/** What can be drawn on an image and measured; the geometry is in `annotations/`, loaded when first used. */

/** @import { Tool } from '../core/types.js' */

/** @param {string} name @param {string} title @param {string} label @param {string} shortcut @param {string} hint @returns {Tool} */
const measuring = (name, title, label, shortcut, hint) => ({ name, title, label, shortcut, hint, layer: 'measuring' });

/** @type {Tool[]} */
export const MEASURING = [
  measuring('length', 'Length', 'Length', 'd', 'drag from end to end'),
  measuring('angle', 'Angle', 'Angle', 'a', 'drag the first leg, then click the end of the second'),
  measuring('bidirectional', 'Longest and shortest diameter', 'Bidir', 'b', 'drag the longest; the shorter one comes with it'),
  measuring('ellipse', 'Ellipse with statistics', 'Ellipse', 'e', 'drag from corner to corner'),
  measuring('polygon', 'Polygon with statistics', 'Polygon', 'y', 'click corner after corner; the first again, or a double click, closes it'),
  measuring('cobb', 'Cobb angle', 'Cobb', 'Shift+a', 'drag along one end plate, then along the other'),
  measuring('arrow', 'Arrow with words', 'Arrow', 'u', 'drag from the words to the place'),
  measuring('calibration', 'Calibrate by a known length', 'Calibrate', 'Alt+k', 'drag along something whose length is known, and say how long it is'),
  measuring('probe', 'Value under the hand', 'Probe', 'q', 'move over the image'),
];
