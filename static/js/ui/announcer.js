/** <live-announcer>: says aloud what has changed, for those who listen; and shows a notice to those who look. */

/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { imageIn, indexIn, leaderName, stackOf } from '../state/select.js';
import { leads } from '../state/viewer.js';
import { make, write } from './build.js';
import { LiveElement } from './live-element.js';

const SETTLED_MS = 400;
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
    const slice = make('p', { class: 'unseen', role: 'status', 'data-testid': 'announce-slice' });
    const lead = make('p', { class: 'unseen', role: 'status', 'data-testid': 'announce-lead' });
    const notice = make('p', { class: 'notice', role: 'status', 'data-testid': 'notice' });
    this.append(slice, lead, notice);
    later(life, SETTLED_MS, (say) => store.watch(sliceSentence, (text) => say(() => write(slice, text)), { signal: life }));
    store.watch(leadSentence, (text) => write(lead, text), { signal: life });
    later(life, NOTICE_MS, (say) => store.watch(({ notice: text }) => text, (text) => {
      write(notice, text);
      notice.hidden = !text;
      if (text) say(() => store.dispatch({ type: 'notice/set', text: '' }));
    }, { signal: life }));
  }
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

/** @param {ViewerState} state */
function sliceSentence(state) {
  const image = imageIn(state, state.view.active_viewport);
  const stack = stackOf(state, image?.series_uid);
  const index = indexIn(stack, image);
  return index >= 0 ? `Image ${index + 1} of ${stack?.frames.length}` : '';
}

/** @param {ViewerState} state */
function leadSentence(state) {
  const { session } = state;
  if (!session?.room) return '';
  if (session.connection !== 'live') return 'The connection is lost.';
  if (leads(session)) return 'You lead.';
  return session.following ? `${leaderName(state)} leads. You follow.` : `${leaderName(state)} leads. You stopped following.`;
}
