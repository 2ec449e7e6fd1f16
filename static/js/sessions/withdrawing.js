/** Studies leave a session because they are not to be seen any more: nothing of them stays. Twin of `server/sessions/withdrawing.py`. */

/** @import { Room, View, ViewportContent } from '../core/types.js' */

import { newPresentation } from './room.js';
import { refuse } from './standing.js';

/** @param {Room} room @param {string} by @param {string[]} studyUids @returns {Partial<Room>} */
export function withdraw(room, by, studyUids) {
  if (by !== '') refuse('Only the server withdraws studies.');
  const gone = new Set(studyUids);
  const cases = room.cases.map((one) => ({
    ...one,
    study_uids: one.study_uids.filter((uid) => !gone.has(uid)),
    view: one.view && shows(one.view, gone) ? null : one.view,
  }));
  const marks = Object.entries(room.annotations);
  const annotations = marks.filter(([, { image }]) => !gone.has(image.study_uid));
  return {
    study_uids: room.study_uids.filter((uid) => !gone.has(uid)),
    viewports: room.viewports.map((viewport) => without(viewport, gone)),
    mpr: room.mpr && gone.has(room.mpr.study_uid) ? null : room.mpr,
    cases: cases.filter(({ study_uids, case_id }) => study_uids.length > 0 || case_id === room.case),
    proposals: Object.fromEntries(Object.entries(room.proposals).filter(([, view]) => !shows(view, gone))),
    scenes: room.scenes.filter(({ view }) => !shows(view, gone)),
    key_images: room.key_images.filter(({ image }) => !gone.has(image.study_uid)),
    annotations: Object.fromEntries(annotations),
    memories: annotations.length < marks.length ? {} : room.memories,
  };
}

/** @param {ViewportContent} viewport @param {Set<string>} gone @returns {ViewportContent} */
function without(viewport, gone) {
  return viewport.image && gone.has(viewport.image.study_uid) ? { image: null, presentation: newPresentation() } : viewport;
}

/** @param {View} view @param {Set<string>} gone */
function shows({ viewports, mpr }, gone) {
  return viewports.some(({ image }) => image && gone.has(image.study_uid)) || Boolean(mpr && gone.has(mpr.study_uid));
}
