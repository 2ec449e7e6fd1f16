/** Searches as the person types: the newest wish wins. */

/** @import { Study } from '../core/types.js' */
/** @import { WorklistStore } from './worklist.js' */

import { isAbort, titleOf } from '../core/http.js';
import { findStudies } from '../dicomweb/queries.js';
import { LIMIT, merged, queriesFor } from './worklist.js';

const TYPING_MS = 200;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function searchOnWish(store, signal) {
  let running = new AbortController();
  let timer = 0;
  let first = true;
  store.watch(({ wish }) => wish, () => {
    running.abort();
    running = new AbortController();
    const now = running.signal;
    clearTimeout(timer);
    store.dispatch({ type: 'search/started' });
    timer = window.setTimeout(() => search(store, now), first ? 0 : TYPING_MS);
    first = false;
  }, { signal });
}

/** @param {WorklistStore} store @param {AbortSignal} signal */
async function search(store, signal) {
  try {
    /** @type {Study[]} */
    let studies = [];
    for (const queries of queriesFor(store.get().wish)) {
      studies = merged(await Promise.all(queries.map((query) => findStudies(query, signal))));
      if (studies.length > 0) break;
    }
    store.dispatch({ type: 'search/found', studies: studies.slice(0, LIMIT), more: studies.length > LIMIT });
  } catch (error) {
    if (!isAbort(error)) store.dispatch({ type: 'search/failed', problem: titleOf(error) });
  }
}
