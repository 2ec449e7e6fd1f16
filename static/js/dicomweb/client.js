/** The DICOMweb face of the server: addresses, and search answers as datasets. */

/** @import { Dataset } from './attributes.js' */

import { ask } from '../core/http.js';

const ROOT = '/dicomweb';

/** @param {{ study_uid: string, series_uid?: string, instance_uid?: string, frame_number?: number }} ref */
export function pathOf({ study_uid, series_uid, instance_uid, frame_number }) {
  let path = `${ROOT}/studies/${study_uid}`;
  if (series_uid) path += `/series/${series_uid}`;
  if (instance_uid) path += `/instances/${instance_uid}`;
  if (frame_number) path += `/frames/${frame_number}`;
  return path;
}

/** Answers that were asked for before anybody needed them; null once somebody has needed others. @type {Map<string, Promise<Dataset[]>> | null} */
let ahead = new Map();

/** @typedef {(path: string, query: Record<string, string>, signal?: AbortSignal) => Promise<Dataset[]>} Search  QIDO-RS (PS3.18 10.6), by a path below the DICOMweb root */

/** @type {Search} */
export function search(path, query, signal) {
  const address = `${path}?${new URLSearchParams(query)}`;
  const asked = ahead?.get(address);
  ahead?.delete(address);
  if (!asked) ahead = null;
  return asked ?? answered(address, signal);
}

/** Searches before anybody needs the answer: whoever searches for the same next gets it. Whoever needs it by now asks alone. @type {Search} */
export async function searchAhead(path, query) {
  if (!ahead) throw new DOMException('Too late to ask ahead.', 'AbortError');
  const address = `${path}?${new URLSearchParams(query)}`;
  const asked = answered(address);
  ahead.set(address, asked);
  return asked;
}

/** @param {string} address @param {AbortSignal} [signal] @returns {Promise<Dataset[]>} */
async function answered(address, signal) {
  const response = await ask(address, { headers: { Accept: 'application/dicom+json' }, signal: signal ?? null });
  return response.status === 204 ? [] : response.json();
}

export const STUDIES = `${ROOT}/studies`;
