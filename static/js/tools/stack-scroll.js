/** @import { Tool } from '../core/types.js' */

/** The whole stack lies within the viewport's height, but no image is thinner than this. */
const FINEST = 3;
const COARSEST = 24;

/** Down: further in the stack. @type {Tool} */
export const stackScroll = {
  name: 'stack-scroll',
  title: 'Scroll through the images',
  label: 'Scroll',
  shortcut: 's',
  hint: 'drag down for the next image; the wheel always scrolls',
  steps: ({ pixels, count, size }) => {
    const perImage = Math.min(COARSEST, Math.max(FINEST, size.height / Math.max(1, count)));
    return Math.trunc(pixels.y / perImage) + 0;
  },
};
