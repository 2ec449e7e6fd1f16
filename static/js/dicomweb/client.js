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

/**
 * QIDO-RS (PS3.18 10.6). @param {string} path below the DICOMweb root @param {Record<string, string>} query
 * @param {AbortSignal} [signal] @returns {Promise<Dataset[]>}
 */
export async function search(path, query, signal) {
  const address = `${path}?${new URLSearchParams(query)}`;
  const response = await ask(address, { headers: { Accept: 'application/dicom+json' }, signal: signal ?? null });
  return response.status === 204 ? [] : response.json();
}

export const STUDIES = `${ROOT}/studies`;
