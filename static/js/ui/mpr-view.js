/** <mpr-view>: three planes through one series, and a bar for what a drag cannot say exactly. */

/** @import { Mpr, Projection, Vector } from '../core/types.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed } from '../state/commands.js';
import { stackOf } from '../state/select.js';
import { PictureCache } from '../viewport/picture-cache.js';
import { boxOf, inside } from '../viewport/planes.js';
import { expose, make } from './build.js';
import { asCommand, run } from './command-button.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';
import { PlaneViewport } from './plane-viewport.js';

export class MprView extends LiveElement {
  #place = make('input', { 'aria-label': 'Cross-hair in the patient, in millimetres: left, back, head', 'data-testid': 'cross-place', spellcheck: 'false', size: '20' });
  #slab = make('input', { type: 'number', min: '0', max: '500', step: 'any', 'data-testid': 'slab' });
  #method = make('select', { 'aria-label': 'How the slab is shown', 'data-testid': 'slab-method' },
    make('option', { value: 'maximum_ip' }, 'Brightest (MIP)'), make('option', { value: 'minimum_ip' }, 'Darkest (MinIP)'), make('option', { value: 'average_ip' }, 'Mean'));

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const frames = stackOf(store.get(), store.get().mpr?.series_uid)?.frames ?? [];
    const [box, like] = [boxOf(frames), frames[frames.length >> 1]];
    if (!box || !like) return;
    const cache = new PictureCache(48 * 1024 * 1024);
    const planes = [0, 1, 2].map((number) => new PlaneViewport(store, number, cache, box, like));
    const layout = asCommand(store, button('Side by side', 'mpr-layout', () => this.#change(({ layout: now }) => ({ layout: now === '2x2' ? '1x3' : '2x2', alone: false }))), 'layout', 'Three side by side, or beside the stack');
    keyed(store, this.#slab, 'slab');
    keyed(store, this.#method, 'slab-method');
    keyed(store, this.#place, 'cross-place');
    const bar = make('div', { class: 'mpr-bar', role: 'toolbar', 'aria-label': 'Planes' },
      layout,
      make('label', {}, 'Slab mm', this.#slab), this.#method,
      make('label', {}, 'At L P H', this.#place),
      ...[['turn-back', '↺'], ['turn', '↻']].map(([name = '', sign = '']) => {
        const turn = button(sign, `mpr-${name}`, () => run(store, commandNamed(name)));
        turn.setAttribute('aria-label', commandNamed(name).title);
        return asCommand(store, turn, name);
      }),
      asCommand(store, button('Straighten', 'mpr-straighten', () => store.dispatch({ type: 'mpr/ask', wish: 'straighten' })), 'straighten'),
      asCommand(store, button('Close', 'mpr-close', () => store.dispatch({ type: 'mpr/ask', wish: 'toggle' })), 'mpr', 'Back to the images'));
    this.append(bar, ...planes);
    listenToPanel(bar, store, life);
    const images = this.parentElement;
    life.addEventListener('abort', () => images?.removeAttribute('data-mpr'));
    this.#slab.addEventListener('change', () => this.#change(() => ({ slab: Math.min(500, Math.max(0, this.#slab.valueAsNumber || 0)) })), { signal: life });
    this.#method.addEventListener('change', () => this.#change(({ slab }) => ({ method: /** @type {Projection} */ (this.#method.value), slab: slab || 10 })), { signal: life });
    this.#place.addEventListener('change', () => {
      const point = numbersIn(this.#place.value);
      if (point) store.dispatch({ type: 'cross/set', cross: { frame_of_reference: box.frame_of_reference, point: inside(box, point) } });
      this.#writePlace();
    }, { signal: life });
    images?.querySelector('viewport-grid')?.addEventListener('pointerdown', () => this.#change(() => ({ active: -1 })), { signal: life, capture: true });
    store.watch(({ mpr }) => mpr, (mpr) => {
      if (!mpr || !images) return;
      expose(images, { 'data-mpr': mpr.alone && mpr.active >= 0 ? 'alone' : mpr.layout });
      planes.forEach((plane, i) => { plane.hidden = mpr.alone && mpr.active >= 0 && i !== mpr.active; });
      layout.textContent = mpr.layout === '2x2' ? 'Side by side' : 'With the stack';
      if (document.activeElement !== this.#slab) this.#slab.value = String(mpr.slab);
      this.#method.value = mpr.method;
    }, { signal: life });
    store.watch(({ cross }) => cross, () => {
      if (document.activeElement !== this.#place) this.#writePlace();
    }, { signal: life });
    planes[0]?.focus({ preventScroll: true });
  }

  #writePlace() {
    const { cross } = this.store.get();
    if (cross) this.#place.value = cross.point.map((value) => (Math.round(value * 10) / 10 + 0).toFixed(1)).join(', ');
  }

  /** @param {(mpr: Mpr) => Partial<Mpr>} change */
  #change(change) {
    const { mpr } = this.store.get();
    if (mpr) this.store.dispatch({ type: 'mpr/set', mpr: { ...mpr, ...change(mpr) } });
  }
}

/** @param {string} text @param {string} name @param {() => void} act */
function button(text, name, act) {
  const made = make('button', { type: 'button', class: 'quiet', 'data-testid': name }, text);
  made.addEventListener('click', act);
  return made;
}

/** @param {string} text @returns {Vector | null} */
function numbersIn(text) {
  const [x = NaN, y = NaN, z = NaN, ...more] = text.trim().split(/[\s,;]+/).map(Number);
  return [x, y, z].every(Number.isFinite) && more.length === 0 ? [x, y, z] : null;
}
