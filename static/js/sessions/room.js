/**
 * A room: what everybody in a session looks at, who leads, and who is here, as one pure value.
 *
 * The twin of `server/sessions/room.py`: both are held to `tests/contracts/room.json`.
 */

/** @import { ImageSet, Layout, PresentationSet, Presentation, Room, RoomEvent, View, ViewEvent } from '../core/types.js' */

/** How long a leader may be gone before somebody else may take the lead. */
export const LEADER_GRACE_MS = 10_000;

/** Each layout by name, with the number of viewports it shows. @type {Record<Layout, number>} */
export const LAYOUTS = { '1x1': 1, '1x2': 2 };

/** The event did not happen; `code` is the server's word for why. */
export class Refused extends Error {
  /** @param {'not-allowed' | 'malformed'} code @param {string} title */
  constructor(code, title) {
    super(title);
    this.code = code;
  }
}

/** The presentation of an image nobody has touched: fitted, upright, its own window. @returns {Presentation} */
export function newPresentation() {
  return {
    voi: null, zoom: 1, pan: { x: 0, y: 0 }, rotation: 0,
    flip_horizontal: false, flip_vertical: false, invert: false,
  };
}

/** One empty viewport. @returns {View} */
export function newView() {
  return { layout: '1x1', active_viewport: 0, viewports: [{ image: null, presentation: newPresentation() }] };
}

/** What a room shows, without who is in it. @param {View} room @returns {View} */
export function viewOf({ layout, active_viewport, viewports }) {
  return { layout, active_viewport, viewports };
}

/**
 * The room after `event`; throws `Refused` when it may not happen now or makes no sense in this room.
 * @param {Room} room
 * @param {RoomEvent} event
 * @returns {Room}
 */
export function apply(room, event) {
  return { ...room, ...step(room, event), seq: room.seq + 1 };
}

/** @param {unknown} event @returns {event is ViewEvent} */
export function isViewEvent(event) {
  const { type } = /** @type {{ type: string }} */ (event);
  return type === 'layout/set' || type === 'viewport/activate' || type === 'image/set' || type === 'presentation/set';
}

/**
 * The view after one of the four events that change what is seen, whoever may do it.
 * @param {View} view
 * @param {ViewEvent} event
 * @returns {Partial<View>}
 */
export function look(view, event) {
  switch (event.type) {
    case 'layout/set': return setLayout(view, event.layout);
    case 'viewport/activate':
      shownViewport(view, event.viewport);
      return { active_viewport: event.viewport };
    case 'image/set': return setImage(view, event);
    case 'presentation/set': return setPresentation(view, event);
  }
}

/** @param {Room} room @param {RoomEvent} event @returns {Partial<Room>} */
function step(room, event) {
  switch (event.type) {
    case 'person/join': return join(room, event.by, event.name);
    case 'person/leave': return leave(room, event.by, event.at);
    case 'follow/set': return setFollow(room, event.by, event.following);
    case 'lead/ask': return askForLead(room, event.by);
    case 'lead/hand-over':
      onlyLeader(room, event.by);
      return ledBy(room, event.to);
    case 'lead/take': return takeLead(room, event.by, event.at);
    default: return leaderLooks(room, event);
  }
}

/** @param {Room} room @param {ViewEvent & { by: string }} event */
function leaderLooks(room, event) {
  onlyLeader(room, event.by);
  if (event.type === 'image/set') {
    shownViewport(room, event.viewport);
    if (!room.study_uids.includes(event.image.study_uid)) {
      throw new Refused('not-allowed', 'This session does not share that study.');
    }
  }
  return look(room, event);
}

/** @param {View} view @param {Layout} layout */
function setLayout(view, layout) {
  const shown = LAYOUTS[layout];
  const viewports = [...view.viewports];
  while (viewports.length < shown) viewports.push({ image: null, presentation: newPresentation() });
  return { layout, viewports, active_viewport: Math.min(view.active_viewport, shown - 1) };
}

/** @param {View} view @param {ImageSet} event */
function setImage(view, { viewport: number, image }) {
  const viewport = shownViewport(view, number);
  const sameSeries = viewport.image?.series_uid === image.series_uid;
  const presentation = sameSeries ? viewport.presentation : newPresentation();
  return { viewports: view.viewports.with(number, { image, presentation }) };
}

/** @param {View} view @param {PresentationSet} event */
function setPresentation(view, { viewport: number, presentation }) {
  const viewport = shownViewport(view, number);
  return { viewports: view.viewports.with(number, { ...viewport, presentation }) };
}

/** @param {View} view @param {number} number */
function shownViewport(view, number) {
  const viewport = number < LAYOUTS[view.layout] ? view.viewports[number] : undefined;
  if (!viewport) throw new Refused('malformed', 'The layout shows no such viewport.');
  return viewport;
}

/** @param {Room} room @param {string} by @param {string} name @returns {Partial<Room>} */
function join(room, by, name) {
  const people = { ...room.people, [by]: { name, here: true, following: true, left_at: null } };
  return { people, leader: room.leader ?? by };
}

/** @param {Room} room @param {string} by @param {number} at @returns {Partial<Room>} */
function leave(room, by, at) {
  const people = { ...room.people, [by]: { ...present(room, by), here: false, left_at: at } };
  return { people, asking: room.asking.filter((person) => person !== by) };
}

/** @param {Room} room @param {string} by @param {boolean} following @returns {Partial<Room>} */
function setFollow(room, by, following) {
  const person = present(room, by);
  if (by === room.leader) {
    throw new Refused('not-allowed', 'Whoever leads is whom the others follow; hand over first.');
  }
  return { people: { ...room.people, [by]: { ...person, following } } };
}

/** @param {Room} room @param {string} by @returns {Partial<Room>} */
function askForLead(room, by) {
  present(room, by);
  if (by === room.leader) throw new Refused('not-allowed', 'You already lead.');
  return { asking: room.asking.includes(by) ? room.asking : [...room.asking, by] };
}

/** @param {Room} room @param {string} by @param {number} at */
function takeLead(room, by, at) {
  const goneSince = room.leader === null ? null : room.people[room.leader]?.left_at ?? null;
  if (goneSince === null) throw new Refused('not-allowed', 'The leader is here; ask for the lead instead.');
  if (at - goneSince < LEADER_GRACE_MS) {
    throw new Refused('not-allowed', 'The leader has only just gone and may come back.');
  }
  return ledBy(room, by);
}

/** @param {Room} room @param {string} leader @returns {Partial<Room>} */
function ledBy(room, leader) {
  const people = { ...room.people, [leader]: { ...present(room, leader), following: true } };
  return { leader, people, asking: room.asking.filter((person) => person !== leader) };
}

/** @param {Room} room @param {string} by */
function onlyLeader(room, by) {
  present(room, by);
  if (by !== room.leader) throw new Refused('not-allowed', 'Only the leader changes what everybody sees.');
}

/** @param {Room} room @param {string} participant */
function present(room, participant) {
  const person = Object.hasOwn(room.people, participant) ? room.people[participant] : undefined;
  if (!person?.here) throw new Refused('not-allowed', 'That person is not in the room.');
  return person;
}
