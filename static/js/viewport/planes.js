/** Planes through a volume: where it lies, which pictures to ask for, and how planes are moved and turned. */

/** @import { Frame, Mpr, PlaneView, Presentation, Vector } from '../core/types.js' */

import { along, cross, dot, minus, normalOf, turned, unit } from '../core/space.js';
import { directionLetters } from '../core/orientation.js';

/**
 * @typedef {object} Box  the volume of a series in the patient
 * @property {Vector} middle
 * @property {Vector[]} corners
 * @property {[Vector, number][]} axes  the directions of rows, columns and slices, and the distances along them
 * @property {string} frame_of_reference
 *
 * @typedef {object} PlanePicture  a picture that shows the whole volume cut by a plane
 * @property {Vector} middle  what its middle shows
 * @property {number} pixel  millimetres
 * @property {number} columns
 * @property {number} rows
 * @property {string} query
 */

const MOST_PIXELS = 1024;
const FEWEST_SLICES = 3;
const NAMES = ['Axial', 'Coronal', 'Sagittal'];

/** Looking from the feet, from the front, and from the patient's left. @type {{ right: Vector, down: Vector }[]} */
const STANDARD = [
  { right: [1, 0, 0], down: [0, 1, 0] },
  { right: [1, 0, 0], down: [0, 0, -1] },
  { right: [0, 1, 0], down: [0, 0, -1] },
];

/** The volume that a stack makes, if it looks like one; the server has the last word. @param {Frame[]} frames @returns {Box | null} */
export function boxOf(frames) {
  const [first, last] = [frames[0], frames.at(-1)];
  if (frames.length < FEWEST_SLICES || !first?.plane || !last?.plane || first.spacing?.kind !== 'patient') return null;
  const { row, column, position, frame_of_reference } = first.plane;
  const across = along([0, 0, 0], (first.columns - 1) * first.spacing.column, row);
  const down = along([0, 0, 0], (first.rows - 1) * first.spacing.row, column);
  const through = minus(last.plane.position, position);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => (
    along(along(along(position, n & 1, across), (n >> 1) & 1, down), n >> 2, through)));
  const step = Math.hypot(...through) / (frames.length - 1);
  if (!(step > 0)) return null;
  return {
    middle: along(along(along(position, 0.5, across), 0.5, down), 0.5, through),
    corners, frame_of_reference,
    axes: [[row, first.spacing.column], [column, first.spacing.row], [unit(through), step]],
  };
}

/** @param {() => Presentation} newPresentation @returns {PlaneView[]} */
export function standardPlanes(newPresentation) {
  return STANDARD.map((plane) => ({ ...plane, presentation: newPresentation() }));
}

/** Three planes at right angles of which one is this: in place of the standard one that it is nearest to. @param {Pick<PlaneView, 'right' | 'down'>} plane @param {() => Presentation} newPresentation @returns {{ planes: PlaneView[], number: number }} */
export function planesWith({ right, down }, newPresentation) {
  const forward = cross(right, down);
  const level = STANDARD.map((standard) => Math.abs(dot(forward, cross(standard.right, standard.down))));
  const number = level.indexOf(Math.max(...level));
  const back = along([0, 0, 0], -1, forward);
  const up = along([0, 0, 0], -1, down);
  // what lies to the left, to the back and to the head where the plane is the standard one
  const [x, y, z] = /** @type {Vector[][]} */ ([[right, down, forward], [right, forward, up], [back, right, up]])[number] ?? [];
  if (!x || !y || !z) return { planes: standardPlanes(newPresentation), number: 0 };
  const feet = along([0, 0, 0], -1, z);
  const ways = [{ right: x, down: y }, { right: x, down: feet }, { right: y, down: feet }];
  return { planes: ways.map((way) => ({ ...way, presentation: newPresentation() })), number };
}

/** Away from whoever looks. @param {Pick<PlaneView, 'right' | 'down'>} plane @returns {Vector} */
export function forwardOf({ right, down }) {
  return cross(right, down);
}

/** What a plane is called: after the standard one it is nearest to. @param {PlaneView} plane @param {number} number */
export function planeName(plane, number) {
  const standard = STANDARD[number] ?? STANDARD[0];
  const level = standard && Math.abs(dot(forwardOf(plane), forwardOf(standard)));
  return level && level > 0.9999 ? NAMES[number] ?? '' : `Oblique ${NAMES[number]?.toLowerCase()}`;
}

/** The lowest and the highest place of the volume along a direction. @param {Box} box @param {Vector} direction @returns {[number, number]} */
export function reach({ corners }, direction) {
  const places = corners.map((corner) => dot(corner, direction));
  return [Math.min(...places), Math.max(...places)];
}

/** From one plane to the next that shows something new, in millimetres. @param {Box} box @param {Vector} direction */
export function stepAlong({ axes }, direction) {
  return 1 / Math.max(...axes.map(([axis, distance]) => Math.abs(dot(axis, direction)) / distance));
}

/** The nearest place inside the volume, near enough. @param {Box} box @param {Vector} point @returns {Vector} */
export function inside(box, point) {
  return box.axes.reduce((/** @type {Vector} */ place, [axis]) => {
    const [low, high] = reach(box, axis);
    const at = dot(place, axis);
    return along(place, Math.min(high, Math.max(low, at)) - at, axis);
  }, point);
}

/** Which of how many planes goes through a place. @param {Box} box @param {PlaneView} plane @param {Vector} point @returns {[number, number]} */
export function placeInStack(box, plane, point) {
  const direction = forwardOf(plane);
  const [low, high] = reach(box, direction);
  const step = stepAlong(box, direction);
  return [Math.round((dot(point, direction) - low) / step), Math.floor((high - low) / step + 1e-6) + 1];
}

/** The place after scrolling through the planes parallel to this one. @param {Box} box @param {PlaneView} plane @param {Vector} point @param {(index: number, count: number) => number} move @returns {Vector} */
export function scrolledTo(box, plane, point, move) {
  const direction = forwardOf(plane);
  const [index, count] = placeInStack(box, plane, point);
  const target = Math.min(count - 1, Math.max(0, move(index, count)));
  const at = reach(box, direction)[0] + target * stepAlong(box, direction);
  return target === index ? point : inside(box, along(point, at - dot(point, direction), direction));
}

/** Turns the two other planes about the line of sight of this one; they stay at right angles. @param {PlaneView[]} planes @param {number} number @param {number} angle clockwise as seen, in radians @returns {PlaneView[]} */
export function turnOthers(planes, number, angle) {
  const about = planes[number];
  if (!about) return planes;
  const axis = forwardOf(about);
  return planes.map((plane, i) => (i === number ? plane
    : { ...plane, right: turned(plane.right, axis, angle), down: turned(plane.down, axis, angle) }));
}

/**
 * The picture of the whole volume that the plane through `point` makes, one pixel as fine as the finest voxel.
 * @param {Box} box @param {PlaneView} plane @param {Vector} point @param {Pick<Mpr, 'slab' | 'method'>} how
 * @returns {PlanePicture}
 */
export function pictureOf(box, { right, down }, point, { slab, method }) {
  const forward = cross(right, down);
  const middle = along(box.middle, dot(minus(point, box.middle), forward), forward);
  const [across, tall] = [extent(box, right, middle), extent(box, down, middle)];
  const finest = Math.min(...box.axes.map(([, distance]) => distance));
  const pixel = Math.max(finest, Math.max(across, tall) / (MOST_PIXELS - 1));
  const [columns, rows] = [Math.ceil(across / pixel - 1e-9) + 1, Math.ceil(tall / pixel - 1e-9) + 1];
  const query = [
    `viewpointposition=${numbers(along(middle, -1000, forward))}`, `viewpointlookat=${numbers(middle)}`,
    `viewpointup=${numbers(along([0, 0, 0], -1, down))}`, `spacing=${pixel.toFixed(6)}`, `viewport=${columns},${rows}`,
    ...(slab > 0 ? [`mprslab=${slab}`, `renderingmethod=${method}`] : []),
  ].join('&');
  return { middle, pixel, columns, rows, query };
}

/** @param {Box} box @param {Vector} direction @param {Vector} middle */
function extent({ corners }, direction, middle) {
  return 2 * Math.max(...corners.map((corner) => Math.abs(dot(minus(corner, middle), direction))));
}

/** @param {Vector} vector */
function numbers(vector) {
  return vector.map((value) => (Math.abs(value) < 1e-9 ? '0' : value.toFixed(6).replace(/\.?0+$/, ''))).join(',');
}

/**
 * A picture of a plane as a frame of a stack, so that everything drawn over images can be drawn over it.
 * @param {PlanePicture} picture @param {PlaneView} plane @param {Frame} like  any frame of the series @param {number} slab @returns {Frame}
 */
export function frameOfPlane({ middle, pixel, columns, rows }, { right, down }, like, slab) {
  const position = along(along(middle, (-pixel * (columns - 1)) / 2, right), (-pixel * (rows - 1)) / 2, down);
  const plane = { position, row: right, column: down, frame_of_reference: like.plane?.frame_of_reference ?? '' };
  return {
    ...like, columns, rows, aspect: 1, plane, spacing: { column: pixel, row: pixel, kind: 'patient' },
    edges: [directionLetters(right), directionLetters(down)],
    position: dot(position, normalOf(plane)), thickness: slab || null,
  };
}

/**
 * Where another plane crosses this one: a direction in this picture, of length one; null when they are parallel.
 * @param {{ right: Vector, down: Vector }} plane @param {Vector} normal of the other @returns {{ x: number, y: number } | null}
 */
export function crossing({ right, down }, normal) {
  const line = cross(cross(right, down), normal);
  const length = Math.hypot(...line);
  return length < 1e-3 ? null : { x: dot(line, right) / length, y: dot(line, down) / length };
}
