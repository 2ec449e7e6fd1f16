/** Making a session and finding one (the HTTP half of sessions). */

/** @import { Room } from '../core/types.js' */
/** @import { Record as SessionRecord } from './replaying.js' */

import { addressOf, ask } from '../core/http.js';

/**
 * @typedef {{ session_id: string, address: string }} Begun
 * @typedef {Begun & { meeting: string, begun_at: number, cases: number, people: string[] }} FoundSession
 */

/** A session to look together at once. @param {string[]} studyUids @returns {Promise<Begun>} */
export async function createSession(studyUids) {
  return post('/api/sessions', { StudyInstanceUIDs: studyUids });
}

/** A session with a name and the first case of its agenda. @param {string} meeting @param {string[]} studyUids @param {string} question @returns {Promise<Begun>} */
export async function createMeeting(meeting, studyUids, question) {
  return post('/api/sessions', { meeting, cases: [{ StudyInstanceUIDs: studyUids, question }] });
}

/** One more case at the end of an agenda. @param {string} sessionId @param {string[]} studyUids @param {string} question @returns {Promise<{ cases: number }>} */
export async function addCase(sessionId, studyUids, question) {
  return post(`/api/sessions/${encodeURIComponent(sessionId)}/cases`, { StudyInstanceUIDs: studyUids, question });
}

/** The sessions that one may join, the newest first. @returns {Promise<FoundSession[]>} */
export async function findSessions() {
  return (await (await ask('/api/sessions')).json()).sessions;
}

/** @param {string} address @param {unknown} body */
async function post(address, body) {
  return (await ask(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
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

/** An address that shows the session without saying whose images it shows. @param {string} sessionId @param {boolean} guest @returns {Promise<{ address: string }>} */
export async function makePass(sessionId, guest) {
  return post(`/api/sessions/${encodeURIComponent(sessionId)}/passes`, { guest });
}

/** No guest's address leads in any more. @param {string} sessionId */
export async function withdrawPasses(sessionId) {
  await ask(`/api/sessions/${encodeURIComponent(sessionId)}/passes`, { method: 'DELETE' });
}

/** Where the record of a session is, as a file. @param {string} sessionId */
export function recordAddress(sessionId) {
  return `/api/sessions/${encodeURIComponent(sessionId)}/journal`;
}

/** Everything that happened in a session. @param {string} sessionId @returns {Promise<SessionRecord>} */
export async function readRecord(sessionId) {
  return (await ask(recordAddress(sessionId))).json();
}

/** The room as it was after an event. @param {string} sessionId @param {number} seq @returns {Promise<Room>} */
export async function readRoomAt(sessionId, seq) {
  return (await ask(`${recordAddress(sessionId)}/room?seq=${seq}`)).json();
}

/** Where the session's WebSocket is. @param {string} sessionId @param {{ protocol: string, host: string }} here */
export function liveAddress(sessionId, { protocol, host }) {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${addressOf(`/api/sessions/${encodeURIComponent(sessionId)}/live`)}`;
}
