/** <image-viewport>: one image, drawn as the store wishes, with everything that must be read beside it. */

/** @import { Displayed, Frame, Picture, Presentation, Quality } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { FeedState, Shown } from '../viewport/feed.js' */
/** @import { PictureCache } from '../viewport/picture-cache.js' */
/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { pageClock } from '../core/clock.js';
import { place } from '../core/geometry.js';
import { fetchPicture, hasPictures } from '../dicomweb/frames.js';
import { frameOf, greysOf, imageIn, indexIn, paletteOf, seriesIn, stackOf } from '../state/select.js';
import { newPresentation } from '../sessions/room.js';
import { isStale, leads } from '../state/viewer.js';
import { clearCanvas, drawPicture, resizeCanvas, sideToAsk } from '../viewport/canvas.js';
import { Feed } from '../viewport/feed.js';
import { neighbours } from '../viewport/prefetch.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';
import { STALE_TEXT, ViewportText } from './viewport-text.js';

/** @type {FeedState} */
const NOTHING = { shown: null, current: false, late: false, problem: '', delay: '' };

export class ImageViewport extends LiveElement {
  #canvas = make('canvas', { class: 'picture', 'aria-hidden': 'true' });
  #words = new ViewportText();
  #size = { width: 0, height: 0 };
  #due = false;
  #direction = 0;
  #lastIndex = -1;
  /** @type {FeedState} */ #state = NOTHING;
  /** @type {Placement | null} */ #placement = null;
  /** @type {Feed | null} */ #feed = null;
  /** @type {typeof import('../viewport/palettes.js').coloured | null} */ #coloured = null;

  /** @param {ViewerStore} store @param {number} viewport @param {PictureCache} cache */
  constructor(store, viewport, cache) {
    super();
    this.store = store;
    this.viewport = viewport;
    this.cache = cache;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store, viewport } = this;
    expose(this, { 'data-testid': 'viewport', 'data-viewport': String(viewport), tabindex: '0', role: 'group' });
    const hand = make('div', { class: 'hand' }, this.#canvas);
    this.append(hand, this.#words);
    // each comes when it is first needed
    for (const layer of ['hand-layer', 'cross-layer', 'key-layer', 'mark-layer', 'state-layer', 'lens-layer', 'pointer-layer', 'document-layer', 'stack-bar', 'cine-bar']) {
      customElements.whenDefined(layer).then((Layer) => {
        if (!life.aborted) (layer.endsWith('-bar') ? this.#words : hand).after(new Layer(store, viewport, () => this.#placement));
      });
    }
    this.#feed = new Feed(fetchPicture, this.cache, (state) => this.#fed(state), pageClock());
    life.addEventListener('abort', () => this.#feed?.clear());
    const watched = new ResizeObserver(([entry]) => this.#resized(entry?.contentRect ?? this.#size));
    watched.observe(hand);
    life.addEventListener('abort', () => watched.disconnect());
    store.watch((state) => [
      state.view.viewports[viewport], stackOf(state, imageIn(state, viewport)?.series_uid), state.opening[viewport],
      stackOf(state, state.opening[viewport] ?? undefined), state.session?.stale, state.session?.following,
      state.session?.room?.leader, state.studies, state.loading, state.problem, state.palettes, state.preferences, state.applied, state.rulers,
    ], () => this.#wish(), { signal: life });
    store.watch((state) => paletteOf(state, seriesIn(state, viewport)), async (palette) => {
      if (!palette || this.#coloured) return;
      this.#coloured = (await import('../viewport/palettes.js')).coloured;
      this.#drawSoon();
    }, { signal: life });
    store.watch(({ session }) => session?.room?.released_series_uids, () => this.#feed?.again(), { signal: life });
    store.watch(({ terse }) => terse, (terse) => expose(this.#words, { 'data-terse': terse ? '' : null }), { signal: life });
    store.watch((state) => state.view.active_viewport === viewport, (active) => {
      expose(this, { 'data-active': active ? '' : null });
    }, { signal: life });
  }

  /** @param {{ width: number, height: number }} size */
  #resized({ width, height }) {
    this.#size = { width, height };
    this.store.dispatch({ type: 'viewport/sized', place: String(this.viewport), size: this.#size });
    this.#wish();
  }

  /** Asks the feed for what the store wants to see here. */
  #wish() {
    const state = this.store.get();
    const image = imageIn(state, this.viewport);
    const stack = stackOf(state, image?.series_uid);
    const index = indexIn(stack, image);
    const frame = stack?.frames[index];
    this.#drawSoon();
    if (!image || state.opening[this.viewport] || this.#isDocument()) return this.#feed?.clear();
    if (!stack || !frame || this.#size.width === 0) return;
    if (index !== this.#lastIndex) this.#direction = Math.sign(index - this.#lastIndex);
    this.#lastIndex = index;
    const { presentation } = state.view.viewports[this.viewport] ?? { presentation: newPresentation() };
    const side = sideToAsk(frame, place(frame, this.#size, presentation).scale, devicePixelRatio);
    const as = greysOf(state, this.viewport, image);
    const around = neighbours(stack.frames, index, this.#direction).map((one) => one.image).filter((one) => greysOf(state, this.viewport, one) === as);
    this.#feed?.want({ image, voi: presentation.voi, as, side }, around);
  }

  /** @param {FeedState} state */
  #fed(state) {
    this.#state = state;
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

  #draw() {
    const state = this.store.get();
    const { shown } = this.#state;
    const frame = frameOf(state, shown?.request.image ?? imageIn(state, this.viewport));
    const presentation = state.view.viewports[this.viewport]?.presentation ?? newPresentation();
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d', { alpha: false }));
    resizeCanvas(this.#canvas, this.#size, devicePixelRatio);
    this.#placement = frame && frame.columns > 0 ? place(frame, this.#size, presentation) : null;
    if (shown && frame && this.#placement) {
      this.paint(context, shown, this.#placement, devicePixelRatio);
    } else {
      clearCanvas(context);
    }
    this.#tell(frame, presentation);
    this.dispatchEvent(new Event('drawn'));
  }

  /** What the canvas shows, for who looks at it through a glass or keeps it. */
  get shown() {
    return this.#state.shown;
  }

  /** @param {CanvasRenderingContext2D} context @param {Shown} shown @param {Placement} placement @param {number} density */
  paint(context, { request: { image, quality }, picture }, placement, density) {
    const state = this.store.get();
    const frame = frameOf(state, image);
    const { invert } = (state.view.viewports[this.viewport] ?? { presentation: newPresentation() }).presentation;
    const palette = this.#palette(picture);
    const fine = quality === 'exact';
    if (!frame) return;
    if (palette && this.#coloured) drawPicture(context, this.#coloured(picture, palette, invert), frame, placement, false, density, fine);
    else drawPicture(context, picture.bitmap, frame, placement, invert, density, fine);
  }

  /** None before its colours have come; colour pictures have colours of their own. @param {Picture | undefined} picture */
  #palette(picture) {
    const state = this.store.get();
    return (this.#coloured && picture?.window && paletteOf(state, seriesIn(state, this.viewport))) || '';
  }

  /** Has a picture of this image come, as it would be shown now? @param {Frame} frame */
  isReady({ image }) {
    const request = this.#feed?.wish;
    return Boolean(request && (this.cache.has({ ...request, image, quality: 'preview' }) || this.cache.has({ ...request, image, quality: 'exact' })));
  }

  /** Says what the canvas shows now: to the reader, to the store and to tests. @param {Frame | null} frame @param {Presentation} presentation */
  #tell(frame, presentation) {
    const state = this.store.get();
    const { shown } = this.#state;
    const quality = this.#quality();
    const image = shown?.request.image ?? null;
    const window = shown?.picture.window ?? null;
    expose(this, {
      'data-series-uid': image?.series_uid ?? null,
      'data-instance-uid': image?.instance_uid ?? null,
      'data-frame-number': image ? String(image.frame_number) : null,
      'data-window-center': window ? String(window.center) : null,
      'data-window-width': window ? String(window.width) : null,
      'data-quality': quality,
      'data-current': String(this.#state.current),
      'data-zoom': String(presentation.zoom),
      'data-pan-x': String(presentation.pan.x),
      'data-pan-y': String(presentation.pan.y),
      'data-rotation': String(presentation.rotation),
      'data-inverted': String(presentation.invert),
      'data-palette': this.#palette(shown?.picture) || null,
      'data-stale': isStale(state) ? '' : null,
    });
    const series = seriesIn(state, this.viewport);
    const stack = stackOf(state, series?.series_uid);
    this.#words.show({
      palette: this.#palette(shown?.picture),
      study: (series && state.studies[series.study_uid]) ?? null,
      series, frame, stack, presentation, window, quality, coarse: shown?.picture.coarse,
      index: indexIn(stack, image ?? imageIn(state, this.viewport)),
      placement: this.#placement,
      spacing: state.rulers[this.viewport] ?? frame?.spacing,
      width: this.#size.width,
      message: this.#message(),
      stale: isStale(state),
    });
    this.setAttribute('aria-label', this.#words.summary(this.viewport));
    this.#report(image && quality ? { image, window, quality } : null);
  }

  /** @param {Displayed | null} now */
  #report(now) {
    const before = this.store.get().displayed[this.viewport] ?? null;
    const same = before?.image === now?.image && before?.quality === now?.quality
      && before?.window?.center === now?.window?.center && before?.window?.width === now?.window?.width;
    if (!same) this.store.dispatch({ type: 'picture/shown', viewport: this.viewport, displayed: now });
  }

  /** @returns {Quality | null} null: there is nothing to show */
  #quality() {
    const state = this.store.get();
    const { shown, late, current, problem } = this.#state;
    if (problem || seriesStack(state, this.viewport)?.status === 'failed') return 'failed';
    if ((!imageIn(state, this.viewport) && !state.opening[this.viewport]) || this.#isDocument()) return null;
    if (!shown || (late && !current)) return 'loading';
    return shown.request.quality;
  }

  #message() {
    const state = this.store.get();
    const stack = seriesStack(state, this.viewport);
    if (this.#state.problem) return this.#state.problem;
    if (stack?.status === 'failed') return stack.problem;
    if (stack?.status === 'ready' && stack.frames.length === 0) return 'This series holds nothing to show.';
    if (isStale(state)) return STALE_TEXT;
    if (this.#state.late && this.#state.delay) return `${this.#state.delay} Trying again.`;
    if (!seriesIn(state, this.viewport)) return emptyText(state);
    return '';
  }

  /** What is no image lies over the viewport as what it is. */
  #isDocument() {
    const series = seriesIn(this.store.get(), this.viewport);
    return series !== null && !hasPictures(series);
  }
}

/** @param {ViewerState} state @param {number} viewport */
function seriesStack(state, viewport) {
  return stackOf(state, seriesIn(state, viewport)?.series_uid);
}

/** @param {ViewerState} state */
function emptyText(state) {
  if (state.problem) return '';
  if (state.loading) return 'Opening…';
  const { session } = state;
  if (session && !leads(session) && session.following) return 'Waiting for the leader to show an image.';
  if (session?.room?.cases.length && !session.room.case) return 'The agenda is ready: Shift → shows its first case.';
  return 'Choose a series on the left, or drag one here.';
}
