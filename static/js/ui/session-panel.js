/** <session-panel>: who is here, who leads and who follows; handing over, asking for and taking the lead. */

/** @import { Room } from '../core/types.js' */
/** @import { Action, Session, ViewerState, ViewerStore } from '../state/viewer.js' */

import { PASS } from '../core/http.js';
import { participants, whereText } from '../state/select.js';
import { leads, mayDirect } from '../state/viewer.js';
import { readCode } from '../sessions/directory.js';
import { LEADER_GRACE_MS, longestPresent } from '../sessions/leading.js';
import { expose, make } from './build.js';
import { asCommand, commandButton } from './command-button.js';
import { GuestLink } from './guest-link.js';
import { icon, mark } from './icons.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';
import { SessionAgenda } from './session-agenda.js';
import { SessionScenes } from './session-scenes.js';
import { SessionWindows } from './session-windows.js';

const STATES = {
  naming: 'Waiting for your name', connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', ended: 'Ended',
};

export class SessionPanel extends LiveElement {
  #timer = 0;
  #people = make('ul', { class: 'people', 'data-testid': 'people', 'aria-label': 'People in this session' });
  #actions = make('div', { class: 'lead-actions' });

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const state = make('span', { class: 'connection', 'data-testid': 'connection', role: 'status' });
    const reason = make('p', { class: 'reason' });
    const leave = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'leave-session' }, 'Leave session'), 'leave-session');
    leave.addEventListener('click', () => store.dispatch({ type: 'session/leave' }), { signal: life });
    this.append(
      make('header', { class: 'panel-head' }, make('h2', {}, 'Session'), state),
      reason, this.#link(life), new SessionAgenda(store), make('h3', {}, 'People'), this.#people, this.#actions, new SessionScenes(store),
      make('footer', {}, new SessionWindows(store), leave));
    store.watch(({ session }) => session?.connection, (connection) => {
      this.hidden = !connection || connection === 'naming';
      state.textContent = connection ? STATES[connection] : '';
      expose(state, { 'data-state': connection ?? null });
      reason.textContent = store.get().session?.reason ?? '';
    }, { signal: life });
    store.watch(({ session }) => [session?.room?.people, session?.room?.leader, session?.room?.asking, session?.room?.hands,
      session?.room?.proposals, session?.room?.frozen, session?.room?.chair, session?.looking, session?.connection, session?.following],
      () => this.#show(), { signal: life });
    life.addEventListener('abort', () => clearTimeout(this.#timer));
    listenToPanel(this, store, life);
  }

  /** The address to share. @param {AbortSignal} life */
  #link(life) {
    const address = keyed(this.store, make('input', { type: 'text', readonly: true, 'aria-label': 'Address of this session', 'data-testid': 'session-address' }), 'session-address');
    const copy = keyed(this.store, make('button', { type: 'button', class: 'tool', 'aria-label': 'Copy the address', 'data-testid': 'copy-address' },
      icon('copy'), make('span', { class: 'tool-label' }, 'Copy')), 'copy-address');
    copy.addEventListener('click', async () => {
      address.select();
      await navigator.clipboard.writeText(address.value).catch(() => document.execCommand('copy'));
      this.store.dispatch({ type: 'notice/set', text: 'The address is copied. Whoever opens it joins this session.' });
    }, { signal: life });
    this.store.watch(({ session }) => session?.room?.session_id, () => {
      address.value = location.href;
    }, { signal: life });
    const code = make('output', { class: 'session-code', 'data-testid': 'session-code', 'aria-label': 'Code of this session' });
    const picture = make('img', { class: 'session-qr', alt: 'The address as a QR code', 'data-testid': 'session-qr', width: '180', height: '180', loading: 'lazy' });
    const invite = make('details', { class: 'invite' }, keyed(this.store, make('summary', {}, 'Code and QR code'), 'session-codes'), code, picture);
    invite.addEventListener('toggle', async () => {
      const id = this.store.get().session?.room?.session_id;
      if (!id || !invite.open || code.textContent) return;
      const told = await readCode(id).catch(() => null);
      code.textContent = told ? `${told.code} at ${new URL(told.address).host}/join` : 'There is no code just now.';
      if (told) picture.src = `/api/sessions/${encodeURIComponent(id)}/code.svg`;
    }, { signal: life });
    return make('div', { class: 'session-link', hidden: PASS !== '' }, address, copy, invite, new GuestLink(this.store));
  }

  #show() {
    const state = this.store.get();
    const shown = participants(state).filter((person) => person.here || person.leads);
    this.#people.replaceChildren(...shown.map((person) => this.#person(state, person)));
    this.#actions.replaceChildren(...this.#leadActions(state));
  }

  /** @param {ViewerState} state @param {ReturnType<typeof participants>[number]} person */
  #person(state, person) {
    const doing = !person.here ? 'has gone' : person.leads ? 'leads' : person.following ? 'follows' : 'on their own';
    const where = doing === 'on their own' ? whereText(state, state.session?.looking[person.id]) : '';
    const words = [
      person.discipline === 'other' ? '' : person.discipline, person.chairs ? 'chair' : '', doing, where && `at ${where}`,
      person.asks ? 'asks for the lead' : '', person.hand ? 'hand up' : '', person.proposes ? 'proposes a view' : '',
    ].filter(Boolean).join(', ');
    const item = make('li', {
      class: 'person', 'data-testid': 'person', 'data-person': person.id, 'data-mark': String(person.mark),
      'data-doing': person.leads ? 'leads' : person.following ? 'follows' : 'alone', 'data-here': String(person.here),
      'data-asks': person.asks, 'data-hand': person.hand,
    },
    mark(person),
    make('span', { class: 'person-name' }, person.me ? `${person.name} (you)` : person.name),
    make('span', { class: 'person-doing' }, words));
    if (state.session?.connection !== 'live' || !person.here || person.me) return item;
    const actions = make('span', { class: 'person-actions' });
    if (mayDirect(state.session) && !person.leads) actions.append(this.#handOver(person));
    if (mayDirect(state.session) && person.hand) actions.append(keyed(this.store, this.#action('lower-hand', 'Called', { type: 'hand/lower', of: person.id }), 'lower-hand', `${person.name} has been called upon`));
    if (state.session.room?.chair === state.session.me) actions.append(this.#remove(person));
    item.append(actions);
    return item;
  }

  /** @param {{ id: string, name: string, asks: boolean }} person */
  #handOver({ id, name, asks }) {
    const button = keyed(this.store, make('button', {
      type: 'button', class: asks ? 'primary' : 'quiet', 'data-testid': 'hand-over', 'aria-label': `Hand over the lead to ${name}`,
    }, 'Hand over'), 'hand-over', `${name} turns the pages from now on`);
    button.addEventListener('click', () => this.store.dispatch({ type: 'lead/hand-over', to: id }));
    return button;
  }

  /** @param {{ id: string, name: string }} person */
  #remove({ id, name }) {
    const text = `Remove ${name} from the session`;
    const button = keyed(this.store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'remove-person', 'aria-label': text }, 'Remove'), 'remove-person', text);
    button.addEventListener('click', () => {
      if (window.confirm(`Remove ${name}? They cannot come back to this session.`)) this.store.dispatch({ type: 'person/remove', who: id });
    });
    return button;
  }

  /** @param {ViewerState} state @returns {HTMLElement[]} */
  #leadActions(state) {
    const { session } = state;
    clearTimeout(this.#timer);
    const { room, me, connection } = session ?? {};
    if (!session || !room || !me || connection !== 'live') return [];
    const own = ['hand', ...(leads(session) ? [] : ['propose']), ...(mayDirect(session) ? ['freeze', 'call-back', ...(session.room?.people[me]?.guest ? [] : ['anonymous'])] : [])]
      .map((name) => commandButton(this.store, name));
    return leads(session) ? own : [...this.#lead(session, room, me), ...own];
  }

  /** @param {Session} session @param {Room} room @param {string} me @returns {HTMLElement[]} */
  #lead(session, room, me) {
    if (room.chair === me) return [asCommand(this.store, this.#action('take-lead', 'Take the lead', { type: 'lead/take' }), 'take')];
    const goneSince = room.leader ? room.people[room.leader]?.left_at ?? null : null;
    if (goneSince === null) {
      const asked = room.asking.includes(me);
      const text = asked ? 'You have asked for the lead' : 'Ask for the lead';
      return [asCommand(this.store, this.#action('ask-for-lead', text, { type: 'lead/ask' }, asked), 'ask')];
    }
    if (longestPresent(room) !== me) return [];
    const wait = goneSince + LEADER_GRACE_MS - (Date.now() + session.offset);
    if (wait > 0) this.#timer = window.setTimeout(() => this.#show(), Math.min(wait, 1000));
    const text = wait > 0 ? `Take the lead in ${Math.ceil(wait / 1000)} s` : 'Take the lead';
    return [asCommand(this.store, this.#action('take-lead', text, { type: 'lead/take' }, wait > 0), 'take')];
  }

  /** @param {string} id @param {string} text @param {Action} action @param {boolean} [disabled] */
  #action(id, text, action, disabled = false) {
    const button = make('button', { type: 'button', class: 'primary', 'data-testid': id, disabled }, text);
    button.addEventListener('click', () => this.store.dispatch(action));
    return button;
  }
}
