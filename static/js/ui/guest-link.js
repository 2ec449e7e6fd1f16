/** <guest-link>: addresses for guests, who see the images and not whose they are; and taking these back. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { titleOf } from '../core/http.js';
import { makePass, withdrawPasses } from '../sessions/directory.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class GuestLink extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const address = keyed(store, make('input', { type: 'text', readonly: true, hidden: true, 'aria-label': 'Address for guests', 'data-testid': 'guest-address' }), 'guest-address');
    const invite = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'invite-guest' }, 'Invite guests'), 'invite-guest');
    const withdraw = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'withdraw-guests' }, 'Show guests out'), 'withdraw-guests');
    this.append(invite, withdraw, address);
    invite.addEventListener('click', () => this.#try(async (id) => {
      address.value = new URL((await makePass(id, true)).address, location.href).href;
      address.hidden = false; // the keyboard stays where it was: its letters may belong to the images
      this.store.dispatch({ type: 'notice/set', text: 'Whoever opens this address sees the images, and not whose they are.' });
    }), { signal: life });
    address.addEventListener('focus', () => address.select(), { signal: life });
    withdraw.addEventListener('click', () => this.#try(async (id) => {
      await withdrawPasses(id);
      address.hidden = true;
      this.store.dispatch({ type: 'notice/set', text: 'The guests have been shown out.' });
    }), { signal: life });
  }

  /** @param {(sessionId: string) => Promise<void>} act */
  async #try(act) {
    const id = this.store.get().session?.room?.session_id;
    try {
      if (id) await act(id);
    } catch (error) {
      this.store.dispatch({ type: 'notice/set', text: titleOf(error) });
    }
  }
}
