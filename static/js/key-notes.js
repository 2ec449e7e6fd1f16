/** Key images that were saved before, as badges and to be gone to. Loaded when a study has some, or one is set. */

/** @import { ImageRef } from './core/types.js' */
/** @import { ViewerStore } from './state/viewer.js' */

import { findKeyImages } from './dicomweb/authored.js';
import { frameOf, stackOf } from './state/select.js';
import { KeyLayer } from './ui/key-layer.js';

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function noteKeyImages(store, signal) {
  customElements.define('key-layer', KeyLayer);
  /** What was read of each study, by how many selections it had. @type {Map<string, number>} */
  const read = new Map();
  store.watch(({ series, opened }) => [series, opened], async () => {
    const { series, opened } = store.get();
    const selections = (/** @type {string} */ uid) => Object.values(series)
      .filter(({ study_uid, modality }) => study_uid === uid && modality === 'KO').reduce((sum, { instance_count }) => sum + instance_count, 0);
    for (const study_uid of opened.filter((uid) => selections(uid) !== (read.get(uid) ?? 0))) {
      read.set(study_uid, selections(study_uid));
      const found = await findKeyImages(study_uid).catch(() => []);
      const others = store.get().noted.filter((one) => one.study_uid !== study_uid);
      store.dispatch({ type: 'noted/set', noted: [...others, ...found.map((one) => ({ ...one, study_uid }))] });
    }
  }, { signal });

  /** @type {ImageRef | null} */
  let awaited = null;
  const go = () => {
    const image = awaited;
    if (!image || stackOf(store.get(), image.series_uid)?.status !== 'ready') return;
    awaited = null;
    if (frameOf(store.get(), image)) store.dispatch({ type: 'image/set', viewport: store.get().view.active_viewport, image });
  };
  store.listen((action, state) => {
    if (action.type !== 'key/go') return;
    awaited = action.image;
    if (!stackOf(state, action.image.series_uid)) store.dispatch({ type: 'series/open', viewport: state.view.active_viewport, series_uid: action.image.series_uid });
    go();
  }, { signal });
  store.watch(({ stacks }) => stacks, go, { signal });
}
