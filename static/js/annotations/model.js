/** Marks on images: what there is, and what was before. All pure. */

/** @import { ImageRef, Point } from '../core/types.js' */
/** @import { MarkPlane } from './planes.js' */

/**
 * @typedef {'length' | 'angle' | 'bidirectional' | 'ellipse' | 'polygon' | 'cobb' | 'arrow' | 'calibration'} Kind
 *
 * @typedef {object} Mark
 * @property {string} id
 * @property {Kind} kind
 * @property {ImageRef} image
 * @property {MarkPlane} [plane]  through a volume of which `image` is one
 * @property {Point[]} points  in image pixels, or millimetres on the plane
 * @property {string} text
 * @property {number} [known]  mm that a calibration is long, as somebody says
 * @property {string} made  when, as ISO 8601
 *
 * @typedef {object} Summary  the server's word on a region, in modality values
 * @property {number} pixels
 * @property {number} padding  left out as no part of the image
 * @property {number} [outside]  samples beyond a volume
 * @property {number | null} mean
 * @property {number | null} deviation
 * @property {number | null} minimum
 * @property {number | null} maximum
 * @property {string} [unit]  of the values, as far as the server knows
 * @property {Summary[]} [channels]  red, green and blue of colours, as they are drawn
 *
 * @typedef {object} Marks
 * @property {Mark[]} list
 * @property {Mark[][]} past  what undo brings back, the last last
 * @property {Mark[][]} future
 * @property {string | null} selected
 * @property {boolean} shown
 */

/** How many points each kind is given by hand; a polygon ends when its maker says so. @type {Record<Kind, number>} */
export const POINTS = { length: 2, angle: 3, bidirectional: 2, ellipse: 2, polygon: Infinity, cobb: 4, arrow: 2, calibration: 2 };

const KEPT = 200;

/** @param {Marks} marks @param {Mark[]} list @param {string | null} [selected] @returns {Marks} */
export function changed(marks, list, selected = marks.selected) {
  return { ...marks, list, past: [...marks.past, marks.list].slice(-KEPT), future: [], selected };
}

/** @param {Marks} marks @param {Mark} mark @returns {Marks} */
export function put(marks, mark) {
  const known = marks.list.some(({ id }) => id === mark.id);
  return changed(marks, known ? marks.list.map((one) => (one.id === mark.id ? mark : one)) : [...marks.list, mark], mark.id);
}

/** @param {Marks} marks @param {string | null} id @returns {Marks} */
export function without(marks, id) {
  return marks.list.some((one) => one.id === id) ? changed(marks, marks.list.filter((one) => one.id !== id), null) : marks;
}

/** @param {Marks} marks @returns {Marks} */
export function undone(marks) {
  const list = marks.past.at(-1);
  return list ? { ...marks, list, past: marks.past.slice(0, -1), future: [...marks.future, marks.list], selected: null } : marks;
}

/** @param {Marks} marks @returns {Marks} */
export function redone(marks) {
  const list = marks.future.at(-1);
  return list ? { ...marks, list, past: [...marks.past, marks.list], future: marks.future.slice(0, -1), selected: null } : marks;
}

/** A hand's points made whole: the shorter diameter lies across the middle of the longer, half as long. @param {Kind} kind @param {Point[]} points @param {number} aspect @returns {Point[]} */
export function completed(kind, points, aspect) {
  const [a, b] = points;
  if (kind !== 'bidirectional' || points.length !== 2 || !a || !b) return points;
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const [dx, dy] = [(-(b.y - a.y) * aspect) / 4, (b.x - a.x) / 4 / aspect];
  return [a, b, { x: middle.x + dx, y: middle.y + dy }, { x: middle.x - dx, y: middle.y - dy }];
}

/** Is there anything to see of it? @param {Pick<Mark, 'kind' | 'points'>} mark */
export function isWorthKeeping({ kind, points }) {
  const [a, b] = points;
  const moved = points.some((point) => a && Math.hypot(point.x - a.x, point.y - a.y) > 0.5);
  return Boolean(moved && b && (kind === 'polygon' ? points.length >= 3 : points.length >= POINTS[kind]));
}

/** The same region, the same answer. @param {Mark} mark */
export function regionKey({ kind, image, plane, points }) {
  const on = plane ? `${image.series_uid} ${JSON.stringify(plane)}` : `${image.instance_uid} ${image.frame_number}`;
  return `${kind} ${on} ${points.map(({ x, y }) => `${x.toFixed(3)},${y.toFixed(3)}`).join(' ')}`;
}
