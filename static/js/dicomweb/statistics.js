/** What the stored pixels of a region say: the server counts them. */

/** @import { ImageRef, Point } from '../core/types.js' */
/** @import { Summary } from '../annotations/model.js' */
/** @import { MarkPlane } from '../annotations/planes.js' */

import { ask } from '../core/http.js';

/** @typedef {{ image: ImageRef, plane?: MarkPlane | undefined, points: Point[] }} Placed */

/** @param {Placed} where @param {'point' | 'ellipse' | 'polygon'} shape @param {AbortSignal} [signal] @returns {Promise<Summary>} */
export async function findStatistics({ image, plane, points }, shape, signal) {
  const { study_uid, series_uid, instance_uid, frame_number } = image;
  const series = `/api/studies/${study_uid}/series/${series_uid}`;
  const path = plane ? series : `${series}/instances/${instance_uid}/frames/${frame_number}`;
  const response = await ask(`${path}/statistics?shape=${shape}&points=${numbers(points.flatMap(({ x, y }) => [x, y]), 3)}${plane ? queryOf(plane) : ''}`, { signal: signal ?? null });
  return response.json();
}

/** @param {MarkPlane} plane */
function queryOf({ origin, right, down, slab, method }) {
  return `&origin=${numbers(origin, 6)}&right=${numbers(right, 9)}&down=${numbers(down, 9)}&slab=${slab}&method=${method}`;
}

/** @param {number[]} values @param {number} digits */
function numbers(values, digits) {
  return values.map((value) => value.toFixed(digits)).join(',');
}
