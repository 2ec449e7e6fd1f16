/** <study-search>: one line for whom one looks for, and filters for what and when. */

/** @import { WorklistStore } from '../state/worklist.js' */

import { make } from './build.js';
import { icon } from './icons.js';
import { LiveElement } from './live-element.js';

/** What a chip says, and the modalities that it means. */
const MODALITIES = [['All', ''], ['CT', 'CT'], ['MR', 'MR'], ['X-ray', 'CR,DX'], ['US', 'US'], ['PET', 'PT'], ['NM', 'NM'], ['Mammo', 'MG'], ['XA', 'XA,RF']];
const PERIODS = /** @type {const} */ ([['Any date', null], ['Today', 0], ['7 days', 7], ['30 days', 30], ['1 year', 365]]);

export class StudySearch extends LiveElement {
  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    this.setAttribute('role', 'search');
    const text = make('input', {
      type: 'search', name: 'text', 'aria-label': 'Patient name, NHS or hospital number, or accession number',
      placeholder: 'Patient name, NHS or hospital number, accession', autocomplete: 'off', spellcheck: 'false',
      'data-testid': 'search', 'aria-keyshortcuts': '/', title: 'Search — /',
    });
    text.addEventListener('input', () => store.dispatch({ type: 'wish/set', wish: { text: text.value } }), { signal: life });
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || (event.target instanceof HTMLElement && event.target.matches('input, select'))) return;
      event.preventDefault();
      text.focus();
      text.select();
    }, { signal: life });
    this.append(make('label', { class: 'search-line' }, icon('search'), text), this.#modalities(life), this.#dates(life));
    text.focus();
  }

  /** @param {AbortSignal} life */
  #modalities(life) {
    const chips = MODALITIES.map(([name = '', modality = '']) => {
      const chip = make('button', { type: 'button', class: 'chip', 'data-testid': `modality-${name}` }, name);
      chip.addEventListener('click', () => this.store.dispatch({ type: 'wish/set', wish: { modality } }));
      return chip;
    });
    this.store.watch(({ wish }) => wish.modality, (now) => {
      MODALITIES.forEach(([, modality], i) => chips[i]?.setAttribute('aria-pressed', String(modality === now)));
    }, { signal: life });
    return make('div', { class: 'modalities', role: 'group', 'aria-label': 'Modality' }, ...chips);
  }

  /** @param {AbortSignal} life */
  #dates(life) {
    const from = make('input', { type: 'date', 'aria-label': 'From', 'data-testid': 'date-from', title: 'Studies from this day on' });
    const to = make('input', { type: 'date', 'aria-label': 'To', 'data-testid': 'date-to', title: 'Studies up to this day' });
    const tell = () => this.store.dispatch({ type: 'wish/set', wish: { from: from.value, to: to.value } });
    from.addEventListener('change', tell, { signal: life });
    to.addEventListener('change', tell, { signal: life });
    const periods = PERIODS.map(([name, days]) => {
      const button = make('button', { type: 'button', class: 'chip', 'data-testid': `period-${days ?? 'any'}` }, name);
      button.addEventListener('click', () => {
        from.value = days === null ? '' : isoDay(days);
        to.value = '';
        tell();
      });
      return button;
    });
    this.store.watch(({ wish }) => [wish.from, wish.to], ([start = '', end = '']) => {
      PERIODS.forEach(([, days], i) => {
        const on = end === '' && start === (days === null ? '' : isoDay(days));
        periods[i]?.setAttribute('aria-pressed', String(on));
      });
    }, { signal: life });
    return make('div', { class: 'dates', role: 'group', 'aria-label': 'Study date' },
      ...periods, make('span', { class: 'range' }, from, 'to', to));
  }
}

/** @param {number} daysAgo */
function isoDay(daysAgo) {
  const date = new Date();
  date.setDate(date.getDate() - daysAgo);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
