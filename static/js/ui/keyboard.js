/** Keys anywhere in the viewer do what the command list says. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { keyName } from '../core/keys.js';
import { commandForKey } from '../state/commands.js';
import { run } from './command-button.js';

const HOLD_MS = 300;

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function listenToKeys(store, signal) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isTyping(event) || document.querySelector('dialog[open]')) return;
    const command = commandForKey(keyName(event), store.get().preferences.keys);
    if (!command || (command.name !== 'close' && isPressing(event))) return;
    event.preventDefault();
    if (command.name === 'pointer') holdToPoint(store, event);
    else run(store, command);
  }, { signal });
}

/** A short press chooses the pointer; a long one points until it is let go. @param {ViewerStore} store @param {KeyboardEvent} event */
function holdToPoint(store, event) {
  if (event.repeat) return;
  const before = store.get().tool;
  const since = event.timeStamp;
  store.dispatch({ type: 'tool/set', tool: 'pointer' });
  document.addEventListener('keyup', (end) => {
    if (end.timeStamp - since > HOLD_MS) store.dispatch({ type: 'tool/set', tool: before });
  }, { once: true });
}

/** @param {KeyboardEvent} event */
function isTyping({ target }) {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Enter and Space belong to a focused button or link. @param {KeyboardEvent} event */
function isPressing({ key, target }) {
  return (key === 'Enter' || key === ' ') && target instanceof HTMLElement && target.matches('button, a, summary');
}
