/** Stores dropped files in requests of several, and says what became of each. */

/** @import { StoredFile } from '../dicomweb/store.js' */
/** @import { WorklistStore } from './worklist.js' */

import { nameOf, recognise, storeTogether } from '../dicomweb/store.js';

const MOST_FILES = 32;
const MOST_BYTES = 32 * 2 ** 20;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function storeOnDrop(store, signal) {
  let running = new AbortController();
  /** @type {File[]} */
  let files = [];
  store.listen((action) => {
    if (action.type === 'storing/set' && action.storing === null) running.abort();
    if (action.type !== 'files/store' || action.files.length === 0) return;
    // what is dropped while others are under way is sent after them
    if (store.get().storing?.ended === false) return files.push(...action.files);
    running = new AbortController();
    files = [...action.files];
    run(store, files, running.signal);
  }, { signal });
}

/** @param {WorklistStore} store @param {File[]} files  there may come more @param {AbortSignal} signal */
async function run(store, files, signal) {
  /** @type {StoredFile[]} */
  const done = [];
  let sent = 0;
  const tell = (ended = false) => {
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (!signal.aborted) store.dispatch({ type: 'storing/set', storing: { files: files.length, bytes, sent, done: [...done], ended } });
  };
  tell();
  for (let at = 0; at < files.length;) {
    const [batch = []] = batches(files.slice(at));
    at += batch.length;
    const read = await Promise.all(batch.map((file) => recognise(file).catch(() => null)));
    const sendable = read.filter((one) => one !== null).filter(({ uid }) => uid !== null);
    read.forEach((one, i) => {
      const file = /** @type {File} */ (batch[i]);
      if (!one) done.push({ name: nameOf(file), reason: 'It cannot be read', again: file });
      else if (one.uid === null) done.push({ name: nameOf(file), reason: 'This is no DICOM file' });
    });
    if (sendable.length > 0) done.push(...await storeTogether(sendable, signal));
    sent += batch.reduce((sum, { size }) => sum + size, 0);
    tell();
    if (signal.aborted) return;
  }
  tell(true);
  // what was stored may match what is searched for
  if (done.some(({ reason }) => reason === null)) store.dispatch({ type: 'wish/set', wish: {} });
}

/** @param {File[]} files @returns {File[][]} */
export function batches(files) {
  /** @type {File[][]} */
  const found = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > MOST_BYTES || (found.at(-1)?.length ?? 0) >= MOST_FILES) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(file);
    bytes += file.size;
  }
  return found;
}
