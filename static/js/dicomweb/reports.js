/** Reports and documents (PS3.18 8.7.4): their words, and where they can be read whole. */

/** @import { Series } from '../core/types.js' */

import { ask, ApiError } from '../core/http.js';
import { text } from './attributes.js';
import { pathOf, search } from './client.js';

/** @typedef {{ study_uid: string, series_uid: string, instance_uid: string }} InstanceRef */

/** The last document of a series. @param {Series} series @param {AbortSignal} signal @returns {Promise<{ ref: InstanceRef, text: string } | null>} */
export async function findReport(series, signal) {
  const found = await search(`${pathOf(series)}/instances`, {}, signal);
  const last = found.at(-1);
  if (!last) return null;
  const ref = { study_uid: series.study_uid, series_uid: series.series_uid, instance_uid: text(last, 'SOPInstanceUID') };
  return { ref, text: await readReport(ref, signal) };
}

/** The words of a document; empty for one that is no text, such as a PDF. @param {InstanceRef} ref @param {AbortSignal} signal */
export async function readReport(ref, signal) {
  try {
    return await (await ask(reportAddress(ref), { headers: { Accept: 'text/plain' }, signal })).text();
  } catch (error) {
    if (error instanceof ApiError && error.status === 406) return '';
    throw error;
  }
}

/** @param {InstanceRef} ref */
export function reportAddress({ study_uid, series_uid, instance_uid }) {
  return `${pathOf({ study_uid, series_uid, instance_uid })}/rendered`;
}
