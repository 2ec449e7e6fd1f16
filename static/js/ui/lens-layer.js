/** <lens-layer>: a magnifying glass over the image in a viewport, from the image's own pixels. */

/** @import { Placement } from '../core/geometry.js' */
/** @import { Point } from '../core/types.js' */
/** @import { Shown } from '../viewport/feed.js' */
/** @import { ViewerStore } from '../state/viewer.js' */
/** @import { ImageViewport } from './image-viewport.js' */

import { isAbort, titleOf } from '../core/http.js';
import { fetchPicture } from '../dicomweb/frames.js';
import { toolNamed } from '../tools/index.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';
import { followDrag, handIn } from './svg.js';

const POWER = 2.5;
const RADIUS = 110;

export class LensLayer extends LiveElement {
  #glass = make('canvas', { class: 'glass', 'aria-hidden': 'true' });
  /** @type {Shown | null} the same image as it is stored, once it has come */ #whole = null;

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    expose(this, { 'data-testid': 'lens' });
    this.hidden = true;
    this.append(this.#glass);
    const cell = /** @type {ImageViewport} */ (this.parentElement);
    const hand = /** @type {HTMLElement} */ (cell.querySelector('.hand'));
    hand.addEventListener('pointerdown', (down) => {
      if (down.button !== 0 || !down.isPrimary || toolNamed(this.store.get().tool).layer !== 'lens') return;
      const held = new AbortController();
      this.#bringWhole(cell, AbortSignal.any([held.signal, life]), () => this.#look(cell, at));
      let at = handIn(hand, down);
      this.#look(cell, at);
      cell.addEventListener('drawn', () => this.#look(cell, at), { signal: held.signal });
      followDrag(hand, down, (move) => {
        at = handIn(hand, move);
        this.#look(cell, at);
      }, () => {
        held.abort();
        this.hidden = true;
      });
    }, { signal: life });
  }

  /** A film is on the screen smaller than it is stored: what is magnified is not. @param {ImageViewport} cell @param {AbortSignal} signal @param {() => void} come */
  async #bringWhole(cell, signal, come) {
    this.#whole = null;
    const request = cell.shown?.request;
    if (!request || request.side === null) return;
    try {
      const whole = { ...request, side: null, quality: /** @type {const} */ ('exact') };
      const picture = cell.cache.get(whole) ?? await fetchPicture(whole, signal);
      cell.cache.put(whole, picture);
      this.#whole = { request: whole, picture };
      come();
    } catch (error) {
      if (!isAbort(error)) this.store.dispatch({ type: 'notice/set', text: titleOf(error) });
    }
  }

  /** @param {ImageViewport} cell @param {Point} at */
  #look(cell, at) {
    const placement = this.placement();
    const { shown } = cell;
    if (!placement || !shown) return;
    this.hidden = false;
    const density = devicePixelRatio;
    const side = Math.round(2 * RADIUS * density);
    if (this.#glass.width !== side) [this.#glass.width, this.#glass.height] = [side, side];
    this.style.transform = `translate(${at.x - RADIUS}px, ${at.y - RADIUS}px)`;
    const [a, b, c, d, e, f] = placement.matrix;
    const larger = {
      ...placement,
      matrix: /** @type {Placement['matrix']} */ ([a * POWER, b * POWER, c * POWER, d * POWER, (e - at.x) * POWER + RADIUS, (f - at.y) * POWER + RADIUS]),
    };
    const same = this.#whole?.request.image === shown.request.image && this.#whole.request.voi === shown.request.voi;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#glass.getContext('2d', { alpha: false }));
    cell.paint(context, (same && this.#whole) || shown, larger, density);
    expose(this, { 'data-whole': same ? '' : null });
  }
}
