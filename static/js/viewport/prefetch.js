/** Which images to have ready: more in the direction of travel than behind. */

/** @import { Frame } from '../core/types.js' */

const RING_BYTES = 24 * 1024 * 1024;
const MOST = 32;

/**
 * The neighbours of `index`, the most useful first.
 * @param {Frame[]} frames
 * @param {number} index
 * @param {number} direction  -1, 0 or 1: the way the last steps went
 * @param {number} [count]
 */
export function neighbours(frames, index, direction, count = ringSize(frames[index])) {
  const way = direction < 0 ? -1 : 1;
  /** @type {Frame[]} */
  const found = [];
  let ahead = 1;
  let behind = 1;
  while (found.length < count && (frames[index + way * ahead] || frames[index - way * behind])) {
    const lookBack = direction === 0 ? behind < ahead : behind * 3 < ahead;
    const frame = lookBack ? frames[index - way * behind++] : frames[index + way * ahead++];
    if (frame) found.push(frame);
  }
  return found;
}

/** How many pictures of this size a viewport may keep ready. @param {Frame | undefined} frame */
export function ringSize(frame) {
  const bytes = (frame?.columns || 512) * (frame?.rows || 512) * 4;
  return Math.min(MOST, Math.floor(RING_BYTES / bytes));
}
