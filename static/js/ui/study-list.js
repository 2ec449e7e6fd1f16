/** <study-list>: the studies found, as a table for mouse and keyboard. */

/** @import { Study } from '../core/types.js' */
/** @import { WorklistState, WorklistStore } from '../state/worklist.js' */

import { dateText, patientId, timeText } from '../core/wording.js';
import { LIMIT } from '../state/worklist.js';
import { expose, make, write } from './build.js';
import { LiveElement } from './live-element.js';

/** @type {[string, string, (study: Study) => string][]} */
const COLUMNS = [
  ['patient', 'Patient', ({ patient }) => patient.name || 'No name'],
  ['id', 'NHS or hospital no.', ({ patient }) => patientId(patient.id)],
  ['birth', 'Born', ({ patient }) => dateText(patient.birth_date)],
  ['sex', 'Sex', ({ patient }) => patient.sex],
  ['date', 'Study date', ({ date, time }) => `${dateText(date)}  ${timeText(time)}`.trim()],
  ['modalities', 'Modality', ({ modalities }) => modalities.join(' ')],
  ['description', 'Description', ({ description }) => description],
  ['accession', 'Accession', ({ accession }) => accession],
  ['series-count', 'Series', (study) => String(study.series_count || '')],
  ['instance-count', 'Images', (study) => String(study.instance_count || '')],
];

export class StudyList extends LiveElement {
  #rows = make('tbody');

  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const said = make('p', { class: 'list-state', role: 'status', 'data-testid': 'list-state' });
    const head = make('tr', {}, ...COLUMNS.map(([name, title]) => make('th', { scope: 'col', class: name }, title)));
    const table = make('table', { 'aria-label': 'Studies', 'data-testid': 'studies' }, make('thead', {}, head), this.#rows);
    this.append(said, make('div', { class: 'list-scroll' }, table));
    store.watch((state) => [state.status, state.studies, state.problem], () => {
      const state = store.get();
      write(said, sentence(state));
      expose(this, { 'data-state': state.status, 'aria-busy': String(state.status === 'loading') });
    }, { signal: life });
    store.watch(({ studies }) => studies, (studies) => {
      this.#rows.replaceChildren(...studies.map((study, i) => this.#row(study, i)));
      this.#mark(store.get().current);
    }, { signal: life });
    store.watch(({ current }) => current, (current) => this.#mark(current), { signal: life });
    document.addEventListener('keydown', (event) => this.#key(event), { signal: life });
  }

  /** @param {Study} study @param {number} number */
  #row(study, number) {
    const cells = COLUMNS.map(([name, , read], i) => (i === 0
      ? make('th', { scope: 'row', class: name }, make('a', { href: addressOf(study), tabindex: '-1' }, read(study)))
      : make('td', { class: name }, read(study))));
    const row = make('tr', { tabindex: '-1', 'data-testid': 'study', 'data-study-uid': study.study_uid, title: 'Open — Enter or click' }, ...cells);
    row.addEventListener('click', (event) => {
      if (event.target instanceof HTMLAnchorElement) return;
      this.store.dispatch({ type: 'row/set', current: number });
      location.assign(addressOf(study));
    });
    row.addEventListener('focus', () => this.store.dispatch({ type: 'row/set', current: number }));
    return row;
  }

  /** @param {number} current */
  #mark(current) {
    [...this.#rows.rows].forEach((row, i) => {
      expose(row, { 'aria-current': i === current ? 'true' : null, tabindex: i === current ? '0' : '-1' });
      if (i === current) row.scrollIntoView({ block: 'nearest' });
    });
  }

  /** Arrows move along the list, from the search line too; Enter opens. @param {KeyboardEvent} event */
  #key(event) {
    const { current, studies, status } = this.store.get();
    const target = /** @type {HTMLElement} */ (event.target);
    const searching = target.matches('input[type="search"]');
    if (target.matches('input, select, button, a') && !searching) return;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, ...(!searching && { Home: -LIMIT, End: LIMIT }) }[event.key];
    const study = studies[current];
    if (by) {
      event.preventDefault();
      this.store.dispatch({ type: 'row/set', current: current + by });
      if (!searching) this.#rows.rows[this.store.get().current]?.focus();
    } else if (event.key === 'Enter' && study && status === 'ready') {
      location.assign(addressOf(study));
    }
  }
}

/** @param {Study} study */
function addressOf({ study_uid }) {
  return `/viewer?StudyInstanceUIDs=${study_uid}`;
}

/** @param {WorklistState} state */
function sentence({ status, studies, more, problem, wish }) {
  if (status === 'loading') return 'Searching…';
  if (status === 'failed') return `The search did not work. ${problem}`;
  const searched = Boolean(wish.text || wish.modality || wish.from || wish.to);
  if (studies.length === 0) {
    return searched ? 'No study matches. Try fewer letters, another date or any modality.' : 'This archive holds no studies yet.';
  }
  if (more) return `The newest ${LIMIT} studies. There are more: narrow the search.`;
  return studies.length === 1 ? '1 study' : `${studies.length} studies`;
}
