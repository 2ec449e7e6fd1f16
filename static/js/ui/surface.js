/** An image as a hand meets it, whatever lies below: a stack or a plane through a volume. */

/** @import { Point, Presentation, Voi } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */

import { handIn } from './svg.js';

/**
 * @typedef {object} Hold  what a hand gets hold of as it goes down
 * @property {Presentation} presentation
 * @property {Placement} placement
 * @property {Voi | null} window  null: a colour picture has none to drag
 * @property {number} count  of images
 *
 * @typedef {object} Surface
 * @property {HTMLElement} element  what takes the hand
 * @property {(focus: boolean) => void} activate
 * @property {() => Hold | null} hold
 * @property {(presentation: Presentation) => void} present
 * @property {(move: (index: number, count: number) => number) => void} scroll
 * @property {() => void} alone  this image alone on the screen, and back
 * @property {(by: 1 | -1) => void} [turn]  to the next series, or the one before
 * @property {() => boolean} [pointable]  is there anybody to point for, and does the tool leave the hand free?
 * @property {(event: PointerEvent) => void} [point]  shows others where the hand is
 */

/** Where a hand is, from the middle, in image pixels as shown. @param {HTMLElement} element @param {Placement} placement @param {{ clientX: number, clientY: number }} event @returns {Point} */
export function fromMiddle(element, { scale }, event) {
  const { x, y } = handIn(element, event);
  return { x: (x - element.clientWidth / 2) / scale, y: (y - element.clientHeight / 2) / scale };
}
