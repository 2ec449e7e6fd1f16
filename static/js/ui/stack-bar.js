/** <stack-bar>: where in the stack one is, and a handle to go elsewhere. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { scrolled } from '../state/scrolling.js';
import { imageIn, indexIn, stackOf } from '../state/select.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';

export class StackBar extends LiveElement {
  #handle = make('span', { class: 'stack-handle' });

  /** @param {ViewerStore} store @param {number} viewport */
  constructor(store, viewport) {
    super();
    this.store = store;
    this.viewport = viewport;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    expose(this, { 'data-testid': 'stack-bar', role: 'scrollbar', 'aria-orientation': 'vertical', 'aria-valuemin': '1' });
    this.setAttribute('aria-label', `Images of viewport ${this.viewport + 1}`);
    this.append(this.#handle);
    this.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      this.setPointerCapture(event.pointerId);
      this.#goTo(event);
    }, { signal: life });
    this.addEventListener('pointermove', (event) => {
      if (this.hasPointerCapture(event.pointerId)) this.#goTo(event);
    }, { signal: life });
    this.store.watch((state) => {
      const image = imageIn(state, this.viewport);
      const stack = stackOf(state, image?.series_uid);
      return [indexIn(stack, image), stack?.frames.length ?? 0];
    }, ([index = -1, count = 0]) => this.#show(index, count), { signal: life });
  }

  /** @param {number} index @param {number} count */
  #show(index, count) {
    this.hidden = count < 2 || index < 0;
    expose(this, { 'aria-valuemax': String(count), 'aria-valuenow': String(index + 1), 'aria-valuetext': `Image ${index + 1} of ${count}` });
    this.style.setProperty('--at', String(count > 1 ? index / (count - 1) : 0));
    this.style.setProperty('--share', String(1 / Math.max(1, count)));
  }

  /** @param {PointerEvent} event */
  #goTo(event) {
    const box = this.getBoundingClientRect();
    const at = (event.clientY - box.top) / Math.max(1, box.height);
    for (const action of scrolled(this.store.get(), this.viewport, (_, count) => Math.floor(at * count))) {
      this.store.dispatch(action);
    }
  }
}
