/** Pictures of planes through a volume (PS3.18 10.4.1.1.7), asked for by what `viewport/planes.js` writes. */

/** @import { ImageRef, PictureRequest } from '../core/types.js' */

import { pathOf } from './client.js';
import { fetchRendered } from './frames.js';
import { line } from './line.js';

/** Names a picture of a plane as if it were an image, so that it is fed and kept as one. @param {{ study_uid: string, series_uid: string }} series @param {string} query @returns {ImageRef} */
export function planeRef({ study_uid, series_uid }, query) {
  return { study_uid, series_uid, instance_uid: `${series_uid}?${query}`, frame_number: 1 };
}

/** @param {PictureRequest} request */
export function planeAddress({ image: { study_uid, series_uid, instance_uid }, voi, quality }) {
  const window = voi ? `&window=${voi.center},${voi.width},linear` : '';
  const coarse = quality === 'preview' ? `&quality=${line.quality}` : '';
  return `${pathOf({ study_uid, series_uid })}/renderedMPR${instance_uid.slice(instance_uid.indexOf('?'))}${window}${coarse}`;
}

/** @param {PictureRequest} request @param {AbortSignal} signal @param {boolean} [ahead] */
export function fetchPlane(request, signal, ahead = false) {
  return fetchRendered(planeAddress(request), request, signal, ahead);
}
