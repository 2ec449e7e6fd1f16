/** The value under the hand, and where that is. */

/** @import { Ground } from './ground.js' */

import { placeOn } from '../annotations/planes.js';
import { pixelText, unitOf } from '../annotations/measures.js';
import { isAbort, titleOf } from '../core/http.js';
import { placeText, toPatient } from '../core/space.js';
import { findStatistics } from '../dicomweb/statistics.js';
import { make } from './build.js';
import { handIn } from './svg.js';

const REST_MS = 70;

export class MarkProbe {
  words = make('p', { class: 'probe', role: 'status', 'data-testid': 'probe-text' });
  /** @type {AbortController | null} */ #asking = null;
  #timer = 0;

  /** @param {Ground} ground */
  constructor(ground) {
    this.ground = ground;
  }

  /** @param {HTMLElement} hand @param {PointerEvent} event */
  at(hand, event) {
    this.stop();
    const [frame, where] = [this.ground.frame(), this.ground.here()];
    const at = handIn(hand, event);
    const point = where && this.ground.placement(where)?.toImage(at);
    if (!frame || !point) return;
    const { plane } = where;
    const off = !plane && (point.x < -0.5 || point.y < -0.5 || point.x > frame.columns - 0.5 || point.y > frame.rows - 0.5);
    if (off) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#timer = window.setTimeout(async () => {
      const value = await findStatistics({ ...where, points: [point] }, 'point', asking.signal)
        .then((summary) => pixelText(summary, unitOf(this.ground.modality())))
        .catch((error) => (isAbort(error) ? null : titleOf(error)));
      if (value === null || asking.signal.aborted || (plane && !value)) return;
      const place = plane ? placeOn(plane, point) : toPatient(frame, point);
      const pixel = plane ? '' : `column ${Math.round(point.x) + 1}, row ${Math.round(point.y) + 1}`;
      this.words.textContent = [value, pixel, place ? `${placeText(place)} mm` : ''].filter(Boolean).join('\n');
      this.words.style.transform = `translate(${Math.min(at.x + 14, hand.clientWidth - 170)}px, ${Math.min(at.y + 14, hand.clientHeight - 70)}px)`;
    }, REST_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.words.textContent = '';
  }
}
