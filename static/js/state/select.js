/** What can be computed from the viewer's state. */

/** @import { Case, Frame, ImageRef, Patient, Room, Series, Stack } from '../core/types.js' */
/** @import { ViewerState } from './viewer.js' */

import { covers, hasPictures } from '../dicomweb/frames.js';
import { LAYOUTS } from '../sessions/room.js';

/** The viewports on the screen now, by number: beside planes only the one they were cut from. @param {ViewerState} state */
export function shownViewports({ view, maximised, mpr }) {
  return maximised || mpr ? [view.active_viewport] : [...Array(LAYOUTS[view.layout]).keys()];
}

/** @param {ViewerState} state @param {number} viewport @returns {ImageRef | null} */
export function imageIn(state, viewport) {
  return state.view.viewports[viewport]?.image ?? null;
}

/** @param {ViewerState} state @param {number} viewport @returns {Series | null} */
export function seriesIn(state, viewport) {
  const uid = state.opening[viewport] ?? imageIn(state, viewport)?.series_uid;
  return (uid && state.series[uid]) || null;
}

/** @param {ViewerState} state @param {string | undefined} seriesUid @returns {Stack | null} */
export function stackOf(state, seriesUid) {
  return (seriesUid && state.stacks[seriesUid]) || null;
}

/** Is a first picture still to come? @param {ViewerState} state */
export function awaitsPicture(state) {
  const { loading, problem, displayed, view } = state;
  if (problem || displayed.some(Boolean)) return false;
  return loading || view.viewports.some((_, viewport) => {
    const series = seriesIn(state, viewport);
    return series && hasPictures(series) && stackOf(state, series.series_uid)?.status !== 'failed';
  });
}

/** Where an image lies in its stack; -1 when it is not there. @param {Stack | null} stack @param {ImageRef | null} image */
export function indexIn(stack, image) {
  if (!stack || !image) return -1;
  return stack.frames.findIndex((frame) => (
    frame.image.instance_uid === image.instance_uid && frame.image.frame_number === image.frame_number));
}

/** @param {ViewerState} state @param {ImageRef | null} image @returns {Frame | null} */
export function frameOf(state, image) {
  const stack = stackOf(state, image?.series_uid);
  return stack?.frames[indexIn(stack, image)] ?? null;
}

/** @param {ViewerState} state @param {number} viewport @returns {Patient | null} */
export function patientIn(state, viewport) {
  const series = seriesIn(state, viewport);
  return (series && state.studies[series.study_uid]?.patient) ?? null;
}

/** An identifier may have been given twice: another birth date or name is another person until somebody looks. @param {Patient} a @param {Patient} b */
export function isSamePerson(a, b) {
  const agree = (/** @type {string} */ one, /** @type {string} */ other) => !one || !other || one === other;
  const surname = (/** @type {Patient} */ { name }) => name.replace(/ \(.*/, '').split(',')[0] ?? '';
  return a.id === b.id && agree(a.birth_date, b.birth_date) && (a.id !== '' || agree(surname(a), surname(b)))
    && (a.birth_date !== '' || agree(surname(a), surname(b)));
}

/** Are different people's images side by side, or studies of which nobody can say? @param {ViewerState} state */
export function showsTwoPatients(state) {
  const { mpr } = state;
  const planes = mpr ? [state.studies[mpr.study_uid]?.patient ?? null] : [];
  // three planes side by side, or one alone, leave no room for the stacks
  const stacks = mpr && (mpr.layout === '1x3' || (mpr.alone && mpr.active >= 0)) ? []
    : shownViewports(state).filter((viewport) => state.sizes[viewport]?.width !== 0); // a phone may have no room for all
  const [first, ...others] = [...planes, ...stacks.map((viewport) => patientIn(state, viewport))]
    .filter((patient) => patient !== null);
  // without a name and a number only the same study is of the same person
  return first !== undefined && others.some((other) => !isSamePerson(first, other) || (first !== other && !first.id && !first.name));
}

/** Of these studies those to be looked at now: of the case on the screen, and of no case. @param {string[]} studyUids @param {Room | null | undefined} room */
export function studiesNow(studyUids, room) {
  if (!room) return studyUids;
  const now = room.cases.find(({ case_id }) => case_id === room.case)?.study_uids ?? [];
  const others = new Set(room.cases.flatMap(({ study_uids }) => study_uids));
  return [...now, ...studyUids.filter((uid) => !others.has(uid))].filter((uid) => studyUids.includes(uid));
}

/** The studies whose series can be chosen: those to be looked at now, what is on the screen whosever case it is, and others of these people. @param {ViewerState} state @returns {string[]} */
export function studiesHere(state) {
  const { opened, studies, session } = state;
  const shown = shownViewports(state).map((viewport) => seriesIn(state, viewport)?.study_uid ?? '');
  const here = [...new Set([...studiesNow(opened, session?.room), ...shown])].filter((uid) => opened.includes(uid));
  const people = shown.flatMap((uid) => studies[uid]?.patient ?? []).filter(({ id, name }) => id || name);
  const theirs = (/** @type {string} */ uid) => people.some((one) => studies[uid] && isSamePerson(one, studies[uid].patient));
  return [...here, ...opened.filter((uid) => !here.includes(uid) && theirs(uid))];
}

/** The case after the one on the screen, or before it; the first, when none has been shown. @param {Room | null} room @param {1 | -1} [by] @returns {Case | null} */
export function nextCase(room, by = 1) {
  const at = room?.cases.findIndex(({ case_id }) => case_id === room.case) ?? -1;
  return (at < 0 && by < 0 ? null : room?.cases[at + by]) ?? null;
}

/** Who is in the room, in the order they first came: their colour follows from it. @param {ViewerState} state */
export function participants(state) {
  const room = state.session?.room ?? state.replayed;
  return Object.entries(room?.people ?? {}).map(([id, person], i) => ({
    ...person,
    id,
    mark: i % 8,
    leads: room?.leader === id,
    asks: room?.asking.includes(id) ?? false,
    chairs: room?.chair === id,
    hand: room?.hands.includes(id) ?? false,
    proposes: room !== undefined && room !== null && Object.hasOwn(room.proposals, id),
    me: state.session?.me === id,
  }));
}

/** @param {ViewerState} state */
export function leaderName(state) {
  const room = state.session?.room;
  return (room?.leader && room.people[room.leader]?.name) || '';
}

/** Where an image lies in its stack, in words: `image 12 of 200`. @param {ViewerState} state @param {ImageRef | null | undefined} image */
export function whereText(state, image) {
  const stack = stackOf(state, image?.series_uid);
  const index = indexIn(stack, image ?? null);
  const series = image && state.series[image.series_uid];
  return index < 0 ? series?.description ?? '' : `image ${index + 1} of ${stack?.frames.length}`;
}

/** In whose grey values a viewport shows an image: series and instance of a presentation state; '' for its own. @param {ViewerState} state @param {number} viewport @param {ImageRef} image */
export function greysOf({ applied }, viewport, image) {
  if (applied?.viewport !== viewport || !applied.look.greys || !covers(applied.look.images, image)) return '';
  return `${applied.state.series_uid},${applied.state.instance_uid}`;
}

/** The colours that the grey values of a series are shown in: chosen for it, else for its modality; '' for grey. @param {ViewerState} state @param {Series | null} series */
export function paletteOf({ palettes, preferences }, series) {
  return palettes[series?.series_uid ?? ''] ?? preferences.palettes[series?.modality ?? ''] ?? '';
}
