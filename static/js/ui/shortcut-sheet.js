/** <shortcut-sheet>: every key and mouse button, from the command list itself, and a place to choose others. */

/** @import { Command } from '../state/commands.js' */
/** @import { PanelKey } from '../state/panel-keys.js' */
/** @import { Preferences } from '../state/preferences.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { keysAfter, shortTitle } from '../state/choosing-keys.js';
import { COMMANDS, commandForKey, keysOf } from '../state/commands.js';
import { PANEL_KEYS, panelKeysOf, panelKeyTaken } from '../state/panel-keys.js';
import { PRESETS, storePreferences } from '../state/preferences.js';
import { keysOfList } from '../state/worklist-keys.js';
import { TOOLS } from '../tools/index.js';
import { make, write } from './build.js';
import { HangingEditor } from './hanging-editor.js';
import { keyChoice } from './key-choice.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';
import { filterRows } from './sheet-search.js';

const MOUSE = [
  ['Left drag', 'The chosen tool'], ['Alt left drag', 'Window and level, whatever the tool'], ['Left and right drag', 'Scroll through the images'],
  ['Wheel', 'Scroll through the images'], ['Shift wheel', 'Scroll by a twentieth of the stack'],
  ['Ctrl wheel', 'Zoom at the cursor'], ['Double-click', 'This viewport alone, and back'], ['Hold P', 'Point for as long as it is held'],
];
const FINGERS = [
  ['One finger', 'The chosen tool'], ['Two fingers', 'Move and enlarge'], ['Three fingers', 'Window and level'], ['From the edge', 'The next series, from the left the one before'], ['Long press', 'Point for everybody in the session'],
];

export class ShortcutSheet extends LiveElement {
  #groups = make('div', { class: 'shortcut-groups' });
  #search = make('input', { type: 'search', 'aria-label': 'Search the keys', placeholder: 'Search the keys', 'data-testid': 'key-search' });
  #said = make('p', { class: 'key-said', role: 'status', 'data-testid': 'key-said' });

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const close = keyed(store, make('button', { type: 'button', class: 'quiet' }, 'Close'), 'sheet-close');
    const preset = choice('Habits of', Object.keys(PRESETS), 'preset');
    keyed(store, preset.select, 'preset');
    keyed(store, this.#search, 'key-search');
    const dialog = make('dialog', { class: 'shortcuts', 'aria-label': 'Keys and mouse buttons', 'data-testid': 'shortcut-sheet' },
      make('header', {}, make('h2', {}, 'Keys and mouse'), this.#search, preset.label, this.#said, close),
      this.#groups, new HangingEditor(store));
    this.append(dialog);
    listenToPanel(dialog, store, life);
    preset.select.addEventListener('change', () => {
      const chosen = PRESETS[preset.select.value];
      const { keys, rules, windows, palettes } = store.get().preferences;
      if (chosen) this.#choose({ ...chosen, keys: { ...chosen.keys, ...keysOfList(keys, true) }, rules, windows, palettes }, '');
    }, { signal: life });
    this.#search.addEventListener('input', () => filterRows(this.#groups, this.#search.value), { signal: life });
    close.addEventListener('click', () => dialog.close(), { signal: life });
    dialog.addEventListener('close', () => store.dispatch({ type: 'sheet/set', sheet: null }), { signal: life });
    dialog.addEventListener('keydown', (event) => {
      if (event.key === '?' && !(event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement)) dialog.close();
    }, { signal: life });
    store.watch(({ preferences }) => preferences, (preferences) => {
      const own = preset.select.querySelector('[value=""]');
      if (!PRESETS[preferences.preset] && !own) preset.select.append(make('option', { value: '' }, 'your own'));
      preset.select.value = PRESETS[preferences.preset] ? preferences.preset : '';
      this.#groups.replaceChildren(this.#mouse(preferences), ...this.#keys(preferences), ...this.#panels(preferences), section('Fingers', FINGERS));
      filterRows(this.#groups, this.#search.value);
    }, { signal: life });
    store.watch(({ sheet }) => sheet === 'shortcuts', (open) => {
      if (open && !dialog.open) dialog.showModal();
    }, { signal: life });
  }

  /** @param {Preferences} preferences @param {string} said */
  #choose(preferences, said) {
    storePreferences(preferences);
    this.store.dispatch({ type: 'preferences/set', preferences });
    write(this.#said, said);
  }

  /** @param {Preferences} preferences */
  #mouse(preferences) {
    const tools = TOOLS.filter(({ drag, steps }) => drag || steps);
    const buttons = /** @type {const} */ (['middle', 'right']).map((button) => {
      const { label, select } = choice(`${button === 'middle' ? 'Middle' : 'Right'} drag`, tools.map(({ name }) => name), `button-${button}`, tools.map(({ title }) => title));
      select.value = preferences[button];
      keyed(this.store, select, `button-${button}`);
      select.addEventListener('change', () => this.#choose({ ...preferences, preset: '', [button]: select.value }, ''));
      return label;
    });
    const all = section('Mouse', MOUSE);
    all.append(...buttons);
    return all;
  }

  /** @param {Preferences} preferences */
  #keys({ keys }) {
    return [...new Set(COMMANDS.map(({ group }) => group))].map((name) => {
      const rows = COMMANDS.filter(({ group }) => group === name).flatMap((command) => (
        [make('div', {}, make('dt', {}, this.#key(command, keysOf(command, keys))), make('dd', {}, shortTitle(command)))]));
      return make('section', {}, make('h3', {}, name), make('dl', {}, ...rows));
    });
  }

  /** @param {Preferences} preferences */
  #panels({ keys }) {
    return [...new Set(PANEL_KEYS.map(({ place }) => place))].map((name) => {
      const rows = PANEL_KEYS.filter(({ place }) => place === name).map((one) => (
        make('div', {}, make('dt', {}, this.#key(one, panelKeysOf(one, keys))), make('dd', {}, one.title))));
      return make('section', {}, make('h3', {}, name), make('dl', {}, ...rows));
    });
  }

  /** A key that can be pressed to choose another. @param {Command | PanelKey} command @param {string[]} keys */
  #key(command, keys) {
    const button = keyChoice(command, keys, (text) => write(this.#said, text), (key) => {
      const { preferences } = this.store.get();
      const before = 'place' in command ? panelKeyTaken(command, key, preferences.keys) : commandForKey(key, preferences.keys);
      const after = keysAfter(command, key, before, preferences.keys, !('place' in command));
      this.#choose(after.keys ? { ...preferences, preset: '', keys: after.keys } : preferences, after.said);
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-testid="key-${command.name}"]`))?.focus();
    });
    return keyed(this.store, button, 'key-choose');
  }
}

/** @param {string} text @param {string[]} values @param {string} name @param {string[]} [words] */
function choice(text, values, name, words = values) {
  const select = make('select', { 'data-testid': name }, ...values.map((value, i) => make('option', { value }, words[i] ?? value)));
  return { select, label: make('label', { class: 'choice' }, text, select) };
}

/** @param {string} name @param {string[][]} rows */
function section(name, rows) {
  return make('section', {}, make('h3', {}, name), make('dl', {}, ...rows.flatMap(([keys = '', title = '']) => (
    [make('div', {}, make('dt', {}, make('kbd', {}, keys)), make('dd', {}, title))]))));
}
