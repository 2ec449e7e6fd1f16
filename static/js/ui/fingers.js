/** Several fingers on one image: two move and enlarge it, three change its window, one that stays points. */

/** @import { Hold, Surface } from './surface.js' */

import { panBy, zoomAbout } from '../core/geometry.js';
import { windowLevel } from '../tools/window-level.js';
import { fromMiddle } from './surface.js';

const LONG_MS = 500;
const STILL = 10;

/** @param {Surface} surface @param {AbortSignal} signal */
export function listenToFingers(surface, signal) {
  const { element } = surface;
  /** @type {Map<number, PointerEvent>} */
  const down = new Map();
  /** @type {{ held: Hold, at: { middle: { clientX: number, clientY: number }, apart: number } } | null} */
  let start = null;
  let timer = 0;
  let pointing = false;
  const begin = () => {
    clearTimeout(timer);
    const held = down.size > 1 ? surface.hold() : null;
    start = held && { held, at: between([...down.values()]) };
    // the finger that came first lets go of its tool
    if (down.size > 1) element.dispatchEvent(new Event('fingers'));
  };
  element.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return;
    down.set(event.pointerId, event);
    begin();
    if (down.size === 1 && surface.pointable?.()) timer = window.setTimeout(() => {
      pointing = true;
      element.dispatchEvent(new Event('fingers'));
      surface.point?.(event);
    }, LONG_MS);
  }, { signal });
  element.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    if (pointing) return surface.point?.(event);
    if (Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > STILL) clearTimeout(timer);
    if (!start) return;
    down.set(event.pointerId, event);
    moved(surface, start, between([...down.values()]), down.size);
  }, { signal });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    element.addEventListener(end, (event) => {
      pointing = false;
      if (down.delete(event.pointerId)) begin();
    }, { signal });
  }
  signal.addEventListener('abort', () => clearTimeout(timer));
}

/**
 * @param {Surface} surface @param {{ held: Hold, at: { middle: { clientX: number, clientY: number }, apart: number } }} start
 * @param {{ middle: { clientX: number, clientY: number }, apart: number }} now @param {number} fingers
 */
function moved({ element, present }, { held, at }, now, fingers) {
  const { presentation, placement, window, count } = held;
  const pixels = { x: now.middle.clientX - at.middle.clientX, y: now.middle.clientY - at.middle.clientY };
  const from = fromMiddle(element, placement, at.middle);
  if (fingers === 2) {
    const larger = zoomAbout(presentation, now.apart / at.apart, from);
    const scale = (placement.scale * larger.zoom) / presentation.zoom;
    present(panBy(larger, { x: pixels.x / scale, y: pixels.y / scale }));
  } else if (window && windowLevel.drag) {
    const size = { width: element.clientWidth, height: element.clientHeight };
    present(windowLevel.drag(presentation, { pixels, from, window, count, size, by: pixels }));
  }
}

/** Where fingers are on average, and how far they lie from there. @param {{ clientX: number, clientY: number }[]} fingers */
function between(fingers) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = { clientX: mean(fingers.map(({ clientX }) => clientX)), clientY: mean(fingers.map(({ clientY }) => clientY)) };
  const apart = mean(fingers.map(({ clientX, clientY }) => Math.hypot(clientX - middle.clientX, clientY - middle.clientY)));
  return { middle, apart: Math.max(apart, 1) };
}
