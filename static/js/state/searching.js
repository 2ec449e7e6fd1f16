/** Searches as the person types, the newest wish wins; reads on when the end of the list comes near. */

/** @import { Study } from '../core/types.js' */
/** @import { WorklistStore } from './worklist.js' */

import { ApiError, isAbort, titleOf } from '../core/http.js';
import { findStudies } from '../dicomweb/queries.js';
import { merged, PAGE, queriesFor } from './worklist.js';

const TYPING_MS = 200;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function searchOnWish(store, signal) {
  let running = new AbortController();
  let timer = 0;
  let first = true;
  let pages = 0;
  /** Which of the wish's meanings has found something. */
  let meaning = 0;
  store.watch(({ wish }) => wish, () => {
    running.abort();
    running = new AbortController();
    const now = running.signal;
    clearTimeout(timer);
    store.dispatch({ type: 'search/started' });
    timer = window.setTimeout(async () => {
      [pages, meaning] = [1, await search(store, now)];
    }, first ? 0 : TYPING_MS);
    first = false;
  }, { signal });
  store.listen(async (action) => {
    if (action.type !== 'search/more' || !store.get().reading) return;
    const now = running.signal;
    try {
      const found = await read(queriesFor(store.get().wish, pages)[meaning] ?? [], now);
      pages += 1;
      store.dispatch({ type: 'search/page', ...found });
    } catch (error) {
      if (!isAbort(error)) store.dispatch({ type: 'search/page', studies: [], more: true });
    }
  }, { signal });
}

/** @param {WorklistStore} store @param {AbortSignal} signal */
async function search(store, signal) {
  try {
    const meanings = queriesFor(store.get().wish);
    for (const [number, queries] of meanings.entries()) {
      const found = await read(queries, signal);
      if (found.studies.length === 0 && number < meanings.length - 1) continue;
      store.dispatch({ type: 'search/found', ...found });
      return number;
    }
  } catch (error) {
    const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
    if (!isAbort(error)) store.dispatch({ type: 'search/failed', problem: titleOf(error), refused });
  }
  return 0;
}

/** One page of each query; each is asked for one more than that, to know whether there is more. @param {Record<string, string>[]} queries @param {AbortSignal} signal */
async function read(queries, signal) {
  /** @type {Study[][]} */
  const answers = await Promise.all(queries.map((query) => findStudies(query, signal)));
  return { studies: merged(answers.map((found) => found.slice(0, PAGE))), more: answers.some((found) => found.length > PAGE) };
}
