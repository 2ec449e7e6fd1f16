/** <hand-layer>: what a hand does to the stack in a viewport. It shows nothing itself. */

/** @import { Placement } from '../core/geometry.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed } from '../state/commands.js';
import { scrolled } from '../state/scrolling.js';
import { imageIn } from '../state/select.js';
import { toolNamed } from '../tools/index.js';
import { run } from './command-button.js';
import { listenToHand } from './hand.js';
import { LiveElement } from './live-element.js';
import { handIn } from './svg.js';

export class HandLayer extends LiveElement {
  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.hidden = true;
    const { store, viewport } = this;
    const cell = /** @type {HTMLElement} */ (this.parentElement);
    const element = /** @type {HTMLElement} */ (cell.querySelector('.hand'));
    listenToHand({
      element,
      activate: (focus) => {
        if (focus) cell.focus({ preventScroll: true });
        if (store.get().view.active_viewport !== viewport) store.dispatch({ type: 'viewport/activate', viewport });
      },
      hold: () => this.#hold(),
      present: (presentation) => store.dispatch({ type: 'presentation/set', viewport, presentation }),
      scroll: (move) => {
        for (const action of scrolled(store.get(), viewport, move)) store.dispatch(action);
      },
      alone: () => store.dispatch({ type: 'viewport/maximise', maximised: !store.get().maximised }),
      turn: (by) => run(store, commandNamed(by > 0 ? 'next-series' : 'previous-series')),
      pointable: () => store.get().session !== null && !toolNamed(store.get().tool).layer,
      point: (event) => this.#point(element, event),
    }, store, life);
    element.addEventListener('pointermove', (event) => {
      if (toolNamed(store.get().tool).points) this.#point(element, event);
    }, { signal: life });
    for (const away of ['pointerleave', 'pointerup']) {
      element.addEventListener(away, (event) => {
        const { tool } = store.get();
        // a finger that is lifted points no more; a mouse that is clicked still does
        if (toolNamed(tool).points ? away === 'pointerleave' : /** @type {PointerEvent} */ (event).pointerType === 'touch') this.#stopPointing();
      }, { signal: life });
    }
  }

  #hold() {
    const { view, stacks, displayed } = this.store.get();
    const content = view.viewports[this.viewport];
    const placement = this.placement();
    if (!content?.image || !placement) return null;
    const { presentation, image } = content;
    const window = presentation.voi ?? displayed[this.viewport]?.window ?? null;
    return { presentation, placement, window, count: stacks[image.series_uid]?.frames.length ?? 0 };
  }

  /** @param {HTMLElement} element @param {PointerEvent} event */
  #point(element, event) {
    const { session, displayed } = this.store.get();
    const image = displayed[this.viewport]?.image;
    const place = this.placement();
    if (!session || !image || !place) return;
    const { x, y } = place.toImage(handIn(element, event));
    this.store.dispatch({ type: 'pointer/move', viewport: this.viewport, image, point: [Math.round(x * 10) / 10, Math.round(y * 10) / 10], place: null });
  }

  #stopPointing() {
    const state = this.store.get();
    const image = state.displayed[this.viewport]?.image ?? imageIn(state, this.viewport);
    if (state.session && image) this.store.dispatch({ type: 'pointer/move', viewport: this.viewport, image, point: null, place: null });
  }
}
