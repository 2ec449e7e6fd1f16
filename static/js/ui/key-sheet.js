/** <key-sheet>: the keys of a page, as its controls say them, with a line to search in. */

import { make } from './build.js';
import { keyed, keyedControls, keyText } from './pressing.js';
import { LiveElement } from './live-element.js';
import { filterRows } from './sheet-search.js';

/** Those that no control has. */
const ALONG = [
  ['↑  ↓', 'The study above or below'], ['PgUp  PgDn', 'A screen of studies up or down'], ['Home  End', 'The first or the last study'],
  ['Enter', 'Open the study'], ['Esc', 'From the search line to the list; close what is open'],
];

export class KeySheet extends LiveElement {
  /** @override @param {AbortSignal} life */
  build(life) {
    const rows = make('dl', {});
    const search = keyed(make('input', { type: 'search', 'aria-label': 'Search the keys', placeholder: 'Search the keys', 'data-testid': 'key-search' }), 'Search the keys', 'Alt+S');
    const close = keyed(make('button', { type: 'button', class: 'quiet' }, 'Close'), 'Close', 'Escape');
    const dialog = make('dialog', { class: 'shortcuts', 'aria-label': 'Keys', 'data-testid': 'key-sheet' },
      make('div', { class: 'dialog-head' }, make('h2', {}, 'Keys'), search, close), rows);
    const open = keyed(make('button', { type: 'button', class: 'quiet', 'data-testid': 'keys' }, 'Keys'), 'All keys', '? F1');
    this.append(open, dialog);
    open.addEventListener('click', () => {
      const own = keyedControls().map((control) => [keyText(control.getAttribute('aria-keyshortcuts') ?? ''), control.title.split(' — ')[0] ?? '']);
      rows.replaceChildren(...[...ALONG, ...own].map(([key = '', title = '']) => make('div', {}, make('dt', {}, make('kbd', {}, key)), make('dd', {}, title))));
      search.value = '';
      dialog.showModal();
    }, { signal: life });
    search.addEventListener('input', () => filterRows(rows, search.value), { signal: life });
    close.addEventListener('click', () => dialog.close(), { signal: life });
  }
}
