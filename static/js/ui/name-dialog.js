/** <name-dialog>: asks once how others in a session shall see this person. */

/** @import { Discipline } from '../core/types.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';

/** @type {Discipline[]} */
const DISCIPLINES = ['radiology', 'surgery', 'oncology', 'pathology', 'medicine', 'nursing', 'physiotherapy', 'coordination', 'other'];

export class NameDialog extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const name = make('input', {
      type: 'text', name: 'name', required: true, maxlength: '64', pattern: '.*\\S.*', autocomplete: 'off',
      'data-testid': 'display-name', placeholder: 'Dr Okafor, Radiology',
    });
    const discipline = make('select', { name: 'discipline', 'data-testid': 'discipline' },
      ...DISCIPLINES.map((one) => make('option', { value: one, selected: one === 'other' }, one[0]?.toUpperCase() + one.slice(1))));
    const cancel = keyed(store, make('button', { type: 'button', class: 'quiet' }, 'Cancel'), 'name-cancel');
    const join = keyed(store, make('button', { type: 'submit', class: 'primary', 'data-testid': 'join' }, 'Join'), 'join');
    keyed(store, name, 'display-name');
    keyed(store, discipline, 'discipline');
    const form = make('form', { method: 'dialog' },
      make('h2', {}, 'Your name in this session'),
      make('p', {}, 'The others see it beside your pointer and in the list of people.'),
      make('label', {}, 'Display name', name),
      make('label', {}, 'Discipline', discipline),
      make('div', { class: 'dialog-actions' }, cancel, join));
    const dialog = make('dialog', { class: 'name', 'aria-label': 'Your name in this session', 'data-testid': 'name-dialog' }, form);
    this.append(dialog);
    listenToPanel(dialog, store, life);
    form.addEventListener('submit', () => {
      const text = name.value.trim().replace(/\s+/g, ' ');
      if (text) store.dispatch({ type: 'session/name', name: text, discipline: DISCIPLINES.find((one) => one === discipline.value) ?? 'other' });
    }, { signal: life });
    cancel.addEventListener('click', () => dialog.close(), { signal: life });
    dialog.addEventListener('close', () => {
      if (store.get().session?.connection === 'naming') store.dispatch({ type: 'session/leave' });
    }, { signal: life });
    store.watch(({ session }) => session?.connection === 'naming', (open) => {
      if (open && !dialog.open) dialog.showModal();
      else if (!open && dialog.open) dialog.close();
    }, { signal: life });
  }
}
