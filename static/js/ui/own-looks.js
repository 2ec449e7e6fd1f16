/** <own-looks>: the window on the screen kept under a key, and the colours of a modality. Part of the window menu. */

/** @import { ViewerStore } from '../state/viewer.js' */
/** @import { Preferences } from '../state/preferences.js' */

import { DIGITS, withoutWindows, withPalette, withWindow } from '../state/own-looks.js';
import { storePreferences } from '../state/preferences.js';
import { paletteOf, seriesIn } from '../state/select.js';
import { PALETTE_NAMES } from '../viewport/palettes.js';
import { make, write } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class OwnLooks extends LiveElement {
  #key = make('select', { 'data-testid': 'own-key' }, ...DIGITS.map((key) => make('option', { value: key }, key)));
  #name = make('input', { type: 'text', maxlength: '40', placeholder: 'Name', 'aria-label': 'Name of the window', 'data-testid': 'own-name' });
  #keep = make('button', { type: 'button', class: 'quiet', 'data-testid': 'own-keep' }, 'Keep');
  #usual = make('button', { type: 'button', class: 'quiet', 'data-testid': 'own-usual' }, 'Usual windows');
  #palette = make('select', { 'data-testid': 'own-palette' }, ...PALETTE_NAMES.map((name) => make('option', { value: name }, name || 'Grey')));
  #always = make('input', { type: 'checkbox', 'data-testid': 'own-always' });
  #of = make('span', {});

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const controls = { 'own-key': this.#key, 'own-name': this.#name, 'own-keep': this.#keep, 'own-palette': this.#palette, 'own-always': this.#always, 'own-usual': this.#usual };
    for (const [name, control] of Object.entries(controls)) keyed(store, control, name);
    this.append(
      make('div', { class: 'own-row' }, make('label', {}, 'Keep as', this.#key), this.#name, this.#keep),
      make('div', { class: 'own-row' }, make('label', {}, 'Colours', this.#palette), make('label', {}, this.#always, this.#of)), this.#usual);
    this.#keep.addEventListener('click', () => this.#keepWindow(), { signal: life });
    this.#name.addEventListener('keydown', (event) => event.key === 'Enter' && this.#keepWindow(), { signal: life });
    this.#usual.addEventListener('click', () => this.#choose(withoutWindows(store.get().preferences, this.#modality)), { signal: life });
    this.#palette.addEventListener('change', () => this.#colour(), { signal: life });
    this.#always.addEventListener('change', () => this.#colour(), { signal: life });
    store.watch((state) => [state.preferences, state.palettes, seriesIn(state, state.view.active_viewport)], () => this.#show(), { signal: life });
  }

  get #series() {
    const state = this.store.get();
    return seriesIn(state, state.view.active_viewport);
  }

  get #modality() {
    return this.#series?.modality ?? '';
  }

  #show() {
    const state = this.store.get();
    const palette = paletteOf(state, this.#series);
    write(this.#of, `every ${this.#modality || 'image'}`);
    this.#palette.value = palette;
    this.#always.checked = (state.preferences.palettes[this.#modality] ?? '') === palette;
    this.#usual.hidden = Object.keys(state.preferences.windows[this.#modality] ?? {}).length === 0;
  }

  #keepWindow() {
    const { displayed, view, preferences } = this.store.get();
    const window = displayed[view.active_viewport]?.window;
    if (!window || !this.#modality) return this.store.dispatch({ type: 'notice/set', text: 'There is no window to keep.' });
    const name = this.#name.value.trim() || 'My window';
    this.#choose(withWindow(preferences, this.#modality, this.#key.value, { ...window, name }));
    this.store.dispatch({ type: 'notice/set', text: `${this.#key.value} is “${name}” for ${this.#modality} now.` });
    this.#name.value = '';
  }

  #colour() {
    const series = this.#series;
    if (!series) return;
    const palette = this.#palette.value;
    if (this.#always.checked) this.#choose(withPalette(this.store.get().preferences, series.modality, palette));
    this.store.dispatch({ type: 'palette/set', series_uid: series.series_uid, palette });
  }

  /** @param {Preferences} preferences */
  #choose(preferences) {
    storePreferences(preferences);
    this.store.dispatch({ type: 'preferences/set', preferences });
  }
}
