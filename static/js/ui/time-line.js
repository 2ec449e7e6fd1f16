/** <time-line>: a session that is over, moment by moment: a slider, what happened in words, and who was there. */

/** @import { Room } from '../core/types.js' */
/** @import { Line, Record as SessionRecord } from '../sessions/replaying.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { countUntil } from '../sessions/replaying.js';
import { expose, make, write } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';

const STEP_MS = 100;
const SPEEDS = [1, 4, 16];

/** What each kind of event is in words; the others are told by what they changed. @type {Record<string, string>} */
export const WORDS = {
  'person/join': 'came', 'person/leave': 'went', 'person/remove': 'removed', 'image/set': 'turned pages', 'presentation/set': 'changed window or zoom',
  'layout/set': 'changed the layout', 'viewport/activate': 'went to another viewport', 'mpr/show': 'moved the planes', 'studies/add': 'brought a study',
  'studies/withdraw': 'a study was withdrawn', 'mode/set': 'called back or let go', 'freeze/set': 'froze or let go', 'anonymous/set': 'hid or showed names', 'view/propose': 'proposed a view',
  'view/accept': 'showed the proposal of', 'view/dismiss': 'put aside a proposal', 'scene/save': 'kept a scene', 'scene/show': 'showed a scene',
  'scene/remove': 'removed a scene', 'follow/set': 'looked around, or came back', 'lead/ask': 'asked for the lead', 'lead/decline': 'said not now to',
  'lead/hand-over': 'handed over to', 'lead/take': 'took the lead', 'chair/hand-over': 'gave the chair to', 'hand/set': 'raised or lowered a hand',
  'hand/lower': 'called upon', 'annotation/put': 'shared a measurement', 'annotation/remove': 'took a measurement back', 'key-image/set': 'marked a key image', 'pixels/release': 'showed pixels that may name the patient, or held them back', 'call/set': 'said where the call is',
  'meeting/name': 'named the meeting', 'case/put': 'put a case on the agenda', 'case/remove': 'took a case off the agenda', 'case/move': 'moved a case',
  'case/note': 'noted an outcome', 'case/mark': 'marked a case', 'case/prepare': 'prepared a case', 'case/show': 'showed the next case',
  'annotation/undo': 'took back a step', 'annotation/redo': 'did it again',
};

export class TimeLine extends LiveElement {
  #slider = make('input', { type: 'range', step: String(STEP_MS), 'aria-label': 'Moment of the session', 'data-testid': 'replay-slider' });
  #clock = make('output', { 'data-testid': 'replay-clock' });
  #timer = 0;

  /** @param {ViewerStore} store @param {SessionRecord} record @param {Room[]} rooms @param {string} address of the record as a file @param {number | null} at  where to begin */
  constructor(store, record, rooms, address, at) {
    super();
    this.store = store;
    this.record = record;
    this.rooms = rooms;
    this.address = address;
    this.at = at;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { begun_at: first, events, attendance, time_line, cases } = this.record;
    const last = stepAfter(events.at(-1)?.at ?? first);
    const options = { signal: life };
    // the slider's steps are counted from its beginning
    this.#slider.min = String(stepAfter(first) - STEP_MS);
    this.#slider.max = String(last);
    const { store } = this;
    const play = keyed(store, make('button', { type: 'button', class: 'primary', 'data-testid': 'replay-play' }, 'Play'), 'replay-play');
    const speed = keyed(store, make('select', { 'aria-label': 'Speed' }, ...SPEEDS.map((times) => make('option', { value: String(times) }, `${times}×`))), 'replay-speed');
    const save = keyed(store, make('a', { href: this.address, download: '', 'data-testid': 'replay-save' }, 'Save as JSON'), 'replay-save');
    keyed(store, this.#slider, 'replay-slider');
    listenToPanel(this, store, life);
    const lines = time_line.map((line) => this.#line(line));
    this.append(
      make('header', { class: 'panel-head' }, make('h2', {}, 'What happened'), save),
      make('div', { class: 'replay-clock' }, this.#clock, play, speed), this.#slider,
      make('ol', { class: 'time-lines', 'aria-label': 'What happened' }, ...lines.map(({ item }) => item)),
      ...(cases.length > 0 ? [make('h3', {}, 'Cases'), make('ol', { 'data-testid': 'cases-discussed' }, ...cases.map(caseItem))] : []),
      make('h3', {}, 'Who was there'),
      make('ul', { 'data-testid': 'attendance' }, ...attendance.map(({ name, discipline, present_ms }) => (
        make('li', {}, `${name}${discipline === 'other' ? '' : `, ${discipline}`}: ${minutes(present_ms)}`)))));
    const show = () => {
      const count = countUntil(events, Number(this.#slider.value));
      write(this.#clock, clockText(Number(this.#slider.value)));
      expose(this, { 'data-seq': String(count) });
      lines.forEach(({ line, item }) => expose(item, { 'data-now': line.seq <= count ? '' : null }));
      const room = this.rooms[count];
      if (room && this.store.get().replayed !== room) this.store.dispatch({ type: 'replay/show', room });
    };
    const stop = () => {
      clearInterval(this.#timer);
      this.#timer = 0;
      write(play, 'Play');
    };
    this.#slider.addEventListener('input', show, options);
    play.addEventListener('click', () => {
      if (this.#timer) return stop();
      write(play, 'Pause');
      if (Number(this.#slider.value) >= last) this.#slider.value = this.#slider.min;
      this.#timer = window.setInterval(() => {
        this.#slider.value = String(Number(this.#slider.value) + STEP_MS * Number(speed.value));
        show();
        if (Number(this.#slider.value) >= last) stop();
      }, STEP_MS);
    }, options);
    this.addEventListener('click', (event) => {
      const at = /** @type {HTMLElement} */ (event.target).closest('button')?.getAttribute('data-at');
      if (!at) return;
      this.#slider.value = at;
      show();
    }, options);
    life.addEventListener('abort', stop);
    this.#slider.value = String(stepAfter(this.at ?? last));
    show();
  }

  /** @param {Line} line */
  #line(line) {
    const what = [line.name, WORDS[line.type] ?? line.type, line.whom ?? '', line.count > 1 ? `(${line.count})` : ''].filter(Boolean).join(' ');
    const at = stepAfter(line.until ?? line.at);
    const go = make('button', { type: 'button', class: 'quiet', 'data-at': String(at), 'data-testid': 'time-line' }, `${clockText(line.at)}  ${what}`);
    keyed(this.store, go, 'time-line');
    return { line, item: make('li', {}, go) };
  }
}

/** @param {SessionRecord['cases'][number]} told */
function caseItem({ question, outcome, shown, attendance }) {
  const first = shown[0]?.from;
  const when = first ? `${clockText(first)}, ${attendance.length} there` : 'not shown';
  return make('li', {}, `${question || 'No question'} (${when})`, make('p', { class: 'outcome' }, outcome || 'No outcome noted'));
}

/** The slider's step by which a moment has been. @param {number} at */
function stepAfter(at) {
  return Math.ceil(at / STEP_MS) * STEP_MS;
}

/** @param {number} at */
function clockText(at) {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** @param {number} ms */
function minutes(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
