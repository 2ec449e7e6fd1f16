/** <list-state>: how many studies there are, or why there are none, in words and with a way on. */

/** @import { WorklistState, WorklistStore } from '../state/worklist.js' */

import { NOTHING_WISHED } from '../state/worklist.js';
import { expose, make } from './build.js';
import { icon } from './icons.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';

/** @typedef {{ look: string, heading: string, text: string, way?: { words: string, key: string, go: () => void } }} Blank  in the place of a list */

export class ListState extends LiveElement {
  /** @param {WorklistStore} store @param {() => void} store_files */
  constructor(store, store_files) {
    super();
    this.store = store;
    this.storeFiles = store_files;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    expose(this, { role: 'status', 'data-testid': 'list-state' });
    store.watch((state) => [state.status, state.studies.length, state.more, state.problem, state.wish], () => {
      const state = store.get();
      const blank = this.#blank(state);
      expose(this, { 'data-blank': blank ? '' : null, 'data-problem': blank && state.status !== 'ready' ? '' : null });
      this.replaceChildren(...(blank ? drawn(store, blank) : [counted(state)]));
    }, { signal: life });
  }

  /** @param {WorklistState} state @returns {Blank | null} */
  #blank({ status, studies, problem, wish }) {
    const search = (/** @type {Partial<WorklistState['wish']>} */ change) => () => this.store.dispatch({ type: 'wish/set', wish: change });
    if (status === 'refused') {
      return { look: 'refused', heading: 'You may not look at studies here', text: `${problem} Ask whoever looks after this archive for the right to search it.` };
    }
    if (status === 'failed' && !navigator.onLine) {
      const text = 'This computer has no network. The list comes by itself once it has.';
      return { look: 'failed', heading: 'Not connected', text, way: { words: 'Try again', key: 'list-again', go: search({}) } };
    }
    if (status === 'failed') {
      return { look: 'failed', heading: 'The search did not work', text: problem, way: { words: 'Try again', key: 'list-again', go: search({}) } };
    }
    if (status === 'loading' || studies.length > 0) return null;
    if (Object.values(wish).some(Boolean)) {
      const text = 'Try fewer letters, another date, any modality or any organisation.';
      return { look: 'search', heading: 'No study matches', text, way: { words: 'Clear the search', key: 'list-clear', go: search(NOTHING_WISHED) } };
    }
    const text = 'Drop DICOM files or folders on this page to store them, or have modalities send them by STOW-RS.';
    return { look: 'empty', heading: 'This archive holds no studies yet', text, way: { words: 'Store files…', key: 'list-store', go: this.storeFiles } };
  }
}

/** @param {WorklistStore} store @param {Blank} blank */
function drawn(store, { look, heading, text, way }) {
  const said = [icon(look), make('h2', {}, heading), make('p', {}, text)];
  if (!way) return said;
  const button = keyed(store, make('button', { type: 'button', class: 'quiet' }, way.words), way.key);
  button.addEventListener('click', way.go);
  return [...said, button];
}

/** @param {WorklistState} state */
function counted({ status, studies, more, problem }) {
  const number = studies.length.toLocaleString('en-GB');
  if (status === 'loading') return 'Searching…';
  if (problem) return `The list cannot be read on. ${problem} Scroll to try again.`;
  if (more) return `The newest ${number} studies so far; more come as you scroll.`;
  return studies.length === 1 ? '1 study' : `${number} studies`;
}
