/** Turns the mouse over one viewport into what tools and commands understand. */

/** @import { Drag, Point, Presentation, Tool, Voi } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { zoomAbout } from '../core/geometry.js';
import { scrolled } from '../state/commands.js';
import { imageIn, indexIn, stackOf } from '../state/select.js';
import { toolNamed } from '../tools/index.js';
import { windowLevel } from '../tools/window-level.js';

/**
 * @typedef {object} Surface  the viewport as a hand meets it
 * @property {HTMLElement} element
 * @property {number} viewport
 * @property {() => Placement | null} placement
 */

const WHEEL_STEP = 60;

/** @param {Surface} surface @param {ViewerStore} store @param {AbortSignal} signal */
export function listenToHand(surface, store, signal) {
  const { element, viewport } = surface;
  element.addEventListener('pointerdown', (event) => startDrag(surface, store, event), { signal });
  element.addEventListener('pointermove', (event) => pointAt(surface, store, event), { signal });
  element.addEventListener('pointerleave', () => stopPointing(surface, store), { signal });
  element.addEventListener('wheel', wheelListener(surface, store), { signal, passive: false });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener('auxclick', (event) => event.preventDefault(), { signal });
  element.addEventListener('dblclick', () => {
    store.dispatch({ type: 'viewport/activate', viewport });
    store.dispatch({ type: 'viewport/maximise', maximised: !store.get().maximised });
  }, { signal });
}

/** Which tool a button carries. @param {{ button: number }} event @param {string} active */
export function toolFor({ button }, active) {
  if (button === 1) return toolNamed('pan');
  if (button === 2) return toolNamed('zoom');
  return toolNamed(active);
}

/** @param {Surface} surface @param {ViewerStore} store @param {PointerEvent} down */
function startDrag(surface, store, down) {
  const { element, viewport } = surface;
  down.preventDefault();
  element.focus({ preventScroll: true });
  if (store.get().view.active_viewport !== viewport) store.dispatch({ type: 'viewport/activate', viewport });
  const state = store.get();
  const content = state.view.viewports[viewport];
  const placement = surface.placement();
  const tool = toolFor(down, state.tool);
  if (!content?.image || !placement || tool.points || tool.layer) return;
  const window = content.presentation.voi ?? state.displayed[viewport]?.window ?? null;
  // a colour picture has no window to drag
  if (!window && tool === windowLevel) return;
  element.setPointerCapture(down.pointerId);
  const stack = stackOf(state, content.image.series_uid);
  const start = {
    presentation: content.presentation,
    index: indexIn(stack, content.image),
    count: stack?.frames.length ?? 0,
    at: { x: down.clientX, y: down.clientY },
    from: fromMiddle(surface, placement, down),
    window: window ?? { center: 128, width: 256 },
    scale: placement.scale,
  };
  const ended = new AbortController();
  const options = { signal: ended.signal };
  element.addEventListener('pointermove', (move) => dragTo(surface, store, tool, start, move), options);
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    element.addEventListener(end, () => ended.abort(), options);
  }
}

/**
 * @param {Surface} surface @param {ViewerStore} store @param {Tool} tool
 * @param {{ presentation: Presentation, index: number, count: number, at: Point, from: Point, window: Voi, scale: number }} start
 * @param {PointerEvent} move
 */
function dragTo({ element, viewport }, store, tool, start, move) {
  const pixels = { x: move.clientX - start.at.x, y: move.clientY - start.at.y };
  const by = { x: pixels.x / start.scale, y: pixels.y / start.scale };
  const size = { width: element.clientWidth, height: element.clientHeight };
  /** @type {Drag} */
  const drag = { by, pixels, from: start.from, window: start.window, count: start.count, size };
  if (tool.drag) store.dispatch({ type: 'presentation/set', viewport, presentation: tool.drag(start.presentation, drag) });
  const steps = tool.steps?.(drag);
  if (steps !== undefined) for (const action of scrolled(store.get(), viewport, () => start.index + steps)) store.dispatch(action);
}

/** One image a notch; slower movements of a touchpad add up. @param {Surface} surface @param {ViewerStore} store */
function wheelListener(surface, store) {
  let rest = 0;
  return (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    const { viewport } = surface;
    if (store.get().view.active_viewport !== viewport) store.dispatch({ type: 'viewport/activate', viewport });
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode === 0 ? 1 : 40);
    if (event.ctrlKey) return zoomAt(surface, store, event, 2 ** (-delta / 300));
    rest = Math.abs(delta) >= WHEEL_STEP ? Math.sign(delta) * WHEEL_STEP : rest + delta;
    const notches = Math.trunc(rest / WHEEL_STEP);
    rest -= notches * WHEEL_STEP;
    if (notches === 0) return;
    const move = (/** @type {number} */ i, /** @type {number} */ count) => (
      i + notches * (event.shiftKey ? Math.max(1, Math.round(count / 20)) : 1));
    for (const action of scrolled(store.get(), viewport, move)) store.dispatch(action);
  };
}

/** @param {Surface} surface @param {ViewerStore} store @param {MouseEvent} event @param {number} factor */
function zoomAt(surface, store, event, factor) {
  const { viewport } = surface;
  const content = store.get().view.viewports[viewport];
  const placement = surface.placement();
  if (!content?.image || !placement) return;
  const from = fromMiddle(surface, placement, event);
  store.dispatch({ type: 'presentation/set', viewport, presentation: zoomAbout(content.presentation, factor, from) });
}

/** @param {Surface} surface @param {Placement} placement @param {MouseEvent} event @returns {Point} */
function fromMiddle({ element }, { scale }, event) {
  const box = element.getBoundingClientRect();
  return {
    x: (event.clientX - box.left - box.width / 2) / scale,
    y: (event.clientY - box.top - box.height / 2) / scale,
  };
}

/** @param {Surface} surface @param {ViewerStore} store @param {PointerEvent} event */
function pointAt({ element, viewport, placement }, store, event) {
  const { tool, session, displayed } = store.get();
  const image = displayed[viewport]?.image;
  const place = placement();
  if (!session || !toolNamed(tool).points || !image || !place) return;
  const box = element.getBoundingClientRect();
  const { x, y } = place.toImage({ x: event.clientX - box.left, y: event.clientY - box.top });
  store.dispatch({ type: 'pointer/move', viewport, image, point: [Math.round(x * 10) / 10, Math.round(y * 10) / 10] });
}

/** @param {Surface} surface @param {ViewerStore} store */
function stopPointing({ viewport }, store) {
  const state = store.get();
  const image = state.displayed[viewport]?.image ?? imageIn(state, viewport);
  if (!state.session || !toolNamed(state.tool).points || !image) return;
  store.dispatch({ type: 'pointer/move', viewport, image, point: null });
}
