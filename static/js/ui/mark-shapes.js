/** How each kind of mark is drawn, with a dark edge so that it is seen on any ground. */

/** @import { Point } from '../core/types.js' */
/** @import { Kind } from '../annotations/model.js' */

import { line, svg } from './svg.js';

/** @param {Kind} kind @param {Point[]} points on the screen */
export function outline(kind, points) {
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
