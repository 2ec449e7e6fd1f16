/** A session that is over, shown again: loaded for an address with `?replay=`. */

/** @import { ViewerStore } from './state/viewer.js' */

import { seeAsOthersDo } from './state/cameras.js';
import { readRecord, readRoomAt, recordAddress } from './sessions/directory.js';
import { roomsAfter } from './sessions/replaying.js';
import { TimeLine } from './ui/time-line.js';

/** Puts the time line beside the images; answers the studies to open. @param {ViewerStore} store @param {(place: string, element: HTMLElement) => void} put @param {string} sessionId @param {string | null} at  where to begin: a time, or ms since 1970 */
export async function replay(store, put, sessionId, at) {
  const [record, empty] = await Promise.all([readRecord(sessionId), readRoomAt(sessionId, 0)]);
  customElements.define('time-line', TimeLine);
  seeAsOthersDo(store, new AbortController().signal);
  const moment = at === null ? NaN : /^\d+$/.test(at) ? Number(at) : Date.parse(at);
  put('panel', new TimeLine(store, record, roomsAfter(empty, record.events), recordAddress(sessionId), Number.isFinite(moment) ? moment : null));
  return record.study_uids;
}
