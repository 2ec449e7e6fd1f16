/** What people show each other beside the leader's hand: proposals, scenes, more studies, and holding it all still. Twin of `server/sessions/viewing.py`. */

/** @import { Room, Scene, View } from '../core/types.js' */

import { viewOf } from './room.js';
import { onlyLeader, onlyLeaderOrChair, present, refuse, shared, thawed, withoutKey } from './standing.js';

const MOST_STUDIES = 200;
const MOST_SCENES = 50;
const MOST_RELEASED = 200;

/** @param {Room} room @param {string} by @param {string[]} studyUids @returns {Partial<Room>} */
export function addStudies(room, by, studyUids) {
  onlyLeaderOrChair(room, by);
  if (room.people[by]?.guest) refuse('A guest brings no studies.');
  return { study_uids: withStudies(room, studyUids) };
}

/** @param {Room} room @param {string} by @param {'together' | 'free'} mode @returns {Partial<Room>} */
export function setMode(room, by, mode) {
  onlyLeaderOrChair(room, by);
  if (mode === 'free') thawed(room);
  return { mode, people: allFollowing(room, mode === 'together') };
}

/** @param {Room} room @param {string} by @param {boolean} frozen @returns {Partial<Room>} */
export function setFreeze(room, by, frozen) {
  onlyLeaderOrChair(room, by);
  return frozen ? { frozen, mode: 'together', people: allFollowing(room, true) } : { frozen };
}

/** @param {Room} room @param {string} by @param {boolean} anonymous @returns {Partial<Room>} */
export function setAnonymous(room, by, anonymous) {
  onlyLeaderOrChair(room, by);
  if (room.people[by]?.guest) refuse('A guest does not decide who is named.');
  return { anonymous };
}

/** @param {Room} room @param {string} by @param {string} seriesUid @param {boolean} released @returns {Partial<Room>} */
export function releasePixels(room, by, seriesUid, released) {
  onlyLeaderOrChair(room, by);
  if (room.people[by]?.guest) refuse('A guest does not decide who is named.');
  const others = room.released_series_uids.filter((uid) => uid !== seriesUid);
  if (released && others.length >= MOST_RELEASED) refuse(`${MOST_RELEASED} series are released at most.`);
  return { released_series_uids: released ? [...others, seriesUid] : others };
}

/** @param {Room} room @param {string} by @param {string | null} call @returns {Partial<Room>} */
export function setCall(room, by, call) {
  onlyLeaderOrChair(room, by);
  if (room.people[by]?.guest) refuse('A guest does not say where the call is.');
  return { call };
}

/** @param {Room} room @param {string} by @param {View} view @returns {Partial<Room>} */
export function propose(room, by, view) {
  present(room, by);
  if (by === room.leader) refuse('Everybody already sees what you see.');
  for (const { image } of view.viewports) if (image) shared(room, image.study_uid);
  if (view.mpr) shared(room, view.mpr.study_uid);
  return { proposals: { ...room.proposals, [by]: view } };
}

/** @param {Room} room @param {string} by @param {string} of @returns {Partial<Room>} */
export function accept(room, by, of) {
  onlyLeader(room, by);
  thawed(room);
  return { ...shown(room, proposal(room, of)), proposals: withoutKey(room.proposals, of) };
}

/** @param {Room} room @param {string} by @param {string} of @returns {Partial<Room>} */
export function dismiss(room, by, of) {
  if (by !== of) onlyLeaderOrChair(room, by);
  present(room, by);
  proposal(room, of);
  return { proposals: withoutKey(room.proposals, of) };
}

/** @param {Room} room @param {string} by @param {string} sceneId @param {string} name @returns {Partial<Room>} */
export function saveScene(room, by, sceneId, name) {
  onlyLeader(room, by);
  const others = room.scenes.filter((scene) => scene.scene_id !== sceneId);
  if (others.length >= MOST_SCENES) refuse(`A session keeps ${MOST_SCENES} scenes at most.`);
  return { scenes: [...others, { scene_id: sceneId, name, by, view: viewOf(room) }] };
}

/** @param {Room} room @param {string} by @param {string} sceneId @returns {Partial<Room>} */
export function showScene(room, by, sceneId) {
  onlyLeader(room, by);
  thawed(room);
  return shown(room, sceneOf(room, sceneId).view);
}

/** @param {Room} room @param {string} by @param {string} sceneId @returns {Partial<Room>} */
export function removeScene(room, by, sceneId) {
  onlyLeaderOrChair(room, by);
  const gone = sceneOf(room, sceneId);
  return { scenes: room.scenes.filter((scene) => scene !== gone) };
}

/** @param {Room} room @param {string[]} studyUids */
export function withStudies(room, studyUids) {
  const all = [...new Set([...room.study_uids, ...studyUids])];
  if (all.length > MOST_STUDIES) refuse(`A session has ${MOST_STUDIES} studies at most.`);
  return all;
}

/** @param {Room} room @param {boolean} following */
export function allFollowing(room, following) {
  return Object.fromEntries(Object.entries(room.people).map(([id, person]) => (
    [id, { ...person, following: following || id === room.leader }])));
}

/** @param {Room} room @param {View} view @param {boolean} [behind]  later viewports stay behind a smaller layout @returns {View} */
export function shown(room, view, behind = true) {
  return { ...view, viewports: [...view.viewports, ...(behind ? room.viewports.slice(view.viewports.length) : [])] };
}

/** @param {Room} room @param {string} of @returns {View} */
function proposal(room, of) {
  const view = Object.hasOwn(room.proposals, of) ? room.proposals[of] : undefined;
  return view ?? refuse('There is no such proposal any more.');
}

/** @param {Room} room @param {string} sceneId @returns {Scene} */
function sceneOf(room, sceneId) {
  return room.scenes.find((scene) => scene.scene_id === sceneId) ?? refuse('There is no such scene any more.');
}
