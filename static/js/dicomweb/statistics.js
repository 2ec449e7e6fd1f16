/** What the stored pixels of a region say: the server counts them. */

/** @import { ImageRef, Point } from '../core/types.js' */
/** @import { Summary } from '../annotations/model.js' */

import { ask } from '../core/http.js';

/** @param {ImageRef} image @param {'point' | 'ellipse' | 'polygon'} shape @param {Point[]} points @param {AbortSignal} [signal] @returns {Promise<Summary>} */
export async function findStatistics({ study_uid, series_uid, instance_uid, frame_number }, shape, points, signal) {
  const places = points.map(({ x, y }) => `${x.toFixed(3)},${y.toFixed(3)}`).join(',');
  const path = `/api/studies/${study_uid}/series/${series_uid}/instances/${instance_uid}/frames/${frame_number}/statistics`;
  const response = await ask(`${path}?shape=${shape}&points=${places}`, { signal: signal ?? null });
  return response.json();
}
