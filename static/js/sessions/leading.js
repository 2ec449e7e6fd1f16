/** Who is here, who follows, who leads and who chairs. Twin of `server/sessions/leading.py`. */

/** @import { Discipline, Person, Room } from '../core/types.js' */

import { known, onlyChair, onlyLeaderOrChair, present, refuse, thawed, withoutKey } from './standing.js';

/** How long a leader may be gone before somebody else may take the lead. */
export const LEADER_GRACE_MS = 10_000;

/** @param {Room} room @param {{ by: string, at: number, name: string, discipline?: Discipline, guest?: boolean }} event @returns {Partial<Room>} */
export function join(room, { by, at, name, discipline = 'other', guest = false }) {
  const before = known(room, by);
  if (before?.removed) refuse('The chair has closed this session for you.');
  const came = before && hardlyGone(before, at) ? before.came : room.seq + 1;
  const person = { name, discipline, guest, here: true, following: true, left_at: null, came, removed: false };
  const first = guest ? null : by;
  return { people: { ...room.people, [by]: person }, leader: room.leader ?? first, chair: room.chair ?? first };
}

/** @param {Room} room @param {string} by @param {number} at @returns {Partial<Room>} */
export function leave(room, by, at) {
  return gone(room, by, { ...present(room, by), here: false, left_at: at });
}

/** @param {Room} room @param {string} by @param {string} who @param {number} at @returns {Partial<Room>} */
export function removePerson(room, by, who, at) {
  onlyChair(room, by);
  const person = known(room, who);
  if (who === by || !person) return refuse('The chair can remove others who have been here.');
  const left = gone(room, who, { ...person, here: false, left_at: person.here ? at : person.left_at, removed: true });
  const leader = room.leader === who ? by : room.leader;
  return { ...left, leader, asking: left.asking.filter((one) => one !== leader) };
}

/** @param {Room} room @param {string} by @param {boolean} following @returns {Partial<Room>} */
export function setFollow(room, by, following) {
  const person = present(room, by);
  if (by === room.leader) refuse('Whoever leads is whom the others follow; hand over first.');
  if (!following) thawed(room);
  return { people: { ...room.people, [by]: { ...person, following } } };
}

/** @param {Room} room @param {string} by @returns {Partial<Room>} */
export function askForLead(room, by) {
  present(room, by);
  if (by === room.leader) refuse('You already lead.');
  return { asking: room.asking.includes(by) ? room.asking : [...room.asking, by] };
}

/** @param {Room} room @param {string} by @param {string} of @returns {Partial<Room>} */
export function decline(room, by, of) {
  if (by !== of) onlyLeaderOrChair(room, by);
  present(room, by);
  return { asking: room.asking.filter((one) => one !== of) };
}

/** @param {Room} room @param {string} by @param {string} to @returns {Partial<Room>} */
export function handOver(room, by, to) {
  onlyLeaderOrChair(room, by);
  return ledBy(room, to);
}

/** @param {Room} room @param {string} by @param {number} at @returns {Partial<Room>} */
export function takeLead(room, by, at) {
  present(room, by);
  if (by === room.leader) refuse('You already lead.');
  if (by !== room.chair) {
    const leader = room.leader === null ? undefined : known(room, room.leader);
    if (leader && leader.left_at === null) refuse('The leader is here; ask for the lead instead.');
    if (leader && hardlyGone(leader, at)) refuse('The leader has only just gone and may come back.');
    if (by !== longestPresent(room)) refuse('The chair, or whoever has been here longest, takes the lead.');
  }
  return ledBy(room, by);
}

/** @param {Room} room @param {string} by @param {string} to @returns {Partial<Room>} */
export function handOverChair(room, by, to) {
  onlyChair(room, by);
  if (present(room, to).guest) refuse('A guest does not chair.');
  return { chair: to };
}

/** @param {Room} room @param {string} by @param {boolean} raised @returns {Partial<Room>} */
export function setHand(room, by, raised) {
  present(room, by);
  const others = room.hands.filter((one) => one !== by);
  return { hands: raised ? [...others, by] : others };
}

/** @param {Room} room @param {string} by @param {string} of @returns {Partial<Room>} */
export function lowerHand(room, by, of) {
  onlyLeaderOrChair(room, by);
  return { hands: room.hands.filter((one) => one !== of) };
}

/** Whoever here, guests apart, came first. @param {Room} room @returns {string | null} */
export function longestPresent(room) {
  const here = Object.entries(room.people).filter(([, person]) => person.here && !person.guest);
  here.sort(([, a], [, b]) => a.came - b.came);
  return here[0]?.[0] ?? null;
}

/** @param {Person} person @param {number} at */
function hardlyGone({ left_at }, at) {
  return left_at === null || at - left_at < LEADER_GRACE_MS;
}

/** @param {Room} room @param {string} participant @param {Person} person */
function gone(room, participant, person) {
  return {
    people: { ...room.people, [participant]: person },
    asking: room.asking.filter((one) => one !== participant),
    hands: room.hands.filter((one) => one !== participant),
    proposals: withoutKey(room.proposals, participant),
  };
}

/** @param {Room} room @param {string} leader @returns {Partial<Room>} */
function ledBy(room, leader) {
  const people = { ...room.people, [leader]: { ...present(room, leader), following: true } };
  return {
    leader, people,
    asking: room.asking.filter((one) => one !== leader),
    proposals: withoutKey(room.proposals, leader),
  };
}
