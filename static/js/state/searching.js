/** Searches as the person types, the newest wish wins; reads the pages that are looked at, wherever in the list they lie. */

/** @import { Study } from '../core/types.js' */
/** @import { WorklistStore } from './worklist.js' */

import { ApiError, isAbort, titleOf } from '../core/http.js';
import { countStudies, findInstitutions } from '../dicomweb/overview.js';
import { findStudies } from '../dicomweb/queries.js';
import { merged, PAGE, pageOf, queriesFor } from './worklist.js';

const TYPING_MS = 120;
/** So near to the end of what was read, the next page is asked for. */
const NEAR_END = 40;
const MOST_IN_FLIGHT = 2;

/** @typedef {Record<string, string>[]} Queries  that together find what one meaning of the wish finds */

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function searchOnWish(store, signal) {
  let running = new AbortController();
  let timer = 0;
  let first = true;
  let pages = pagesOf(store, [], running.signal);
  store.watch(({ wish }) => wish, () => {
    running.abort();
    running = new AbortController();
    const now = running.signal;
    clearTimeout(timer);
    store.dispatch({ type: 'search/started' });
    timer = window.setTimeout(async () => {
      const queries = await search(store, now);
      if (!now.aborted) pages = pagesOf(store, queries, now);
    }, first ? 0 : TYPING_MS);
    first = false;
  }, { signal });
  store.listen((action) => {
    if (action.type === 'rows/want') pages(action.from, action.to);
  }, { signal });
  findInstitutions(signal).then((institutions) => store.dispatch({ type: 'institutions/set', institutions }), () => {
    // there is nothing to choose among then
  });
}

/** Finds the first page; answers the queries of the meaning that has found something. @param {WorklistStore} store @param {AbortSignal} signal @returns {Promise<Queries>} */
async function search(store, signal) {
  try {
    const { wish, institutions } = store.get();
    const meanings = queriesFor(wish, institutions);
    for (const [number, queries] of meanings.entries()) {
      const found = await read(queries, 0, signal);
      if (found.studies.length === 0 && number < meanings.length - 1) continue;
      store.dispatch({ type: 'search/found', ...found });
      if (found.more && queries.length === 1) count(store, queries, signal);
      return queries;
    }
  } catch (error) {
    const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
    if (!isAbort(error)) store.dispatch({ type: 'search/failed', problem: titleOf(error), refused });
  }
  return [];
}

/** Once it is known how many there are, the list is as long as they are. @param {WorklistStore} store @param {Queries} queries @param {AbortSignal} signal */
async function count(store, [query = {}], signal) {
  const number = await countStudies(query, signal).catch(() => null);
  if (number !== null && !signal.aborted) store.dispatch({ type: 'search/counted', count: number });
}

/**
 * Reads what is wanted of a list, the newest wish first; what was scrolled past before its turn came is not read.
 * @param {WorklistStore} store
 * @param {Queries} queries
 * @param {AbortSignal} signal
 * @returns {(from: number, to: number) => void}
 */
function pagesOf(store, queries, signal) {
  /** @type {Set<number>} */
  const underWay = new Set();
  let wanted = { from: 0, to: 0 };
  let next = 1;
  const readOn = () => {
    while (underWay.size < MOST_IN_FLIGHT && !signal.aborted) {
      const { studies, more } = store.get();
      const at = more ? (wanted.to > studies.length - NEAR_END && underWay.size === 0 ? next * PAGE : -1) : hole(wanted, studies, underWay);
      if (at < 0) return;
      underWay.add(at);
      bring(at, more);
    }
  };
  /** @param {number} at @param {boolean} one  after the other, since nobody knows how many there are */
  const bring = async (at, one) => {
    try {
      const found = await read(queries, at, signal);
      next += one ? 1 : 0;
      store.dispatch({ type: 'search/page', at, ...found });
      underWay.delete(at);
      readOn();
    } catch (error) {
      underWay.delete(at);
      if (!isAbort(error)) store.dispatch({ type: 'search/stalled', problem: titleOf(error) });
    }
  };
  return (from, to) => {
    wanted = { from, to };
    if (queries.length > 0) readOn();
  };
}

/** The start of the first page that is wanted and neither known nor under way; -1 when there is none. @param {{ from: number, to: number }} wanted @param {(Study | undefined)[]} studies @param {Set<number>} underWay */
function hole({ from, to }, studies, underWay) {
  for (let at = from - (from % PAGE); at < Math.min(to, studies.length); at += PAGE) {
    const known = studies.slice(Math.max(at, from), Math.min(at + PAGE, to));
    if (!underWay.has(at) && Array.from(known).includes(undefined)) return at;
  }
  return -1;
}

/** One page of each query; each is asked for one more than that, to know whether there is more. @param {Queries} queries @param {number} at @param {AbortSignal} signal */
async function read(queries, at, signal) {
  /** @type {Study[][]} */
  const answers = await Promise.all(queries.map((query) => findStudies(pageOf(query, at, PAGE + 1), signal)));
  return { studies: merged(answers.map((found) => found.slice(0, PAGE))), more: answers.some((found) => found.length > PAGE) };
}
