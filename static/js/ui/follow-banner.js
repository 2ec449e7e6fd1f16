/** <follow-banner>: whose hand turns the pages here, always in view while in a session. */

/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { leaderName } from '../state/select.js';
import { leads } from '../state/viewer.js';
import { expose, make, write } from './build.js';
import { LiveElement } from './live-element.js';

export class FollowBanner extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const text = make('span', { 'data-testid': 'follow-text' });
    const back = make('button', { type: 'button', class: 'primary', 'data-testid': 'return-to-leader' });
    back.addEventListener('click', () => store.dispatch({ type: 'follow/set', following: true }), { signal: life });
    this.setAttribute('data-testid', 'follow-banner');
    this.append(text, back);
    store.watch((state) => [doing(state), leaderName(state), state.session?.room?.asking.length ?? 0], () => {
      const state = store.get();
      const now = doing(state);
      this.hidden = now === '';
      expose(this, { 'data-doing': now || null });
      write(text, sentence(state, now));
      back.hidden = now !== 'alone';
      write(back, `F returns to ${leaderName(state)}`);
    }, { signal: life });
  }
}

/** @param {ViewerState} state @returns {'' | 'leads' | 'follows' | 'alone' | 'offline'} */
function doing({ session }) {
  if (!session?.room) return '';
  if (session.connection !== 'live') return 'offline';
  if (leads(session)) return 'leads';
  return session.following ? 'follows' : 'alone';
}

/** @param {ViewerState} state @param {ReturnType<typeof doing>} now */
function sentence(state, now) {
  const leader = leaderName(state);
  const room = state.session?.room;
  switch (now) {
    case 'leads': {
      const asking = (room?.asking ?? []).map((id) => room?.people[id]?.name).filter(Boolean);
      return asking.length > 0 ? `You lead. ${asking.join(' and ')} would like the lead.` : 'You lead: everybody sees what you show.';
    }
    case 'follows': return `You follow ${leader}.`;
    case 'alone': return 'You are on your own —';
    case 'offline':
      return state.session?.connection === 'ended' ? `This session has ended for you. ${state.session.reason}`
        : 'The connection is lost. Reconnecting…';
    default: return '';
  }
}
