/** <cross-layer>: the cross-hair on an image of a stack, and the lines where other planes cross it. */

/** @import { Frame, ImagePlane, Point } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { cross as product, dot, minus, normalOf, toPatient, toPixel } from '../core/space.js';
import { frameOf, shownViewports } from '../state/select.js';
import { toolNamed } from '../tools/index.js';
import { expose } from './build.js';
import { LiveElement } from './live-element.js';
import { followDrag, handIn, line, svg } from './svg.js';

const GAP = 14;
const ARM = 34;

export class CrossLayer extends LiveElement {
  #drawing = svg('svg', { class: 'drawing', 'aria-hidden': 'true' });

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.append(this.#drawing);
    const hand = /** @type {HTMLElement | null} */ (this.parentElement?.querySelector('.hand'));
    hand?.addEventListener('pointerdown', (event) => this.#down(hand, event), { signal: life });
    this.parentElement?.addEventListener('drawn', () => this.#draw(), { signal: life });
    this.store.watch(({ cross, displayed, lines, view }) => [cross, lines, view.layout, ...displayed], () => this.#draw(), { signal: life });
  }

  /** @returns {Frame | null} */
  #frame() {
    const state = this.store.get();
    return frameOf(state, state.displayed[this.viewport]?.image ?? null);
  }

  /** @param {HTMLElement} hand @param {PointerEvent} down */
  #down(hand, down) {
    const frame = this.#frame();
    if (down.button !== 0 || toolNamed(this.store.get().tool).layer !== 'crossing' || !frame) return;
    if (!frame.plane) {
      this.store.dispatch({ type: 'notice/set', text: 'This image does not say where it lies in the patient, so no cross-hair can be set on it.' });
      return;
    }
    const go = (/** @type {PointerEvent} */ event) => {
      const placement = this.placement();
      const point = placement && toPatient(frame, placement.toImage(handIn(hand, event)));
      if (point) this.store.dispatch({ type: 'cross/set', cross: { frame_of_reference: frame.plane?.frame_of_reference ?? '', point } });
    };
    go(down);
    followDrag(hand, down, go);
  }

  #draw() {
    const { cross } = this.store.get();
    const [frame, placement] = [this.#frame(), this.placement()];
    const here = frame?.plane && placement && cross?.frame_of_reference === frame.plane.frame_of_reference;
    const pixel = here ? toPixel(frame, cross.point) : null;
    expose(this, {
      'data-cross-x': pixel ? pixel.x.toFixed(3) : null, 'data-cross-y': pixel ? pixel.y.toFixed(3) : null,
      'data-cross-off': pixel ? pixel.off.toFixed(3) : null,
    });
    this.#drawing.replaceChildren(
      ...(frame && placement ? this.#references(frame, placement) : []),
      ...(pixel && placement && frame ? arms(placement.toScreen(pixel), Math.abs(pixel.off) > (frame.thickness ?? 1)) : []),
    );
  }

  /** Where the images in the other viewports cross this one. @param {Frame} frame @param {Placement} placement */
  #references(frame, placement) {
    const state = this.store.get();
    if (!state.lines || !frame.plane) return [];
    return shownViewports(state).filter((viewport) => viewport !== this.viewport).flatMap((viewport) => {
      const other = frameOf(state, state.displayed[viewport]?.image ?? null);
      const ends = other && crossedBy(frame, other);
      return ends ? [line(placement.toScreen(ends[0]), placement.toScreen(ends[1]), 'reference')] : [];
    });
  }
}

/** @param {Point} at @param {boolean} away  the place lies off this image */
function arms({ x, y }, away) {
  const look = away ? 'cross away' : 'cross';
  return [[-1, 0], [1, 0], [0, -1], [0, 1]].map(([i = 0, j = 0]) => (
    line({ x: x + i * GAP, y: y + j * GAP }, { x: x + i * ARM, y: y + j * ARM }, look)));
}

/** The two pixels at which the rim of another image goes through this one. @param {Frame} frame @param {Frame} other @returns {[Point, Point] | null} */
export function crossedBy(frame, other) {
  const [plane, there] = [frame.plane, other.plane];
  if (!plane || !there || !other.spacing || plane.frame_of_reference !== there.frame_of_reference) return null;
  if (Math.hypot(...product(normalOf(plane), normalOf(there))) < 0.1) return null;
  const rim = [[0, 0], [other.columns - 1, 0], [other.columns - 1, other.rows - 1], [0, other.rows - 1]];
  const corners = rim.map(([x = 0, y = 0]) => toPatient(other, { x, y }));
  /** @type {Point[]} */
  const met = [];
  corners.forEach((corner, i) => {
    const next = corners[(i + 1) % 4];
    if (!corner || !next) return;
    const [from, to] = [offOf(plane, corner), offOf(plane, next)];
    if (from === to || from * to > 0) return;
    const share = from / (from - to);
    const at = toPixel(frame, [
      corner[0] + share * (next[0] - corner[0]), corner[1] + share * (next[1] - corner[1]), corner[2] + share * (next[2] - corner[2]),
    ]);
    if (at) met.push(at);
  });
  const [one, two] = met;
  return one && two ? [one, two] : null;
}

/** @param {ImagePlane} plane @param {[number, number, number]} place */
function offOf(plane, place) {
  return dot(minus(place, plane.position), normalOf(plane));
}
