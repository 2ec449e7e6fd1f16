/** Which way the patient lies in an image: letters at its edges, and the order of a stack. */

/** @import { Presentation, Vector } from './types.js' */

import { turn } from './geometry.js';

const OPPOSITE = /** @type {Record<string, string>} */ ({ L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' });
const NOTABLE = Math.sin((15 * Math.PI) / 180);

/** The letters of the direction a vector points to, the strongest first. @param {Vector} vector */
export function directionLetters([x, y, z]) {
  const length = Math.hypot(x, y, z) || 1;
  return [
    { size: Math.abs(x) / length, letter: x > 0 ? 'L' : 'R' },
    { size: Math.abs(y) / length, letter: y > 0 ? 'P' : 'A' },
    { size: Math.abs(z) / length, letter: z > 0 ? 'H' : 'F' },
  ]
    .filter(({ size }) => size > NOTABLE)
    .sort((one, other) => other.size - one.size)
    .map(({ letter }) => letter)
    .join('');
}

/** @param {string} letters */
export function oppositeLetters(letters) {
  return [...letters].map((letter) => OPPOSITE[letter] ?? letter).join('');
}

/**
 * Letters at the right and the lower edge, from the six direction cosines of Image Orientation (Patient).
 * @param {number[]} cosines
 * @returns {[string, string] | null}
 */
export function edgesFromCosines(cosines) {
  const axes = axesOf(cosines);
  return axes && [directionLetters(axes.row), directionLetters(axes.column)];
}

/**
 * The letters at the four sides of the screen, after flips and rotation.
 * @param {[string, string]} edges  at the image's own right and lower edge
 * @param {Pick<Presentation, 'rotation' | 'flip_horizontal' | 'flip_vertical'>} presentation
 */
export function screenLetters([right, lower], presentation) {
  const [cos, sin] = turn(presentation.rotation);
  const flipX = presentation.flip_horizontal ? -1 : 1;
  const flipY = presentation.flip_vertical ? -1 : 1;
  /** @param {number} x @param {number} y a side of the screen, brought back into the image */
  const at = (x, y) => {
    const alongRow = flipX * (cos * x + sin * y);
    const alongColumn = flipY * (cos * y - sin * x);
    const letters = Math.abs(alongRow) > 0.5 ? right : lower;
    return alongRow + alongColumn > 0 ? letters : oppositeLetters(letters);
  };
  return { left: at(-1, 0), right: at(1, 0), top: at(0, -1), bottom: at(0, 1) };
}

/**
 * How far a slice lies along its own normal, in millimetres.
 * @param {number[]} cosines
 * @param {number[]} position
 */
export function alongNormal(cosines, position) {
  const axes = axesOf(cosines);
  if (!axes || position.length < 3) return null;
  return dot(axes.normal, /** @type {Vector} */ (position));
}

/**
 * The order of a stack: by place along the common normal when every image has a place of its own there, running the
 * way the instance numbers run; else by instance number.
 * @template {{ cosines: number[], position: number[], number: number }} T
 * @param {T[]} images
 * @returns {T[]}
 */
export function stackOrder(images) {
  const byNumber = images.toSorted((a, b) => a.number - b.number);
  const normal = axesOf(byNumber[0]?.cosines ?? [])?.normal;
  if (!normal) return byNumber;
  const places = new Map(byNumber.map((image) => [image, placeAlong(normal, image)]));
  const distinct = new Set([...places.values()].map((place) => place.toFixed(3)));
  if (distinct.has('NaN') || distinct.size < images.length) return byNumber;
  const first = places.get(/** @type {T} */ (byNumber[0])) ?? 0;
  const last = places.get(/** @type {T} */ (byNumber.at(-1))) ?? 0;
  const way = last < first ? -1 : 1;
  return byNumber.sort((a, b) => way * ((places.get(a) ?? 0) - (places.get(b) ?? 0)));
}

/** @param {Vector} normal @param {{ cosines: number[], position: number[] }} image */
function placeAlong(normal, { cosines, position }) {
  const axes = axesOf(cosines);
  const parallel = axes && dot(axes.normal, normal) > 0.99;
  return parallel && position.length >= 3 ? dot(normal, /** @type {Vector} */ (position)) : NaN;
}

/** @param {number[]} cosines */
function axesOf(cosines) {
  if (cosines.length < 6 || !cosines.every(Number.isFinite)) return null;
  const [a, b, c, d, e, f] = /** @type {[number, number, number, number, number, number]} */ (cosines);
  /** @type {Vector} */
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  if (Math.hypot(...normal) < 0.5) return null;
  return { row: /** @type {Vector} */ ([a, b, c]), column: /** @type {Vector} */ ([d, e, f]), normal };
}

/** @param {Vector} a @param {Vector} b */
function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
