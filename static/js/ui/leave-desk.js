/** <leave-desk>: has the browser forget what it kept, on a desk that others use too. */

import { ask, titleOf } from '../core/http.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';

export class LeaveDesk extends LiveElement {
  /** @override @param {AbortSignal} life */
  build(life) {
    const button = make('button', { type: 'button', class: 'quiet', 'data-testid': 'leave' }, 'Leave');
    this.append(keyed(button, 'Have this browser forget the images and habits that it kept', 'Shift+X'));
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
