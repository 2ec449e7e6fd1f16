/** Stores dropped files in requests of several, and says what became of each. */

/** @import { Recognised, StoredFile } from '../dicomweb/store.js' */
/** @import { WorklistStore } from './worklist.js' */

import { nameOf, recognise, storeTogether } from '../dicomweb/store.js';

const MOST_FILES = 32;
const MOST_BYTES = 32 * 2 ** 20;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function storeOnDrop(store, signal) {
  let running = new AbortController();
  store.listen((action) => {
    if (action.type === 'storing/set' && action.storing === null) running.abort();
    if (action.type !== 'files/store' || action.files.length === 0) return;
    if (store.get().storing && !store.get().storing?.ended) return;
    running = new AbortController();
    run(store, action.files, running.signal);
  }, { signal });
}

/** @param {WorklistStore} store @param {File[]} files @param {AbortSignal} signal */
async function run(store, files, signal) {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  /** @type {StoredFile[]} */
  const done = [];
  let sent = 0;
  const tell = (ended = false) => {
    if (!signal.aborted) store.dispatch({ type: 'storing/set', storing: { files: files.length, bytes, sent, done: [...done], ended } });
  };
  tell();
  for (const batch of batches(files)) {
    const read = await Promise.all(batch.map((file) => recognise(file).catch(() => ({ file, uid: null }))));
    const sendable = read.filter((/** @type {Recognised} */ { uid }) => uid !== null);
    done.push(...read.filter(({ uid }) => uid === null).map(({ file }) => ({ name: nameOf(file), reason: 'This is no DICOM file' })));
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
