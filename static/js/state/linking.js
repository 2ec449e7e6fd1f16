/** Viewports that go along: to the same place in the patient, or as far; and that take over window, zoom and position. */

/** @import { Frame, ImageRef, Presentation } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from './viewer.js' */

import { dot, nearestFrame, normalOf, toPatient } from '../core/space.js';
import { frameOf, imageIn, indexIn, seriesIn, shownViewports, stackOf } from './select.js';

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function linkViewports(store, signal) {
  /** Where each viewport was when it was last moved by hand. @type {Map<number, ImageRef>} */
  const last = new Map();
  const note = () => {
    const state = store.get();
    for (const viewport of shownViewports(state)) {
      const image = imageIn(state, viewport);
      if (image) last.set(viewport, image);
    }
  };
  let busy = false;
  store.watch(({ link }) => link, note, { signal });
  store.listen((action) => {
    if (busy) return;
    busy = true;
    if (action.type === 'image/set' && store.get().link) {
      goAlong(store, action.viewport, last.get(action.viewport) ?? null);
    }
    if (action.type === 'presentation/set' && store.get().alike) lookAlike(store, action.viewport);
    busy = false;
    if (action.type === 'image/set') note();
  }, { signal });
}

/** @param {ViewerStore} store @param {number} viewport the one that was scrolled @param {ImageRef | null} before what it showed */
function goAlong(store, viewport, before) {
  const state = store.get();
  const [from, to] = [frameOf(state, before), frameOf(state, imageIn(state, viewport))];
  // another series in a viewport is no scrolling
  if (!to || before?.series_uid !== to.image.series_uid) return;
  for (const other of shownViewports(state)) {
    const image = imageIn(state, other);
    if (other === viewport || !image) continue;
    const target = state.link === 'place' ? samePlace(state, to, image) : from && asFar(state, from, to, image);
    if (target && target.image !== image) store.dispatch({ type: 'image/set', viewport: other, image: target.image });
  }
}

/** @param {ViewerState} state @param {Frame} to @param {ImageRef} image */
function samePlace(state, to, image) {
  const frames = stackOf(state, image.series_uid)?.frames ?? [];
  const middle = toPatient(to, { x: (to.columns - 1) / 2, y: (to.rows - 1) / 2 });
  const now = frameOf(state, image);
  if (!now || !areParallel(now, to)) return null;
  const exact = middle && to.plane && nearestFrame(frames, to.plane.frame_of_reference, middle);
  // another examination has another frame of reference: the same height over the table is the best there is
  return exact ?? (now.plane?.frame_of_reference === to.plane?.frame_of_reference ? null : nearestAt(frames, to.position));
}

/** @param {ViewerState} state @param {Frame} from @param {Frame} to @param {ImageRef} image */
function asFar(state, from, to, image) {
  const stack = stackOf(state, image.series_uid);
  const now = frameOf(state, image);
  if (!stack || !now) return null;
  if (now.position !== null && from.position !== null && to.position !== null && areParallel(now, to)) {
    return nearestAt(stack.frames, now.position + to.position - from.position);
  }
  const own = stackOf(state, to.image.series_uid);
  const target = indexIn(stack, image) + indexIn(own, to.image) - indexIn(own, from.image);
  return stack.frames[Math.min(stack.frames.length - 1, Math.max(0, target))] ?? null;
}

/** @param {Frame[]} frames @param {number | null} position */
function nearestAt(frames, position) {
  if (position === null) return null;
  const off = (/** @type {Frame} */ frame) => Math.abs((frame.position ?? Infinity) - position);
  const best = frames.reduce((/** @type {Frame | null} */ found, frame) => (found && off(found) <= off(frame) ? found : frame), null);
  return best && Number.isFinite(off(best)) ? best : null;
}

/** Images that do not say how they lie are taken to lie alike. @param {Frame} one @param {Frame} other */
function areParallel({ plane: one }, { plane: other }) {
  return !one || !other || Math.abs(dot(normalOf(one), normalOf(other))) > 0.95;
}

/** @param {ViewerStore} store @param {number} viewport the one that was changed */
function lookAlike(store, viewport) {
  const state = store.get();
  const like = state.view.viewports[viewport];
  const spacing = frameOf(state, like?.image ?? null)?.spacing?.column ?? 1;
  if (!like?.image) return;
  for (const other of shownViewports(state)) {
    const content = state.view.viewports[other];
    if (other === viewport || !content?.image) continue;
    const { zoom, pan, voi, invert } = like.presentation;
    const share = spacing / (frameOf(state, content.image)?.spacing?.column ?? spacing);
    const comparable = seriesIn(state, viewport)?.modality === seriesIn(state, other)?.modality;
    /** @type {Presentation} */
    const presentation = {
      ...content.presentation, zoom, pan: { x: pan.x * share, y: pan.y * share }, ...(comparable ? { voi, invert } : {}),
    };
    store.dispatch({ type: 'presentation/set', viewport: other, presentation });
  }
}
