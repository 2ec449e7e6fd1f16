/** <pointer-layer>: where others point, on the very image they point at. */

/** @import { SharedPointer } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { participants } from '../state/select.js';
import { make } from './build.js';
import { mark } from './icons.js';
import { LiveElement } from './live-element.js';

const FADE_MS = 3000;

export class PointerLayer extends LiveElement {
  /** @type {Map<string, HTMLElement>} */ #tags = new Map();
  /** @type {Map<string, number>} */ #pulsed = new Map();
  /** @type {number} */ #timer = 0;

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.#tags.clear();
    this.store.watch(
      (state) => [state.session?.pointers, state.session?.pulses, state.displayed[this.viewport], state.view.viewports[this.viewport], state.session?.room?.people],
      () => requestAnimationFrame(() => this.#draw()),
      { signal: life },
    );
    life.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  #draw() {
    const state = this.store.get();
    const people = participants(state);
    const placement = this.placement();
    let oldest = Infinity;
    for (const person of people) {
      const pointer = state.session?.pointers[person.id];
      if (!pointer || person.me || !person.here || !placement || !this.#isHere(pointer)) {
        this.#remove(person.id);
        continue;
      }
      oldest = Math.min(oldest, pointer.at);
      this.#tag(person).style.transform = moveTo(placement, pointer);
    }
    for (const id of this.#tags.keys()) if (!people.some((person) => person.id === id)) this.#remove(id);
    for (const person of people) this.#pulse(person, placement, state.session?.pulses[person.id]);
    clearTimeout(this.#timer);
    if (oldest < Infinity) this.#timer = window.setTimeout(() => this.#draw(), oldest + FADE_MS + 20 - Date.now());
  }

  /** A ring that closes in on what somebody wants to be looked at. @param {{ id: string, name: string, mark: number }} person @param {Placement | null} placement @param {SharedPointer | undefined} pulse */
  #pulse({ id, name, mark: number }, placement, pulse) {
    if (!pulse || !placement || !this.#isHere(pulse) || this.#pulsed.get(id) === pulse.at) return;
    this.#pulsed.set(id, pulse.at);
    const ring = make('div', { class: 'pulse', 'data-testid': 'pulse', 'data-mark': String(number) }, make('span', { class: 'pointer-name' }, `${name}: look here`));
    ring.style.transform = moveTo(placement, pulse);
    this.append(ring);
    window.setTimeout(() => ring.remove(), FADE_MS);
  }

  /** @param {SharedPointer} pointer */
  #isHere({ image, point, at }) {
    const shown = this.store.get().displayed[this.viewport]?.image;
    return point !== null && Date.now() - at < FADE_MS
      && shown?.instance_uid === image.instance_uid && shown.frame_number === image.frame_number;
  }

  /** @param {{ id: string, name: string, mark: number }} person */
  #tag({ id, name, mark: number }) {
    const known = this.#tags.get(id);
    if (known) return known;
    const tag = make('div', { class: 'pointer', 'data-testid': 'pointer', 'data-person': id, 'data-mark': String(number) },
      mark(number), make('span', { class: 'pointer-name' }, name));
    this.#tags.set(id, tag);
    this.append(tag);
    return tag;
  }

  /** @param {string} id */
  #remove(id) {
    this.#tags.get(id)?.remove();
    this.#tags.delete(id);
  }
}

/** @param {Placement} placement @param {SharedPointer} pointer */
function moveTo(placement, { point }) {
  const [x, y] = point ?? [0, 0];
  const at = placement.toScreen({ x, y });
  return `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
}
