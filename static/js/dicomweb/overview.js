/** What a long list needs to know besides its pages: how many studies match, and where they were made. */

import { ask } from '../core/http.js';

/** How many studies a search finds; null when the server does not count them. @param {Record<string, string>} query QIDO-RS keys @param {AbortSignal} [signal] @returns {Promise<number | null>} */
export async function countStudies(query, signal) {
  return (await (await ask(`/api/worklist/count?${new URLSearchParams(query)}`, { signal: signal ?? null })).json()).studies;
}

/** @param {AbortSignal} [signal] @returns {Promise<string[]>} */
export async function findInstitutions(signal) {
  return (await (await ask('/api/worklist/institutions', { signal: signal ?? null })).json()).institutions;
}
