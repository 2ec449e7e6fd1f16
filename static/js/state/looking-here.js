/** "Look here": whoever follows is taken to the slice that holds the point, whoever leads or looks around alone is offered the way. */

/** @import { Cross, ImageRef, SharedPointer } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from './viewer.js' */

import { nearestFrame } from '../core/space.js';
import { imageIn, shownViewports, stackOf } from './select.js';
import { followsOthers } from './viewer.js';

/** How long the way there is offered. */
const OFFERED_MS = 20_000;

/** @typedef {{ by: string, images: { viewport: number, image: ImageRef }[], cross: Cross | null }} Way  to what somebody wants to be looked at */

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function lookWhereOthersPoint(store, signal) {
  let timer = 0;
  /** @type {{ by: string, pulse: SharedPointer } | null} */
  let last = null;
  store.listen((action) => {
    // who comes later sees the ring too
    if (action.type === 'look/go' && last) store.dispatch({ type: 'session/pulse', by: last.by, pulse: { ...last.pulse, at: Date.now() } });
    if (action.type !== 'session/pulse' || action.by === store.get().session?.me) return;
    last = { by: action.by, pulse: action.pulse };
    const state = store.get();
    const way = wayTo(state, action.by, action.pulse);
    if (way.images.length === 0 && !way.cross) return;
    clearTimeout(timer);
    if (followsOthers(state) && !state.session?.room?.frozen) store.dispatch({ type: 'session/taken', way });
    else {
      store.dispatch({ type: 'session/offered', way });
      timer = setTimeout(() => store.dispatch({ type: 'session/offered', way: null }), OFFERED_MS);
    }
  }, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
}

/** What would have to be shown for the point to be seen: nothing, where it is. @param {ViewerState} state @param {string} by @param {SharedPointer} pulse @returns {Way} */
export function wayTo(state, by, { place, image }) {
  const { mpr, cross } = state;
  if (mpr && cross && place?.frame_of_reference_uid === cross.frame_of_reference) {
    return { by, images: [], cross: { frame_of_reference: cross.frame_of_reference, point: place.point } };
  }
  const images = shownViewports(state).flatMap((viewport) => {
    const now = imageIn(state, viewport);
    const frames = stackOf(state, now?.series_uid)?.frames ?? [];
    const pointed = image && image.series_uid === now?.series_uid ? image : null;
    const there = pointed ?? (place && nearestFrame(frames, place.frame_of_reference_uid, place.point)?.image);
    const same = there?.instance_uid === now?.instance_uid && there?.frame_number === now?.frame_number;
    return there && !same ? [{ viewport, image: there }] : [];
  });
  return { by, images, cross: null };
}
