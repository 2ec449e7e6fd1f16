/** <window-menu>: presets for the active image's modality, the window as two numbers, and a person's own of both. */

/** @import { Voi } from '../core/types.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed } from '../state/commands.js';
import { frameOf, imageIn, seriesIn } from '../state/select.js';
import { rounded, windowChoices, windowText } from '../viewport/windows.js';
import { make } from './build.js';
import { asCommand, run } from './command-button.js';
import { LiveElement } from './live-element.js';
import { OwnLooks } from './own-looks.js';
import { keyed, listenToPanel } from './panel-keys.js';

/** So far from the edge of the window it stays. */
const EDGE = 8;
/** What a drag does to the place of an image, for who cannot drag (WCAG 2.5.7), and the sign of each. */
const MOVES = Object.entries({ 'pan-left': '←', 'pan-up': '↑', 'pan-down': '↓', 'pan-right': '→', fit: 'Fit', 'zoom-out': '−', 'zoom-in': '+' });

export class WindowMenu extends LiveElement {
  #presets = make('div', { class: 'presets' });
  #width = make('input', { type: 'number', step: 'any', min: '0.01', name: 'width', 'data-testid': 'window-width' });
  #center = make('input', { type: 'number', step: 'any', name: 'center', 'data-testid': 'window-center' });

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    this.setAttribute('data-testid', 'window-menu');
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Window presets and numbers');
    this.append(this.#presets, make('div', { class: 'window-numbers' },
      make('label', {}, 'Width', this.#width), make('label', {}, 'Level', this.#center)), moves(store), new OwnLooks(store));
    keyed(store, this.#width, 'window-width');
    keyed(store, this.#center, 'window-center');
    listenToPanel(this, store, life);
    for (const input of [this.#width, this.#center]) {
      input.addEventListener('change', () => this.#typed(), { signal: life });
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') store.dispatch({ type: 'sheet/set', sheet: null });
      }, { signal: life });
    }
    store.watch(({ sheet }) => sheet === 'window', (open) => {
      this.hidden = !open;
      if (open) this.#place();
    }, { signal: life });
    window.addEventListener('resize', () => this.#place(), { signal: life });
    store.watch((state) => [state.sheet, state.view.active_viewport, seriesIn(state, state.view.active_viewport),
      state.stacks, state.preferences], () => this.#showPresets(), { signal: life });
    store.watch((state) => state.displayed[state.view.active_viewport]?.window, (window) => this.#showNumbers(window ?? null), { signal: life });
    // nothing that the keyboard comes to may lie hidden below it
    for (const kind of ['pointerdown', 'focusin']) {
      document.addEventListener(kind, ({ target }) => {
        const inside = target instanceof Node && this.parentElement?.contains(target);
        if (!inside && store.get().sheet === 'window') store.dispatch({ type: 'sheet/set', sheet: null });
      }, { signal: life });
    }
  }

  /** Below the tools and the bar of the planes, so that it covers no button, and inside the window. */
  #place() {
    const button = this.parentElement?.getBoundingClientRect();
    if (this.hidden || !button) return;
    const bar = document.querySelector('.mpr-bar')?.getBoundingClientRect();
    const tools = this.closest('tool-bar')?.getBoundingClientRect();
    const top = Math.max(button.bottom, tools?.bottom ?? 0, bar?.bottom ?? 0);
    this.style.setProperty('--below', `${top - button.bottom}px`);
    this.style.setProperty('--top', `${top}px`);
    this.style.setProperty('--aside', `${Math.max(0, button.left + this.offsetWidth + EDGE - innerWidth)}px`);
  }

  #showPresets() {
    const state = this.store.get();
    if (state.sheet !== 'window') return;
    const viewport = state.view.active_viewport;
    const modality = seriesIn(state, viewport)?.modality ?? '';
    const choices = windowChoices(modality, frameOf(state, imageIn(state, viewport)), state.preferences.windows[modality]);
    this.#presets.replaceChildren(...choices.map(({ key, name, voi }) => {
      const button = make('button', { type: 'button', class: 'preset', 'data-testid': `preset-${key}` },
        make('kbd', {}, key), make('span', {}, name), make('span', { class: 'preset-numbers' }, windowText(voi)));
      asCommand(this.store, button, `window-${key}`, `${name}: ${windowText(voi)}`);
      button.addEventListener('click', () => {
        this.#set(voi);
        this.store.dispatch({ type: 'sheet/set', sheet: null });
      });
      return button;
    }));
  }

  /** @param {Voi | null} window */
  #showNumbers(window) {
    if (this.contains(document.activeElement)) return;
    this.#width.value = window ? String(rounded(window.width)) : '';
    this.#center.value = window ? String(rounded(window.center)) : '';
  }

  #typed() {
    const [width, center] = [this.#width.valueAsNumber, this.#center.valueAsNumber];
    if (width > 0 && Number.isFinite(center)) this.#set({ center, width });
  }

  /** @param {Voi | null} voi */
  #set(voi) {
    const { view } = this.store.get();
    const viewport = view.active_viewport;
    const content = view.viewports[viewport];
    if (!content?.image) return;
    this.store.dispatch({ type: 'presentation/set', viewport, presentation: { ...content.presentation, voi } });
  }
}

/** @param {ViewerStore} store */
function moves(store) {
  return make('div', { class: 'moves', role: 'group', 'aria-label': 'Zoom and position' }, ...MOVES.map(([name, sign]) => {
    const button = make('button', { type: 'button', class: 'quiet', 'aria-label': commandNamed(name).title, 'data-testid': `move-${name}` }, sign);
    button.addEventListener('click', () => run(store, commandNamed(name)));
    return asCommand(store, button, name);
  }));
}
