/** <hanging-editor>: a person's own hanging rules, as the data they are. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { hangingRules, readRules } from '../state/hanging.js';
import { storePreferences } from '../state/preferences.js';
import { make, write } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class HangingEditor extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const rules = keyed(store, make('textarea', { rows: '12', spellcheck: 'false', 'aria-label': 'Hanging rules, as JSON', 'data-testid': 'hanging-rules' }), 'hanging-rules');
    const said = make('p', { role: 'status', class: 'key-said', 'data-testid': 'hanging-said' });
    const keep = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'hanging-keep' }, 'Use these'), 'hanging-keep');
    const house = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'hanging-house' }, 'Back to the house’s'), 'hanging-house');
    const details = make('details', {}, keyed(store, make('summary', {}, 'Hanging rules'), 'hanging-open'),
      make('p', {}, 'The first rule that fits counts: modality, part of the body (body), the fewest series, then the layout, which series hang where by words in their descriptions (views), and the layout when there is a comparable prior (prior).'),
      rules, make('div', { class: 'dialog-actions' }, said, house, keep));
    this.append(details);
    const show = async () => {
      rules.value = JSON.stringify(await hangingRules(), null, 1).replaceAll(/\[\s+("[^\]]*)\s+\]/g, (_, list) => `[${list.trim().replaceAll(/\s*\n\s*/g, ' ')}]`);
    };
    details.addEventListener('toggle', () => details.open && show(), { signal: life });
    keep.addEventListener('click', () => {
      try {
        this.#choose(readRules(JSON.parse(rules.value)));
        write(said, 'They hang the next study that is opened.');
      } catch (error) {
        write(said, error instanceof Error ? error.message : String(error));
      }
    }, { signal: life });
    house.addEventListener('click', async () => {
      this.#choose(null);
      await show();
      write(said, 'The rules of the house.');
    }, { signal: life });
  }

  /** @param {import('../state/hanging.js').Rule[] | null} rules */
  #choose(rules) {
    const preferences = { ...this.store.get().preferences, rules };
    storePreferences(preferences);
    this.store.dispatch({ type: 'preferences/set', preferences });
  }
}
