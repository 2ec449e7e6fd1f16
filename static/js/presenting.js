/** Presentation states that were saved before, followed by a viewport. Loaded when first asked for. */

/** @import { Frame, ImageRef, Presentation } from './core/types.js' */
/** @import { Look, SavedState } from './dicomweb/authored.js' */
/** @import { ViewerState, ViewerStore } from './state/viewer.js' */

import { titleOf } from './core/http.js';
import { findStates, openLook } from './dicomweb/authored.js';
import { covers } from './dicomweb/frames.js';
import { newPresentation } from './sessions/room.js';
import { frameOf, imageIn, stackOf } from './state/select.js';
import { StateLayer } from './ui/state-layer.js';
import { isAsMade, partFor, presentationOf } from './viewport/looks.js';

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function present(store, signal) {
  customElements.define('state-layer', StateLayer);
  store.listen(async (action) => {
    if (action.type !== 'state/ask') return;
    try {
      if (action.wish === 'list') store.dispatch({ type: 'states/set', states: (await Promise.all(store.get().opened.map(findStates))).flat() });
      if (action.wish === 'apply') await apply(store, action.state, signal);
      if (action.wish === 'leave') leave(store);
    } catch (error) {
      store.dispatch({ type: 'notice/set', text: `Not applied. ${titleOf(error)}` });
    }
  }, { signal });
  // images of one series may have windows of their own
  store.watch((state) => state.applied && imageIn(state, state.applied.viewport), (image) => followImage(store, image), { signal });
}

/** @param {ViewerStore} store @param {SavedState} saved @param {AbortSignal} signal */
async function apply(store, saved, signal) {
  leave(store);
  const look = await openLook(saved);
  const viewport = store.get().view.active_viewport;
  const frame = await shownFrame(store, viewport, look, saved.study_uid, signal);
  if (!frame) return store.dispatch({ type: 'notice/set', text: 'None of the images of this presentation state is here.' });
  const before = presentationIn(store.get(), viewport);
  const made = presentationOf(look, frame, sizeOf(viewport));
  store.dispatch({ type: 'presentation/set', viewport, presentation: made });
  store.dispatch({ type: 'applied/set', applied: { viewport, state: saved, look, before, made } });
}

/** The image of the state that the viewport shows, or shows from now on: the first. @param {ViewerStore} store @param {number} viewport @param {Look} look @param {string} study_uid @param {AbortSignal} signal @returns {Promise<Frame | null>} */
async function shownFrame(store, viewport, look, study_uid, signal) {
  const now = imageIn(store.get(), viewport);
  const [first] = look.images;
  if (now && covers(look.images, now)) return frameOf(store.get(), now);
  if (!first || !store.get().series[first.series_uid]) return null;
  store.dispatch({ type: 'series/open', viewport, series_uid: first.series_uid });
  await until(store, (state) => (stackOf(state, first.series_uid)?.status ?? 'loading') !== 'loading', signal);
  /** @type {ImageRef} */
  const image = { study_uid, series_uid: first.series_uid, instance_uid: first.instance_uid, frame_number: first.frames[0] ?? 1 };
  const frame = frameOf(store.get(), image);
  if (frame) store.dispatch({ type: 'image/set', viewport, image });
  return frame;
}

/** @param {ViewerStore} store */
function leave(store) {
  const { applied, view } = store.get();
  if (!applied) return;
  store.dispatch({ type: 'applied/set', applied: null });
  if (view.viewports[applied.viewport]?.image) store.dispatch({ type: 'presentation/set', viewport: applied.viewport, presentation: applied.before });
}

/** @param {ViewerStore} store @param {ImageRef | null} image */
function followImage(store, image) {
  const { applied } = store.get();
  if (!applied || !image || applied.look.windows.length < 2 || !covers(applied.look.images, image)) return;
  const now = presentationIn(store.get(), applied.viewport);
  const window = partFor(applied.look.windows, image);
  const voi = window ? { center: window.center, width: window.width } : null;
  if (!isAsMade(applied.made, now) || (voi?.center === now.voi?.center && voi?.width === now.voi?.width)) return;
  store.dispatch({ type: 'applied/set', applied: { ...applied, made: { ...applied.made, voi } } });
  store.dispatch({ type: 'presentation/set', viewport: applied.viewport, presentation: { ...now, voi } });
}

/** @param {ViewerState} state @param {number} viewport @returns {Presentation} */
function presentationIn({ view }, viewport) {
  return view.viewports[viewport]?.presentation ?? newPresentation();
}

/** @param {number} viewport */
function sizeOf(viewport) {
  const cell = document.querySelector(`image-viewport[data-viewport="${viewport}"]`);
  return { width: cell?.clientWidth || 512, height: cell?.clientHeight || 512 };
}

/** @param {ViewerStore} store @param {(state: ViewerState) => boolean} is @param {AbortSignal} signal @returns {Promise<void>} */
function until(store, is, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    signal.addEventListener('abort', () => over.abort(), { once: true });
    store.watch(is, (now) => {
      if (!now) return;
      over.abort();
      resolve();
    }, { signal: over.signal });
  });
}
