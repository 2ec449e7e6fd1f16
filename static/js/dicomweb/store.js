/** Storing files from this computer (STOW-RS, PS3.18 10.5): several in a request, and what became of each. */

import { STUDIES } from './client.js';

const TRIES = 6;

/** @typedef {{ name: string, reason: string | null, again?: File }} StoredFile  `reason`: why it was not kept; null: it is safe. `again`: it may be once it is sent again */
/** @typedef {{ file: File, uid: string | null }} Recognised  `uid`: what it says it is; null: it is no DICOM file */

/** The SOP Instance UID in the file meta information (PS3.10 7.1). @param {File} file @returns {Promise<Recognised>} */
export async function recognise(file) {
  const head = new DataView(await file.slice(0, 2048).arrayBuffer());
  const word = (/** @type {number} */ at, /** @type {number} */ length) => String.fromCharCode(...new Uint8Array(head.buffer, at, length));
  if (head.byteLength < 140 || word(128, 4) !== 'DICM') return { file, uid: null };
  let at = 132;
  while (at + 12 <= head.byteLength && head.getUint16(at, true) === 2) {
    const long = ['OB', 'OW', 'UN', 'SQ', 'UT'].includes(word(at + 4, 2));
    const length = long ? head.getUint32(at + 8, true) : head.getUint16(at + 6, true);
    const start = at + (long ? 12 : 8);
    if (start + length > head.byteLength) break;
    if (head.getUint16(at + 2, true) === 3) return { file, uid: word(start, length).replace(/[\0 ]+$/, '') };
    at = start + length;
  }
  return { file, uid: '' };
}

/**
 * Stores files in one request; a busy server is asked again, from the first byte.
 * @param {Recognised[]} batch @param {AbortSignal} signal @param {(bytes: number) => void} tell  how much of the request has gone @returns {Promise<StoredFile[]>}
 */
export async function storeTogether(batch, signal, tell) {
  const boundary = `lightbox-${crypto.randomUUID()}`;
  const parts = batch.flatMap(({ file }) => [`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, '\r\n']);
  const headers = { 'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`, Accept: 'application/dicom+json' };
  const all = (/** @type {string} */ reason, again = true) => batch.map(({ file }) => ({ name: nameOf(file), reason, ...(again && { again: file }) }));
  for (let attempt = 1; ; attempt += 1) {
    let request;
    try {
      request = await post(new Blob([...parts, `--${boundary}--\r\n`]), headers, signal, tell);
    } catch {
      return all(signal.aborted ? 'Stopped before it was sent' : 'The server does not answer');
    }
    if (request.status === 503 && attempt < TRIES) {
      const seconds = Number(request.getResponseHeader('Retry-After')) || 1;
      await new Promise((done) => {
        signal.addEventListener('abort', done, { once: true });
        setTimeout(done, seconds * 1000);
      });
      continue;
    }
    const { status, response: answer } = request;
    return answer && [200, 202, 409].includes(status) ? told(batch, answer) : all(answer?.title ?? `The server answered ${status}`, status >= 500);
  }
}

/**
 * The request once it is answered; `fetch` would not say how much has gone. Rejects when it was stopped or the line was lost.
 * @param {Blob} body @param {Record<string, string>} headers @param {AbortSignal} signal @param {(bytes: number) => void} tell @returns {Promise<XMLHttpRequest>}
 */
function post(body, headers, signal, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.responseType = 'json';
    request.addEventListener('load', () => resolve(request));
    for (const end of ['error', 'abort']) request.addEventListener(end, reject);
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    for (const moved of ['loadstart', 'progress']) request.upload.addEventListener(moved, (event) => tell(/** @type {ProgressEvent} */ (event).loaded));
    request.open('POST', STUDIES);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', abort);
    request.send(body);
  });
}

/** What the Store Instances Response says of each file (PS3.18 10.5.3). @param {Recognised[]} batch @param {any} answer @returns {StoredFile[]} */
export function told(batch, answer) {
  const items = (/** @type {string} */ tag) => /** @type {any[]} */ (answer[tag]?.Value ?? []);
  const value = (/** @type {any} */ item, /** @type {string} */ tag) => String(item[tag]?.Value?.[0] ?? '');
  const reason = (/** @type {any} */ item) => value(item, '00000902') || `Failure ${Number(value(item, '00081197')).toString(16).toUpperCase()}`;
  const kept = new Set(items('00081199').map((item) => value(item, '00081155')));
  const refused = new Map(items('00081198').map((item) => [value(item, '00081155'), reason(item)]));
  const others = items('0008119A').map(reason);
  return batch.map(({ file, uid }) => {
    const name = nameOf(file);
    if (uid && refused.has(uid)) return { name, reason: refused.get(uid) ?? '' };
    return { name, reason: uid && kept.has(uid) ? null : others.shift() ?? 'The server does not say that it was kept' };
  });
}

/** With the folders it came from. @param {File} file */
export function nameOf(file) {
  return file.webkitRelativePath || file.name;
}
