/** <viewport-grid>: the viewports of the layout, and a loud word when they show different people. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { showsTwoPatients, shownViewports } from '../state/select.js';
import { PictureCache } from '../viewport/picture-cache.js';
import { expose, make } from './build.js';
import { ImageViewport } from './image-viewport.js';
import { LiveElement } from './live-element.js';

export class ViewportGrid extends LiveElement {
  cache = new PictureCache();

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const alarm = make('p', { class: 'two-patients', role: 'alert', 'data-testid': 'two-patients' });
    /** @type {ImageViewport[]} */
    const cells = [];
    const grid = make('div', { class: 'cells' });
    this.append(alarm, grid);
    store.watch((state) => [state.maximised, state.mpr === null, state.view.layout, shownViewports(state).join()], () => {
      const { view } = store.get();
      const shown = shownViewports(store.get());
      for (let viewport = cells.length; viewport <= Math.max(...shown); viewport += 1) {
        const cell = new ImageViewport(store, viewport, this.cache);
        cells.push(cell);
      }
      cells.forEach((cell, viewport) => {
        if (!shown.includes(viewport)) cell.remove();
        else if (!cell.isConnected) grid.insertBefore(cell, [...grid.children].find((other) => cells.indexOf(/** @type {ImageViewport} */ (other)) > viewport) ?? null);
      });
      expose(grid, { 'data-count': String(shown.length), 'data-grid': shown.length === 1 ? '1x1' : view.layout });
    }, { signal: life });
    store.watch(showsTwoPatients, (two) => {
      alarm.hidden = !two;
      alarm.textContent = two ? 'Two different patients on this screen' : '';
      expose(this, { 'data-two-patients': two ? '' : null });
    }, { signal: life });
  }
}
