/** Marks on planes through a volume: their points are millimetres on the plane, right and down from its origin. All pure. */

/** @import { Frame, Point, Projection, Vector } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */

import { along, cross, dot, minus, toPatient, toPixel, unit } from '../core/space.js';

/**
 * @typedef {object} MarkPlane  a plane, or the slab around it
 * @property {Vector} origin  a place on it, mm in the patient
 * @property {Vector} right
 * @property {Vector} down
 * @property {string} frame_of_reference_uid
 * @property {number} slab  how thick in mm is what was projected onto it; 0: the plane itself
 * @property {Projection} method
 */

/** What points of a plane count: millimetres both ways. @type {Pick<Frame, 'spacing' | 'aspect'>} */
export const MILLIMETRES = { spacing: { column: 1, row: 1, kind: 'patient' }, aspect: 1 };

const NAMES = ['Sagittal', 'Coronal', 'Axial'];
const SLABS = { average_ip: 'mean', maximum_ip: 'MIP', minimum_ip: 'MinIP' };
const PARALLEL = 0.99999;
const STRAIGHT = 0.9999;

/** @param {MarkPlane} plane @param {Point} point @returns {Vector} */
export function placeOn({ origin, right, down }, { x, y }) {
  return along(along(origin, x, right), y, down);
}

/** The point of the plane nearest to a place in the patient, and how far the place lies off it. @param {MarkPlane} plane @param {Vector} place */
export function pointOn({ origin, right, down }, place) {
  const from = minus(place, origin);
  return { x: dot(from, right), y: dot(from, down), off: dot(from, cross(right, down)) };
}

/** The plane that a picture shows, to draw on. @param {Frame} frame @param {number} slab @param {Projection} method @returns {MarkPlane | null} */
export function planeOfPicture({ plane }, slab, method) {
  return plane && {
    origin: plane.position, right: plane.row, down: plane.column, frame_of_reference_uid: plane.frame_of_reference, slab, method,
  };
}

/**
 * From a plane's points to the screen, by a picture of the same plane; null when the picture is of another.
 * @param {MarkPlane} plane @param {Frame} frame @param {Placement} placement @param {number} near  how far apart, in mm, counts as the same
 * @returns {Placement | null}
 */
export function placementOn(plane, frame, placement, near) {
  const shown = frame.plane;
  if (!shown || !frame.spacing || shown.frame_of_reference !== plane.frame_of_reference_uid) return null;
  const level = Math.abs(dot(cross(plane.right, plane.down), cross(shown.row, shown.column)));
  if (level < PARALLEL || Math.abs(toPixel(frame, plane.origin)?.off ?? Infinity) > near) return null;
  const toScreen = (/** @type {Point} */ point) => placement.toScreen(toPixel(frame, placeOn(plane, point)) ?? point);
  const toImage = (/** @type {Point} */ point) => {
    const { x, y } = pointOn(plane, toPatient(frame, placement.toImage(point)) ?? plane.origin);
    return { x, y };
  };
  return { ...placement, scale: placement.scale / frame.spacing.column, toScreen, toImage };
}

/** What kind of plane was measured on: `Coronal plane`, `Oblique axial, MIP of 10 mm`. @param {MarkPlane} plane */
export function planeText({ right, down, slab, method }) {
  const normal = unit(cross(right, down)).map(Math.abs);
  const most = Math.max(...normal);
  const name = NAMES[normal.indexOf(most)] ?? '';
  const whole = most > STRAIGHT ? name : `Oblique ${name.toLowerCase()}`;
  return slab > 0 ? `${whole}, ${SLABS[method]} of ${slab} mm` : `${whole} plane`;
}

/** A plane as it came from elsewhere; null when it is none. @param {unknown} told @returns {MarkPlane | null} */
export function planeFrom(told) {
  const { origin, right, down, frame_of_reference_uid, slab, method } = /** @type {Partial<MarkPlane>} */ (told ?? {});
  const whole = [origin, right, down].every((vector) => Array.isArray(vector) && vector.length === 3 && vector.every(Number.isFinite));
  if (!whole || typeof frame_of_reference_uid !== 'string' || !Number.isFinite(slab) || !method || !Object.hasOwn(SLABS, method)) return null;
  return /** @type {MarkPlane} */ ({ origin, right, down, frame_of_reference_uid, slab, method });
}
