/** <live-announcer>: says aloud what has changed, for those who listen; and shows a notice to those who look. */

/** @import { Room } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { leadSentence, pictureSentence, roomSentence, sliceSentence, toolSentence, windowSentence } from '../state/said.js';
import { make, write } from './build.js';
import { LiveElement } from './live-element.js';

const SETTLED_MS = 400;
/** Many come at once when a meeting begins. */
const ROOM_MS = 1000;
const NOTICE_MS = 6000;

export class LiveAnnouncer extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const notice = make('p', { class: 'notice', role: 'status', 'data-testid': 'notice' });
    this.append(notice);
    this.#say('slice', sliceSentence, life);
    this.#say('window', windowSentence, life, true);
    this.#say('tool', toolSentence, life, true);
    this.#say('picture', pictureSentence, life);
    const lead = this.#aloud('lead');
    store.watch(leadSentence, (text) => write(lead, text), { signal: life });
    this.#sayRoom(life);
    later(life, NOTICE_MS, (say) => store.watch(({ notice: text }) => text, (text) => {
      write(notice, text);
      notice.hidden = !text;
      if (text) say(() => store.dispatch({ type: 'notice/set', text: '' }));
    }, { signal: life }));
  }

  /** @param {string} name */
  #aloud(name) {
    const place = make('p', { class: 'unseen', role: 'status', 'data-testid': `announce-${name}` });
    this.append(place);
    return place;
  }

  /** Says a sentence once it stays as it is. @param {string} name @param {(state: ViewerState) => string} sentence @param {AbortSignal} life @param {boolean} [changes]  not as it is at the start */
  #say(name, sentence, life, changes = false) {
    const place = this.#aloud(name);
    let started = !changes;
    later(life, SETTLED_MS, (say) => this.store.watch(sentence, (text) => {
      if (started) say(() => write(place, text));
      started = true;
    }, { signal: life }));
  }

  /** @param {AbortSignal} life */
  #sayRoom(life) {
    const { store } = this;
    const place = this.#aloud('room');
    let said = store.get().session?.room ?? null;
    later(life, ROOM_MS, (say) => store.watch(({ session }) => happening(session?.room), () => say(() => {
      const { session } = store.get();
      const now = session?.room ?? null;
      const text = now && roomSentence(said, now, session?.me ?? null);
      said = now;
      if (text) write(place, text);
    }), { signal: life }));
  }
}

/** What of a room is spoken of; its pages turn far too often to wait for them. @param {Room | null | undefined} room */
function happening(room) {
  return room ? [room.people, room.asking, room.hands, room.proposals, room.frozen, room.anonymous, room.case] : [];
}

/** Runs only the last of what it is given, once nothing new has come for a while. @param {AbortSignal} life @param {number} ms @param {(say: (run: () => void) => void) => void} use */
function later(life, ms, use) {
  let timer = 0;
  life.addEventListener('abort', () => clearTimeout(timer));
  use((run) => {
    clearTimeout(timer);
    timer = window.setTimeout(run, ms);
  });
}
