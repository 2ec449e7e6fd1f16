/** Views as they travel, in patient coordinates and millimetres, and as they are seen on this screen. Loaded with a session or its replay. */

/** @import { Frame, Mpr, Presentation, Size, View } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from './viewer.js' */

import { cameraOf, seenBy } from '../viewport/camera.js';
import { boxOf, frameOfPlane, pictureOf } from '../viewport/planes.js';
import { frameOf, stackOf } from './select.js';
import { ownView } from './viewer.js';

/** All that this person's screen shows, as others can show it too. @param {ViewerState} state @returns {View} */
export function sharedView(state) {
  /** @param {Presentation} presentation @param {Frame | null} frame @param {Size | undefined} size */
  const told = (presentation, frame, size) => (
    presentation.camera || !frame || !size ? presentation : { ...presentation, camera: cameraOf(frame, size, presentation) });
  const view = ownView(state);
  const { mpr } = view;
  return {
    ...view,
    viewports: view.viewports.map(({ image, presentation }, i) => ({ image, presentation: told(presentation, frameOf(state, image), state.sizes[i]) })),
    mpr: mpr && { ...mpr, planes: mpr.planes.map((plane, i) => ({ ...plane, presentation: told(plane.presentation, planeFrame(state, i), state.sizes[`plane-${i}`]) })) },
  };
}

/** What comes from others is put in this screen's own terms, again whenever the screen changes its shape. @param {ViewerStore} store @param {AbortSignal} signal */
export function seeAsOthersDo(store, signal) {
  store.watch((state) => [state.view, state.mpr, state.cross, state.sizes, state.stacks], () => {
    const state = store.get();
    const viewports = state.view.viewports.map(({ image, presentation }, i) => seen(presentation, frameOf(state, image), state.sizes[i]));
    const planes = (state.mpr?.planes ?? []).map(({ presentation }, i) => seen(presentation, planeFrame(state, i), state.sizes[`plane-${i}`]));
    const before = [...state.view.viewports, ...(state.mpr?.planes ?? [])];
    if ([...viewports, ...planes].every((now, i) => now === before[i]?.presentation)) return;
    store.dispatch({
      type: 'view/seen',
      view: { ...state.view, viewports: state.view.viewports.map(({ image }, i) => ({ image, presentation: /** @type {Presentation} */ (viewports[i]) })) },
      mpr: withPresentations(state.mpr, planes),
    });
  }, { signal });
}

/** @param {Presentation} presentation @param {Frame | null} frame @param {Size | undefined} size */
function seen(presentation, frame, size) {
  return frame && size ? seenBy(frame, size, presentation) : presentation;
}

/** @param {Mpr | null} mpr @param {Presentation[]} presentations */
function withPresentations(mpr, presentations) {
  return mpr && { ...mpr, planes: mpr.planes.map((plane, i) => ({ ...plane, presentation: presentations[i] ?? plane.presentation })) };
}

/** The picture of a plane, as a frame. @param {ViewerState} state @param {number} number @returns {Frame | null} */
function planeFrame(state, number) {
  const { mpr, cross } = state;
  const frames = stackOf(state, mpr?.series_uid)?.frames ?? [];
  const [plane, like, box] = [mpr?.planes[number], frames[frames.length >> 1], boxOf(frames)];
  if (!mpr || !cross || !plane || !like || !box) return null;
  return frameOfPlane(pictureOf(box, plane, cross.point, mpr), plane, like, mpr.slab);
}
