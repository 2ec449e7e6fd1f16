/** Rendered pictures (PS3.18 8.3.5): their addresses, and fetching one into an ImageBitmap. */

/** @import { ImageRef, Picture, PictureRequest, Voi } from '../core/types.js' */
/** @import { Covered } from './authored.js' */

import { ask } from '../core/http.js';
import { pathOf } from './client.js';
import { line } from './line.js';

const WITHOUT_PICTURES = new Set(['SR', 'PR', 'KO', 'SEG', 'RTSTRUCT', 'RTPLAN', 'REG', 'AU', 'ECG', 'DOC', 'PLAN']);

/** Is an image among those that something is about? @param {Covered[]} images @param {ImageRef} image */
export function covers(images, { instance_uid, frame_number }) {
  return images.some((one) => one.instance_uid === instance_uid && (one.frames.length === 0 || one.frames.includes(frame_number)));
}

/** Reports, presentation states and the like have nothing to render. @param {{ modality: string }} series */
export function hasPictures({ modality }) {
  return !WITHOUT_PICTURES.has(modality);
}

/** @param {PictureRequest} request @param {number} [coarse]  JPEG quality of a preview */
export function renderedAddress({ image, voi, as, side, quality }, coarse = line.quality) {
  /** @type {string[]} */
  const query = [];
  if (voi) query.push(`window=${voi.center},${voi.width},linear`);
  if (as) query.push(`presentation=${as}`);
  if (side !== null) query.push(`viewport=${side},${side}`);
  if (quality === 'preview') query.push(`quality=${coarse}`);
  return `${pathOf(image)}/rendered${query.length > 0 ? '?' : ''}${query.join('&')}`;
}

/**
 * `ahead`: nobody waits for it yet, so the server may let others go first (RFC 9218).
 * @param {PictureRequest} request @param {AbortSignal} signal @param {boolean} [ahead]
 * @returns {Promise<Picture>}
 */
export function fetchPicture(request, signal, ahead = false) {
  return fetchRendered(renderedAddress(request), request, signal, ahead);
}

/** @param {string} address @param {PictureRequest} request @param {AbortSignal} signal @param {boolean} ahead @returns {Promise<Picture>} */
export async function fetchRendered(address, request, signal, ahead) {
  const preview = request.quality === 'preview';
  const { quality: coarse } = line;
  /** @type {Record<string, string>} */
  const headers = { Accept: preview ? 'image/jpeg' : 'image/png' };
  if (ahead) headers.Priority = 'u=6';
  const since = performance.now();
  const response = await ask(address, { headers, signal });
  const window = windowFrom(response.headers.get('Lightbox-Window') ?? '') ?? request.voi;
  const blob = await response.blob();
  if (preview && !ahead) line.took(performance.now() - since);
  return { bitmap: await createImageBitmap(blob), window, ...(preview ? { coarse } : {}) };
}

/** `center,width,function` as the server used it. @param {string} header @returns {Voi | null} */
export function windowFrom(header) {
  const [center, width] = header.split(',').map((part) => (part.trim() ? Number(part) : NaN));
  if (center === undefined || width === undefined || !Number.isFinite(center) || !Number.isFinite(width)) return null;
  return { center, width };
}

/** @param {{ study_uid: string, series_uid: string }} series @param {number} side longest, in pixels */
export function thumbnailAddress(series, side) {
  return `${pathOf(series)}/thumbnail?viewport=${side},${side}`;
}
