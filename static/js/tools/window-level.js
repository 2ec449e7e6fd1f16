/** @import { Tool } from '../core/types.js' */

const PER_WIDTH = 400;

/** Right: wider. Up: brighter, which is a lower level. @type {Tool} */
export const windowLevel = {
  name: 'window-level',
  title: 'Window and level',
  label: 'W/L',
  shortcut: 'w',
  hint: 'drag right for a wider window, up for a brighter image',
  drag: (start, { pixels, window }) => {
    const width = Math.max(tidy(window.width * Math.exp(pixels.x / (PER_WIDTH / 1.5))), 0.01);
    return { ...start, voi: { center: tidy(window.center + (pixels.y * window.width) / PER_WIDTH), width } };
  },
};

/** Whole numbers where they are fine enough. @param {number} value */
function tidy(value) {
  return Math.abs(value) >= 20 ? Math.round(value) : Math.round(value * 100) / 100 + 0;
}
