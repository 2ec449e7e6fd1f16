/** Presentation states that were saved before, followed by a viewport: this person's wish, or what a session shows. Loaded when first asked for. */

/** @import { Frame, ImageRef, InstanceRef, Presentation } from './core/types.js' */
/** @import { Look, SavedState } from './dicomweb/authored.js' */
/** @import { Applied, ViewerState, ViewerStore } from './state/viewer.js' */

import { titleOf } from './core/http.js';
import { findStates, openLook } from './dicomweb/authored.js';
import { covers } from './dicomweb/frames.js';
import { newPresentation } from './sessions/room.js';
import { frameOf, imageIn, stackOf } from './state/select.js';
import { followsOthers } from './state/viewer.js';
import { StateLayer } from './ui/state-layer.js';
import { isAsMade, partFor, presentationOf } from './viewport/looks.js';

/** @type {Look} */
const NOTHING = { images: [], windows: [], rotation: 0, flip_horizontal: false, invert: false, greys: false, areas: [], shutter: null, annotations: [], left_out: [] };

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
  store.watch((state) => Object.values(followed(state) ?? {}).join(), () => follow(store, signal), { signal });
}

/** @param {ViewerStore} store @param {SavedState} saved @param {AbortSignal} signal */
async function apply(store, saved, signal) {
  leave(store);
  const look = await openLook(saved);
  const viewport = store.get().view.active_viewport;
  const frame = await shownFrame(store, viewport, look, saved.study_uid, signal);
  if (!frame) return store.dispatch({ type: 'notice/set', text: 'None of the images of this presentation state is here.' });
  const before = presentationIn(store.get(), viewport);
  const made = { ...presentationOf(look, frame, sizeOf(viewport), devicePixelRatio), state: refOf(saved) };
  store.dispatch({ type: 'applied/set', applied: { viewport, state: saved, look, before, made } });
  store.dispatch({ type: 'presentation/set', viewport, presentation: made });
}

/** The state that a viewport follows, whoever has said so: this person, who leads a session, a scene. @param {ViewerState} state @returns {InstanceRef & { viewport: number } | null} */
function followed({ view }) {
  const viewport = view.viewports.findIndex(({ image, presentation }) => image && presentation.state);
  const ref = view.viewports[viewport]?.presentation.state;
  return ref ? { ...ref, viewport } : null;
}

/** What others have applied, or left, is opened here too, or left. @param {ViewerStore} store @param {AbortSignal} signal */
async function follow(store, signal) {
  const now = followed(store.get());
  const { applied } = store.get();
  if (!now) return applied ? store.dispatch({ type: 'applied/set', applied: null }) : undefined;
  if (applied?.viewport === now.viewport && applied.state.instance_uid === now.instance_uid) return;
  const { viewport, ...ref } = now;
  const { state: _, ...before } = presentationIn(store.get(), viewport);
  /** @type {Applied} */
  const found = { viewport, state: { ...ref, label: '', description: '', date: '', time: '' }, look: NOTHING, before, made: before };
  try {
    const [look, states] = await Promise.all([openLook(ref), findStates(ref.study_uid)]);
    await until(store, (state) => frameOf(state, imageIn(state, viewport)) !== null || !isFollowed(state, now), signal);
    const frame = frameOf(store.get(), imageIn(store.get(), viewport));
    const state = states.find(({ instance_uid }) => instance_uid === ref.instance_uid) ?? found.state;
    Object.assign(found, { state, look, made: frame ? presentationOf(look, frame, sizeOf(viewport), devicePixelRatio) : before });
  } catch (error) {
    found.problem = titleOf(error);
  }
  if (isFollowed(store.get(), now)) store.dispatch({ type: 'applied/set', applied: found });
}

/** @param {ViewerState} state @param {InstanceRef & { viewport: number }} ref */
function isFollowed(state, ref) {
  const now = followed(state);
  return now?.viewport === ref.viewport && now.instance_uid === ref.instance_uid;
}

/** @param {SavedState} saved @returns {InstanceRef} */
function refOf({ study_uid, series_uid, instance_uid }) {
  return { study_uid, series_uid, instance_uid };
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
  if (!applied || !image || followsOthers(store.get()) || applied.look.windows.length < 2 || !covers(applied.look.images, image)) return;
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
