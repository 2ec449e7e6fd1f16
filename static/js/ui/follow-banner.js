/** <follow-banner>: whose hand turns the pages here, always in view while in a session. */

/** @import { Action, ViewerState, ViewerStore } from '../state/viewer.js' */

import { leaderName, whereText } from '../state/select.js';
import { leads, mayDirect } from '../state/viewer.js';
import { longestPresent } from '../sessions/leading.js';
import { expose, make, write } from './build.js';
import { asCommand } from './command-button.js';
import { LiveElement } from './live-element.js';

/** Wishes that are shown at once. */
const SHOWN_WISHES = 2;

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
    const back = asCommand(store, make('button', { type: 'button', class: 'primary', 'data-testid': 'return-to-leader' }), 'follow', 'See again what the leader shows');
    back.addEventListener('click', () => store.dispatch({ type: 'follow/set', following: true }), { signal: life });
    this.setAttribute('data-testid', 'follow-banner');
    const wishes = make('span', { class: 'wishes' });
    this.append(text, wishes, back);
    store.watch(({ session }) => [session?.room?.asking, session?.room?.proposals, session?.room?.leader, session?.room?.chair, session?.connection, session?.offered], () => {
      wishes.replaceChildren(...this.#wishes(store.get()));
    }, { signal: life });
    store.watch((state) => [doing(state), leaderName(state), state.session?.room?.frozen, leaderAt(state), takenBy(state), leaderIsGone(state), nextLeader(state)], () => {
      const state = store.get();
      const now = doing(state);
      this.hidden = now === '';
      expose(this, { 'data-doing': now || null });
      write(text, sentence(state, now));
      back.hidden = now !== 'alone' && now !== 'taken';
      write(back, `F returns to ${leaderName(state)}`);
    }, { signal: life });
  }

  /** What waits for whoever leads or chairs, each with its answer. @param {ViewerState} state */
  #wishes({ session }) {
    const room = session?.room;
    if (!room || session.connection !== 'live') return [];
    const name = (/** @type {string} */ id) => room.people[id]?.name ?? '';
    const offered = session.offered ? [this.#wish(`${name(session.offered.by)}: look here`, 'go-there', 'Go there', { type: 'look/go' }, { type: 'session/offered', way: null })] : [];
    if (!mayDirect(session)) return offered;
    const proposals = leads(session) ? Object.keys(room.proposals).map((of) => this.#wish(
      `${name(of)} proposes a view`, 'accept-view', 'Show it', { type: 'view/accept', of }, { type: 'view/dismiss', of })) : [];
    const asking = room.asking.map((to) => this.#wish(
      `${name(to)} would like the lead`, 'grant-lead', 'Hand over', { type: 'lead/hand-over', to }, { type: 'lead/decline', of: to }));
    const all = [...offered, ...proposals, ...asking];
    // the keys are those of the first
    const [first] = [...proposals, ...asking];
    if (first) this.#sayKeys(first, 'answer');
    if (offered[0] && !first) this.#sayKeys(offered[0], 'go-there');
    // what does not fit waits for its turn: the people in the panel say theirs too
    const rest = all.length - SHOWN_WISHES;
    return rest > 0 ? [...all.slice(0, SHOWN_WISHES), make('span', { class: 'more-wishes', 'data-testid': 'more-wishes' }, `and ${rest} more`)] : all;
  }

  /** @param {HTMLElement} wish @param {string} yes */
  #sayKeys(wish, yes) {
    wish.querySelectorAll('button').forEach((button, i) => asCommand(this.store, button, i === 0 ? yes : 'decline', button.title.split(' — ')[0]));
  }

  /** @param {string} text @param {string} id @param {string} yes @param {Action} accept @param {Action} decline */
  #wish(text, id, yes, accept, decline) {
    const button = (/** @type {string} */ label, /** @type {Record<string, string>} */ more, /** @type {Action} */ action) => {
      const made = make('button', { type: 'button', 'aria-keyshortcuts': 'Enter', ...more }, label);
      made.addEventListener('click', () => this.store.dispatch(action));
      return made;
    };
    return make('span', { class: 'wish', 'data-testid': 'wish' }, text,
      button(yes, { class: 'primary', 'data-testid': id, title: `${yes} — Enter` }, accept),
      button('Not now', { class: 'quiet', 'data-testid': 'decline', 'aria-label': `Not now: ${text}`, title: `Not now — Enter` }, decline));
  }
}

/** @param {ViewerState} state */
function leaderIsGone({ session }) {
  return Boolean(session?.room?.leader && !session.room.people[session.room.leader]?.here);
}

/** Who may lead when the leader has gone: the chair at once, else whoever has been here longest. @param {ViewerState} state */
function nextLeader({ session }) {
  const room = session?.room;
  const chair = room?.chair && room.people[room.chair]?.here ? room.chair : null;
  const next = chair ?? (room && longestPresent(room));
  return next === session?.me ? 'You' : room?.people[next ?? '']?.name ?? 'Nobody';
}

/** Who has shown this person something, for a moment. @param {ViewerState} state */
function takenBy({ session }) {
  return session?.room?.people[session.taken ?? '']?.name ?? '';
}

/** Where the leader is. @param {ViewerState} state */
function leaderAt(state) {
  const room = state.session?.room;
  return room ? whereText(state, room.viewports[room.active_viewport]?.image) : '';
}

/** @param {ViewerState} state @returns {'' | 'leads' | 'follows' | 'taken' | 'alone' | 'silent' | 'offline'} */
function doing({ session }) {
  if (!session?.room) return '';
  if (session.connection !== 'live') return 'offline';
  if (session.stale) return 'silent';
  if (leads(session)) return 'leads';
  if (session.following) return session.taken ? 'taken' : 'follows';
  return 'alone';
}

/** @param {ViewerState} state @param {ReturnType<typeof doing>} now */
function sentence(state, now) {
  const leader = leaderName(state);
  const room = state.session?.room;
  switch (now) {
    case 'leads': return room?.frozen ? 'You lead. The images are frozen: Shift Z lets go.' : 'You lead: everybody sees what you show.';
    case 'follows': if (leaderIsGone(state)) return `${leader} has gone. ${nextLeader(state)} may take the lead.`;
      return room?.frozen ? `${leader} has frozen the images.` : `You follow ${leader}.`;
    case 'taken': return `${takenBy(state)}: look here —`;
    case 'alone': return ['You are on your own', leaderAt(state) && `${leader} is at ${leaderAt(state)}`].filter(Boolean).join('. ') + ' —';
    case 'silent': return `Nothing is heard from the session: ${leads(state.session) ? 'others may not see what you show' : 'what is seen may be out of date'}.`;
    case 'offline':
      return state.session?.connection === 'ended' ? `This session has ended for you. ${state.session.reason}`
        : 'The connection is lost. Reconnecting…';
    default: return '';
  }
}
