/** What somebody's standing in a room allows: being here, leading, chairing. Twin of `server/sessions/standing.py`. */

/** @import { Person, Room } from '../core/types.js' */

import { Refused } from './refused.js';

/** @param {string} title @returns {never} */
export function refuse(title) {
  throw new Refused('not-allowed', title);
}

/** @param {Room} room @param {string} participant @returns {Person | undefined} */
export function known(room, participant) {
  return Object.hasOwn(room.people, participant) ? room.people[participant] : undefined;
}

/** @param {Room} room @param {string} participant @returns {Person} */
export function present(room, participant) {
  const person = known(room, participant);
  return person?.here ? person : refuse('That person is not in the room.');
}

/** @param {Room} room @param {string} by */
export function onlyLeader(room, by) {
  present(room, by);
  if (by !== room.leader) refuse('Only the leader changes what everybody sees.');
}

/** @param {Room} room @param {string} by */
export function onlyChair(room, by) {
  present(room, by);
  if (by !== room.chair) refuse('Only the chair does this.');
}

/** @param {Room} room @param {string} by */
export function onlyLeaderOrChair(room, by) {
  present(room, by);
  if (by !== room.leader && by !== room.chair) refuse('Only the leader or the chair does this.');
}

/** @param {Room} room */
export function thawed(room) {
  if (room.frozen) refuse('The images are frozen for everybody.');
}

/** @param {Room} room @param {string} studyUid */
export function shared(room, studyUid) {
  if (!room.study_uids.includes(studyUid)) refuse('This session does not share that study.');
}

/** @template T @param {Record<string, T>} record @param {string} key @returns {Record<string, T>} */
export function withoutKey(record, key) {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}
