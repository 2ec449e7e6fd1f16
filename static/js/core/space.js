/** Places and directions in the patient: millimetres to the left, to the back and to the head (PS3.3 C.7.6.2.1.1). */

/** @import { Frame, ImagePlane, Point, Vector } from './types.js' */

/** @param {Vector} a @param {Vector} b */
export function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** @param {Vector} a @param {Vector} b @returns {Vector} */
export function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** `start` + `by` x `direction`. @param {Vector} start @param {number} by @param {Vector} direction @returns {Vector} */
export function along(start, by, direction) {
  return [start[0] + by * direction[0], start[1] + by * direction[1], start[2] + by * direction[2]];
}

/** @param {Vector} a @param {Vector} b @returns {Vector} */
export function minus(a, b) {
  return along(a, -1, b);
}

/** @param {Vector} vector @returns {Vector} */
export function unit(vector) {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

/** Turned about an axis of length one, right-handed. @param {Vector} vector @param {Vector} axis @param {number} angle in radians @returns {Vector} */
export function turned(vector, axis, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const upright = along([0, 0, 0], cos, vector);
  return unit(along(along(upright, sin, cross(axis, vector)), dot(axis, vector) * (1 - cos), axis));
}

/** @param {ImagePlane} plane @returns {Vector} */
export function normalOf({ row, column }) {
  return cross(row, column);
}

/** Where a pixel lies in the patient; null when the image does not say. @param {Frame} frame @param {Point} point @returns {Vector | null} */
export function toPatient({ plane, spacing }, { x, y }) {
  return plane && spacing && along(along(plane.position, x * spacing.column, plane.row), y * spacing.row, plane.column);
}

/**
 * The pixel nearest to a place in the patient, and how far the place lies off the image, in millimetres.
 * @param {Frame} frame @param {Vector} place @returns {{ x: number, y: number, off: number } | null}
 */
export function toPixel({ plane, spacing }, place) {
  if (!plane || !spacing) return null;
  const from = minus(place, plane.position);
  return { x: dot(from, plane.row) / spacing.column, y: dot(from, plane.column) / spacing.row, off: dot(from, normalOf(plane)) };
}

/** The frame a place in the patient lies in or nearest to; null when it lies outside all of them. @param {Frame[]} frames @param {string} frameOfReference @param {Vector} place @returns {Frame | null} */
export function nearestFrame(frames, frameOfReference, place) {
  /** @type {Frame | null} */
  let best = null;
  let least = Infinity;
  for (const frame of frames) {
    if (frame.plane?.frame_of_reference !== frameOfReference) continue;
    const off = Math.abs(toPixel(frame, place)?.off ?? Infinity);
    if (off < least) [best, least] = [frame, off];
  }
  return best && least <= Math.max(gapOf(frames), best.thickness ?? 0) ? best : null;
}

/** How far the middle two images of a stack lie apart. @param {Frame[]} frames */
export function gapOf(frames) {
  const [one, other] = [frames[frames.length >> 1], frames[(frames.length >> 1) - 1]];
  if (!one?.plane || !other?.plane) return 0;
  return Math.abs(dot(minus(one.plane.position, other.plane.position), normalOf(one.plane)));
}

/** `12.5 L, 30.0 P, 4.2 H`. @param {Vector} place */
export function placeText([x, y, z]) {
  const said = (/** @type {number} */ value, /** @type {string} */ plus, /** @type {string} */ less) => (
    `${Math.abs(value).toFixed(1)} ${value < 0 ? less : plus}`);
  return `${said(x, 'L', 'R')}  ${said(y, 'P', 'A')}  ${said(z, 'H', 'F')}`;
}
