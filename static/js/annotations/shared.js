/** Marks as a session knows them: annotations of their author, on everybody's image. All pure. */

/** @import { Annotation, AnnotationContent, Point } from '../core/types.js' */
/** @import { Kind, Mark } from './model.js' */

import { POINTS } from './model.js';
import { planeFrom } from './planes.js';

/** The same mark is the same annotation. @param {Pick<Mark, 'id'>} mark */
export function annotationId({ id }) {
  return id.replaceAll('-', '').toLowerCase().slice(0, 16);
}

/** @param {Mark} mark @returns {AnnotationContent} */
export function contentOf({ kind, points, text, plane, known }) {
  const [rounded, words] = [points.map(({ x, y }) => [round(x), round(y)]), text.slice(0, 80)];
  return { kind, points: rounded, ...(words ? { text: words } : {}), ...(plane ? { plane } : {}), ...(known ? { known } : {}) };
}

/** An annotation as a mark; null for what this page cannot draw. @param {string} id @param {Annotation} annotation @returns {Mark | null} */
export function markOf(id, { image, content: { kind, points, text, plane: told, known } }) {
  const places = Array.isArray(points) ? points.map(pointIn) : [];
  const drawable = typeof kind === 'string' && Object.hasOwn(POINTS, kind) && places.length >= 2 && places.every((point) => point !== null);
  const plane = planeFrom(told);
  if (!drawable || (told && !plane)) return null;
  return {
    id, kind: /** @type {Kind} */ (kind), image, points: /** @type {Point[]} */ (places),
    text: typeof text === 'string' ? text : '', made: '', ...(plane && { plane }), ...(kind === 'calibration' && typeof known === 'number' && known > 0 && { known }),
  };
}

/** @param {unknown} pair @returns {Point | null} */
function pointIn(pair) {
  const [x, y] = Array.isArray(pair) ? pair : [];
  return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 1000) / 1000;
}
