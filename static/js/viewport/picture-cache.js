/** Pictures already fetched, the longest unused of which make room for new ones. */

/** @import { Picture, PictureRequest } from '../core/types.js' */

const BUDGET = 96 * 1024 * 1024;

/** @param {PictureRequest} request */
export function pictureKey({ image, voi, as = '', side, quality }) {
  const window = voi ? `${voi.center},${voi.width}` : 'own';
  return [image.instance_uid, image.frame_number, window, as, side ?? 'native', quality].join(' ');
}

export class PictureCache {
  /** @type {Map<string, Picture>} */ #pictures = new Map();
  /** @type {Map<object, Picture>} what is on a canvas must stay open */ #held = new Map();
  #bytes = 0;
  /** @type {Set<() => void>} */ #watchers = new Set();

  constructor(budget = BUDGET) {
    this.budget = budget;
  }

  get bytes() {
    return this.#bytes;
  }

  /** @param {PictureRequest} request */
  has(request) {
    return this.#pictures.has(pictureKey(request));
  }

  /** @param {PictureRequest} request */
  get(request) {
    const key = pictureKey(request);
    const picture = this.#pictures.get(key);
    if (picture) {
      this.#pictures.delete(key);
      this.#pictures.set(key, picture);
    }
    return picture;
  }

  /** @param {PictureRequest} request @param {Picture} picture */
  put(request, picture) {
    const key = pictureKey(request);
    this.#remove(key);
    this.#pictures.set(key, picture);
    this.#bytes += sizeOf(picture);
    this.#makeRoom(picture);
    for (const react of this.#watchers) react();
  }

  /** Calls `react` whenever a picture has come. @param {() => void} react @param {AbortSignal} signal */
  watch(react, signal) {
    this.#watchers.add(react);
    signal.addEventListener('abort', () => this.#watchers.delete(react), { once: true });
  }

  /** The holder shows this picture from now on, or none. @param {object} holder @param {Picture | null} picture */
  hold(holder, picture) {
    if (picture) this.#held.set(holder, picture);
    else this.#held.delete(holder);
  }

  /** @param {Picture} newest */
  #makeRoom(newest) {
    const held = new Set(this.#held.values());
    for (const [key, picture] of this.#pictures) {
      if (this.#bytes <= this.budget) return;
      if (picture !== newest && !held.has(picture)) this.#remove(key);
    }
  }

  /** @param {string} key */
  #remove(key) {
    const picture = this.#pictures.get(key);
    if (!picture) return;
    this.#pictures.delete(key);
    this.#bytes -= sizeOf(picture);
    if (![...this.#held.values()].includes(picture)) picture.bitmap.close();
  }
}

/** @param {Picture} picture */
function sizeOf({ bitmap }) {
  return bitmap.width * bitmap.height * 4;
}
