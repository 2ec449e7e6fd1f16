/** Making a session and finding one (the HTTP half of sessions). */

/** @import { Room } from '../core/types.js' */

import { ask } from '../core/http.js';

/**
 * @param {string[]} studyUids
 * @returns {Promise<{ session_id: string, address: string }>}
 */
export async function createSession(studyUids) {
  const response = await ask('/api/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ StudyInstanceUIDs: studyUids }),
  });
  return response.json();
}

/** @param {string} sessionId @returns {Promise<Room>} */
export async function readSession(sessionId) {
  const response = await ask(`/api/sessions/${encodeURIComponent(sessionId)}`);
  return response.json();
}

/** A short code for the session, and the address that it makes. @param {string} sessionId @returns {Promise<{ code: string, address: string }>} */
export async function readCode(sessionId) {
  const response = await ask(`/api/sessions/${encodeURIComponent(sessionId)}/code`);
  return response.json();
}

/** Where the session's WebSocket is. @param {string} sessionId @param {{ protocol: string, host: string }} here */
export function liveAddress(sessionId, { protocol, host }) {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/sessions/${encodeURIComponent(sessionId)}/live`;
}
