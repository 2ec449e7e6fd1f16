/** <pointer-layer>: where others point: on the very image they point at, and at the same place in the patient on any other. */

/** @import { Frame, Point, SharedPointer } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { sameImage } from '../sessions/differences.js';
import { toPixel } from '../core/space.js';
import { frameOf, participants } from '../state/select.js';
import { make } from './build.js';
import { mark } from './icons.js';
import { LiveElement } from './live-element.js';

const FADE_MS = 3000;
const THINNEST_MM = 2;
const ROOM_LEFT = 0.6;

export class PointerLayer extends LiveElement {
  /** @type {Map<string, HTMLElement>} */ #tags = new Map();
  /** @type {Map<string, HTMLElement>} */ #rings = new Map();
  /** @type {Map<string, number>} */ #pulsed = new Map();
  /** @type {number} */ #timer = 0;

  /**
   * @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement
   * @param {() => Frame | null} [frame]  what lies below; else the image of the viewport
   */
  constructor(store, viewport, placement, frame) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
    this.frame = frame ?? (() => frameOf(store.get(), store.get().displayed[viewport]?.image ?? null));
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.#tags.clear();
    this.store.watch(
      (state) => [state.session?.pointers, state.session?.pulses, state.session?.room?.people],
      () => requestAnimationFrame(() => this.#draw()),
      { signal: life },
    );
    this.parentElement?.addEventListener('drawn', () => this.#draw(), { signal: life });
    life.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  #draw() {
    const state = this.store.get();
    const people = participants(state);
    const placement = this.placement();
    let oldest = Infinity;
    for (const person of people) {
      const pointer = state.session?.pointers[person.id];
      const at = pointer && !person.me && person.here ? this.#where(pointer) : null;
      if (!at || !pointer || !placement) {
        this.#remove(person.id);
        continue;
      }
      oldest = Math.min(oldest, pointer.at);
      this.#place(this.#tag(person), placement.toScreen(at));
    }
    for (const id of this.#tags.keys()) if (!people.some((person) => person.id === id)) this.#remove(id);
    for (const person of people) this.#pulse(person, placement, state.session?.pulses[person.id]);
    clearTimeout(this.#timer);
    if (oldest < Infinity) this.#timer = window.setTimeout(() => this.#draw(), oldest + FADE_MS + 20 - Date.now());
  }

  /** A ring that closes in on what somebody wants to be looked at. @param {{ id: string, name: string, mark: number }} person @param {Placement | null} placement @param {SharedPointer | undefined} pulse */
  #pulse({ id, name, mark: number }, placement, pulse) {
    const at = pulse && this.#where(pulse);
    const drawn = this.#rings.get(id);
    if (!at || !placement) return drawn?.remove();
    if (drawn) this.#place(drawn, placement.toScreen(at));
    if (this.#pulsed.get(id) === pulse.at) return;
    this.#pulsed.set(id, pulse.at);
    const ring = make('div', { class: 'pulse', 'data-testid': 'pulse', 'data-mark': String(number) }, make('span', { class: 'pointer-name' }, `${name}: look here`));
    this.#place(ring, placement.toScreen(at));
    this.#rings.set(id, ring);
    this.append(ring);
    window.setTimeout(() => ring.remove(), FADE_MS);
  }

  /** Its name stands where there is room for it. @param {HTMLElement} tag @param {Point} at */
  #place(tag, at) {
    tag.dataset.side = at.x > this.clientWidth * ROOM_LEFT ? 'left' : 'right';
    tag.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
  }

  /** The pixel pointed at, if it can be seen here. @param {SharedPointer} pointer @returns {Point | null} */
  #where({ image, point, place, at }) {
    const frame = Date.now() - at < FADE_MS ? this.frame() : null;
    if (!frame) return null;
    if (image && point && sameImage(image, frame.image)) return { x: point[0], y: point[1] };
    if (!place || frame.plane?.frame_of_reference !== place.frame_of_reference_uid) return null;
    const pixel = toPixel(frame, place.point);
    return pixel && Math.abs(pixel.off) <= Math.max(frame.thickness ?? 0, THINNEST_MM) / 2 + 1e-3 ? pixel : null;
  }

  /** @param {ReturnType<typeof participants>[number]} person */
  #tag(person) {
    const { id, name, mark: number } = person;
    const known = this.#tags.get(id);
    if (known) return known;
    const tag = make('div', { class: 'pointer', 'data-testid': 'pointer', 'data-person': id, 'data-mark': String(number) },
      mark(person), make('span', { class: 'pointer-name' }, name));
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
