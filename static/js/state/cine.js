/** A stack that runs by itself: never faster than its pictures come. Loaded when first asked for. */

/** @import { ViewerStore } from './viewer.js' */

import { filmRate } from './reading-commands.js';
import { scrolled } from './scrolling.js';
import { imageIn } from './select.js';

const LOOK_AGAIN_MS = 10;

/**
 * @param {ViewerStore} store
 * @param {{ now(): number, setTimeout(run: () => void, ms: number): unknown, clearTimeout(timer: any): void }} clock
 * @param {AbortSignal} signal
 */
export function runFilms(store, clock, signal) {
  /** @type {unknown} */
  let timer = null;
  let due = 0;
  const step = () => {
    const state = store.get();
    const { cine } = state;
    if (!cine || signal.aborted) return;
    const every = 1000 / filmRate(state, cine.viewport);
    const image = imageIn(state, cine.viewport);
    const shown = state.displayed[cine.viewport];
    const here = shown?.image === image && shown?.quality !== 'loading';
    const wait = due - clock.now();
    if (wait <= 0 && here) {
      // late by more than an image: there is nothing to catch up with
      due = Math.max(due + every, clock.now() - every);
      for (const action of scrolled(state, cine.viewport, (i, count) => (i + 1) % count)) store.dispatch(action);
    }
    timer = clock.setTimeout(step, here ? Math.max(0, due - clock.now()) : LOOK_AGAIN_MS);
  };
  store.watch(({ cine }) => cine?.viewport ?? -1, (viewport) => {
    clock.clearTimeout(timer);
    due = clock.now();
    if (viewport >= 0) step();
  }, { signal });
  store.listen(({ type }) => {
    const gone = type === 'mpr/set' || type === 'series/open' || type === 'layout/set';
    if (gone && store.get().cine) store.dispatch({ type: 'cine/set', cine: null });
  }, { signal });
  signal.addEventListener('abort', () => clock.clearTimeout(timer));
}
