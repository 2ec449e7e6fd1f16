/** Copying, saving and printing what a viewport shows, with or without whose it is. Loaded when first asked for. */

/** @import { Action, ViewerStore } from './state/viewer.js' */

import { seriesIn, frameOf, imageIn } from './state/select.js';
import { drawnAsSeen } from './ui/drawn-as-seen.js';

/** Modalities whose makers like to write names into the pixels. */
const WRITTEN_ON = new Set(['US', 'XC', 'OT', 'SC', 'ES', 'GM', 'XA', 'RF']);

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function keepPictures(store, signal) {
  store.listen(async (action) => {
    if (action.type !== 'picture/keep') return;
    if (action.wish === 'print') return window.print();
    store.dispatch({ type: 'notice/set', text: await keep(store, action) });
  }, { signal });
}

/** @param {ViewerStore} store @param {Extract<Action, { type: 'picture/keep' }>} wish @returns {Promise<string>} what has happened */
async function keep(store, { wish, named }) {
  const state = store.get();
  const viewport = state.view.active_viewport;
  const frame = frameOf(state, imageIn(state, viewport));
  const cell = document.querySelector(state.mpr && state.mpr.active >= 0
    ? `plane-viewport[data-plane="${state.mpr.active}"]` : `image-viewport[data-viewport="${viewport}"]`);
  if (!(cell instanceof HTMLElement) || !frame) return 'There is no picture to keep.';
  if (cell.dataset.quality !== 'exact') return 'Not kept: the exact picture has yet to come.';
  const modality = seriesIn(state, viewport)?.modality ?? '';
  const blob = await drawnAsSeen(cell, named);
  const whose = named ? 'with name and numbers' : 'without name and numbers';
  const written = WRITTEN_ON.has(modality) || (state.applied?.look.greys && state.applied.viewport === viewport && !state.mpr);
  const warning = !named && written ? ' Look whether a name was written into the image.' : '';
  if (wish === 'save') {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    // nothing of the patient in a name that others see
    link.download = `${modality || 'picture'}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return `Saved ${whose}.${warning}`;
  }
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    return `Copied ${whose}.${warning}`;
  } catch {
    return 'This browser does not let the picture be copied; save it instead.';
  }
}
