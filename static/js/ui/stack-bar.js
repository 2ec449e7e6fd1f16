/** <stack-bar>: where in the stack one is, which images have come and which were seen, and a handle to go elsewhere. */

/** @import { ViewerStore } from '../state/viewer.js' */
/** @import { ImageViewport } from './image-viewport.js' */

import { scrolled } from '../state/scrolling.js';
import { imageIn, indexIn, stackOf } from '../state/select.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';

const MAP_MS = 120;

export class StackBar extends LiveElement {
  #handle = make('span', { class: 'stack-handle' });
  #map = make('canvas', { class: 'stack-map', width: '2', 'aria-hidden': 'true' });
  #due = false;

  /** @param {ViewerStore} store @param {number} viewport */
  constructor(store, viewport) {
    super();
    this.store = store;
    this.viewport = viewport;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    expose(this, { 'data-testid': 'stack-bar', role: 'scrollbar', 'aria-keyshortcuts': 'ArrowDown ArrowUp', 'aria-orientation': 'vertical', 'aria-valuemin': '1' });
    this.setAttribute('aria-label', `Images of viewport ${this.viewport + 1}`);
    this.title = 'Images of this stack. Left: those that have come. Right: those you have seen. Drag to go there.';
    this.append(this.#map, this.#handle);
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
    this.store.watch(({ seen, stacks }) => [seen, stacks], () => this.#mapSoon(), { signal: life });
    const cell = this.#cell();
    cell?.cache.watch(() => this.#mapSoon(), life);
    cell?.addEventListener('drawn', () => this.#mapSoon(), { signal: life });
  }

  #cell() {
    return /** @type {ImageViewport | null} */ (this.parentElement);
  }

  /** @param {number} index @param {number} count */
  #show(index, count) {
    this.hidden = count < 2 || index < 0;
    expose(this, { 'aria-valuemax': String(count), 'aria-valuenow': String(index + 1), 'aria-valuetext': `Image ${index + 1} of ${count}` });
    this.style.setProperty('--at', String(count > 1 ? index / (count - 1) : 0));
    this.style.setProperty('--share', String(1 / Math.max(1, count)));
  }

  #mapSoon() {
    if (this.#due || this.hidden) return;
    this.#due = true;
    // the image comes first
    setTimeout(() => {
      this.#due = false;
      if (this.isConnected) this.#drawMap();
    }, MAP_MS);
  }

  /** One line an image: what has come at the left, what was seen at the right. */
  #drawMap() {
    const state = this.store.get();
    const uid = imageIn(state, this.viewport)?.series_uid;
    const frames = stackOf(state, uid)?.frames ?? [];
    const seen = state.seen[uid ?? ''];
    const cell = this.#cell();
    if (frames.length < 2 || !cell) return;
    if (this.#map.height !== frames.length) this.#map.height = frames.length;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#map.getContext('2d'));
    const { color: come, outlineColor: looked } = getComputedStyle(this.#map);
    context.clearRect(0, 0, 2, frames.length);
    let [ready, viewed] = [0, 0];
    frames.forEach((frame, i) => {
      if (cell.isReady(frame)) {
        ready += 1;
        context.fillStyle = come;
        context.fillRect(0, i, 1, 1);
      }
      if (seen?.[i]) {
        viewed += 1;
        context.fillStyle = looked;
        context.fillRect(1, i, 1, 1);
      }
    });
    expose(this, { 'data-loaded': String(ready), 'data-seen': String(viewed) });
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
