/**
 * The wire of a session: says hello, hands on what arrives in order, notices gaps and silence, and comes back by
 * itself after a lost connection.
 */

/** @import { ImageRef, Pointed, Room, RoomEvent, SentEvent } from '../core/types.js' */

/**
 * @typedef {{ now(): number, setTimeout(run: () => void, ms: number): unknown, clearTimeout(timer: any): void }} Clock
 * @typedef {Pick<WebSocket, 'send' | 'close' | 'readyState' | 'onopen' | 'onmessage' | 'onclose'>} Wire
 *
 * @typedef {object} Listener
 * @property {(me: string, room: Room, at: number) => void} welcomed
 * @property {(room: Room, at: number) => void} renewed  the whole room, after a gap
 * @property {(event: RoomEvent, mine: boolean) => void} happened
 * @property {(title: string, event: SentEvent | undefined) => void} refused
 * @property {(by: string, pointed: Pointed) => void} pointed
 * @property {(by: string, pointed: Pointed) => void} lookedHere
 * @property {(by: string, image: ImageRef | null) => void} looks
 * @property {(reason: string) => void} shownOut  nothing of what was seen may stay
 * @property {(silent: boolean) => void} silent  nothing has been heard for two seconds, or something is heard again
 * @property {(state: 'connecting' | 'live' | 'reconnecting' | 'ended', reason: string) => void} changed
 */

const BACKOFF_MS = [300, 1000, 2000, 4000, 8000];
const HELLO_MS = 10_000;
/** Without a word for so long the server is asked for a sign of life; both together are the two seconds in which a picture may look live. */
const QUIET_MS = 750;
const ANSWER_MS = 1250;
/** A timer that runs so much too late ran on a busy page: what has been said meanwhile is heard first. */
const LATE_MS = 250;
/** After two seconds of silence and so many more the line is dead. */
const DEAD_MS = 5000;
const OPEN = 1;
const POLICY_VIOLATION = 1008;
/** Whoever this is may no longer see what the session shows. */
const NO_RIGHT = 4403;

export class Connection {
  /** @type {Wire | null} */ #wire = null;
  /** @type {unknown} */ #timer = null;
  #seq = -1;
  #live = false;
  #resyncing = false;
  #silent = false;
  #failures = 0;
  #ended = false;
  #nextId = 1;
  /** @type {Map<number, SentEvent>} */ #unanswered = new Map();

  /**
   * @param {() => Wire} open  makes a fresh socket
   * @param {{ key: string, name: string, discipline?: string }} participant
   * @param {Listener} listener
   * @param {Clock} clock
   */
  constructor(open, participant, listener, clock) {
    this.open = open;
    this.participant = participant;
    this.listener = listener;
    this.clock = clock;
  }

  start() {
    this.listener.changed('connecting', '');
    this.#connect();
  }

  /** Events sent and neither accepted nor refused yet. */
  get outstanding() {
    return this.#unanswered.size;
  }

  get isLive() {
    return this.#live;
  }

  /** @param {SentEvent} event @returns {boolean} whether it went out */
  send(event) {
    if (!this.#live) return false;
    const id = this.#nextId++;
    this.#unanswered.set(id, event);
    return this.#say({ type: 'event', id, event });
  }

  /** @param {Pointed} pointed */
  point(pointed) {
    return this.#live && this.#say({ ...pointed, type: 'pointer' });
  }

  /** @param {Pointed} pointed */
  lookHere(pointed) {
    return this.#live && this.#say({ ...pointed, type: 'look-here' });
  }

  /** @param {ImageRef | null} image */
  look(image) {
    return this.#live && this.#say({ type: 'looking', image });
  }

  /** Asks for the whole room; until it comes nothing else counts. */
  resync() {
    this.#resyncing = true;
    this.#say({ type: 'resync' });
  }

  /** Leaves for good. */
  stop() {
    this.#ended = true;
    this.#drop();
  }

  #connect() {
    this.#live = false;
    this.#resyncing = false;
    this.#silent = false;
    this.#unanswered.clear();
    const wire = this.open();
    this.#wire = wire;
    wire.onopen = () => {
      this.#say({ type: 'hello', ...this.participant });
      this.#expect(() => this.#lost(wire, 0, ''), HELLO_MS);
    };
    wire.onmessage = ({ data }) => this.#hear(wire, data);
    wire.onclose = ({ code, reason }) => this.#lost(wire, code, reason);
  }

  /** @param {Wire} wire @param {string} data */
  #hear(wire, data) {
    if (wire !== this.#wire) return;
    this.#expect(() => this.#askForLife(wire), QUIET_MS);
    this.#fall(false);
    const message = JSON.parse(data);
    switch (message.type) {
      case 'welcome': return this.#welcome(message);
      case 'snapshot': return this.#renew(message);
      case 'event': return this.#event(message);
      case 'refused':
        return this.#refused(message);
      case 'pointer': return this.listener.pointed(message.by, pointedIn(message));
      case 'look-here': return this.listener.lookedHere(message.by, pointedIn(message));
      case 'looking': return this.listener.looks(message.by, message.image);
      case 'beat': return message.seq > this.#seq && !this.#resyncing ? this.resync() : undefined;
    }
  }

  /** @param {{ id: number, title: string }} message */
  #refused({ id, title }) {
    const event = this.#unanswered.get(id);
    this.#unanswered.delete(id);
    this.listener.refused(title, event);
  }

  /** @param {{ participant_id: string, room: Room, at: number }} message */
  #welcome({ participant_id, room, at }) {
    this.#live = true;
    this.#failures = 0;
    this.#seq = room.seq;
    this.listener.welcomed(participant_id, room, at);
    this.listener.changed('live', '');
  }

  /** @param {{ room: Room, at: number }} message */
  #renew({ room, at }) {
    const gap = room.seq !== this.#seq;
    this.#seq = room.seq;
    if (this.#resyncing || gap) this.listener.renewed(room, at);
    this.#resyncing = false;
  }

  /** @param {{ seq: number, id: number | null, event: RoomEvent }} message */
  #event({ seq, id, event }) {
    const mine = id !== null && this.#unanswered.delete(id);
    if (this.#resyncing || seq <= this.#seq) return;
    if (seq > this.#seq + 1) {
      this.resync();
      return;
    }
    this.#seq = seq;
    this.listener.happened(event, mine);
  }

  /** @param {Wire} wire */
  #askForLife(wire) {
    this.#say({ type: 'beat' });
    const due = this.clock.now() + ANSWER_MS;
    const unanswered = () => {
      this.#fall(true);
      this.#expect(() => this.#lost(wire, 0, ''), DEAD_MS);
    };
    this.#expect(() => (this.clock.now() - due > LATE_MS ? this.#expect(unanswered, LATE_MS) : unanswered()), ANSWER_MS);
  }

  /** @param {boolean} silent */
  #fall(silent) {
    if (this.#silent === silent) return;
    this.#silent = silent;
    this.listener.silent(silent);
  }

  /** @param {Wire} wire @param {number} code @param {string} reason */
  #lost(wire, code, reason) {
    if (wire !== this.#wire) return;
    this.#drop();
    if (this.#ended) return;
    if (code === POLICY_VIOLATION || code === NO_RIGHT) {
      this.#ended = true;
      if (code === NO_RIGHT) this.listener.shownOut(reason);
      this.listener.changed('ended', reason || 'The server closed this connection.');
      return;
    }
    this.listener.changed('reconnecting', '');
    const wait = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 8000;
    this.#failures += 1;
    this.#expect(() => this.#connect(), wait);
  }

  #drop() {
    const wire = this.#wire;
    this.#wire = null;
    this.#live = false;
    this.clock.clearTimeout(this.#timer);
    if (!wire) return;
    wire.onopen = wire.onmessage = wire.onclose = null;
    wire.close();
  }

  /** One timer at a time: whatever is expected next. @param {() => void} run @param {number} ms */
  #expect(run, ms) {
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(run, ms);
  }

  /** @param {object} message */
  #say(message) {
    if (this.#wire?.readyState !== OPEN) return false;
    this.#wire.send(JSON.stringify(message));
    return true;
  }
}

/** @param {Pointed} message @returns {Pointed} */
function pointedIn({ viewport, image, point, place = null }) {
  return { viewport, image, point, place };
}
