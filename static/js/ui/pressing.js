/** A control is pressed, or reached, by the key it says it has: `aria-keyshortcuts` is the one list of a page's keys. */

import { expose } from './build.js';

/** @template {HTMLElement} T @param {T} control @param {string} title  what it does @param {string} key  such as `Shift+U` @returns {T} */
export function keyed(control, title, key) {
  expose(control, { 'aria-keyshortcuts': key, title: `${title} — ${keyText(key)}` });
  return control;
}

/** A key as people read it on a keyboard. @param {string} key */
export function keyText(key) {
  return key.replaceAll('+', ' ');
}

/** Every control of the page that has a key and can be used now. @returns {HTMLElement[]} */
export function keyedControls() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[aria-keyshortcuts]')])
    .filter((control) => control.checkVisibility() && !control.closest('dialog'));
}

/** @param {AbortSignal} signal */
export function pressByKey(signal) {
  document.addEventListener('keydown', (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (at.matches('input:not([type="file"]), select, textarea')) return;
    if (event.key === 'Enter' && at.matches('button, a, summary')) return;
    const key = event.key.length > 1 ? event.key : event.key.toUpperCase();
    const letter = /^[A-Z]$/.test(key);
    const pressed = event.shiftKey && letter ? `Shift+${key}` : key;
    const control = keyedControls().find((one) => one.getAttribute('aria-keyshortcuts') === pressed);
    if (!control || control.matches(':disabled')) return;
    event.preventDefault();
    if (!control.matches('input, select')) return control.click();
    control.focus();
    if (control instanceof HTMLInputElement) control.select();
  }, { signal });
}
