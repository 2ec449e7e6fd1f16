/** Turns mouse, pen and fingers over one image into what tools understand; a stack and a plane differ in what is held. */

/** @import { Drag, Tool } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */
/** @import { Hold, Surface } from './surface.js' */

import { zoomAbout } from '../core/geometry.js';
import { stackScroll } from '../tools/stack-scroll.js';
import { toolNamed } from '../tools/index.js';
import { windowLevel } from '../tools/window-level.js';
import { listenToFingers } from './fingers.js';
import { notchCounter } from './notches.js';
import { fromMiddle } from './surface.js';

const LEFT_AND_RIGHT = 3;

/** @param {Surface} surface @param {ViewerStore} store @param {AbortSignal} signal */
export function listenToHand(surface, store, signal) {
  const { element } = surface;
  element.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    surface.activate(true);
    if (event.isPrimary) startDrag(surface, toolFor(event, store.get()), event);
  }, { signal });
  element.addEventListener('wheel', wheelListener(surface), { signal, passive: false });
  for (const kind of ['contextmenu', 'auxclick']) element.addEventListener(kind, (event) => event.preventDefault(), { signal });
  element.addEventListener('dblclick', () => surface.alone(), { signal });
  listenToFingers(surface, signal);
}

/** Which tool a button carries; with Alt the left one is always window and level. @param {{ button: number, altKey?: boolean }} event @param {ViewerState} state */
export function toolFor({ button, altKey = false }, { tool, preferences }) {
  if (button === 1) return toolNamed(preferences.middle);
  if (button === 2) return toolNamed(preferences.right);
  return altKey ? windowLevel : toolNamed(tool);
}

/** @param {Surface} surface @param {Tool} chosen @param {PointerEvent} down */
function startDrag(surface, chosen, down) {
  const { element } = surface;
  const held = surface.hold();
  if (!held || chosen.points || chosen.layer || (!held.window && chosen === windowLevel)) return;
  element.setPointerCapture(down.pointerId);
  let [tool, start, from, taken] = [chosen, held, down, 0];
  const ended = new AbortController();
  const options = { signal: ended.signal };
  element.addEventListener('pointermove', (move) => {
    if (move.pointerId !== down.pointerId) return;
    if (move.buttons === LEFT_AND_RIGHT && tool !== stackScroll) {
      // both buttons scroll, whatever each does alone
      [tool, start, from, taken] = [stackScroll, surface.hold() ?? start, move, 0];
    }
    const drag = dragOf(surface, start, from, move);
    if (tool.drag) surface.present(tool.drag(start.presentation, drag));
    const steps = tool.steps?.(drag) ?? 0;
    if (steps !== taken) surface.scroll((i) => i + steps - taken);
    taken = steps;
  }, options);
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'fingers']) {
    element.addEventListener(end, () => ended.abort(), options);
  }
}

/** @param {Surface} surface @param {Hold} start @param {PointerEvent} from @param {PointerEvent} to @returns {Drag} */
function dragOf({ element }, { placement, window, count }, from, to) {
  const pixels = { x: to.clientX - from.clientX, y: to.clientY - from.clientY };
  return {
    pixels, count, window: window ?? { center: 128, width: 256 },
    by: { x: pixels.x / placement.scale, y: pixels.y / placement.scale },
    from: fromMiddle(element, placement, from),
    size: { width: element.clientWidth, height: element.clientHeight },
  };
}

/** One image a notch. @param {Surface} surface */
function wheelListener(surface) {
  const notchesOf = notchCounter();
  return (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    surface.activate(false);
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode === 0 ? 1 : 40);
    if (event.ctrlKey) return zoomAt(surface, event, 2 ** (-delta / 300));
    const notches = notchesOf(delta);
    if (notches !== 0) surface.scroll((i, count) => i + notches * (event.shiftKey ? Math.max(1, Math.round(count / 20)) : 1));
  };
}

/** @param {Surface} surface @param {MouseEvent} event @param {number} factor */
function zoomAt(surface, event, factor) {
  const held = surface.hold();
  if (held) surface.present(zoomAbout(held.presentation, factor, fromMiddle(surface.element, held.placement, event)));
}
