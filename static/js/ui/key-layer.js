/** <key-layer>: says of the image on the screen that it is a key image, and why. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { isSameImage, keyImages, notedFor } from '../state/authoring-commands.js';
import { make, write } from './build.js';
import { LiveElement } from './live-element.js';

export class KeyLayer extends LiveElement {
  /** @param {ViewerStore} store @param {number} viewport */
  constructor(store, viewport) {
    super();
    this.store = store;
    this.viewport = viewport;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const badge = make('span', { class: 'key-badge', 'data-testid': 'key-badge' });
    this.append(badge);
    this.store.watch((state) => [state.displayed[this.viewport]?.image, state.noted, keyImages(state)], () => {
      const state = this.store.get();
      const image = state.displayed[this.viewport]?.image;
      const saved = image ? notedFor(state, image) : null;
      const fresh = image && keyImages(state).some((one) => isSameImage(one, image));
      badge.hidden = !saved && !fresh;
      write(badge, ['★ Key image', ...new Set(saved ?? []), ...(saved || !fresh ? [] : ['not saved yet'])].join(' · '));
    }, { signal: life });
  }
}
