/** The cross-hair, loaded when it is first used: every stack of the same frame of reference goes to its place. */

/** @import { ViewerStore } from './state/viewer.js' */

import { nearestFrame } from './core/space.js';
import { imageIn, shownViewports, stackOf } from './state/select.js';
import { followsOthers } from './state/viewer.js';
import { CrossLayer } from './ui/cross-layer.js';

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function crossing(store, signal) {
  if (!customElements.get('cross-layer')) customElements.define('cross-layer', CrossLayer);
  store.watch(({ cross }) => cross, (cross) => {
    if (!cross || followsOthers(store.get())) return;
    for (const viewport of shownViewports(store.get())) {
      const state = store.get();
      const image = imageIn(state, viewport);
      const frame = nearestFrame(stackOf(state, image?.series_uid)?.frames ?? [], cross.frame_of_reference, cross.point);
      if (frame && frame.image.instance_uid !== image?.instance_uid) {
        store.dispatch({ type: 'image/set', viewport, image: frame.image });
      }
    }
  }, { signal });
}
