/** Planes through a series, loaded when they are first asked for. */

/** @import { Action, ViewerStore } from './state/viewer.js' */
/** @import { Cross, Frame, Mpr, Presentation, Vector } from './core/types.js' */
/** @import { Mark } from './annotations/model.js' */

import { placeOn } from './annotations/planes.js';
import { clamp } from './core/geometry.js';
import { toPatient } from './core/space.js';
import { newPresentation } from './sessions/room.js';
import { frameOf, imageIn, seriesIn, stackOf } from './state/select.js';
import { MprView } from './ui/mpr-view.js';
import { PlaneViewport } from './ui/plane-viewport.js';
import { boxOf, inside, planesWith, scrolledTo, standardPlanes, turnOthers } from './viewport/planes.js';

const SLABS = [0, 3, 5, 10, 15, 20, 30, 50, 100];
const PROJECTIONS = /** @type {const} */ (['average_ip', 'maximum_ip', 'minimum_ip']);
const TURN = Math.PI / 36;

/** @param {ViewerStore} store @param {(place: string, element: HTMLElement) => void} put @param {AbortSignal} signal */
export function multiplanar(store, put, signal) {
  customElements.define('plane-viewport', PlaneViewport);
  customElements.define('mpr-view', MprView);
  /** @type {MprView | null} */
  let view = null;
  store.watch(({ mpr, stacks }) => (mpr && stacks[mpr.series_uid]?.status === 'ready' ? mpr.series_uid : ''), (uid) => {
    view?.remove();
    view = uid ? new MprView(store) : null;
    if (view) put('images', view);
  }, { signal });
  store.listen((action) => hear(store, action), { signal });
  bringMarks(store, signal);
}

/** Goes to the plane that a mark was drawn on, once the images of its series are known. @param {ViewerStore} store @param {AbortSignal} signal */
function bringMarks(store, signal) {
  /** @type {Mark | null} */
  let awaited = null;
  const go = () => {
    const stack = stackOf(store.get(), awaited?.image.series_uid);
    if (!awaited?.plane || !stack || stack.status === 'loading') return;
    const { image: { study_uid, series_uid }, plane, points } = awaited;
    awaited = null;
    const box = boxOf(stack.frames);
    if (!box || box.frame_of_reference !== plane.frame_of_reference_uid) {
      store.dispatch({ type: 'notice/set', text: 'The plane of this measurement cannot be shown: its series makes no volume here.' });
      return;
    }
    const { mpr } = store.get();
    const middle = { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
    const { planes, number } = planesWith(plane, newPresentation);
    const { voi, invert } = mpr?.planes[number]?.presentation ?? newPresentation();
    store.dispatch({ type: 'cross/set', cross: { frame_of_reference: box.frame_of_reference, point: placeOn(plane, middle) } });
    store.dispatch({
      type: 'mpr/set',
      mpr: {
        study_uid, series_uid, layout: mpr?.layout ?? '2x2', active: number, alone: false, slab: plane.slab,
        method: plane.slab > 0 ? plane.method : mpr?.method ?? 'maximum_ip',
        planes: planes.map((one) => ({ ...one, presentation: { ...one.presentation, voi, invert } })),
      },
    });
  };
  store.listen((action, state) => {
    if (action.type !== 'mpr/go') return;
    awaited = action.mark;
    const { series_uid } = action.mark.image;
    if (!stackOf(state, series_uid)) store.dispatch({ type: 'series/open', viewport: state.view.active_viewport, series_uid });
    go();
  }, { signal });
  store.watch(({ stacks }) => stacks, go, { signal });
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {ViewerStore} store @param {Action} action */
function hear(store, action) {
  const { mpr, cross } = store.get();
  const set = (/** @type {Partial<Mpr>} */ change) => mpr && store.dispatch({ type: 'mpr/set', mpr: { ...mpr, ...change } });
  if (action.type === 'series/open' && mpr) close(store);
  if (action.type === 'mpr/ask' && action.wish === 'toggle') (mpr ? close : open)(store);
  else if (!mpr) return;
  else if (action.type === 'mpr/ask') set(granted(mpr, action.wish));
  else if (action.type === 'mpr/present') set(presented(mpr, mpr.active, action.change));
  else if (action.type === 'mpr/scroll') {
    const box = boxOf(stackOf(store.get(), mpr.series_uid)?.frames ?? []);
    const plane = mpr.planes[action.plane];
    if (!box || !plane || !cross) return;
    const point = scrolledTo(box, plane, cross.point, action.move);
    if (point !== cross.point) store.dispatch({ type: 'cross/set', cross: { ...cross, point } });
  }
}

/** @param {Mpr} mpr @param {Extract<Action, { type: 'mpr/ask' }>['wish']} wish @returns {Partial<Mpr>} */
function granted({ slab, method, planes, active }, wish) {
  switch (wish) {
    case 'thicker': return { slab: SLABS.find((one) => one > slab) ?? slab };
    case 'thinner': return { slab: SLABS.findLast((one) => one < slab) ?? 0 };
    case 'project': return { method: PROJECTIONS[(PROJECTIONS.indexOf(method) + 1) % 3] ?? 'average_ip', slab: slab || 10 };
    case 'turn': return { planes: turnOthers(planes, clamp(active, 0, 2), TURN) };
    case 'turn-back': return { planes: turnOthers(planes, clamp(active, 0, 2), -TURN) };
    case 'straighten':
      return { planes: standardPlanes(newPresentation).map((plane, i) => ({ ...plane, presentation: planes[i]?.presentation ?? plane.presentation })) };
    default: return {};
  }
}

/** One plane shown otherwise; window and inversion are the same in all. @param {Mpr} mpr @param {number} number @param {(start: Presentation) => Presentation} change @returns {Partial<Mpr>} */
function presented({ planes }, number, change) {
  const start = planes[number]?.presentation;
  if (!start) return {};
  const { voi, invert, ...place } = change(start);
  return { planes: planes.map((plane, i) => ({ ...plane, presentation: { ...(i === number ? { ...place, camera: null } : plane.presentation), voi, invert } })) };
}

/** @param {ViewerStore} store */
function close(store) {
  store.dispatch({ type: 'mpr/set', mpr: null });
  if (store.get().tool === 'cross-hair') store.dispatch({ type: 'tool/set', tool: 'window-level' });
}

/** @param {ViewerStore} store */
function open(store) {
  const state = store.get();
  const viewport = state.view.active_viewport;
  const series = seriesIn(state, viewport);
  const frames = stackOf(state, series?.series_uid)?.frames ?? [];
  const frame = frameOf(state, imageIn(state, viewport));
  const box = boxOf(frames);
  if (series && (stackOf(state, series.series_uid)?.status ?? 'loading') === 'loading') return store.dispatch({ type: 'notice/set', text: 'This series is still being opened.' });
  if (!series || !frame || !box) {
    store.dispatch({ type: 'notice/set', text: 'No planes can be cut through this series: it takes at least three images that say where they lie in the patient.' });
    return;
  }
  const { study_uid, series_uid } = series;
  /** @type {Cross} */
  const cross = { frame_of_reference: box.frame_of_reference, point: inside(box, placeOf(frame, box.middle, state.cross, box.frame_of_reference)) };
  store.dispatch({ type: 'cross/set', cross });
  const { voi, invert } = state.view.viewports[viewport]?.presentation ?? newPresentation();
  const planes = standardPlanes(() => ({ ...newPresentation(), voi, invert }));
  store.dispatch({ type: 'mpr/set', mpr: { study_uid, series_uid, layout: '2x2', active: 0, alone: matchMedia('(width < 48rem)').matches, slab: 0, method: 'maximum_ip', planes } });
  store.dispatch({ type: 'tool/set', tool: 'cross-hair' });
}

/** Where the planes meet first: at the cross-hair, or in the middle of the image in sight. @param {Frame} frame @param {Vector} middle @param {Cross | null} cross @param {string} frameOfReference @returns {Vector} */
function placeOf(frame, middle, cross, frameOfReference) {
  if (cross?.frame_of_reference === frameOfReference) return cross.point;
  return toPatient(frame, { x: (frame.columns - 1) / 2, y: (frame.rows - 1) / 2 }) ?? middle;
}
