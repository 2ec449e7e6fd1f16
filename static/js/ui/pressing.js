/** A control of the worklist is pressed, or reached, by its key, and says which that is. */

/** @import { WorklistStore } from '../state/worklist.js' */

import { keyName } from '../core/keys.js';
import { worklistKeyNamed, worklistKeysOf } from '../state/worklist-keys.js';
import { tell } from './tip.js';

const WRITTEN_IN = 'input:not([type="file"], [type="checkbox"]), select, textarea';

/** Gives a control its key and its tooltip. @template {HTMLElement} T @param {WorklistStore} store @param {T} control @param {string} name @param {string} [title]  when it is about one of several @returns {T} */
export function keyed(store, control, name, title = worklistKeyNamed(name).title) {
  control.dataset.key = name;
  control.dataset.tip = title;
  sayKey(control, store.get().preferences.keys);
  return control;
}

/** @param {HTMLElement} control @param {Record<string, string[]>} own */
function sayKey(control, own) {
  tell(control, control.dataset.tip ?? '', worklistKeysOf(worklistKeyNamed(control.dataset.key ?? ''), own));
}

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function pressByKey(store, signal) {
  store.watch(({ preferences }) => preferences.keys, (own) => {
    for (const control of document.querySelectorAll('[data-key]')) sayKey(/** @type {HTMLElement} */ (control), own);
  }, { signal });
  document.addEventListener('keydown', (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    const key = keyName(event);
    // where people write, only a key with Alt or Ctrl is no letter; Esc is the browser's
    if (event.defaultPrevented || key === 'Escape' || (at.matches(WRITTEN_IN) && !event.altKey && !event.ctrlKey)) return;
    if (key === 'Enter' && (at.matches('button, a, summary, input') || at.closest('dialog'))) return;
    const control = controlFor(key, store.get().preferences.keys);
    if (!control || control.matches(':disabled')) return;
    event.preventDefault();
    if (!control.matches(`${WRITTEN_IN}`)) return control.click();
    control.focus();
    if (control instanceof HTMLInputElement) control.select();
  }, { signal });
}

/** What a key calls now: of the dialog that is open, else of the page. @param {string} key @param {Record<string, string[]>} own */
function controlFor(key, own) {
  const dialog = document.querySelector('dialog[open]');
  const controls = /** @type {HTMLElement[]} */ ([...(dialog ?? document).querySelectorAll('[data-key]')]);
  return controls.find((control) => control.closest('dialog') === dialog && control.checkVisibility()
    && worklistKeysOf(worklistKeyNamed(control.dataset.key ?? ''), own).includes(key));
}
