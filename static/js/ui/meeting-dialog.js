/** <meeting-dialog>: puts a study on the agenda of a meeting that there is, or begins one with it. */

/** @import { Study } from '../core/types.js' */
/** @import { FoundSession } from '../sessions/directory.js' */
/** @import { WorklistStore } from '../state/worklist.js' */

import { titleOf } from '../core/http.js';
import { counted, dateText } from '../core/wording.js';
import { addCase, createMeeting, createSession, findSessions } from '../sessions/directory.js';
import { expose, make, write } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';
import { tell } from './tip.js';

export class MeetingDialog extends LiveElement {
  #about = make('p', { class: 'muted' });
  #question = make('input', { type: 'text', name: 'question', maxlength: '500', autocomplete: 'off', 'data-testid': 'case-question' });
  #prior = make('input', { type: 'checkbox', name: 'prior', 'data-testid': 'case-prior' });
  #withPrior = make('label', { class: 'check' }, this.#prior, 'With the newest other study of this person');
  #meetings = make('ul', { class: 'meetings', 'aria-label': 'Meetings of the last two weeks', 'data-testid': 'meetings' });
  #name = make('input', { type: 'text', name: 'meeting', maxlength: '80', autocomplete: 'off', placeholder: 'Lung MDT', 'data-testid': 'meeting-name' });
  #said = make('p', { role: 'status', 'data-testid': 'meeting-said' });
  #dialog = make('dialog', { class: 'meeting', 'aria-label': 'Add to a meeting', 'data-testid': 'meeting-dialog' });
  /** @type {Study[]} */ #studies = [];

  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const act = (/** @type {string} */ id, /** @type {string} */ text, /** @type {() => Promise<void>} */ run) => {
      const button = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': id }, text), `list-${id}`);
      button.addEventListener('click', () => this.#try(run), { signal: life });
      return button;
    };
    const close = keyed(store, make('button', { type: 'button', class: 'quiet' }, 'Close'), 'list-meeting-close');
    keyed(store, this.#question, 'list-question');
    keyed(store, this.#prior, 'list-with-prior');
    keyed(store, this.#name, 'list-meeting-name');
    this.#dialog.replaceChildren(
      make('div', { class: 'dialog-head' }, make('h2', {}, 'Add to a meeting'), close), this.#about,
      make('label', {}, 'Question for the meeting', this.#question), this.#withPrior,
      make('h3', {}, 'To a meeting that there is'), this.#meetings,
      make('h3', {}, 'To a new one'),
      make('label', {}, 'Name', this.#name),
      make('div', { class: 'dialog-actions' },
        act('meeting-begin', 'Make an agenda', () => this.#begin()),
        act('meeting-now', 'Look together now', () => this.#now())),
      this.#said);
    this.replaceChildren(this.#dialog);
    close.addEventListener('click', () => this.#dialog.close(), { signal: life });
    this.#name.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#try(() => this.#begin());
    }, { signal: life });
  }

  /** @param {Study} study @param {Study | undefined} prior */
  open(study, prior) {
    this.#studies = prior ? [study, prior] : [study];
    this.#about.textContent = [study.patient.name || 'No name', dateText(study.date), study.modalities.join(' '), study.description].filter(Boolean).join('  ·  ');
    this.#question.value = '';
    this.#prior.checked = Boolean(prior);
    this.#withPrior.hidden = !prior;
    this.#said.replaceChildren();
    this.#meetings.replaceChildren(make('li', { class: 'muted' }, 'Looking which there are…'));
    this.#dialog.showModal();
    this.#question.focus();
    this.#try(async () => this.#list(await findSessions()));
  }

  /** @param {FoundSession[]} found */
  #list(found) {
    const rows = found.map((session, i) => {
      const name = nameOf(session);
      const facts = [counted(session.cases, 'case'), session.people.length > 0 ? `${session.people.length} there now` : ''].filter(Boolean).join(', ');
      const add = make('button', { type: 'button', class: 'meeting-choice', 'data-testid': 'meeting-add' },
        make('span', {}, name), make('span', { class: 'muted' }, facts));
      const title = `Put this study on the agenda of ${name}`;
      if (i < 9) keyed(this.store, add, `list-meeting-${i + 1}`, title);
      else tell(add, title, ['Enter']);
      add.addEventListener('click', () => this.#try(async () => {
        expose(add, { 'aria-busy': 'true' });
        const { cases } = await addCase(session.session_id, this.#uids(), this.#question.value).finally(() => add.removeAttribute('aria-busy'));
        this.#tell(`Case ${cases} of ${name}.`, session.address);
      }));
      return make('li', {}, add);
    });
    this.#meetings.replaceChildren(...(rows.length > 0 ? rows : [make('li', { class: 'muted' }, 'There is none in the last two weeks.')]));
  }

  async #begin() {
    const name = this.#name.value.trim();
    if (!name) {
      this.#name.focus();
      return this.#tell('Give the new meeting a name.');
    }
    const { address } = await createMeeting(name, this.#uids(), this.#question.value);
    this.#tell(`${name} has this study as its first case.`, address);
    this.#list(await findSessions());
  }

  async #now() {
    const { address } = await createSession(this.#uids());
    location.assign(address);
  }

  #uids() {
    return this.#studies.slice(0, this.#prior.checked ? 2 : 1).map(({ study_uid }) => study_uid);
  }

  /** @param {string} text @param {string} [address]  of the meeting */
  #tell(text, address) {
    expose(this.#said, { 'data-problem': null });
    this.#said.replaceChildren(text, ...(address ? [' ', keyed(this.store, make('a', { href: address }, 'Open it'), 'list-meeting-open')] : []));
  }

  /** @param {() => Promise<void> | void} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      expose(this.#said, { 'data-problem': '' });
      write(this.#said, titleOf(error));
    }
  }
}

/** @param {FoundSession} session */
function nameOf({ meeting, begun_at }) {
  const begun = new Date(begun_at);
  const day = dateText([begun.getFullYear(), begun.getMonth() + 1, begun.getDate()].map((part) => String(part).padStart(2, '0')).join(''));
  return meeting || `Session of ${day} ${begun.toTimeString().slice(0, 5)}`;
}
