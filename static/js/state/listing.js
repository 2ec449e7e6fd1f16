/** Which files there are in what was dropped: a folder has others below it, and may keep what is in it to itself. */

/** @import { StoredFile } from '../dicomweb/store.js' */

/** @typedef {{ files: File[], unread: StoredFile[] }} Listed  `unread`: files and folders that nobody may read */

/** Ends early once it is stopped. @param {(File | FileSystemEntry)[]} dropped @param {AbortSignal} signal @param {(found: number) => void} tell @returns {Promise<Listed>} */
export async function listFiles(dropped, signal, tell) {
  /** @type {Listed} */
  const { files, unread } = { files: [], unread: [] };
  /** @param {File | FileSystemEntry} one @returns {Promise<unknown>} */
  const add = async (one) => {
    if (signal.aborted) return;
    if (one instanceof File) return files.push(one);
    try {
      if (!one.isFile) return await eachIn(/** @type {FileSystemDirectoryEntry} */ (one), signal, add);
      files.push(await new Promise((done, fail) => { /** @type {FileSystemFileEntry} */ (one).file(done, fail); }));
    } catch {
      unread.push({ name: one.fullPath.replace(/^\//, ''), reason: one.isFile ? 'It cannot be read' : 'This folder cannot be read' });
    }
    if (!signal.aborted) tell(files.length + unread.length);
  };
  for (const one of dropped) await add(one);
  return { files, unread };
}

/** A folder is read piece by piece until nothing comes. @param {FileSystemDirectoryEntry} folder @param {AbortSignal} signal @param {(one: FileSystemEntry) => Promise<unknown>} act */
async function eachIn(folder, signal, act) {
  const reader = folder.createReader();
  while (!signal.aborted) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (some.length === 0) return;
    for (const one of some) await act(one);
  }
}
