/** Stores dropped files in requests of several, and says what became of each. */

/** @import { StoredFile } from '../dicomweb/store.js' */
/** @import { Storing, WorklistStore } from './worklist.js' */

import { nameOf, recognise, storeTogether } from '../dicomweb/store.js';
import { listFiles } from './listing.js';

const MOST_FILES = 32;
const MOST_BYTES = 32 * 2 ** 20;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function storeOnDrop(store, signal) {
  let running = new AbortController();
  /** @type {(File | FileSystemEntry)[]} */
  let dropped = [];
  store.listen((action) => {
    if (action.type === 'storing/set' && action.storing === null) running.abort();
    if (action.type !== 'files/store' || action.files.length === 0) return;
    // what is dropped while others are under way is sent after them
    if (store.get().storing?.ended === false) return dropped.push(...action.files);
    running = new AbortController();
    dropped = [...action.files];
    run(store, dropped, running.signal);
  }, { signal });
}

/** @param {WorklistStore} store @param {(File | FileSystemEntry)[]} dropped  there may come more @param {AbortSignal} signal */
async function run(store, dropped, signal) {
  /** @type {StoredFile[]} */
  let done = [];
  /** @type {File[]} */
  let files = [];
  let [at, bytes, sent, unread] = [0, 0, 0, 0];
  const tell = (/** @type {Partial<Storing>} */ now = {}) => {
    const so_far = { listing: null, files: files.length + unread, bytes, sent, done, ended: false };
    if (!signal.aborted) store.dispatch({ type: 'storing/set', storing: { ...so_far, ...now } });
  };
  while (!signal.aborted && (dropped.length > 0 || at < files.length)) {
    if (dropped.length > 0) {
      tell({ listing: 0 });
      const found = await listFiles(dropped.splice(0), signal, (listing) => tell({ listing }));
      files = files.concat(found.files);
      done = done.concat(found.unread);
      unread += found.unread.length;
      bytes += sizeOf(found.files);
    } else {
      const [batch = []] = batches(files.slice(at));
      const before = sent;
      const all = sizeOf(batch);
      done = done.concat(await storeBatch(batch, signal, (gone) => {
        sent = before + Math.min(gone, all);
        tell();
      }));
      at += batch.length;
      sent = before + all;
    }
    tell();
  }
  tell({ ended: true });
  // what was stored may match what is searched for
  if (!signal.aborted && done.some(({ reason }) => reason === null)) store.dispatch({ type: 'wish/set', wish: {} });
}

/** What is no DICOM file, or cannot be read, is not sent. @param {File[]} batch @param {AbortSignal} signal @param {(bytes: number) => void} tell @returns {Promise<StoredFile[]>} */
async function storeBatch(batch, signal, tell) {
  const read = await Promise.all(batch.map((file) => recognise(file).catch(() => ({ file, uid: undefined }))));
  const sendable = read.flatMap(({ file, uid }) => (typeof uid === 'string' ? { file, uid } : []));
  const others = read.filter(({ uid }) => typeof uid !== 'string').map(({ file, uid }) => (
    uid === null ? { name: nameOf(file), reason: 'This is no DICOM file' } : { name: nameOf(file), reason: 'It cannot be read', again: file }));
  return sendable.length > 0 ? [...others, ...await storeTogether(sendable, signal, tell)] : others;
}

/** In bytes. @param {File[]} files */
function sizeOf(files) {
  return files.reduce((sum, { size }) => sum + size, 0);
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
