/** <session-windows>: where else this session is: its call, a window for the projector, and what happened so far. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { PASS } from '../core/http.js';
import { mayDirect } from '../state/viewer.js';
import { make } from './build.js';
import { commandButton } from './command-button.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class SessionWindows extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const call = keyed(store, link('Join the call', 'join-call'), 'join-call');
    const display = keyed(store, link('Images for the projector', 'open-display'), 'open-display');
    const replay = keyed(store, link('What happened so far', 'replay'), 'replay');
    const address = keyed(store, make('input', { type: 'url', placeholder: 'https:// address of the call', 'aria-label': 'Address of the meeting’s call', 'data-testid': 'call-address' }), 'call-address');
    this.append(call, address, commandButton(store, 'second-window'), display, replay);
    address.addEventListener('change', () => store.dispatch({ type: 'call/set', call: address.value.trim() || null }), { signal: life });
    store.watch(({ session }) => [session?.room?.call, session?.room?.session_id, session?.room?.leader, session?.room?.chair, session?.connection], () => {
      const { session } = store.get();
      const room = session?.room ?? null;
      const id = encodeURIComponent(room?.session_id ?? '');
      this.hidden = !room;
      call.hidden = !room?.call;
      if (room?.call) call.href = room.call;
      address.hidden = !mayDirect(session) || PASS !== '';
      if (document.activeElement !== address) address.value = room?.call ?? '';
      display.hidden = replay.hidden = PASS !== '';
      display.href = `/viewer?session=${id}&display=1`;
      replay.href = `/viewer?replay=${id}`;
    }, { signal: life });
  }
}

/** @param {string} text @param {string} id */
function link(text, id) {
  return make('a', { class: 'quiet', target: '_blank', rel: 'noopener', 'data-testid': id }, text);
}
