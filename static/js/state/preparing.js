/** The next case before it is asked for: what will be seen first of it is decided once, and every screen fetches it ahead. */

/** @import { Case, Layout, Series, Size, View, ViewportContent } from '../core/types.js' */
/** @import { PictureCache } from '../viewport/picture-cache.js' */
/** @import { ViewerStore } from './viewer.js' */

import { place } from '../core/geometry.js';
import { fetchPicture, hasPictures } from '../dicomweb/frames.js';
import { LAYOUTS, newPresentation } from '../sessions/room.js';
import { seenBy } from '../viewport/camera.js';
import { sideToAsk } from '../viewport/canvas.js';
import { neighbours } from '../viewport/prefetch.js';
import { counterpart, hang, hangingRules } from './hanging.js';
import { bring, bringStack } from './loading.js';
import { frameOf, nextCase } from './select.js';
import { leads } from './viewer.js';

/** Slices beside the first that are fetched too, in each viewport. */
const AROUND = 6;

/** @param {ViewerStore} store @param {PictureCache} cache @param {() => Size} room  how large all images together are @param {AbortSignal} signal */
export function prepareNext(store, cache, room, signal) {
  /** @type {Set<string>} */
  const asked = new Set();
  store.watch(({ session, loading }) => (loading || session?.connection !== 'live' ? null : nextCase(session.room)), async (next) => {
    if (!next) return;
    try {
      if (next.view) await fetchAhead(store, cache, room(), next, signal);
      else if (leads(store.get().session) && !asked.has(next.case_id)) {
        asked.add(next.case_id);
        const view = await firstView(store, next);
        if (view) store.dispatch({ type: 'case/prepare', case_id: next.case_id, view });
      }
    } catch {
      // what cannot be had ahead is asked for, and refused in words, when it is wanted
    }
  }, { signal });
}

/** What hangs of a case: its first study as the rules have it, beside it what it compares with. @param {ViewerStore} store @param {Case} one @returns {Promise<View | null>} */
async function firstView(store, { study_uids: [first = '', ...others] }) {
  await bringStudies(store, [first, ...others]);
  const rules = await hangingRules().catch(() => []);
  const of = (/** @type {string} */ uid) => Object.values(store.get().series).filter((one) => one.study_uid === uid && hasPictures(one));
  /** @type {{ layout: Layout, series: Series[] }} */
  let { layout, series } = hang(rules, of(first));
  const [only] = series;
  const beside = only && series.length === 1 && others.map((uid) => counterpart(only, of(uid))).find((found) => found !== null);
  if (beside) [layout, series] = ['1x2', [only, beside]];
  const stacks = await Promise.all(series.map(({ series_uid }) => stackReady(store, series_uid)));
  const viewports = stacks.map((frames) => ({ image: frames[0]?.image ?? null, presentation: newPresentation() }));
  if (!viewports.some(({ image }) => image)) return null;
  while (viewports.length < LAYOUTS[layout]) viewports.push({ image: null, presentation: newPresentation() });
  return { layout, active_viewport: 0, viewports, mpr: null };
}

/** @param {ViewerStore} store @param {PictureCache} cache @param {Size} room @param {Case} next @param {AbortSignal} signal */
async function fetchAhead(store, cache, room, { case_id, study_uids, view }, signal) {
  if (!view) return;
  await bringStudies(store, study_uids);
  const { maximised } = store.get();
  const [down = 1, across = 1] = maximised ? [1, 1] : view.layout.split('x').map(Number);
  const size = { width: room.width / across, height: room.height / down };
  const shown = maximised ? view.viewports.slice(view.active_viewport, view.active_viewport + 1) : view.viewports.slice(0, LAYOUTS[view.layout]);
  for (const content of shown) await fetchContent(store, cache, size, content, signal);
  store.dispatch({ type: 'session/ready', case_id });
}

/** @param {ViewerStore} store @param {PictureCache} cache @param {Size} size @param {ViewportContent} content @param {AbortSignal} signal */
async function fetchContent(store, cache, size, { image, presentation }, signal) {
  if (!image) return;
  const frames = await stackReady(store, image.series_uid);
  const frame = frameOf(store.get(), image);
  if (!frame) return;
  const side = sideToAsk(frame, place(frame, size, seenBy(frame, size, presentation)).scale, devicePixelRatio);
  const near = neighbours(frames, frames.indexOf(frame), 0, AROUND);
  const wanted = [{ image, quality: /** @type {const} */ ('exact') }, ...near.map((one) => ({ image: one.image, quality: /** @type {const} */ ('preview') }))];
  for (const one of wanted) {
    const request = { ...one, voi: presentation.voi, side };
    if (!cache.has(request)) cache.put(request, await fetchPicture(request, signal, true));
  }
}

/** @param {ViewerStore} store @param {string[]} studyUids */
async function bringStudies(store, studyUids) {
  const missing = studyUids.filter((uid) => !store.get().opened.includes(uid));
  if (missing.length > 0) await bring(store, missing);
}

/** The frames of a series, once they have come. @param {ViewerStore} store @param {string} seriesUid */
async function stackReady(store, seriesUid) {
  const waiting = new AbortController();
  await bringStack(store, seriesUid);
  await new Promise((resolve) => store.watch(({ stacks }) => stacks[seriesUid]?.status, (status) => {
    if (status === 'ready' || status === 'failed') resolve(status);
  }, waiting));
  waiting.abort();
  return store.get().stacks[seriesUid]?.frames ?? [];
}
