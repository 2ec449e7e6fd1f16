/** What a viewport's presentation becomes when somebody turns, flips, zooms or moves the image. */

/** @import { Presentation } from '../core/types.js' */

import { turn } from '../core/geometry.js';

/** Whole image, in the middle. @param {Presentation} start @returns {Presentation} */
export function fit(start) {
  return { ...start, zoom: 1, pan: { x: 0, y: 0 } };
}

/** Turns clockwise about the viewport's middle. @param {Presentation} start @param {90 | 270} angle @returns {Presentation} */
export function rotate(start, angle) {
  const [cos, sin] = turn(angle);
  const { x, y } = start.pan;
  const rotation = /** @type {Presentation['rotation']} */ ((start.rotation + angle) % 360);
  return { ...start, rotation, pan: { x: plain(x * cos - y * sin), y: plain(x * sin + y * cos) } };
}

/** Mirrors what is seen left to right, whichever way the image is turned. @param {Presentation} start @returns {Presentation} */
export function flipHorizontal(start) {
  return { ...mirror(start, start.rotation % 180 !== 0), pan: { x: plain(-start.pan.x), y: start.pan.y } };
}

/** Mirrors what is seen top to bottom. @param {Presentation} start @returns {Presentation} */
export function flipVertical(start) {
  return { ...mirror(start, start.rotation % 180 === 0), pan: { x: start.pan.x, y: plain(-start.pan.y) } };
}

/** A flip comes before the turn: on a lying image the other one is needed. @param {Presentation} start @param {boolean} upsideDown @returns {Presentation} */
function mirror(start, upsideDown) {
  return upsideDown
    ? { ...start, flip_vertical: !start.flip_vertical }
    : { ...start, flip_horizontal: !start.flip_horizontal };
}

/** Never minus zero. @param {number} value */
function plain(value) {
  return value + 0;
}
