/**
 * A room changes: what everybody in a session looks at, who leads, who is here and what they mark, as one pure value.
 *
 * The twin of `server/sessions/room.py`: both are held to `tests/contracts/room.json`, and to the same answers to
 * random events. It is loaded with the first session.
 */

/** @import { Room, RoomEvent, ViewEvent } from '../core/types.js' */

import {
  markCase, moveCase, noteOutcome, prepareCase, putCase, removeCase, nameMeeting, showCase,
} from './agenda.js';
import {
  askForLead, decline, handOver, handOverChair, join, leave, lowerHand, removePerson, setFollow, setHand, takeLead,
} from './leading.js';
import { putAnnotation, redo, removeAnnotation, setKeyImage, undo } from './marking.js';
import {
  accept, addStudies, dismiss, propose, releasePixels, removeScene, saveScene, setAnonymous, setCall, setFreeze, setMode, showScene,
} from './proposing.js';
import { look, shownViewport } from './room.js';
import { onlyLeader, shared, thawed } from './standing.js';
import { withdraw } from './withdrawing.js';

/**
 * The room after `event`; throws `Refused` when it may not happen now or makes no sense in this room.
 * @param {Room} room
 * @param {RoomEvent} event
 * @returns {Room}
 */
export function apply(room, event) {
  return { ...room, ...step(room, event), seq: room.seq + 1 };
}

/** @param {Room} room @param {RoomEvent} event @returns {Partial<Room>} */
function step(room, event) {
  const { by, at } = event;
  switch (event.type) {
    case 'person/join': return join(room, event);
    case 'person/leave': return leave(room, by, at);
    case 'person/remove': return removePerson(room, by, event.who, at);
    case 'studies/add': return addStudies(room, by, event.study_uids);
    case 'studies/withdraw': return withdraw(room, by, event.study_uids);
    case 'mode/set': return setMode(room, by, event.mode);
    case 'freeze/set': return setFreeze(room, by, event.frozen);
    case 'anonymous/set': return setAnonymous(room, by, event.anonymous);
    case 'pixels/release': return releasePixels(room, by, event.series_uid, event.released);
    case 'call/set': return setCall(room, by, event.call);
    case 'view/propose': return propose(room, by, event.view);
    case 'view/accept': return accept(room, by, event.of);
    case 'view/dismiss': return dismiss(room, by, event.of);
    case 'scene/save': return saveScene(room, by, event.scene_id, event.name);
    case 'scene/show': return showScene(room, by, event.scene_id);
    case 'scene/remove': return removeScene(room, by, event.scene_id);
    case 'follow/set': return setFollow(room, by, event.following);
    case 'lead/ask': return askForLead(room, by);
    case 'lead/decline': return decline(room, by, event.of);
    case 'lead/hand-over': return handOver(room, by, event.to);
    case 'lead/take': return takeLead(room, by, at);
    case 'chair/hand-over': return handOverChair(room, by, event.to);
    case 'hand/set': return setHand(room, by, event.raised);
    case 'hand/lower': return lowerHand(room, by, event.of);
    case 'annotation/put': return putAnnotation(room, event);
    case 'annotation/remove': return removeAnnotation(room, by, event.annotation_id);
    case 'annotation/undo': return undo(room, by);
    case 'annotation/redo': return redo(room, by);
    case 'key-image/set': return setKeyImage(room, by, at, event.image, event.key);
    case 'meeting/name': return nameMeeting(room, by, event.meeting);
    case 'case/put': return putCase(room, by, event);
    case 'case/remove': return removeCase(room, by, event.case_id);
    case 'case/move': return moveCase(room, by, event.case_id, event.to);
    case 'case/note': return noteOutcome(room, by, event.case_id, event.outcome);
    case 'case/mark': return markCase(room, by, event.case_id, event.state);
    case 'case/prepare': return prepareCase(room, by, event.case_id, event.view);
    case 'case/show': return showCase(room, by, event.case_id);
    default: return leaderLooks(room, event);
  }
}

/** @param {Room} room @param {ViewEvent & { by: string }} event */
function leaderLooks(room, event) {
  onlyLeader(room, event.by);
  thawed(room);
  if (event.type === 'image/set') {
    shownViewport(room, event.viewport);
    shared(room, event.image.study_uid);
  }
  if (event.type === 'mpr/show' && event.mpr) shared(room, event.mpr.study_uid);
  return look(room, event);
}
