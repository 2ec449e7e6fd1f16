/** <mpr-view>: three planes through one series, and a bar for what a drag cannot say exactly. */

/** @import { Mpr, Projection, Vector } from '../core/types.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { stackOf } from '../state/select.js';
import { PictureCache } from '../viewport/picture-cache.js';
import { boxOf, inside } from '../viewport/planes.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';
import { PlaneViewport } from './plane-viewport.js';

export class MprView extends LiveElement {
  #place = make('input', { 'aria-label': 'Cross-hair in the patient, in millimetres: left, back, head', 'data-testid': 'cross-place', spellcheck: 'false', size: '20' });
  #slab = make('input', { type: 'number', min: '0', max: '500', step: 'any', 'data-testid': 'slab' });
  #method = make('select', { 'aria-label': 'How the slab is shown', title: 'Brightest, darkest or mean — Shift M', 'data-testid': 'slab-method' },
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
    const layout = button('Side by side', 'mpr-layout', 'Three side by side, or beside the stack — G', () => this.#change(({ layout: now }) => ({ layout: now === '2x2' ? '1x3' : '2x2', alone: false })));
    this.append(make('div', { class: 'mpr-bar', role: 'toolbar', 'aria-label': 'Planes' },
      layout,
      make('label', { title: 'Thickness of what is put together — thicker ] thinner [' }, 'Slab mm', this.#slab), this.#method,
      make('label', { title: 'Left, back and head; negative: right, front, feet' }, 'At L P H', this.#place),
      button('Straighten', 'mpr-straighten', 'Axial, coronal and sagittal again — Shift X', () => store.dispatch({ type: 'mpr/ask', wish: 'straighten' })),
      button('Close', 'mpr-close', 'Back to the images — M', () => store.dispatch({ type: 'mpr/ask', wish: 'toggle' })),
    ), ...planes);
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

/** @param {string} text @param {string} name @param {string} title @param {() => void} act */
function button(text, name, title, act) {
  const made = make('button', { type: 'button', class: 'quiet', 'data-testid': name, title }, text);
  made.addEventListener('click', act);
  return made;
}

/** @param {string} text @returns {Vector | null} */
function numbersIn(text) {
  const [x = NaN, y = NaN, z = NaN, ...more] = text.trim().split(/[\s,;]+/).map(Number);
  return [x, y, z].every(Number.isFinite) && more.length === 0 ? [x, y, z] : null;
}
