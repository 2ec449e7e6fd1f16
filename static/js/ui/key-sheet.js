/** <key-sheet>: every key of the worklist, with a line to search in, and a place to choose others. */

/** @import { WorklistKey } from '../state/worklist-keys.js' */
/** @import { WorklistStore } from '../state/worklist.js' */

import { keyText } from '../core/keys.js';
import { keysAfter } from '../state/choosing-keys.js';
import { storePreferences } from '../state/preferences.js';
import { isEverybodys, keysOfList, WORKLIST_KEYS, worklistKeysOf, worklistKeyTaken } from '../state/worklist-keys.js';
import { make, write } from './build.js';
import { keyChoice } from './key-choice.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';
import { filterRows } from './sheet-search.js';

/** The same for everybody. */
const ALONG = [
  ['↑  ↓', 'The study above or below'], ['PgUp  PgDn', 'A screen of studies up or down'], ['Home  End', 'The first or the last study'],
  ['Enter', 'Open the study'], ['Esc', 'From the search line to the list; close what is open'],
];

export class KeySheet extends LiveElement {
  #groups = make('div', { class: 'shortcut-groups' });
  #said = make('p', { class: 'key-said', role: 'status', 'data-testid': 'key-said' });

  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const button = (/** @type {string} */ words) => make('button', { type: 'button', class: 'quiet' }, words);
    const search = keyed(store, make('input', { type: 'search', 'aria-label': 'Search the keys', placeholder: 'Search the keys', 'data-testid': 'key-search' }), 'list-key-search');
    const usual = keyed(store, button('Usual keys'), 'list-usual');
    const close = keyed(store, button('Close'), 'list-keys-close');
    const dialog = make('dialog', { class: 'shortcuts', 'aria-label': 'Keys', 'data-testid': 'key-sheet' },
      make('div', { class: 'dialog-head' }, make('h2', {}, 'Keys'), search, this.#said, usual, close),
      make('p', { class: 'muted' }, 'Click a key and press another. Keys of the viewer are chosen there.'), this.#groups);
    const open = keyed(store, button('Keys'), 'list-keys');
    open.dataset.testid = 'keys';
    this.append(open, dialog);
    const lay = () => {
      this.#groups.replaceChildren(section('Along the list', ALONG.map(([keys = '', title = '']) => row(make('kbd', {}, keys), title))), ...this.#sections());
      filterRows(this.#groups, search.value);
    };
    store.watch(({ preferences }) => preferences.keys, () => {
      if (dialog.open) lay();
    }, { signal: life });
    store.listen((action) => {
      if (action.type === 'notice/set') write(this.#said, action.text);
    }, { signal: life });
    open.addEventListener('click', () => {
      search.value = '';
      write(this.#said, '');
      lay();
      dialog.showModal();
    }, { signal: life });
    search.addEventListener('input', () => filterRows(this.#groups, search.value), { signal: life });
    usual.addEventListener('click', () => this.#keep(keysOfList(store.get().preferences.keys, false), 'The worklist has its usual keys.'), { signal: life });
    close.addEventListener('click', () => dialog.close(), { signal: life });
    dialog.addEventListener('close', () => this.#groups.replaceChildren(), { signal: life });
  }

  #sections() {
    const own = this.store.get().preferences.keys;
    return [...new Set(WORKLIST_KEYS.map(({ place }) => place))].map((place) => section(place, WORKLIST_KEYS
      .filter((one) => one.place === place)
      .map((one) => row(this.#choice(one, worklistKeysOf(one, own)), one.title))));
  }

  /** @param {WorklistKey} one @param {string[]} keys */
  #choice(one, keys) {
    const button = keyChoice(one, keys, (text) => write(this.#said, text), (key) => {
      const own = this.store.get().preferences.keys;
      if (isEverybodys(key) && key !== 'Escape') return write(this.#said, `${keyText(key)} is the same for everybody. Press another key.`);
      const after = keysAfter(one, key, worklistKeyTaken(one, key, own), own);
      this.#keep(after.keys ?? own, after.said);
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-testid="key-${one.name}"]`))?.focus();
    });
    return keyed(this.store, button, 'list-choose');
  }

  /** @param {Record<string, string[]>} keys @param {string} said */
  #keep(keys, said) {
    const preferences = { ...this.store.get().preferences, keys };
    storePreferences(preferences);
    // a key that was asked for asks no more, whether or not there is another now
    this.store.dispatch({ type: 'preferences/set', preferences });
    write(this.#said, said);
  }
}

/** @param {HTMLElement} key @param {string} title */
function row(key, title) {
  return make('div', {}, make('dt', {}, key), make('dd', {}, title));
}

/** @param {string} name @param {HTMLElement[]} rows */
function section(name, rows) {
  return make('section', {}, make('h3', {}, name), make('dl', {}, ...rows));
}
