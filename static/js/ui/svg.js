/** Drawing over images with SVG: elements by name, coordinates with one digit behind the point. */

/** @import { Point } from '../core/types.js' */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag @param {Record<string, string | number>} [attributes] @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === 'number' ? value.toFixed(1) : value);
  }
  element.append(...children);
  return element;
}

/** A line with a dark edge, so that it is seen on any ground. @param {Point} from @param {Point} to @param {string} look */
export function line(from, to, look) {
  const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  return svg('g', { class: look }, svg('line', { ...ends, class: 'edge' }), svg('line', { ...ends, class: 'ink' }));
}

/** Where the hand is, from the corner of an element. @param {Element} element @param {{ clientX: number, clientY: number }} event @returns {Point} */
export function handIn(element, event) {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Calls `move` for each step of a drag that `down` began, then `end`. @param {HTMLElement | SVGElement} element @param {PointerEvent} down @param {(event: PointerEvent) => void} move @param {() => void} [end] */
export function followDrag(element, down, move, end) {
  const over = new AbortController();
  element.setPointerCapture(down.pointerId);
  element.addEventListener('pointermove', (event) => move(/** @type {PointerEvent} */ (event)), { signal: over.signal });
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    element.addEventListener(name, () => {
      over.abort();
      end?.();
    }, { signal: over.signal });
  }
}
