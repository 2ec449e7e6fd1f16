/** <cine-bar>: stops a film, sets its speed, and says how fast it really runs. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { filmRate } from '../state/reading-commands.js';
import { expose, make, write } from './build.js';
import { asCommand, commandButton } from './command-button.js';
import { LiveElement } from './live-element.js';

const OVER_MS = 1000;

export class CineBar extends LiveElement {
  /** @type {number[]} */ #times = [];

  /** @param {ViewerStore} store @param {number} viewport */
  constructor(store, viewport) {
    super();
    this.store = store;
    this.viewport = viewport;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store, viewport } = this;
    expose(this, { 'data-testid': 'cine-bar', role: 'group', 'aria-label': 'Film' });
    const rate = asCommand(store, make('input', { type: 'range', min: '1', max: '60', step: '1', 'aria-label': 'Images a second', 'data-testid': 'cine-rate' }), 'slower faster', 'Images a second');
    const said = make('span', { class: 'cine-said', 'data-testid': 'cine-said' });
    this.append(commandButton(store, 'cine', { words: false, look: 'stop' }), rate, said);
    rate.addEventListener('input', () => store.dispatch({ type: 'cine/set', cine: { viewport, rate: rate.valueAsNumber } }), { signal: life });
    store.watch((state) => (state.cine?.viewport === viewport ? filmRate(state, viewport) : 0), (now) => {
      this.hidden = now === 0;
      this.#times = [];
      rate.value = String(Math.round(now));
      rate.setAttribute('aria-valuetext', `${Math.round(now * 10) / 10} a second`);
      write(said, `${Math.round(now * 10) / 10}/s`);
    }, { signal: life });
    store.watch(({ displayed }) => displayed[viewport]?.image, () => {
      if (this.hidden) return;
      const now = performance.now();
      this.#times = [...this.#times.filter((time) => now - time < OVER_MS), now];
      const wished = filmRate(store.get(), viewport);
      const [first = now] = this.#times;
      const real = ((this.#times.length - 1) * 1000) / Math.max(1, now - first);
      const slow = this.#times.length > 5 && real < wished * 0.85;
      write(said, `${Math.round(wished * 10) / 10}/s${slow ? `, shown ${real.toFixed(0)}/s` : ''}`);
    }, { signal: life });
  }
}
