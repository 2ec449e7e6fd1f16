/** A control is pressed, or reached, by the key it says it has: `aria-keyshortcuts` is the one list of a page's keys. */

import { expose } from './build.js';

/** @template {HTMLElement} T @param {T} control @param {string} title  what it does @param {string} key  such as `Shift+U` @returns {T} */
export function keyed(control, title, key) {
  expose(control, { 'aria-keyshortcuts': key, title: `${title} — ${keyText(key)}` });
  return control;
}

/** Keys as people read them on a keyboard. @param {string} keys  with spaces between them */
export function keyText(keys) {
  return keys.split(' ').map((key) => key.replace('Escape', 'Esc').replaceAll('+', ' ')).join(' or ');
}

/** Every control of the page, or of a dialog, that has a key and can be used now; lines of lists have the keys of their list. @param {HTMLDialogElement | null} [dialog] @returns {HTMLElement[]} */
export function keyedControls(dialog = null) {
  return /** @type {HTMLElement[]} */ ([...(dialog ?? document).querySelectorAll('[aria-keyshortcuts]')])
    .filter((control) => control.checkVisibility() && control.closest('dialog') === dialog && !(control.closest('tr, li') && control.getAttribute('aria-keyshortcuts') === 'Enter'));
}

/** @param {AbortSignal} signal */
export function pressByKey(signal) {
  document.addEventListener('keydown', (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    /** @type {HTMLDialogElement | null} */
    const dialog = document.querySelector('dialog[open]');
    // letters alone are for the page, with Alt for dialogs, where people write
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey !== (dialog !== null)) return;
    if (at.matches('input:not([type="file"]), select, textarea') && !dialog) return;
    if (event.key === 'Enter' && at.matches('button, a, summary')) return;
    // Alt writes signs of its own on some keyboards
    const said = event.altKey && /^[^ -~]$/.test(event.key) ? event.code.replace('Key', '') : event.key;
    const key = said.length > 1 ? said : said.toUpperCase();
    const letter = /^[A-Z]$/.test(key);
    const pressed = `${event.altKey ? 'Alt+' : ''}${event.shiftKey && letter ? 'Shift+' : ''}${key}`;
    const control = keyedControls(dialog).find((one) => one.getAttribute('aria-keyshortcuts')?.split(' ').includes(pressed));
    if (!control || control.matches(':disabled')) return;
    event.preventDefault();
    if (!control.matches('input:not([type="checkbox"]), select')) return control.click();
    control.focus();
    if (control instanceof HTMLInputElement) control.select();
  }, { signal });
}
