/** <leave-desk>: has the browser forget what it kept, on a desk that others use too. */

/** @import { WorklistStore } from '../state/worklist.js' */

import { ask, titleOf } from '../core/http.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';

export class LeaveDesk extends LiveElement {
  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const button = make('button', { type: 'button', class: 'quiet', 'data-testid': 'leave' }, 'Leave');
    this.append(keyed(this.store, button, 'list-leave'));
    button.addEventListener('click', async () => {
      try {
        await ask('/leave', { method: 'POST' });
        location.replace('/left');
      } catch (error) {
        button.title = titleOf(error);
        button.textContent = 'Not left: try again';
      }
    }, { signal: life });
  }
}
