/** Joins the store to a session: a leader's view goes out, the room's events come in. */

/** @import { Discipline, MarkEvent, Pointed, Room, RoomEvent, SentEvent, View } from '../core/types.js' */
/** @import { Clock, Listener } from '../sessions/socket.js' */
/** @import { Participant } from '../sessions/participant.js' */
/** @import { Action, ViewerState, ViewerStore } from './viewer.js' */

import { PASS, titleOf } from '../core/http.js';
import { toPatient } from '../core/space.js';
import { apply } from '../sessions/apply.js';
import { differences } from '../sessions/differences.js';
import { look, viewOf } from '../sessions/room.js';
import { Connection } from '../sessions/socket.js';
import { Refused } from '../sessions/refused.js';
import { toolNamed } from '../tools/index.js';
import { sharedView } from './cameras.js';
import { frameOf, imageIn } from './select.js';
import { leads, showsAnything } from './viewer.js';

const STALE_MS = 2000;
const POINTER_MS = 34;
const LOOKING_MS = 500;

/**
 * @typedef {object} Outside  everything of the browser that sharing touches
 * @property {Clock} clock
 * @property {(run: () => void) => void} nextFrame
 * @property {(sessionId: string) => WebSocket} openSocket
 * @property {(studyUids: string[]) => Promise<{ session_id: string, address: string }>} createSession
 * @property {(address: string) => void} showAddress
 * @property {Participant} participant
 * @property {(participant: Participant) => void} keepParticipant
 */

export class Sharing {
  /** @type {Connection | null} */ #connection = null;
  /** @type {View | null} what the room will show once it has all that was sent */ #sent = null;
  /** @type {Pointed | null} where this person points */ #pointed = null;
  /** @type {Map<string, MarkEvent & { annotation_id: string }>} sent or not, nobody has confirmed them */ #marks = new Map();
  #lookingDue = false;
  #flushDue = false;
  #pointerDue = false;
  /** @type {Pointed | null} waiting to be sent */ #pointer = null;

  /** @param {ViewerStore} store @param {Outside} outside @param {AbortSignal} signal */
  constructor(store, outside, signal) {
    this.store = store;
    this.outside = outside;
    store.listen((action) => this.#hear(action), { signal });
    store.watch((state) => [state.view, state.mpr, state.cross, state.sizes, state.session?.room], () => this.#flushSoon(), { signal });
    store.watch((state) => [state.view.viewports[state.view.active_viewport]?.image, state.session?.connection], () => this.#lookSoon(), { signal });
    store.watch((state) => state.session?.following, () => this.#tellFollowing(), { signal });
    signal.addEventListener('abort', () => this.#connection?.stop());
  }

  /** @param {Action} action */
  #hear(action) {
    switch (action.type) {
      case 'session/enter': return action.connection === 'connecting' ? this.#connect() : undefined;
      case 'session/name': return this.#named(action.name, action.discipline ?? 'other');
      case 'session/leave': return this.#leave();
      case 'annotation/put': case 'annotation/remove': return this.#mark(action);
      case 'lead/ask': case 'lead/take': case 'lead/hand-over': case 'lead/decline': case 'chair/hand-over':
      case 'meeting/name': case 'case/put': case 'case/remove': case 'case/move': case 'case/note': case 'case/mark': case 'case/prepare': case 'case/show':
      case 'hand/set': case 'hand/lower': case 'person/remove': case 'studies/add': case 'mode/set': case 'freeze/set': case 'anonymous/set': case 'pixels/release': case 'call/set':
      case 'view/propose': case 'view/accept': case 'view/dismiss': case 'scene/save': case 'scene/show':
      case 'scene/remove': case 'annotation/undo': case 'annotation/redo': case 'key-image/set':
        return this.#send(action);
      case 'look/here': return this.#lookHere();
      case 'pointer/move': return this.#point(action);
      case 'tool/set': return this.#stopPointing(action.tool);
    }
  }

  /** Enters a session, or makes one around the opened studies; a person without a name is asked for it first. @param {string | null} sessionId */
  enter(sessionId) {
    const connection = this.outside.participant.name ? 'connecting' : 'naming';
    this.store.dispatch({ type: 'session/enter', session_id: sessionId, connection });
  }

  /** @param {string} name @param {Discipline} discipline */
  #named(name, discipline) {
    this.outside.participant = { ...this.outside.participant, name, discipline };
    this.outside.keepParticipant(this.outside.participant);
    this.enter(this.store.get().session?.session_id ?? null);
  }

  async #connect() {
    this.#connection?.stop();
    try {
      const sessionId = this.store.get().session?.session_id ?? await this.#create();
      if (!this.store.get().session) return;
      const open = () => this.outside.openSocket(sessionId);
      this.#connection = new Connection(open, this.outside.participant, this.#listener(sessionId), this.outside.clock);
      this.#connection.start();
    } catch (error) {
      this.store.dispatch({ type: 'session/leave' });
      this.store.dispatch({ type: 'notice/set', text: `The session could not be started. ${titleOf(error)}` });
    }
  }

  async #create() {
    const { session_id, address } = await this.outside.createSession(this.store.get().opened);
    this.outside.showAddress(address);
    return session_id;
  }

  #leave() {
    this.#connection?.stop();
    this.#connection = null;
    this.#sent = null;
    this.#marks.clear();
    if (!PASS) this.outside.showAddress(`/viewer?StudyInstanceUIDs=${this.store.get().opened.join(',')}`);
  }

  /** @param {string} sessionId @returns {Listener} */
  #listener(sessionId) {
    const { store, outside } = this;
    /** @param {string} me @param {Room} room @param {number} at */
    const take = (me, room, at) => {
      this.#sent = null;
      store.dispatch({ type: 'session/room', me, room: { ...room, session_id: PASS ? room.session_id : sessionId }, offset: at - outside.clock.now() });
      this.#tellFollowing();
      for (const mark of this.#marks.values()) this.#send(mark);
    };
    return {
      welcomed: take,
      renewed: (room, at) => take(store.get().session?.me ?? '', room, at),
      happened: (event, mine) => {
        if (mine && 'annotation_id' in event) this.#marks.delete(event.annotation_id);
        this.#happened(event, mine);
      },
      refused: (title, event) => {
        if (event && 'annotation_id' in event) this.#marks.delete(event.annotation_id);
        this.#sent = null;
        store.dispatch({ type: 'session/refused', title });
      },
      pointed: (by, pointed) => store.dispatch({ type: 'session/pointer', by, pointer: { ...pointed, at: outside.clock.now() } }),
      lookedHere: (by, pointed) => this.#pulse(by, pointed),
      shownOut: (reason) => store.dispatch({ type: 'session/cleared', reason }),
      looks: (by, image) => store.dispatch({ type: 'session/looking', by, image }),
      silent: (stale) => store.dispatch({ type: 'session/stale', stale }),
      changed: (connection, reason) => {
        const before = store.get().session?.connection;
        store.dispatch({ type: 'session/connection', connection, reason });
        if (connection === 'live') this.#flushSoon();
        else if (connection === 'ended' && PASS) store.dispatch({ type: 'session/cleared', reason });
        else if (before === 'live') outside.clock.setTimeout(() => this.#grey(), STALE_MS);
      },
    };
  }

  /** @param {RoomEvent} event @param {boolean} mine */
  #happened(event, mine) {
    const before = this.store.get().session?.room;
    if (!before) return;
    try {
      this.store.dispatch({ type: 'session/event', event, mine, room: apply(before, event) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // the server accepted what this room refuses: they are not the same room any more
      this.#connection?.resync();
    }
  }

  #grey() {
    if (!this.#connection?.isLive) this.store.dispatch({ type: 'session/stale', stale: true });
  }

  #flushSoon() {
    if (this.#flushDue || !this.#connection?.isLive) return;
    this.#flushDue = true;
    this.outside.nextFrame(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  /** A leader's newest view goes out: the state it has come to, not the way there. */
  #flush() {
    const state = this.store.get();
    const { session, view } = state;
    if (!this.#connection?.isLive || !session?.room || !leads(session)) {
      this.#sent = null;
      return;
    }
    if (!this.#sent || this.#connection.outstanding === 0) this.#sent = viewOf(session.room);
    if (!showsAnything(view)) return;
    for (const event of differences(this.#sent, sharedView(state))) {
      if (!this.#send(event)) return;
      this.#sent = { ...this.#sent, ...look(this.#sent, event) };
    }
  }

  #tellFollowing() {
    const { session } = this.store.get();
    if (!session?.me || !session.room || leads(session) || !this.#connection?.isLive) return;
    const { following } = session;
    if (session.room.people[session.me]?.following !== following) this.#send({ type: 'follow/set', following });
  }

  /** @param {SentEvent} event */
  #send(event) {
    return this.#connection?.send(event) ?? false;
  }

  /** A mark is kept here until the server has confirmed it, over any number of lost connections. @param {MarkEvent & { annotation_id: string }} event */
  #mark(event) {
    if (!this.store.get().session) return;
    this.#marks.set(event.annotation_id, event);
    this.#send(event);
  }

  /** Draws everybody's eyes to where this person pointed last, or to the middle of their image. */
  #lookHere() {
    const state = this.store.get();
    const here = this.#pointed ?? inTheMiddle(state);
    if (!here || !state.session?.me) return;
    const pointed = placedInPatient(state, here);
    if (this.#connection?.lookHere(pointed)) this.#pulse(state.session.me, pointed);
  }

  /** @param {string} by @param {Pointed} pointed */
  #pulse(by, pointed) {
    this.store.dispatch({ type: 'session/pulse', by, pulse: { ...pointed, at: this.outside.clock.now() } });
  }

  /** The others may see what this person looks at: now and then, the newest. */
  #lookSoon() {
    if (this.#lookingDue || !this.#connection?.isLive) return;
    this.#lookingDue = true;
    this.outside.clock.setTimeout(() => {
      this.#lookingDue = false;
      const state = this.store.get();
      this.#connection?.look(imageIn(state, state.view.active_viewport));
    }, LOOKING_MS);
  }

  /** Another tool in the hand: the pointer goes away at once. @param {string} tool */
  #stopPointing(tool) {
    const last = this.#pointed;
    this.#pointed = null;
    if (last && !toolNamed(tool).points) this.#point({ ...last, point: null, place: null });
  }

  /** At most thirty a second, the newest last. @param {Pointed} move */
  #point(move) {
    this.#pointer = move;
    this.#pointed = move.point || move.place ? move : null;
    if (this.#pointerDue) return;
    this.#pointerDue = true;
    this.#sayPointer();
  }

  #sayPointer() {
    const move = this.#pointer;
    this.#pointer = null;
    if (!move) {
      this.#pointerDue = false;
      return;
    }
    this.#connection?.point(placedInPatient(this.store.get(), move));
    this.outside.clock.setTimeout(() => this.#sayPointer(), POINTER_MS);
  }
}

/** The same with the place in the patient, where the image tells it; a pointer taken away is nowhere. @param {ViewerState} state @param {Pointed} pointed @returns {Pointed} */
function placedInPatient(state, { viewport, image, point, place }) {
  const frame = point && frameOf(state, image);
  const there = frame && toPatient(frame, { x: point[0], y: point[1] });
  const found = there && { frame_of_reference_uid: frame.plane?.frame_of_reference ?? '', point: there };
  return { viewport, image, point, place: found?.frame_of_reference_uid ? found : place };
}

/** @param {ViewerState} state @returns {Pointed | null} */
function inTheMiddle(state) {
  const viewport = state.view.active_viewport;
  const image = state.displayed[viewport]?.image ?? imageIn(state, viewport);
  const frame = frameOf(state, image);
  return frame && { viewport, image, point: [frame.columns / 2, frame.rows / 2], place: null };
}
