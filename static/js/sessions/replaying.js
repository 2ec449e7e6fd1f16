/** A session afterwards: the room after each of its events, and which event a moment belongs to. All pure. */

/** @import { Room, RoomEvent } from '../core/types.js' */

import { apply } from './apply.js';
import { Refused } from './refused.js';

/**
 * @typedef {object} Line  something that happened, as the server's time line tells it
 * @property {number} seq
 * @property {number} at  ms since 1970
 * @property {number} [until]  when the last of several in one go was
 * @property {string} name  who
 * @property {string} type
 * @property {number} count  how often in one go
 * @property {string} [whom]
 *
 * @typedef {object} Record
 * @property {number} begun_at
 * @property {string[]} study_uids
 * @property {RoomEvent[]} events
 * @property {Line[]} time_line
 * @property {{ name: string, discipline: string, present_ms: number }[]} attendance
 * @property {{ question: string, outcome: string, shown: { from: number, to: number | null }[], attendance: { name: string }[] }[]} cases
 */

/** The room before the first event and after each. @param {Room} empty @param {RoomEvent[]} events @returns {Room[]} */
export function roomsAfter(empty, events) {
  const rooms = [empty];
  for (const event of events) rooms.push(after(/** @type {Room} */ (rooms.at(-1)), event));
  return rooms;
}

/** How many events had happened by a moment. @param {RoomEvent[]} events @param {number} at */
export function countUntil(events, at) {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Room} room @param {RoomEvent} event */
function after(room, event) {
  try {
    return apply(room, event);
  } catch (error) {
    if (error instanceof Refused) return room;
    throw error;
  }
}
