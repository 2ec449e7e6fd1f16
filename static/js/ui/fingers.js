/** Fingers on one image: two move and enlarge it, three change its window, one that stays points, one from the edge turns to another series. */

/** @import { Hold, Surface } from './surface.js' */

import { panBy, zoomAbout } from '../core/geometry.js';
import { windowLevel } from '../tools/window-level.js';
import { fromMiddle } from './surface.js';

const LONG_MS = 500;
const STILL = 10;
const EDGE = 40;
/** The bar of the stack lies along the right edge. */
const BAR = 44;
const SWIPE = 70;

/** @param {Surface} surface @param {AbortSignal} signal */
export function listenToFingers(surface, signal) {
  const { element } = surface;
  /** @type {Map<number, PointerEvent>} */
  const down = new Map();
  /** @type {{ held: Hold, at: { middle: { clientX: number, clientY: number }, apart: number } } | null} */
  let start = null;
  let timer = 0;
  let pointing = false;
  /** Which way a finger from the edge turns; 0: it is none, or was not one in the end. @type {-1 | 0 | 1} */
  let turning = 0;
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
    turning = down.size === 1 && surface.turn ? edgeOf(element, event) : 0;
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
    if (turning) swiped(before, event);
    if (!start) return;
    down.set(event.pointerId, event);
    moved(surface, start, between([...down.values()]), down.size);
  }, { signal });
  /** A finger that goes across from the edge, and not along it, is no tool any more. @param {PointerEvent} first @param {PointerEvent} now */
  const swiped = (first, now) => {
    const across = (first.clientX - now.clientX) * turning;
    const along = Math.abs(now.clientY - first.clientY);
    if (along > STILL && along > across) turning = 0;
    else if (across > STILL) element.dispatchEvent(new Event('fingers'));
    if (turning && across > SWIPE) {
      surface.turn?.(turning);
      turning = 0;
    }
  };
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

/** @param {HTMLElement} element @param {PointerEvent} event @returns {-1 | 0 | 1} */
function edgeOf(element, { clientX }) {
  const { left, right } = element.getBoundingClientRect();
  return clientX - left < EDGE ? -1 : right - clientX < BAR + EDGE ? 1 : 0;
}

/** Where fingers are on average, and how far they lie from there. @param {{ clientX: number, clientY: number }[]} fingers */
function between(fingers) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = { clientX: mean(fingers.map(({ clientX }) => clientX)), clientY: mean(fingers.map(({ clientY }) => clientY)) };
  const apart = mean(fingers.map(({ clientX, clientY }) => Math.hypot(clientX - middle.clientX, clientY - middle.clientY)));
  return { middle, apart: Math.max(apart, 1) };
}
