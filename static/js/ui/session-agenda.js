/** <session-agenda>: the cases of the meeting in their order, which is shown, and what came of each. */

/** @import { Case, Patient, Room } from '../core/types.js' */
/** @import { Action, ViewerStore } from '../state/viewer.js' */

import { PASS } from '../core/http.js';
import { dateText, sexText } from '../core/wording.js';
import { findStudies } from '../dicomweb/queries.js';
import { isSamePerson } from '../state/select.js';
import { leads, mayDirect } from '../state/viewer.js';
import { make } from './build.js';
import { commandButton } from './command-button.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

const STATES = { waiting: '', shown: 'on the screen', discussed: 'discussed' };

export class SessionAgenda extends LiveElement {
  /** @type {Record<string, Patient | null>} by study; null: asked for */ #patients = {};
  #list = make('ol', { class: 'cases', 'data-testid': 'agenda', 'aria-label': 'Cases of this meeting' });

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const name = keyed(store, make('input', { type: 'text', class: 'meeting-name', maxlength: '64', placeholder: 'Name of this meeting', 'aria-label': 'Name of this meeting', 'data-testid': 'meeting-name' }), 'meeting-name');
    const count = make('span', { class: 'case-count', 'data-testid': 'case-count' });
    const turn = make('div', { class: 'case-turn' }, commandButton(store, 'previous-case', { words: false }), count, commandButton(store, 'next-case', { words: false }));
    const add = commandButton(store, 'add-case');
    this.append(name, turn, this.#list, make('div', { class: 'lead-actions' }, add));
    name.addEventListener('change', () => store.dispatch({ type: 'meeting/name', meeting: name.value.trim() }), { signal: life });
    store.watch(({ session, studies }) => [session?.room?.cases, session?.room?.case, session?.room?.meeting, session?.room?.leader, session?.room?.chair, session?.connection, session?.ready, studies], () => {
      const { session } = store.get();
      const room = session?.connection === 'live' ? session.room : null;
      this.hidden = !room;
      if (!room) return;
      const directs = mayDirect(session) && !room.people[session?.me ?? '']?.guest;
      if (document.activeElement !== name) name.value = room.meeting;
      name.readOnly = !directs;
      name.hidden = !directs && !room.meeting;
      turn.hidden = room.cases.length === 0;
      add.hidden = !directs || PASS !== '';
      const at = room.cases.findIndex(({ case_id }) => case_id === room.case);
      count.textContent = at < 0 ? `${room.cases.length} ${room.cases.length === 1 ? 'case' : 'cases'}` : `Case ${at + 1} of ${room.cases.length}`;
      this.#show(room, directs);
      this.#learn(room);
    }, { signal: life });
  }

  /** Whoever writes is not interrupted: their item stays, the others are made anew. @param {Room} room @param {boolean} directs */
  #show(room, directs) {
    const writing = document.activeElement?.closest('[data-case]');
    const items = room.cases.map((one, i) => (
      writing instanceof HTMLElement && this.contains(writing) && document.activeElement instanceof HTMLTextAreaElement && writing.dataset.case === one.case_id
        ? writing : this.#item(room, one, i, directs)));
    const focused = document.activeElement instanceof HTMLElement && this.contains(document.activeElement) ? document.activeElement : null;
    const [id, what] = [focused?.closest('[data-case]')?.getAttribute('data-case'), focused?.dataset.testid];
    this.#list.replaceChildren(...items);
    if (focused && !focused.isConnected) this.#focus(id ?? '', what ?? '');
  }

  /** @param {string} id @param {string} what */
  #focus(id, what) {
    const found = this.#list.querySelector(`[data-case="${CSS.escape(id)}"] [data-testid="${CSS.escape(what)}"]`);
    if (found instanceof HTMLElement) found.focus();
  }

  /** @param {Room} room @param {Case} one @param {number} i @param {boolean} directs */
  #item(room, one, i, directs) {
    const { session } = this.store.get();
    const { case_id: id, question, state, outcome } = one;
    const patient = this.#patientOf(one);
    const show = this.#button('', 'show-case', { type: 'case/show', case_id: id }, leads(session) ? `Show case ${i + 1} to everybody` : `Case ${i + 1}`);
    show.className = 'case-name';
    show.append(make('span', { class: 'case-number' }, String(i + 1)), make('span', {}, patient ? patient.name || 'No name' : '…'));
    show.setAttribute('aria-disabled', String(!leads(session) || room.case === id));
    const facts = [patient && [dateText(patient.birth_date), sexText(patient.sex)].filter(Boolean).join('  '), this.#mixed(one) && 'studies of different people'].filter(Boolean);
    const ready = Boolean(session?.ready[id]);
    const said = STATES[state] || (ready ? 'ready' : one.view ? 'prepared' : '');
    const note = make('textarea', { rows: '1', maxlength: '1000', placeholder: 'Outcome', 'aria-label': `Outcome of case ${i + 1}`, 'data-testid': 'case-outcome' });
    keyed(this.store, note, 'case-outcome', `Outcome of case ${i + 1}`);
    note.value = outcome;
    note.readOnly = Boolean(room.people[session?.me ?? '']?.guest);
    note.addEventListener('change', () => this.store.dispatch({ type: 'case/note', case_id: id, outcome: note.value }));
    const item = make('li', { class: 'case', 'data-testid': 'case', 'data-case': id, 'data-state': state, 'data-ready': ready, 'aria-current': room.case === id ? 'true' : 'false' },
      show, make('span', { class: 'case-state' }, said),
      make('p', { class: 'case-facts' }, ...facts.map((fact) => make('span', {}, String(fact)))),
      ...(question ? [make('p', { class: 'case-question' }, question)] : []), note);
    if (directs) item.append(this.#actions(room, one, i));
    return item;
  }

  /** @param {Room} room @param {Case} one @param {number} i */
  #actions(room, { case_id, state }, i) {
    const actions = make('span', { class: 'case-actions' });
    const add = (/** @type {string} */ text, /** @type {string} */ id, /** @type {Action} */ action, /** @type {string} */ title) => actions.append(this.#button(text, id, action, title));
    if (i > 0) add('↑', 'case-earlier', { type: 'case/move', case_id, to: i - 1 }, `Case ${i + 1} earlier`);
    if (i < room.cases.length - 1) add('↓', 'case-later', { type: 'case/move', case_id, to: i + 1 }, `Case ${i + 1} later`);
    if (room.case === case_id) return actions;
    if (state === 'discussed') add('Again', 'case-again', { type: 'case/mark', case_id, state: 'waiting' }, `Case ${i + 1} is still to be discussed`);
    else add('Done', 'case-done', { type: 'case/mark', case_id, state: 'discussed' }, `Case ${i + 1} has been discussed`);
    add('×', 'case-remove', { type: 'case/remove', case_id }, `Take case ${i + 1} off the agenda`);
    return actions;
  }

  /** @param {string} text @param {string} id @param {Action} action @param {string} title */
  #button(text, id, action, title) {
    // a sign alone has no name of its own
    const button = make('button', { type: 'button', class: 'quiet', 'data-testid': id, ...(text && !/\w/.test(text) && { 'aria-label': title }) }, text);
    keyed(this.store, button, id === 'case-again' ? 'case-done' : id, title);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') this.store.dispatch(action);
    });
    return button;
  }

  /** @param {Case} one */
  #patientOf({ study_uids: [first = ''] }) {
    return this.store.get().studies[first]?.patient ?? this.#patients[first] ?? null;
  }

  /** Are a case's studies of different people, as far as is known? @param {Case} one */
  #mixed({ study_uids }) {
    const known = study_uids.map((uid) => this.store.get().studies[uid]?.patient ?? this.#patients[uid]).filter((patient) => patient != null);
    const [first, ...others] = known;
    return first !== undefined && others.some((other) => !isSamePerson(first, other));
  }

  /** Asks whose the cases are that nobody has opened yet; without names one study may be asked for at a time. @param {Room} room */
  async #learn(room) {
    const { studies } = this.store.get();
    const unknown = [...new Set(room.cases.flatMap(({ study_uids }) => study_uids))].filter((uid) => !studies[uid] && !(uid in this.#patients));
    if (unknown.length === 0) return;
    for (const uid of unknown) this.#patients[uid] = null;
    const queries = PASS ? unknown : [unknown.join(',')];
    for (const uids of queries) {
      const found = await findStudies({ StudyInstanceUID: uids, limit: '200' }).catch(() => []);
      for (const { study_uid, patient } of found) this.#patients[study_uid] = patient;
    }
    const { session } = this.store.get();
    if (!session?.room || !this.isConnected) return;
    this.#show(session.room, mayDirect(session) && !session.room.people[session.me ?? '']?.guest);
  }
}
