/** How coarse previews must be for this line: coarser when they keep people waiting, finer again when they do not. */

const FINEST = 75;
const STEPS = [FINEST, 50, 30];
const SLOW_MS = 250;
const QUICK_MS = 110;
const IN_A_ROW = 3;

export class Line {
  #step = 0;
  /** Pictures in a row that were slow (above nought) or quick (below). */
  #run = 0;

  /** JPEG quality to ask for, 1 to 100. */
  get quality() {
    return STEPS[this.#step] ?? FINEST;
  }

  /** A preview that somebody waited for has come. @param {number} ms */
  took(ms) {
    if (ms > SLOW_MS) this.#run = Math.max(0, this.#run) + 1;
    else if (ms < QUICK_MS) this.#run = Math.min(0, this.#run) - 1;
    else this.#run = 0;
    if (Math.abs(this.#run) < IN_A_ROW) return;
    this.#step = Math.min(STEPS.length - 1, Math.max(0, this.#step + Math.sign(this.#run)));
    this.#run = 0;
  }
}

/** The one between this page and its server. */
export const line = new Line();

/** Words for a preview that is coarser than it would be on a good line; empty: it is not. @param {number | undefined} quality */
export function coarseText(quality) {
  return quality !== undefined && quality < FINEST ? `quality ${quality}, slow line` : '';
}
