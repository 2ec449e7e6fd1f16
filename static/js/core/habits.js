/** What the server keeps of a person's habits. */

import { ask } from './http.js';

/** @typedef {{ of: string, tag: string, preferences: Record<string, unknown> }} Habits  `of`: whose, without a name */

/** Null where nobody is signed in. @param {AbortSignal} signal @returns {Promise<Habits | null>} */
export async function readHabits(signal) {
  const answer = await ask('/api/preferences', { signal });
  return answer.status === 204 ? null : { ...await answer.json(), tag: answer.headers.get('ETag') ?? '' };
}

/** Replaces those of a tag; answers the new tag. @param {unknown} preferences @param {string} tag @param {AbortSignal} signal */
export async function writeHabits(preferences, tag, signal) {
  const headers = { 'Content-Type': 'application/json', 'If-Match': tag };
  const answer = await ask('/api/preferences', { method: 'PUT', headers, body: JSON.stringify(preferences), signal });
  return answer.headers.get('ETag') ?? '';
}
