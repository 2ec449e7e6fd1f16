/** <study-list>: the studies found, as a table for mouse and keyboard. Only the rows near the screen are there. */

/** @import { Study } from '../core/types.js' */
/** @import { WorklistStore } from '../state/worklist.js' */

import { dateText, patientId, timeText } from '../core/wording.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';

/** Every row is as high, so that where one lies follows from its number: one line, or two where there is a finger or little room. */
const [LINE, TWO_LINES] = [32, 48];
const COARSE = matchMedia('(pointer: coarse)');
/** Narrower than this, in rem, a study takes two lines (as in `study-list.css`). */
const NARROW = 40;
const BEYOND = 12;

/** @type {[string, string, (study: Study) => string][]} */
const COLUMNS = [
  ['patient', 'Patient', ({ patient }) => patient.name || 'No name'],
  ['id', 'NHS or hospital no.', ({ patient }) => patientId(patient.id)],
  ['birth', 'Born', ({ patient }) => dateText(patient.birth_date)],
  ['sex', 'Sex', ({ patient }) => patient.sex],
  ['date', 'Study date', ({ date, time }) => `${dateText(date)}  ${timeText(time)}`.trim()],
  ['modalities', 'Modality', ({ modalities }) => modalities.join(' ')],
  ['description', 'Description', ({ description }) => description],
  ['institution', 'Organisation', ({ institutions }) => institutions.join(', ')],
  ['accession', 'Accession', ({ accession }) => accession],
  ['series-count', 'Series', (study) => String(study.series_count || '')],
  ['instance-count', 'Images', (study) => String(study.instance_count || '')],
];

/** So many columns are left on the smallest screen. */
const ALWAYS = 4;

export class StudyList extends LiveElement {
  #above = make('tbody', { 'aria-hidden': 'true' }, make('tr', {}, make('td')));
  #below = make('tbody', { 'aria-hidden': 'true' }, make('tr', {}, make('td')));
  #rows = make('tbody');
  #scroll = make('div', { class: 'list-scroll' });
  #high = LINE;
  /** @type {Map<number, { row: HTMLTableRowElement, study: Study | undefined }>} */ #built = new Map();
  /** @type {Study | undefined} */ #first;
  #said;

  /** @param {WorklistStore} store @param {HTMLElement} said  how many there are, or why there are none */
  constructor(store, said) {
    super();
    this.store = store;
    this.#said = said;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const head = make('tr', {}, ...COLUMNS.map(([name, title]) => make('th', { scope: 'col', class: name }, title)));
    const table = make('table', { 'aria-label': 'Studies', 'data-testid': 'studies' }, make('thead', {}, head), this.#above, this.#rows, this.#below);
    this.#scroll.replaceChildren(table);
    this.append(this.#said, this.#scroll);
    store.watch((state) => [state.status, state.studies, state.more], () => {
      const state = store.get();
      expose(this, { 'data-state': state.status, 'data-empty': state.status === 'ready' && state.studies.length === 0 ? '' : null, 'aria-busy': String(state.status === 'loading') });
      expose(table, { 'aria-rowcount': state.more ? '-1' : String(state.studies.length + 1) });
    }, { signal: life });
    store.watch(({ studies }) => studies, ([first]) => {
      if (first !== this.#first) this.#scroll.scrollTop = 0;
      this.#first = first;
      this.#lay();
    }, { signal: life });
    store.watch(({ current }) => current, (current) => {
      this.#bringIntoView();
      this.#lay();
      this.#mark(current);
    }, { signal: life });
    this.#scroll.addEventListener('dblclick', () => {
      const { studies, current } = store.get();
      if (studies[current]) location.assign(addressOf(studies[current]));
    }, { signal: life });
    this.#scroll.addEventListener('scroll', () => this.#lay(), { signal: life, passive: true });
    const size = () => {
      const narrow = this.#scroll.clientWidth < NARROW * parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.#high = COARSE.matches || narrow ? TWO_LINES : LINE;
      this.style.setProperty('--row', `${this.#high}px`);
      this.#lay();
    };
    size();
    COARSE.addEventListener('change', size, { signal: life });
    const watched = new ResizeObserver(size);
    watched.observe(this.#scroll);
    life.addEventListener('abort', () => watched.disconnect());
    document.addEventListener('keydown', (event) => this.#key(event), { signal: life });
  }

  /** Puts the rows that can be seen, and a few around them, between two spaces as high as the others. */
  #lay() {
    const { studies, current, more } = this.store.get();
    const first = Math.floor(this.#scroll.scrollTop / this.#high);
    const from = Math.max(0, Math.min(first - BEYOND, studies.length - 1));
    const to = Math.min(studies.length, first + Math.ceil(this.#scroll.clientHeight / this.#high) + BEYOND);
    const focused = this.#rows.contains(document.activeElement);
    // they go last: a list that were shorter for a moment would lose its place
    const gone = [...this.#built].filter(([number, { study }]) => number < from || number >= to || study !== studies[number]);
    for (const [number] of gone) this.#built.delete(number);
    /** @type {HTMLTableRowElement | null} */
    let below = null;
    for (let number = to - 1; number >= from; number -= 1) {
      const study = studies[number];
      const row = this.#built.get(number)?.row ?? this.#row(study, number);
      if (row.parentNode !== this.#rows) this.#rows.insertBefore(row, below);
      this.#built.set(number, { row, study });
      below = row;
    }
    this.#mark(current);
    space(this.#above, from * this.#high);
    space(this.#below, (studies.length - to) * this.#high);
    for (const [, { row }] of gone) row.remove();
    if (focused && !this.#rows.contains(document.activeElement)) this.#rowOf(current)?.focus({ preventScroll: true });
    if (more || this.#hasHole(from, to)) this.store.dispatch({ type: 'rows/want', from, to });
  }

  /** @param {number} from @param {number} to */
  #hasHole(from, to) {
    for (let number = from; number < to; number += 1) if (!this.#built.get(number)?.study) return true;
    return false;
  }

  /** A row; one whose study has yet to come has its height and says so. @param {Study | undefined} study @param {number} number */
  #row(study, number) {
    if (!study) {
      const waiting = make('td', { colspan: String(ALWAYS), 'aria-label': `Study ${number + 1} is being read` }, (number + 1).toLocaleString('en-GB'));
      return make('tr', { class: 'to-come', tabindex: '-1', 'aria-rowindex': String(number + 2), 'aria-busy': 'true', 'data-testid': 'study-to-come' }, waiting);
    }
    const cells = COLUMNS.map(([name, , read], i) => (i === 0
      ? make('th', { scope: 'row', role: 'rowheader', class: name }, make('a', { href: addressOf(study), tabindex: '-1', 'aria-keyshortcuts': 'Enter', title: 'Open in the viewer — Enter' }, read(study)))
      : make('td', { role: 'cell', class: name }, read(study))));
    const row = make('tr', {
      role: 'row', tabindex: '-1', 'aria-rowindex': String(number + 2), 'data-testid': 'study', 'data-study-uid': study.study_uid,
      title: 'Click to look at it first, double-click or Enter to open',
    }, ...cells);
    row.addEventListener('mousedown', (event) => {
      if (event.button === 0 && !(event.target instanceof HTMLAnchorElement)) this.store.dispatch({ type: 'row/set', current: number });
    });
    row.addEventListener('focus', () => {
      if (this.store.get().current !== number) this.store.dispatch({ type: 'row/set', current: number });
    });
    return row;
  }

  /** @param {number} current */
  #mark(current) {
    for (const [number, { row }] of this.#built) {
      const here = number === current;
      expose(row, { 'aria-current': here ? 'true' : null, tabindex: here ? '0' : '-1' });
    }
  }

  /** @param {number} number */
  #rowOf(number) {
    return this.#built.get(number)?.row;
  }

  #bringIntoView() {
    const top = this.store.get().current * this.#high;
    const room = this.#scroll.clientHeight - this.#high; // the head covers the first
    if (top < this.#scroll.scrollTop) this.#scroll.scrollTop = top;
    else if (top + this.#high > this.#scroll.scrollTop + room) this.#scroll.scrollTop = top + this.#high - room;
  }

  /** Arrows move along the list, from the search line, which Esc leaves, and from buttons too, whose Enter is their own; Enter opens. @param {KeyboardEvent} event */
  #key(event) {
    const { current, studies, status } = this.store.get();
    const target = /** @type {HTMLElement} */ (event.target);
    const searching = target.matches('input[type="search"]');
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const pressing = target.matches('button');
    // what is written in, chosen from or scrolled has its own arrows
    if (target.matches('input, select, a, summary, pre, ul') && !searching) return;
    const page = Math.max(1, Math.floor(this.#scroll.clientHeight / this.#high) - 2);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, ...(!searching && { Home: -Infinity, End: Infinity }) }[event.key];
    const study = studies[current];
    if (by) {
      event.preventDefault();
      this.store.dispatch({ type: 'row/set', current: current + by });
      if (!searching) this.#rowOf(this.store.get().current)?.focus({ preventScroll: true });
    } else if (event.key === 'Escape' && searching) {
      event.preventDefault();
      this.#rowOf(current)?.focus({ preventScroll: true });
    } else if (event.key === 'Enter' && !pressing && study && status === 'ready') {
      event.preventDefault();
      location.assign(addressOf(study));
    }
  }
}

/** @param {HTMLTableSectionElement} body @param {number} high */
function space(body, high) {
  const [cell] = body.querySelectorAll('td');
  if (cell) cell.style.blockSize = `${high}px`;
  body.hidden = high === 0;
}

/** @param {...Pick<Study, 'study_uid'>} studies */
export function addressOf(...studies) {
  return `/viewer?StudyInstanceUIDs=${studies.map(({ study_uid }) => study_uid).join(',')}`;
}
