/** Where the words beside marks stand: near their mark, on the image, and never on one another or on a mark. */

/** @import { Point, Size } from '../core/types.js' */

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {object} Wish
 * @property {Point[]} points  of the mark, on the screen; the first candidate stands beside the rightmost
 * @property {boolean} atStart  beside the first point instead
 * @property {string[]} lines
 */

const LINE = 15;
const LETTER = 7.8;
const GAP = 9;
const FURTHER = 12;

/** The box of each mark's words, in the order of the marks. @param {Wish[]} wishes @param {Size} room @param {Box[]} [others]  where something else stands @returns {Box[]} */
export function placeLabels(wishes, room, others = []) {
  const drawn = wishes.flatMap(({ points }) => along(points));
  const taken = [...others, ...drawn];
  for (const wish of wishes) {
    const candidates = around(wish);
    const inside = candidates.map((box) => kept(box, room));
    const free = inside.find((box, i) => isSame(box, candidates[i]) && !taken.some((other) => overlap(box, other)))
      ?? inside.find((box) => !taken.some((other) => overlap(box, other)));
    taken.push(free ?? /** @type {Box} */ (inside[0]));
  }
  return taken.slice(others.length + drawn.length);
}

/** What a mark's lines cover, in small pieces. @param {Point[]} points @returns {Box[]} */
function along(points) {
  return points.slice(1).flatMap((to, i) => {
    const from = /** @type {Point} */ (points[i]);
    const pieces = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / LINE));
    return Array.from({ length: pieces + 1 }, (_, n) => ({
      x: from.x + ((to.x - from.x) * n) / pieces - 2, y: from.y + ((to.y - from.y) * n) / pieces - 2, width: 4, height: 4,
    }));
  });
}

/** Right, left, below and above the mark, then ever lower and higher at its right. @param {Wish} wish @returns {Box[]} */
function around({ points, atStart, lines }) {
  const width = Math.max(...lines.map((line) => line.length)) * LETTER;
  const height = lines.length * LINE;
  const extreme = (/** @type {(a: Point, b: Point) => boolean} */ wins) => points.reduce((best, point) => (wins(point, best) ? point : best));
  const right = extreme((a, b) => a.x > b.x);
  const left = extreme((a, b) => a.x < b.x);
  const low = extreme((a, b) => a.y > b.y);
  const high = extreme((a, b) => a.y < b.y);
  const box = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, width, height });
  const beside = right.y - LINE / 2 - 2;
  const [start, tip] = points;
  if (atStart && start && tip) {
    const away = tip.x > start.x ? start.x - GAP - width : start.x + GAP;
    return [box(away, start.y - LINE / 2 - 2), box(start.x - width / 2, start.y - GAP - height), box(start.x - width / 2, start.y + GAP)];
  }
  return [
    box(right.x + GAP, beside), box(left.x - GAP - width, left.y - LINE / 2 - 2),
    box(low.x - width / 2, low.y + GAP), box(high.x - width / 2, high.y - GAP - height),
    ...[1, 2, 3, 4, 5, 6].flatMap((n) => [box(right.x + GAP, beside + n * FURTHER), box(right.x + GAP, beside - n * FURTHER)]),
  ];
}

/** @param {Box} box @param {Size} room @returns {Box} */
function kept(box, { width, height }) {
  return { ...box, x: Math.max(2, Math.min(box.x, width - box.width - 2)), y: Math.max(2, Math.min(box.y, height - box.height - 2)) };
}

/** @param {Box} a @param {Box | undefined} b */
function isSame(a, b) {
  return a.x === b?.x && a.y === b.y;
}

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
