/** The agenda: the cases of a meeting in their order, which is shown, and what came of each. Twin of `server/sessions/agenda.py`. */

/** @import { Case, Room, View } from '../core/types.js' */

import { allFollowing, shown, withStudies } from './proposing.js';
import { newView, viewOf } from './room.js';
import { onlyLeader, onlyLeaderOrChair, present, refuse, shared, thawed } from './standing.js';

const MOST_CASES = 60;

/** Who prepares a meeting from the worklist: nobody in the room; their rights were asked at the door. */
const OUTSIDE = '';

/** @param {Room} room @param {string} by @param {string} meeting @returns {Partial<Room>} */
export function nameMeeting(room, by, meeting) {
  director(room, by);
  return { meeting };
}

/** @param {Room} room @param {string} by @param {{ case_id: string, question: string, study_uids: string[] }} asked @returns {Partial<Room>} */
export function putCase(room, by, { case_id, question, study_uids }) {
  director(room, by);
  const known = room.cases.find((one) => one.case_id === case_id);
  if (!known && room.cases.length >= MOST_CASES) refuse(`An agenda has ${MOST_CASES} cases at most.`);
  const asked = { case_id, question, study_uids };
  /** @type {Case[]} */
  const cases = known ? room.cases.map((one) => (one === known ? { ...one, ...asked } : one))
    : [...room.cases, { ...asked, state: 'waiting', outcome: '', view: null }];
  return { cases, study_uids: withStudies(room, study_uids) };
}

/** @param {Room} room @param {string} by @param {string} id @returns {Partial<Room>} */
export function removeCase(room, by, id) {
  director(room, by);
  const gone = caseOf(room, id);
  if (id === room.case) refuse('Show another case before you remove this one.');
  const cases = room.cases.filter((one) => one !== gone);
  const kept = new Set([...cases.flatMap((one) => one.study_uids), ...onScreen(room)]);
  return { cases, study_uids: room.study_uids.filter((uid) => kept.has(uid) || !gone.study_uids.includes(uid)) };
}

/** @param {Room} room @param {string} by @param {string} id @param {number} to @returns {Partial<Room>} */
export function moveCase(room, by, id, to) {
  director(room, by);
  const moved = caseOf(room, id);
  return { cases: room.cases.filter((one) => one !== moved).toSpliced(to, 0, moved) };
}

/** @param {Room} room @param {string} by @param {string} id @param {string} outcome @returns {Partial<Room>} */
export function noteOutcome(room, by, id, outcome) {
  if (present(room, by).guest) refuse('A guest does not write the minutes.');
  return changed(room, id, { outcome });
}

/** @param {Room} room @param {string} by @param {string} id @param {'waiting' | 'discussed'} state @returns {Partial<Room>} */
export function markCase(room, by, id, state) {
  director(room, by);
  if (id === room.case) refuse('The case on the screen is discussed once another is shown.');
  return changed(room, id, { state });
}

/** @param {Room} room @param {string} by @param {string} id @param {View} view @returns {Partial<Room>} */
export function prepareCase(room, by, id, view) {
  director(room, by);
  for (const { image } of view.viewports) if (image) shared(room, image.study_uid);
  if (view.mpr) shared(room, view.mpr.study_uid);
  return changed(room, id, { view });
}

/** @param {Room} room @param {string} by @param {string} id @returns {Partial<Room>} */
export function showCase(room, by, id) {
  onlyLeader(room, by);
  thawed(room);
  const next = caseOf(room, id);
  if (id === room.case) refuse('That case is on the screen.');
  /** @type {Case[]} */
  const cases = room.cases.map((one) => {
    if (one === next) return { ...one, state: 'shown' };
    return one.case_id === room.case ? { ...one, state: 'discussed', view: viewOf(room) } : one;
  });
  const seen = shown(room, next.view ?? newView(), false);
  return { ...seen, cases, case: id, proposals: {}, people: allFollowing(room, true) };
}

/** The leader or the chair, if they are no guest. @param {Room} room @param {string} by */
function director(room, by) {
  if (by === OUTSIDE) return;
  onlyLeaderOrChair(room, by);
  if (present(room, by).guest) refuse('A guest does not make the agenda.');
}

/** @param {Room} room @param {string} id @returns {Case} */
function caseOf(room, id) {
  return room.cases.find((one) => one.case_id === id) ?? refuse('There is no such case on the agenda any more.');
}

/** @param {Room} room @param {string} id @param {Partial<Case>} change @returns {Partial<Room>} */
function changed(room, id, change) {
  const before = caseOf(room, id);
  return { cases: room.cases.map((one) => (one === before ? { ...one, ...change } : one)) };
}

/** @param {Room} room */
function onScreen(room) {
  const images = room.viewports.flatMap(({ image }) => (image ? [image.study_uid] : []));
  return room.mpr ? [...images, room.mpr.study_uid] : images;
}
