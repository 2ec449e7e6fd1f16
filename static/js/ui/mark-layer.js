/** <mark-layer>: what was measured on an image or a plane, drawn, and drawn on by the hand. */

/** @import { Frame, Point } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { Kind, Mark } from '../annotations/model.js' */
/** @import { OthersMark } from '../state/shared-marks.js' */
/** @import { ViewerStore } from '../state/viewer.js' */
/** @import { Ground } from './ground.js' */

import { placeLabels } from '../annotations/labels.js';
import { calibrated, linesOf, reachText, unitOf } from '../annotations/measures.js';
import { changed, completed, isWorthKeeping, POINTS, put, regionKey } from '../annotations/model.js';
import { stackOf } from '../state/select.js';
import { othersMarks } from '../state/shared-marks.js';
import { toolNamed } from '../tools/index.js';
import { imageGround } from './ground.js';
import { LiveElement } from './live-element.js';
import { MarkProbe } from './mark-probe.js';
import { outline } from './mark-shapes.js';
import { askLength, askWords } from './mark-words.js';
import { followDrag, handIn, svg } from './svg.js';

const CLICK = 4;
const NEAR = 8;

export class MarkLayer extends LiveElement {
  #drawing = svg('svg', { class: 'drawing marks', role: 'group', 'aria-label': 'Measurements' });
  /** @type {Mark | null} being drawn: its last point goes with the hand */ #draft = null;
  /** @type {Mark | null} being moved */ #moved = null;
  /** @type {MarkProbe} */ #probe;

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement @param {Ground} [ground]  the image in the viewport, unless it is another */
  constructor(store, viewport, placement, ground = imageGround(store, viewport, placement)) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.ground = ground;
    this.#probe = new MarkProbe(ground);
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.append(this.#drawing, this.#probe.words);
    const signal = { signal: life };
    const hand = /** @type {HTMLElement | null} */ (this.parentElement?.querySelector('.hand'));
    hand?.addEventListener('pointerdown', (event) => this.#down(hand, event), signal);
    hand?.addEventListener('pointermove', (event) => this.#hover(hand, event), signal);
    hand?.addEventListener('pointerleave', () => this.#probe.stop(), signal);
    // a second finger moves the image: what the first has begun is not meant
    hand?.addEventListener('fingers', () => {
      this.#draft = null;
      this.#draw();
    }, signal);
    hand?.addEventListener('dblclick', (event) => {
      if (!this.#tool()) return;
      event.stopImmediatePropagation();
      this.#finish();
    }, { ...signal, capture: true });
    // what lies over the image must not stop it from being scrolled
    this.addEventListener('wheel', (event) => {
      event.preventDefault();
      hand?.dispatchEvent(new WheelEvent('wheel', event));
    }, signal);
    document.addEventListener('keydown', (event) => this.#key(event), { ...signal, capture: true });
    this.parentElement?.addEventListener('drawn', () => this.#draw(), signal);
    this.store.watch(({ marks, counted, displayed, session, replayed }) => [marks, counted, displayed[this.viewport], (session?.room ?? replayed)?.annotations], () => this.#draw(), signal);
    this.store.watch(({ tool }) => tool, () => {
      this.#draft = null;
      this.#probe.stop();
      this.#draw();
    }, signal);
  }

  #tool() {
    const tool = toolNamed(this.store.get().tool);
    return tool.layer === 'measuring' ? /** @type {Kind | 'probe'} */ (tool.name) : null;
  }

  /** Where the hand is, in the points of a mark or of one to be. @param {HTMLElement} hand @param {{ clientX: number, clientY: number }} event */
  #point(hand, event) {
    const on = this.#draft ?? this.ground.here();
    return (on && this.ground.placement(on)?.toImage(handIn(hand, event))) ?? null;
  }

  /** @param {HTMLElement} hand @param {PointerEvent} down */
  #down(hand, down) {
    const kind = this.#tool();
    if (this.#draft && !this.ground.placement(this.#draft)) this.#draft = null;
    const here = this.ground.here();
    const point = this.#point(hand, down);
    if (down.button !== 0 || !down.isPrimary || !kind || kind === 'probe' || !here || !point) return;
    if (this.#draft) return this.#next(hand, down, point);
    this.#draft = { ...here, id: crypto.randomUUID(), kind, points: [point, point], text: '', made: new Date().toISOString() };
    this.#carry(hand, down);
  }

  /** The last point goes with the hand; let go away from where it went down, it is placed. @param {HTMLElement} hand @param {PointerEvent} down */
  #carry(hand, down) {
    let far = false;
    followDrag(hand, down, (move) => {
      far ||= Math.hypot(move.clientX - down.clientX, move.clientY - down.clientY) > CLICK;
      this.#lead(this.#point(hand, move));
    }, () => {
      if (far) this.#placed();
    });
    this.#draw();
  }

  /** A further click: it places the point that the hand has carried. @param {HTMLElement} hand @param {PointerEvent} down @param {Point} point */
  #next(hand, down, point) {
    const draft = /** @type {Mark} */ (this.#draft);
    const first = draft.points[0];
    const placement = this.ground.placement(draft);
    if (draft.kind === 'polygon' && draft.points.length > 3 && first && placement) {
      const [here, start] = [placement.toScreen(point), placement.toScreen(first)];
      if (Math.hypot(here.x - start.x, here.y - start.y) < NEAR) return this.#finish();
    }
    this.#lead(point);
    if (this.#placed()) this.#carry(hand, down);
  }

  /** @param {Point | null} point */
  #lead(point) {
    if (!this.#draft || !point) return;
    this.#draft = { ...this.#draft, points: [...this.#draft.points.slice(0, -1), point] };
    this.#draw();
  }

  /** Goes on to the next point, or ends with the last. Are there more to come? */
  #placed() {
    const draft = this.#draft;
    if (!draft) return false;
    if (draft.points.length >= POINTS[draft.kind]) {
      this.#finish();
      return false;
    }
    this.#draft = { ...draft, points: [...draft.points, /** @type {Point} */ (draft.points.at(-1))] };
    this.#draw();
    return true;
  }

  #finish() {
    const draft = this.#draft;
    this.#draft = null;
    if (!draft) return;
    // a polygon's last point was still in the hand
    const points = draft.kind === 'polygon' ? distinct(draft.points) : draft.points;
    const mark = { ...draft, points: completed(draft.kind, points, draft.plane ? 1 : this.ground.frame()?.aspect ?? 1) };
    if (!isWorthKeeping(mark)) return this.#draw();
    if (mark.kind === 'calibration' && (mark.plane || this.ground.frame()?.spacing?.kind === 'patient')) {
      this.store.dispatch({ type: 'notice/set', text: 'This image says its size in the patient: there is nothing to calibrate.' });
      return this.#draw();
    }
    this.store.dispatch({ type: 'marks/set', marks: put(this.store.get().marks, mark) });
    const asks = { arrow: askWords, calibration: askLength }[/** @type {string} */ (mark.kind)];
    asks?.(this, this.store, mark, mark.points[0] && this.ground.placement(mark)?.toScreen(mark.points[0]));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#draft || (event.key !== 'Escape' && event.key !== 'Enter')) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') return this.#finish();
    this.#draft = null;
    this.#draw();
  }

  /** @param {HTMLElement} hand @param {PointerEvent} event */
  #hover(hand, event) {
    if (this.#draft && event.buttons === 0) this.#lead(this.#point(hand, event));
    if (this.#tool() === 'probe') this.#probe.at(hand, event);
  }

  #draw() {
    const { marks } = this.store.get();
    const frame = this.ground.frame();
    if (!frame) return this.#drawing.replaceChildren();
    const all = marks.shown ? [...marks.list, ...othersMarks(this.store.get())] : [];
    const shown = all.map((mark) => (mark.id === this.#moved?.id ? this.#moved : mark));
    if (this.#draft) shown.push(this.#draft);
    const drawn = shown.flatMap((mark) => {
      const placement = this.ground.placement(mark);
      const same = all.filter((one) => authorOf(one) === authorOf(mark)).map((one) => (one.id === this.#moved?.id ? this.#moved : one));
      return placement ? [this.#drawn(mark, calibrated(frame, same, mark, this.#stack(mark)), placement)] : [];
    });
    const labelled = drawn.filter(({ lines }) => lines.length > 0);
    const wishes = labelled.map(({ mark, points, lines }) => ({ points, lines, atStart: mark.kind === 'arrow' }));
    placeLabels(wishes, { width: this.clientWidth, height: this.clientHeight }, wishes.length > 0 ? this.#written() : []).forEach(({ x, y }, i) => {
      const { group, lines } = /** @type {typeof labelled[0]} */ (labelled[i]);
      group.append(...lines.map((text, line) => svg('text', { x, y: y + 12 + line * 15 }, text)));
    });
    this.#drawing.replaceChildren(...drawn.map(({ group }) => group));
  }

  /** @param {Mark} mark */
  #stack({ image }) {
    return stackOf(this.store.get(), image.series_uid)?.frames ?? [];
  }

  /** Where letters and corners of text stand already. */
  #written() {
    const { left, top } = this.getBoundingClientRect();
    return [...this.parentElement?.querySelectorAll('viewport-text > .corner, viewport-text > .letter') ?? []].map((text) => {
      const box = text.getBoundingClientRect();
      return { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
    });
  }

  /** @param {Mark | OthersMark} mark @param {Frame} frame @param {Placement} placement */
  #drawn(mark, frame, placement) {
    const { marks, counted } = this.store.get();
    const busy = mark === this.#draft || mark === this.#moved;
    const selected = marks.selected === mark.id;
    const points = mark.points.map(placement.toScreen);
    const others = 'author' in mark;
    const values = linesOf(mark, frame, busy ? undefined : counted[regionKey(mark)], unitOf(this.ground.modality()), mark.kind === 'calibration' ? reachText(mark, this.#stack(mark)) : '');
    const lines = others ? [...values, mark.author] : values;
    const group = svg('g', {
      class: `mark${selected ? ' selected' : ''}${mark === this.#draft ? ' draft' : ''}${others ? ' others' : ''}`, 'data-testid': 'mark', 'data-kind': mark.kind, 'data-id': mark.id,
      'data-text': lines.join('; '), ...(others ? { 'data-mark': String(mark.colour), 'data-author': mark.author } : {}),
    }, ...outline(mark.kind, points));
    if (others || mark === this.#draft) return { mark, group, points, lines };
    group.addEventListener('pointerdown', (event) => this.#grab(mark, -1, event));
    group.append(...points.map((point, i) => {
      const handle = svg('circle', { class: 'mark-handle', cx: point.x, cy: point.y, r: selected ? 5 : 3 });
      handle.addEventListener('pointerdown', (event) => this.#grab(mark, i, event));
      return handle;
    }));
    return { mark, group, points, lines };
  }

  /** Chooses a mark, and moves it or one of its points. @param {Mark} mark @param {number} which  -1: all of it @param {PointerEvent} down */
  #grab(mark, which, down) {
    const placement = this.ground.placement(mark);
    const hand = /** @type {HTMLElement} */ (this.parentElement);
    if (down.button !== 0 || !placement || this.#draft) return;
    down.preventDefault();
    down.stopPropagation();
    hand.focus({ preventScroll: true });
    const start = placement.toImage(handIn(hand, down));
    this.store.dispatch({ type: 'marks/set', marks: { ...this.store.get().marks, selected: mark.id } });
    followDrag(this, down, (move) => {
      const now = placement.toImage(handIn(hand, move));
      const by = { x: now.x - start.x, y: now.y - start.y };
      const points = mark.points.map((point, i) => (which < 0 || i === which ? { x: point.x + by.x, y: point.y + by.y } : point));
      this.#moved = { ...mark, points };
      this.#draw();
    }, () => {
      const moved = this.#moved;
      this.#moved = null;
      if (!moved) return;
      const { marks } = this.store.get();
      this.store.dispatch({ type: 'marks/set', marks: changed(marks, marks.list.map((one) => (one.id === moved.id ? moved : one))) });
    });
  }
}

/** Each person's marks are calibrated by their own; '' for this page's. @param {Mark | OthersMark} mark */
function authorOf(mark) {
  return 'author' in mark ? mark.author : '';
}

/** @param {Point[]} points */
function distinct(points) {
  return points.filter((point, i) => i === 0 || Math.hypot(point.x - (points[i - 1]?.x ?? NaN), point.y - (points[i - 1]?.y ?? NaN)) > 0.25);
}
