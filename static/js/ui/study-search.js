/** <study-search>: one line for whom one looks for, and filters for what and when. */

/** @import { WorklistStore } from '../state/worklist.js' */

import { MODALITIES, PERIODS } from '../state/worklist-keys.js';
import { make } from './build.js';
import { icon } from './icons.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';

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
    const text = keyed(store, make('input', {
      type: 'search', name: 'text', 'aria-label': 'Patient name, NHS or hospital number, accession number or organisation',
      placeholder: 'Patient name, NHS or hospital number, accession, organisation', autocomplete: 'off', spellcheck: 'false',
      'data-testid': 'search',
    }), 'list-search');
    text.addEventListener('input', () => store.dispatch({ type: 'wish/set', wish: { text: text.value } }), { signal: life });
    store.watch(({ wish }) => wish.text, (now) => {
      if (text.value !== now) text.value = now;
    }, { signal: life });
    this.append(make('label', { class: 'search-line' }, icon('search'), text), this.#institutions(life), this.#modalities(life), this.#dates(life));
    // a screen keyboard would cover half of what was found
    if (!matchMedia('(pointer: coarse)').matches) text.focus();
  }

  /** Where it was made; nothing to choose where all was made in one place. @param {AbortSignal} life */
  #institutions(life) {
    const select = keyed(this.store, make('select', { 'aria-label': 'Organisation', 'data-testid': 'institution' }), 'list-organisation');
    this.store.watch(({ wish }) => wish.institution, (now) => { select.value = now; }, { signal: life });
    this.store.watch(({ institutions }) => institutions, (institutions) => {
      select.hidden = institutions.length < 2;
      select.replaceChildren(make('option', { value: '' }, 'Any organisation'), ...institutions.map((name) => make('option', { value: name }, name)));
      select.value = this.store.get().wish.institution;
    }, { signal: life });
    select.addEventListener('change', () => this.store.dispatch({ type: 'wish/set', wish: { institution: select.value } }), { signal: life });
    return select;
  }

  /** @param {AbortSignal} life */
  #modalities(life) {
    const chips = MODALITIES.map(([name = '', modality = ''], i) => {
      const chip = keyed(this.store, make('button', { type: 'button', class: 'chip', 'data-testid': `modality-${name}` }, name), `list-modality-${i + 1}`);
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
    const from = keyed(this.store, make('input', { type: 'date', 'aria-label': 'From', 'data-testid': 'date-from' }), 'list-from');
    const to = keyed(this.store, make('input', { type: 'date', 'aria-label': 'To', 'data-testid': 'date-to' }), 'list-to');
    const tell = () => this.store.dispatch({ type: 'wish/set', wish: { from: from.value, to: to.value } });
    from.addEventListener('change', tell, { signal: life });
    to.addEventListener('change', tell, { signal: life });
    const periods = PERIODS.map(([name, days]) => {
      const button = keyed(this.store, make('button', { type: 'button', class: 'chip', 'data-testid': `period-${days ?? 'any'}` }, name), `list-period-${days ?? 'any'}`);
      button.addEventListener('click', () => {
        from.value = days === null ? '' : isoDay(days);
        to.value = '';
        tell();
      });
      return button;
    });
    this.store.watch(({ wish }) => [wish.from, wish.to], ([start = '', end = '']) => {
      [from.value, to.value] = [start, end];
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
