/** <shortcut-sheet>: every key and mouse button, from the command list itself. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { COMMANDS, keyText } from '../state/commands.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';

const MOUSE = [
  ['Left drag', 'The chosen tool'], ['Middle drag', 'Move the image'], ['Right drag', 'Zoom'],
  ['Wheel', 'Scroll through the images'], ['Shift wheel', 'Scroll by a twentieth of the stack'],
  ['Ctrl wheel', 'Zoom at the cursor'], ['Double-click', 'This viewport alone, and back'], ['Hold P', 'Point for as long as it is held'],
];

export class ShortcutSheet extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const close = make('button', { type: 'button', class: 'quiet' }, 'Close');
    const dialog = make('dialog', { class: 'shortcuts', 'aria-label': 'Keys and mouse buttons', 'data-testid': 'shortcut-sheet' },
      make('header', {}, make('h2', {}, 'Keys and mouse'), close),
      make('div', { class: 'shortcut-groups' }, section('Mouse', MOUSE), ...groups()));
    this.append(dialog);
    close.addEventListener('click', () => dialog.close(), { signal: life });
    dialog.addEventListener('close', () => store.dispatch({ type: 'sheet/set', sheet: null }), { signal: life });
    dialog.addEventListener('keydown', (event) => {
      if (event.key === '?') dialog.close();
    }, { signal: life });
    store.watch(({ sheet }) => sheet === 'shortcuts', (open) => {
      if (open && !dialog.open) dialog.showModal();
    }, { signal: life });
  }
}

function groups() {
  return [...new Set(COMMANDS.map(({ group }) => group))].map((name) => section(name, COMMANDS
    .filter(({ group }) => group === name)
    .map(({ keys, title }) => [keys.map(keyText).join('  or  '), title.split(':')[0] ?? title])));
}

/** @param {string} name @param {string[][]} rows */
function section(name, rows) {
  return make('section', {}, make('h3', {}, name), make('dl', {}, ...rows.flatMap(([keys = '', title = '']) => (
    [make('dt', {}, make('kbd', {}, keys)), make('dd', {}, title)]))));
}
