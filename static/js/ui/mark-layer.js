/** <mark-layer>: what was measured on the image in a viewport, drawn, and drawn on by the hand. */

/** @import { Frame, ImageRef, Point } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { Kind, Mark } from '../annotations/model.js' */
/** @import { OthersMark } from '../state/shared-marks.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { placeLabels } from '../annotations/labels.js';
import { linesOf, unitOf, valueText } from '../annotations/measures.js';
import { changed, completed, isWorthKeeping, POINTS, put, regionKey } from '../annotations/model.js';
import { placeText, toPatient } from '../core/space.js';
import { titleOf, isAbort } from '../core/http.js';
import { findStatistics } from '../dicomweb/statistics.js';
import { frameOf } from '../state/select.js';
import { othersMarks } from '../state/shared-marks.js';
import { toolNamed } from '../tools/index.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { followDrag, handIn, line, svg } from './svg.js';

const CLICK = 4;
const NEAR = 8;
const PROBE_MS = 70;
const LETTER_ROOM = 42;

export class MarkLayer extends LiveElement {
  #drawing = svg('svg', { class: 'drawing marks', role: 'group', 'aria-label': 'Measurements' });
  #probe = make('p', { class: 'probe', role: 'status', 'data-testid': 'probe-text' });
  /** @type {Mark | null} being drawn: its last point goes with the hand */ #draft = null;
  /** @type {Mark | null} being moved */ #moved = null;
  /** @type {AbortController | null} */ #probing = null;
  #probeTimer = 0;

  /** @param {ViewerStore} store @param {number} viewport @param {() => Placement | null} placement */
  constructor(store, viewport, placement) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.placement = placement;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    this.append(this.#drawing, this.#probe);
    const signal = { signal: life };
    const hand = /** @type {HTMLElement | null} */ (this.parentElement?.querySelector('.hand'));
    hand?.addEventListener('pointerdown', (event) => this.#down(hand, event), signal);
    hand?.addEventListener('pointermove', (event) => this.#hover(hand, event), signal);
    hand?.addEventListener('pointerleave', () => this.#stopProbing(), signal);
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
      this.#stopProbing();
      this.#draw();
    }, signal);
  }

  #tool() {
    const tool = toolNamed(this.store.get().tool);
    return tool.layer === 'measuring' ? /** @type {Kind | 'probe'} */ (tool.name) : null;
  }

  /** @returns {Frame | null} what the canvas shows, on which alone may be drawn */
  #frame() {
    const state = this.store.get();
    return frameOf(state, state.displayed[this.viewport]?.image ?? null);
  }

  /** @param {HTMLElement} hand @param {{ clientX: number, clientY: number }} event */
  #point(hand, event) {
    const placement = this.placement();
    return placement ? placement.toImage(handIn(hand, event)) : null;
  }

  /** @param {HTMLElement} hand @param {PointerEvent} down */
  #down(hand, down) {
    const kind = this.#tool();
    const frame = this.#frame();
    const point = this.#point(hand, down);
    if (down.button !== 0 || !down.isPrimary || !kind || kind === 'probe' || !frame || !point) return;
    if (this.#draft && sameImage(this.#draft.image, frame.image)) return this.#next(hand, down, point);
    this.#draft = { id: crypto.randomUUID(), kind, image: frame.image, points: [point, point], text: '', made: new Date().toISOString() };
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
    const placement = this.placement();
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
    const mark = { ...draft, points: completed(draft.kind, points, this.#frame()?.aspect ?? 1) };
    if (!isWorthKeeping(mark)) return this.#draw();
    this.store.dispatch({ type: 'marks/set', marks: put(this.store.get().marks, mark) });
    if (mark.kind === 'arrow') this.#askWords(mark);
  }

  /** @param {Mark} mark */
  #askWords(mark) {
    const at = mark.points[0] && this.placement()?.toScreen(mark.points[0]);
    const words = make('input', { class: 'mark-words', 'aria-label': 'Words at the arrow', maxlength: '80', 'data-testid': 'mark-words' });
    words.value = mark.text;
    words.style.insetInlineStart = `${at?.x ?? 0}px`;
    words.style.insetBlockStart = `${at?.y ?? 0}px`;
    let done = false;
    const keep = () => {
      if (done) return;
      done = true;
      const { marks } = this.store.get();
      const list = marks.list.map((one) => (one.id === mark.id ? { ...one, text: words.value.trim() } : one));
      this.store.dispatch({ type: 'marks/set', marks: { ...marks, list } });
      words.remove();
      this.parentElement?.focus({ preventScroll: true });
    };
    words.addEventListener('change', keep);
    words.addEventListener('blur', keep);
    words.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === 'Escape') keep();
      event.stopPropagation();
    });
    this.append(words);
    requestAnimationFrame(() => words.focus());
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
    if (this.#tool() === 'probe') this.#probeAt(hand, event);
  }

  /** @param {HTMLElement} hand @param {PointerEvent} event */
  #probeAt(hand, event) {
    const frame = this.#frame();
    const point = this.#point(hand, event);
    this.#stopProbing();
    if (!frame || !point || point.x < -0.5 || point.y < -0.5 || point.x > frame.columns - 0.5 || point.y > frame.rows - 0.5) return;
    const { x, y } = handIn(hand, event);
    const probing = new AbortController();
    this.#probing = probing;
    this.#probeTimer = window.setTimeout(async () => {
      const value = await findStatistics(frame.image, 'point', [point], probing.signal)
        .then(({ mean, padding }) => (mean === null ? (padding ? 'padding' : '') : `${valueText(mean)} ${unitOf(this.#modality())}`.trim()))
        .catch((error) => (isAbort(error) ? null : titleOf(error)));
      if (value === null || probing.signal.aborted) return;
      const place = toPatient(frame, point);
      this.#probe.textContent = [value, `column ${Math.round(point.x) + 1}, row ${Math.round(point.y) + 1}`, place ? `${placeText(place)} mm` : ''].filter(Boolean).join('\n');
      this.#probe.style.transform = `translate(${Math.min(x + 14, hand.clientWidth - 170)}px, ${Math.min(y + 14, hand.clientHeight - 70)}px)`;
    }, PROBE_MS);
  }

  #stopProbing() {
    clearTimeout(this.#probeTimer);
    this.#probing?.abort();
    this.#probe.textContent = '';
  }

  #modality() {
    const { series, displayed } = this.store.get();
    return series[displayed[this.viewport]?.image.series_uid ?? '']?.modality ?? '';
  }

  #draw() {
    const { marks } = this.store.get();
    const [frame, placement] = [this.#frame(), this.placement()];
    if (!frame || !placement) return this.#drawing.replaceChildren();
    const all = marks.shown ? [...marks.list, ...othersMarks(this.store.get())] : [];
    const here = all.filter(({ image }) => sameImage(image, frame.image));
    const shown = here.map((mark) => (mark.id === this.#moved?.id ? this.#moved : mark));
    if (this.#draft && sameImage(this.#draft.image, frame.image)) shown.push(this.#draft);
    const drawn = shown.map((mark) => this.#drawn(mark, frame, placement));
    const labelled = drawn.filter(({ lines }) => lines.length > 0);
    const wishes = labelled.map(({ mark, points, lines }) => ({ points, lines, atStart: mark.kind === 'arrow' }));
    const [width, height] = [this.clientWidth, this.clientHeight];
    // R and L stand in the middle of the sides
    const letters = [0, width - LETTER_ROOM].map((x) => ({ x, y: height / 2 - 16, width: LETTER_ROOM, height: 32 }));
    placeLabels(wishes, { width, height }, letters).forEach(({ x, y }, i) => {
      const { group, lines } = /** @type {typeof labelled[0]} */ (labelled[i]);
      group.append(...lines.map((text, line) => svg('text', { x, y: y + 12 + line * 15 }, text)));
    });
    this.#drawing.replaceChildren(...drawn.map(({ group }) => group));
  }

  /** @param {Mark | OthersMark} mark @param {Frame} frame @param {Placement} placement */
  #drawn(mark, frame, placement) {
    const { marks, counted } = this.store.get();
    const busy = mark === this.#draft || mark === this.#moved;
    const selected = marks.selected === mark.id;
    const points = mark.points.map(placement.toScreen);
    const others = 'author' in mark;
    const values = linesOf(mark, frame, busy ? undefined : counted[regionKey(mark)], unitOf(this.#modality()));
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
    const placement = this.placement();
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

/** @param {ImageRef} a @param {ImageRef} b */
function sameImage(a, b) {
  return a.instance_uid === b.instance_uid && a.frame_number === b.frame_number;
}

/** @param {Point[]} points */
function distinct(points) {
  return points.filter((point, i) => i === 0 || Math.hypot(point.x - (points[i - 1]?.x ?? NaN), point.y - (points[i - 1]?.y ?? NaN)) > 0.25);
}

/** @param {Kind} kind @param {Point[]} points on the screen */
function outline(kind, points) {
  const [a, b, c, d] = points;
  if (!a || !b) return [];
  switch (kind) {
    case 'ellipse': return shape('ellipse', { cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2, rx: Math.abs(b.x - a.x) / 2, ry: Math.abs(b.y - a.y) / 2 });
    case 'polygon': return shape('polygon', { points: points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ') });
    case 'bidirectional': case 'cobb':
      return [stroke(a, b), ...(c && d ? [stroke(c, d)] : []), ...(kind === 'cobb' && c && d ? [between(a, b, c, d)] : [])];
    case 'angle': return [stroke(a, b), ...(c ? [stroke(b, c)] : [])];
    case 'arrow': {
      const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
      const [x, y] = [(b.x - a.x) / length, (b.y - a.y) / length];
      const barb = (/** @type {number} */ side) => ({ x: b.x - 12 * x - side * 6 * y, y: b.y - 12 * y + side * 6 * x });
      return [stroke(a, b), stroke(b, barb(1)), stroke(b, barb(-1))];
    }
    default: return [stroke(a, b)];
  }
}

/** The dashes that say which two lines make a Cobb angle. @param {Point} a @param {Point} b @param {Point} c @param {Point} d */
function between(a, b, c, d) {
  return line({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 }, 'between');
}

/** A line that is easy to get hold of. @param {Point} from @param {Point} to */
function stroke(from, to) {
  const drawn = line(from, to, 'stroke');
  drawn.append(svg('line', { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: 'grip' }));
  return drawn;
}

/** @param {'ellipse' | 'polygon'} tag @param {Record<string, string | number>} facts */
function shape(tag, facts) {
  return ['edge', 'ink', 'grip'].map((look) => svg(tag, { ...facts, class: look }));
}
