/** <state-layer>: what a presentation state draws over its images, and a sign that it is applied. */

/** @import { Frame } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { Drawn, Look } from '../dicomweb/authored.js' */
/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { covers } from '../dicomweb/frames.js';
import { frameOf } from '../state/select.js';
import { leads } from '../state/viewer.js';
import { isAsMade, pointInArea } from '../viewport/looks.js';
import { make, write } from './build.js';
import { asCommand } from './command-button.js';
import { LiveElement } from './live-element.js';
import { svg } from './svg.js';

const LINE = 15;

export class StateLayer extends LiveElement {
  #drawing = svg('svg', { class: 'drawing', 'aria-hidden': 'true' });
  #said = make('span', { 'data-testid': 'applied-state' });
  #sign = make('p', { class: 'applied-sign', role: 'status' }, this.#said);

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const leave = asCommand(this.store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'leave-state' }, 'Leave'), 'presentation-leave');
    leave.addEventListener('click', () => this.store.dispatch({ type: 'state/ask', wish: 'leave' }));
    this.#sign.append(leave);
    this.append(this.#drawing, this.#sign);
    this.parentElement?.addEventListener('drawn', () => this.#draw(), { signal: life });
    this.store.watch(({ applied, displayed, view, session }) => [session?.room?.people, applied, displayed[this.viewport], view.viewports[this.viewport]], () => this.#draw(), { signal: life });
  }

  #draw() {
    const state = this.store.get();
    const applied = state.applied?.viewport === this.viewport ? state.applied : null;
    this.hidden = !applied;
    this.#drawing.replaceChildren();
    if (!applied) return;
    const { look } = applied;
    const image = state.displayed[this.viewport]?.image ?? null;
    const frame = frameOf(state, image);
    const here = image !== null && covers(look.images, image);
    const now = state.view.viewports[this.viewport]?.presentation;
    const name = applied.state.description || applied.state.label;
    const said = here ? (now && !isAsMade(applied.made, now) ? ['changed since'] : []) : ['does not speak of this image'];
    const words = applied.problem ? [`not shown here, beyond its window and turns. ${applied.problem}`]
      : [...said, ...look.left_out.map((one) => `Not shown: ${one}`), ...(guestsFollow(state) ? ['guests see only its window and turns'] : [])];
    write(this.#said, [`Presentation state ${name}`.trim(), ...words].join(' · '));
    const placement = this.placement();
    if (!frame || !image || !placement || !here) return;
    if (look.shutter) this.#drawing.append(covering(look.shutter, frame, placement));
    for (const part of look.annotations.filter(({ images }) => images.length === 0 || covers(images, image))) {
      this.#drawing.append(...drawn(part, look, frame, placement));
    }
  }
}

/** Guests come by a door through which no words that people wrote are told. @param {ViewerState} state */
function guestsFollow({ session }) {
  return leads(session) && Object.values(session?.room?.people ?? {}).some(({ guest, here }) => guest && here);
}

/** What lies outside any of a shutter's shapes: each covers for itself. @param {NonNullable<Look['shutter']>} shutter @param {Frame} frame @param {Placement} placement */
function covering({ rectangle, circle, polygon, grey }, { columns, rows, aspect }, placement) {
  const path = (/** @type {number[][]} */ points) => `M${points.map(([x = 0, y = 0]) => {
    const at = placement.toScreen({ x, y });
    return `${at.x.toFixed(1)},${at.y.toFixed(1)}`;
  }).join('L')}Z`;
  const box = (/** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ right, /** @type {number} */ bottom) => [[left, top], [right, top], [right, bottom], [left, bottom]];
  const [left = 1, right = columns, top = 1, bottom = rows] = rectangle;
  const [row = 0, column = 0, radius = 0] = circle;
  const rim = Array.from({ length: 90 }, (_, i) => [column - 1 + radius * Math.cos((i * Math.PI) / 45), row - 1 + (radius / aspect) * Math.sin((i * Math.PI) / 45)]);
  const shapes = [
    ...(rectangle.length === 4 ? [box(left - 1.5, top - 1.5, right - 0.5, bottom - 0.5)] : []), ...(circle.length === 3 ? [rim] : []),
    ...(polygon.length > 2 ? [polygon.map(([x, y]) => [x - 1, y - 1])] : [])];
  const whole = path(box(-0.5, -0.5, columns - 0.5, rows - 0.5));
  return svg('g', { 'data-testid': 'state-shutter' }, ...shapes.map((shape) => (
    svg('path', { d: whole + path(shape), fill: `rgb(${grey} ${grey} ${grey})`, 'fill-rule': 'evenodd' }))));
}

/** @param {Drawn} part @param {Look} look @param {Frame} frame @param {Placement} placement */
function drawn({ colour, graphics, texts }, look, frame, placement) {
  const at = (/** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ displayed) => placement.toScreen(displayed ? pointInArea(look, frame, { x, y }) : { x, y });
  const lines = graphics.flatMap(/** @returns {SVGElement[]} */ ({ points, displayed, filled }) => {
    const places = points.map(([x, y]) => at(x, y, displayed));
    const [only, other] = places;
    if (only && !other) return [svg('circle', { 'data-testid': 'state-mark', cx: only.x, cy: only.y, r: 2.5, fill: colour })];
    const path = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    return [
      svg('polyline', { class: 'edge', points: path, fill: 'none' }),
      svg('polyline', { class: 'state-ink', 'data-testid': 'state-mark', points: path, fill: filled ? colour : 'none', stroke: colour })];
  });
  const words = texts.flatMap(({ lines: said, x, y, displayed }) => {
    const place = at(x, y, displayed);
    return said.map((text, i) => svg('text', { class: 'state-words', x: place.x + 6, y: place.y + i * LINE, fill: colour }, text));
  });
  return [...lines, ...words];
}
