/**
 * Feeds one viewport with pictures: the newest wish wins, at most two requests are under way, a quick picture comes
 * while a hand moves and the exact one when it rests, and neighbours are fetched with what is left.
 */

/** @import { ImageRef, Picture, PictureQuality, PictureRequest, Voi } from '../core/types.js' */
/** @import { PictureCache } from './picture-cache.js' */

import { ApiError, isAbort, titleOf } from '../core/http.js';
import { pictureKey } from './picture-cache.js';

/**
 * @typedef {{ image: ImageRef, voi: Voi | null, as?: string, side: number | null }} Wish
 * @typedef {{ request: PictureRequest, picture: Picture }} Shown
 * @typedef {object} FeedState
 * @property {Shown | null} shown  what to draw
 * @property {boolean} current  it is what was wished for
 * @property {boolean} late  it has not been for a while: it must not look live
 * @property {string} problem  why the wish cannot be shown; empty: it can
 * @property {string} delay  why it takes so long, if the server said
 *
 * @typedef {{ now(): number, setTimeout(run: () => void, ms: number): unknown, clearTimeout(timer: any): void }} Clock
 * @typedef {(request: PictureRequest, signal: AbortSignal, ahead?: boolean) => Promise<Picture>} FetchPicture
 * @typedef {{ request: PictureRequest, order: number, ahead: boolean, since: number, abort: AbortController }} Errand
 */

const AT_ONCE = 2;
export const REST_MS = 180;
export const LATE_MS = 400;
const PATIENCE_MS = 1000;
const RETRY_MS = 1500;

export class Feed {
  /** @type {Wish | null} */ #wish = null;
  /** @type {ImageRef[]} */ #neighbours = [];
  /** @type {Map<string, Errand>} */ #errands = new Map();
  /** @type {Shown | null} */ #shown = null;
  #shownOrder = -1;
  #order = 0;
  #resting = false;
  #scrolling = false;
  #late = false;
  #problem = '';
  #delay = '';
  #holdUntil = 0;
  /** @type {Set<unknown>} */ #timers = new Set();

  /**
   * @param {FetchPicture} fetchPicture
   * @param {PictureCache} cache
   * @param {(state: FeedState) => void} react
   * @param {Clock} clock
   */
  constructor(fetchPicture, cache, react, clock) {
    this.fetchPicture = fetchPicture;
    this.cache = cache;
    this.react = react;
    this.clock = clock;
  }

  /** @param {Wish} wish @param {ImageRef[]} neighbours  worth having ready, the most useful first */
  want(wish, neighbours) {
    this.#neighbours = neighbours;
    if (this.#wish && keyOf(this.#wish, 'exact') === keyOf(wish, 'exact')) return;
    this.#scrolling = this.#wish?.image.instance_uid !== wish.image.instance_uid
      || this.#wish.image.frame_number !== wish.image.frame_number;
    if (this.#wish?.image.series_uid !== wish.image.series_uid) this.#forget();
    this.#wish = wish;
    this.#order += 1;
    this.#resting = false;
    this.#late = false;
    this.#problem = '';
    this.#delay = '';
    this.#stopExact();
    this.#restartTimers();
    const ready = this.#ready('exact') ?? this.#ready('preview');
    if (ready) this.#show(ready, this.#order);
    this.#tell();
    this.#work();
  }

  /** What was refused may be had now. */
  again() {
    if (!this.#problem) return;
    this.#problem = '';
    this.#tell();
    this.#work();
  }

  get wish() {
    return this.#wish;
  }

  /** Nothing to show here any more. */
  clear() {
    this.#forget();
    this.#wish = null;
    this.#problem = '';
    this.#stopTimers();
    this.#tell();
  }

  #forget() {
    for (const errand of this.#errands.values()) errand.abort.abort();
    this.#errands.clear();
    this.#shown = null;
    this.#shownOrder = this.#order;
    this.cache.hold(this, null);
  }

  /** Fills the free places: first what is wished for, then its neighbours. */
  #work() {
    this.#showWhatOthersBrought();
    for (let request = this.#next(); request; request = this.#next()) {
      const ahead = !this.#isWished(request);
      if (this.#errands.size >= AT_ONCE && (ahead || !this.#makeWay())) return;
      this.#start(request, ahead);
    }
  }

  /** The same picture may have been asked for by another viewport, or ahead of its case. */
  #showWhatOthersBrought() {
    const ready = this.#resting ? this.#ready('exact') : null;
    if (!ready || this.#shown?.picture === ready.picture) return;
    this.#show(ready, this.#order);
    this.#tell();
  }

  /** @returns {PictureRequest | null} */
  #next() {
    if (!this.#wish || this.#problem || this.clock.now() < this.#holdUntil) return null;
    if (!this.#ready('preview') && !this.#ready('exact')) {
      const preview = requestOf(this.#wish, 'preview');
      return this.#underWay(preview) ? null : preview;
    }
    if (this.#resting && !this.#ready('exact')) {
      const exact = requestOf(this.#wish, 'exact');
      return this.#underWay(exact) ? null : exact;
    }
    if (!this.#resting && !this.#scrolling) return null;
    return this.#neighbour();
  }

  #neighbour() {
    for (const image of this.#neighbours) {
      const request = requestOf({ .../** @type {Wish} */ (this.#wish), image }, 'preview');
      const known = this.cache.has(request) || this.cache.has({ ...request, quality: 'exact' });
      if (!known && !this.#underWay(request)) return request;
    }
    return null;
  }

  /** Gives up a neighbour, or a picture that has kept everybody waiting. */
  #makeWay() {
    const now = this.clock.now();
    const errands = [...this.#errands.values()];
    const useless = errands.findLast(({ ahead }) => ahead) ?? errands.find(({ since }) => now - since > PATIENCE_MS);
    if (useless) this.#giveUp(useless);
    return useless !== undefined;
  }

  /** An exact picture of what is no longer wished for is worth nothing. */
  #stopExact() {
    for (const errand of [...this.#errands.values()]) {
      if (errand.request.quality === 'exact' && !this.#isWished(errand.request)) this.#giveUp(errand);
    }
  }

  /** @param {Errand} errand */
  #giveUp(errand) {
    errand.abort.abort();
    this.#errands.delete(pictureKey(errand.request));
  }

  /** @param {PictureRequest} request @param {boolean} ahead */
  #start(request, ahead) {
    /** @type {Errand} */
    const errand = { request, order: this.#order, ahead, since: this.clock.now(), abort: new AbortController() };
    this.#errands.set(pictureKey(request), errand);
    this.fetchPicture(request, errand.abort.signal, ahead).then(
      (picture) => this.#landed(errand, picture),
      (error) => this.#failed(errand, error),
    );
  }

  /** @param {Errand} errand @param {Picture} picture */
  #landed(errand, picture) {
    this.cache.put(errand.request, picture);
    if (!this.#finish(errand)) return;
    const wished = this.#isWished(errand.request);
    const order = wished ? this.#order : errand.order;
    if (wished || (!errand.ahead && order > this.#shownOrder)) {
      this.#show({ request: errand.request, picture }, order);
      this.#tell();
    }
    this.#work();
  }

  /** @param {Errand} errand @param {unknown} error */
  #failed(errand, error) {
    if (!this.#finish(errand) || isAbort(error)) return;
    const passing = error instanceof ApiError && error.isPassing;
    if (passing) this.#waitFor(error.retryAfter ?? RETRY_MS);
    if (this.#isWished(errand.request)) {
      if (passing) this.#delay = error.title;
      else this.#problem = titleOf(error);
      this.#late ||= passing;
      this.#tell();
    } else if (errand.ahead) {
      this.#neighbours = this.#neighbours.filter((image) => image.instance_uid !== errand.request.image.instance_uid);
    }
    this.#work();
  }

  /** Asks nothing more for a while. @param {number} ms */
  #waitFor(ms) {
    this.#holdUntil = this.clock.now() + ms;
    this.#later(() => this.#work(), ms);
  }

  /** Takes a finished errand off the list; false when it was given up before. @param {Errand} errand */
  #finish(errand) {
    const key = pictureKey(errand.request);
    if (this.#errands.get(key) !== errand) return false;
    return this.#errands.delete(key);
  }

  /** @param {Shown} shown @param {number} order */
  #show(shown, order) {
    this.#shown = shown;
    this.#shownOrder = order;
    this.cache.hold(this, shown.picture);
  }

  #tell() {
    const current = this.#shown !== null && this.#isWished(this.#shown.request);
    if (current) this.#late = false;
    const problem = current ? '' : this.#problem;
    this.react({ shown: this.#shown, current, late: this.#late, problem, delay: current ? '' : this.#delay });
  }

  /** @param {PictureQuality} quality @returns {Shown | null} */
  #ready(quality) {
    if (!this.#wish) return null;
    const request = requestOf(this.#wish, quality);
    const picture = this.cache.get(request);
    return picture ? { request, picture } : null;
  }

  /** @param {PictureRequest} request */
  #isWished(request) {
    return this.#wish !== null && keyOf(this.#wish, request.quality) === pictureKey(request);
  }

  /** @param {PictureRequest} request */
  #underWay(request) {
    return this.#errands.has(pictureKey(request));
  }

  #restartTimers() {
    this.#stopTimers();
    this.#later(() => {
      this.#resting = true;
      this.#work();
    }, REST_MS);
    this.#later(() => {
      this.#late = true;
      this.#tell();
    }, LATE_MS);
    // a pause that an earlier wish was told to make still has an end
    const pause = this.#holdUntil - this.clock.now();
    if (pause > 0) this.#later(() => this.#work(), pause);
  }

  #stopTimers() {
    for (const timer of this.#timers) this.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  /** @param {() => void} run @param {number} ms */
  #later(run, ms) {
    const timer = this.clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

/** @param {Wish} wish @param {PictureQuality} quality @returns {PictureRequest} */
function requestOf(wish, quality) {
  return { ...wish, quality };
}

/** @param {Wish} wish @param {PictureQuality} quality */
function keyOf(wish, quality) {
  return pictureKey(requestOf(wish, quality));
}
