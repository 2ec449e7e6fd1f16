/** A series from the strip may be dropped on a viewport. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { SERIES_DRAG } from './series-strip.js';

const LOOK = 'drop-here';

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function listenToDrops(store, signal) {
  document.addEventListener('dragover', (event) => {
    const cell = cellOf(event);
    mark(cell);
    if (cell) event.preventDefault();
  }, { signal });
  document.addEventListener('dragend', () => mark(null), { signal });
  document.addEventListener('drop', (event) => {
    const cell = cellOf(event);
    mark(null);
    if (!cell) return;
    event.preventDefault();
    const viewport = Number(cell.getAttribute('data-viewport'));
    store.dispatch({ type: 'viewport/activate', viewport });
    store.dispatch({ type: 'series/open', viewport, series_uid: event.dataTransfer?.getData(SERIES_DRAG) ?? '' });
  }, { signal });
}

/** The viewport under a series that is being dragged. @param {DragEvent} event */
function cellOf({ target, dataTransfer }) {
  return target instanceof Element && dataTransfer?.types.includes(SERIES_DRAG) ? target.closest('image-viewport') : null;
}

/** @param {Element | null} cell */
function mark(cell) {
  for (const marked of document.querySelectorAll(`.${LOOK}`)) if (marked !== cell) marked.classList.remove(LOOK);
  cell?.classList.add(LOOK);
}
