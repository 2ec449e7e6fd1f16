/** <plane-viewport>: one plane through a volume, with the cross-hair and the lines of the other planes over it. */

/** @import { Frame, Mpr, PlaneView, Projection, Vector } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { FeedState } from '../viewport/feed.js' */
/** @import { PictureCache } from '../viewport/picture-cache.js' */
/** @import { Box, PlanePicture } from '../viewport/planes.js' */
/** @import { ViewerStore } from '../state/viewer.js' */
/** @import { Ground } from './ground.js' */

import { planeOfPicture, placementOn } from '../annotations/planes.js';
import { pageClock } from '../core/clock.js';
import { place } from '../core/geometry.js';
import { along, nearestFrame, normalOf, placeText, toPatient, toPixel } from '../core/space.js';
import { fetchPlane, planeRef } from '../dicomweb/volumes.js';
import { clearCanvas, drawPicture, resizeCanvas } from '../viewport/canvas.js';
import { Feed } from '../viewport/feed.js';
import {
  crossing, forwardOf, frameOfPlane, inside, pictureOf, placeInStack, planeName, scrolledTo, stepAlong, turnOthers,
} from '../viewport/planes.js';
import { stackOf } from '../state/select.js';
import { isStale } from '../state/viewer.js';
import { toolNamed } from '../tools/index.js';
import { expose, make } from './build.js';
import { listenToHand, toolFor } from './hand.js';
import { LiveElement } from './live-element.js';
import { followDrag, handIn, line, svg } from './svg.js';
import { STALE_TEXT, ViewportText } from './viewport-text.js';

const GAP = 16;
const NEIGHBOURS = [1, -1, 2, -2];
const SLAB_WORDS = { average_ip: 'Mean', maximum_ip: 'MIP', minimum_ip: 'MinIP' };
const REMEMBERED = 200;

export class PlaneViewport extends LiveElement {
  #canvas = make('canvas', { class: 'picture', 'aria-hidden': 'true' });
  #hand = make('div', { class: 'hand' }, this.#canvas);
  #words = new ViewportText();
  #drawing = svg('svg', { class: 'drawing', 'aria-hidden': 'true' });
  #size = { width: 0, height: 0 };
  #due = false;
  #drawn = '';
  /** @type {FeedState} */ #state = { shown: null, current: false, late: false, problem: '', delay: '' };
  /** @type {Placement | null} */ #placement = null;
  /** @type {Feed | null} */ #feed = null;
  /** @type {Map<string, { picture: PlanePicture, plane: PlaneView, slab: number, method: Projection }>} */ #asked = new Map();

  /** @param {ViewerStore} store @param {number} number @param {PictureCache} cache @param {Box} box @param {Frame} like */
  constructor(store, number, cache, box, like) {
    super();
    this.store = store;
    this.number = number;
    this.cache = cache;
    this.box = box;
    this.like = like;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    expose(this, { 'data-testid': 'plane', 'data-plane': String(this.number), tabindex: '0', role: 'group' });
    this.append(this.#hand, this.#drawing, this.#words);
    this.#feed = new Feed(fetchPlane, this.cache, (state) => {
      this.#state = state;
      this.#drawSoon();
    }, pageClock());
    life.addEventListener('abort', () => this.#feed?.clear());
    const watched = new ResizeObserver(([entry]) => {
      const { width, height } = entry?.contentRect ?? this.#size;
      this.#size = { width, height };
      this.store.dispatch({ type: 'viewport/sized', place: `plane-${this.number}`, size: this.#size });
      this.#wish();
    });
    watched.observe(this.#hand);
    life.addEventListener('abort', () => watched.disconnect());
    this.#hand.addEventListener('pointerdown', (event) => this.#down(event), { signal: life });
    this.#drawing.addEventListener('pointerdown', (event) => this.#turn(event), { signal: life });
    listenToHand({
      element: this.#hand,
      activate: (focus) => {
        if (focus) this.focus({ preventScroll: true });
        this.#activate();
      },
      hold: () => this.#hold(),
      present: (presentation) => this.store.dispatch({ type: 'mpr/present', change: () => presentation }),
      scroll: (move) => this.store.dispatch({ type: 'mpr/scroll', plane: this.number, move }),
      alone: () => this.#change((mpr) => ({ alone: !mpr.alone })),
    }, this.store, life);
    this.#hand.addEventListener('pointermove', (event) => this.#pointAt(event), { signal: life });
    this.#hand.addEventListener('pointerleave', () => this.#pointAt(null), { signal: life });
    customElements.whenDefined('mark-layer').then((Layer) => {
      if (!life.aborted) this.#hand.after(new Layer(this.store, -1, () => this.#placement, this.#ground()));
    });
    this.store.watch(({ tool }) => toolNamed(tool).layer === 'measuring', (measuring) => expose(this, { 'data-measuring': measuring ? '' : null }), { signal: life });
    customElements.whenDefined('pointer-layer').then((Layer) => {
      if (!life.aborted) this.#hand.after(new Layer(this.store, -1, () => this.#placement, () => this.#frame()));
    });
    this.addEventListener('focus', () => this.#activate(), { signal: life });
    this.store.watch((state) => [state.mpr, state.cross, isStale(state)], () => this.#wish(), { signal: life });
  }

  /** @returns {{ mpr: Mpr, plane: PlaneView, point: Vector } | null} */
  #now() {
    const { mpr, cross } = this.store.get();
    const plane = mpr?.planes[this.number];
    return mpr && plane && cross ? { mpr, plane, point: cross.point } : null;
  }

  /** @param {(mpr: Mpr) => Partial<Mpr>} change */
  #change(change) {
    const { mpr } = this.store.get();
    if (mpr) this.store.dispatch({ type: 'mpr/set', mpr: { ...mpr, ...change(mpr) } });
  }

  #activate() {
    if (this.store.get().mpr?.active !== this.number) this.#change(() => ({ active: this.number }));
  }

  #wish() {
    const now = this.#now();
    if (!now || this.#size.width === 0) return;
    const { mpr, plane, point } = now;
    const ask = (/** @type {Vector} */ through) => {
      const picture = pictureOf(this.box, plane, through, mpr);
      const image = planeRef(mpr, picture.query);
      if (this.#asked.size > REMEMBERED) this.#asked.delete(this.#asked.keys().next().value ?? '');
      this.#asked.set(image.instance_uid, { picture, plane, slab: mpr.slab, method: mpr.method });
      return image;
    };
    const around = (mpr.active === this.number ? NEIGHBOURS : []).map((by) => ask(scrolledTo(this.box, plane, point, (i) => i + by)));
    this.#feed?.want({ image: ask(point), voi: plane.presentation.voi, side: null }, around);
    this.#drawSoon();
  }

  #drawSoon() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (this.isConnected) this.#draw();
    });
  }

  /** What is on the canvas, as a frame: older than the wish while the next picture is on its way. @returns {Frame | null} */
  #frame() {
    const { shown } = this.#state;
    const asked = shown && this.#asked.get(shown.request.image.instance_uid);
    if (!shown || !asked) return null;
    const { width: columns, height: rows } = shown.picture.bitmap;
    return { ...frameOfPlane({ ...asked.picture, columns, rows }, asked.plane, this.like, asked.slab), image: shown.request.image };
  }

  #draw() {
    const now = this.#now();
    if (!now) return;
    const { shown } = this.#state;
    const { presentation } = now.plane;
    const frame = this.#frame();
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d', { alpha: false }));
    resizeCanvas(this.#canvas, this.#size, devicePixelRatio);
    this.#placement = frame && place(frame, this.#size, presentation);
    if (shown && frame && this.#placement) drawPicture(context, shown.picture.bitmap, frame, this.#placement, presentation.invert, devicePixelRatio, shown.request.quality === 'exact');
    else clearCanvas(context);
    this.#tell(now, frame);
    this.#drawLines(now, frame);
    this.dispatchEvent(new Event('drawn'));
  }

  /** @param {{ mpr: Mpr, plane: PlaneView, point: Vector }} now @param {Frame | null} frame */
  #tell({ mpr, plane, point }, frame) {
    const state = this.store.get();
    const { shown, late, current, problem, delay } = this.#state;
    const quality = problem ? 'failed' : !shown || (late && !current) ? 'loading' : shown.request.quality;
    const cross = frame && toPixel(frame, point);
    const stale = isStale(state);
    const name = planeName(plane, this.number);
    const [index, count] = placeInStack(this.box, plane, point);
    const slab = mpr.slab > 0 ? `${SLAB_WORDS[mpr.method]} of ${mpr.slab} mm` : '';
    expose(this, {
      'data-quality': quality, 'data-active': mpr.active === this.number ? '' : null, 'data-query': shown?.request.image.instance_uid ?? null,
      'data-current': String(current), 'data-zoom': String(plane.presentation.zoom),
      'data-window-width': shown?.picture.window ? String(shown.picture.window.width) : null,
      'data-cross-x': cross ? cross.x.toFixed(3) : null, 'data-cross-y': cross ? cross.y.toFixed(3) : null,
      'data-cross-off': cross ? cross.off.toFixed(3) : null, 'data-pixel': frame?.spacing ? String(frame.spacing.column) : null,
      'data-stale': stale ? '' : null, 'data-oblique': name.startsWith('Oblique') ? '' : null,
    });
    const series = state.series[mpr.series_uid] ?? null;
    this.#words.show({
      study: state.studies[mpr.study_uid] ?? null, series, frame, stack: null, index: -1,
      title: `${name}  ${index + 1} / ${count}`, slab,
      presentation: plane.presentation, window: shown?.picture.window ?? null, quality, coarse: shown?.picture.coarse,
      placement: this.#placement, width: this.#size.width, stale,
      message: problem || (stale ? STALE_TEXT : '') || (late && !shown ? delay || 'Putting the volume together…' : ''),
    });
    this.setAttribute('aria-label', `${name} plane ${index + 1} of ${count}, ${slab || 'one voxel thick'}, cross-hair at ${placeText(point)}, ${stale ? 'not live' : quality}`);
  }

  /** @param {{ mpr: Mpr, plane: PlaneView, point: Vector }} now @param {Frame | null} frame */
  #drawLines({ mpr, point }, frame) {
    const placement = this.#placement;
    const pixel = frame && toPixel(frame, point);
    if (!placement || !frame?.plane || !frame.spacing || !pixel) {
      this.#drawn = '';
      return this.#drawing.replaceChildren();
    }
    const at = placement.toScreen(pixel);
    const far = Math.hypot(this.#size.width, this.#size.height);
    const reach = Math.min(this.#size.width, this.#size.height) * 0.32;
    const seen = { right: frame.plane.row, down: frame.plane.column };
    const perMm = placement.scale / frame.spacing.column;
    // what has not moved stays the same element under the hand
    const drawn = JSON.stringify([at, frame.plane, far, perMm, mpr.slab, mpr.planes.map(forwardOf)]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#drawing.replaceChildren(...mpr.planes.flatMap((other, i) => {
      const way = i === this.number ? null : crossing(seen, forwardOf(other));
      if (!way) return [];
      const tip = placement.toScreen({ x: pixel.x + way.x, y: pixel.y + way.y });
      const length = Math.hypot(tip.x - at.x, tip.y - at.y) || 1;
      const [dx, dy] = [(tip.x - at.x) / length, (tip.y - at.y) / length];
      const on = (/** @type {number} */ by, /** @type {number} */ beside = 0) => ({ x: at.x + by * dx - beside * dy, y: at.y + by * dy + beside * dx });
      const half = (mpr.slab / 2) * perMm;
      const slab = mpr.slab > 0 ? [-half, half].map((beside) => line(on(-far, beside), on(far, beside), `plane-${i} slab`)) : [];
      return [
        ...slab, line(on(GAP), on(far), `plane-${i}`), line(on(-GAP), on(-far), `plane-${i}`),
        ...[-reach, reach].map((by) => svg('circle', { class: `turner plane-${i}`, cx: on(by).x, cy: on(by).y, r: 7, 'data-testid': `turn-${i}` },
          svg('title', {}, 'Drag to turn this plane'))),
      ];
    }));
  }

  /** A drag on a line's handle turns the other two planes. @param {PointerEvent} down */
  #turn(down) {
    const now = this.#now();
    const frame = this.#frame();
    const pixel = frame && now && toPixel(frame, now.point);
    const at = pixel && this.#placement?.toScreen(pixel);
    if (down.button !== 0 || !at || !now) return;
    down.preventDefault();
    this.#activate();
    const { flip_horizontal, flip_vertical } = now.plane.presentation;
    const sense = flip_horizontal === flip_vertical ? 1 : -1;
    const angle = (/** @type {PointerEvent} */ event) => {
      const { x, y } = handIn(this.#hand, event);
      return Math.atan2(y - at.y, x - at.x);
    };
    const start = angle(down);
    followDrag(this.#drawing, down, (move) => {
      this.#change(() => ({ planes: turnOthers(now.mpr.planes, this.number, sense * (angle(move) - start)) }));
    });
  }

  #hold() {
    const now = this.#now();
    const placement = this.#placement;
    if (!now || !placement) return null;
    const { presentation } = now.plane;
    const window = presentation.voi ?? this.#state.shown?.picture.window ?? null;
    const [, count] = placeInStack(this.box, now.plane, now.point);
    return { presentation, placement, window, count };
  }

  /** What lies over stacks is not over planes. @param {PointerEvent} down */
  #down(down) {
    this.#activate();
    const [frame, placement] = [this.#frame(), this.#placement];
    const { layer } = toolFor(down, this.store.get());
    if (!frame || !placement || !layer || layer === 'measuring' || !down.isPrimary) return;
    if (layer !== 'crossing') return this.store.dispatch({ type: 'notice/set', text: 'The glass is for the images themselves: those of the stack beside the planes.' });
    this.#goTo(frame, placement, down);
    followDrag(this.#hand, down, (move) => this.#goTo(frame, placement, move));
  }

  /** What is measured lies on the plane that is seen, and is known by the image of the series nearest to it. @returns {Ground} */
  #ground() {
    const { store } = this;
    return {
      frame: () => this.#frame(),
      here: () => {
        const [frame, now] = [this.#frame(), this.#now()];
        const asked = this.#asked.get(frame?.image.instance_uid ?? '');
        const plane = frame && now && planeOfPicture(frame, asked?.slab ?? 0, asked?.method ?? now.mpr.method);
        if (!frame || !now || !plane) return null;
        const frames = stackOf(store.get(), now.mpr.series_uid)?.frames ?? [];
        return { image: (nearestFrame(frames, this.box.frame_of_reference, now.point) ?? this.like).image, plane };
      },
      placement: (where) => {
        const [frame, placement] = [this.#frame(), this.#placement];
        if (!frame?.plane || !placement || !where.plane) return null;
        return placementOn(where.plane, frame, placement, stepAlong(this.box, normalOf(frame.plane)) / 2);
      },
      modality: () => store.get().series[store.get().mpr?.series_uid ?? '']?.modality ?? '',
    };
  }

  /** Where the hand is in the patient, for others in the session. @param {PointerEvent | null} event */
  #pointAt(event) {
    const { session, tool, mpr } = this.store.get();
    const [frame, placement] = [this.#frame(), this.#placement];
    if (!session || !mpr || !toolNamed(tool).points || !frame?.plane || !placement) return;
    const point = event && toPatient(frame, placement.toImage(handIn(this.#hand, event)));
    const place = point && { frame_of_reference_uid: frame.plane.frame_of_reference, point };
    this.store.dispatch({ type: 'pointer/move', viewport: 0, image: null, point: null, place });
  }

  /** The cross-hair comes to the hand, in the plane that is wished for. @param {Frame} frame @param {Placement} placement @param {PointerEvent} event */
  #goTo(frame, placement, event) {
    const now = this.#now();
    const point = toPatient(frame, placement.toImage(handIn(this.#hand, event)));
    if (!now || !point || !frame.plane) return;
    const off = toPixel(frame, now.point)?.off ?? 0;
    const frame_of_reference = this.box.frame_of_reference;
    this.store.dispatch({ type: 'cross/set', cross: { frame_of_reference, point: inside(this.box, along(point, off, forwardOf({ right: frame.plane.row, down: frame.plane.column }))) } });
  }
}
