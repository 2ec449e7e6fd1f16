/** A button that does what a command does, and says its key. */

/** @import { Command } from '../state/commands.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed, keysOf, keyText } from '../state/commands.js';
import { make } from './build.js';
import { icon } from './icons.js';

/** @param {ViewerStore} store @param {string} name @param {{ look?: string, words?: boolean }} [options] */
export function commandButton(store, name, { look = name, words = true } = {}) {
  const command = commandNamed(name);
  const button = make('button', {
    type: 'button',
    class: 'tool',
    'data-testid': `command-${name}`,
    // what is read on it comes first, for those who speak to it
    'aria-label': (words ? `${command.label}: ` : '') + (command.title.split(':')[0] ?? command.title),
  }, icon(look));
  sayKeys(button, store.get().preferences.keys);
  if (words) button.append(make('span', { class: 'tool-label' }, command.label));
  // the keyboard stays with the images
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', () => run(store, command));
  return button;
}

/** Writes the keys of a person on a command's button. @param {HTMLElement} button @param {Record<string, string[]>} own */
export function sayKeys(button, own) {
  const command = commandNamed((button.dataset.testid ?? '').replace('command-', ''));
  const keys = keysOf(command, own);
  button.setAttribute('aria-keyshortcuts', (keys[0] ?? '').replace('Ctrl', 'Control'));
  button.title = [command.title, keys.map(keyText).join(' or ')].filter(Boolean).join(' — ');
}

/** The same as words alone, for panels. @param {ViewerStore} store @param {string} name */
export function wordButton(store, name) {
  const command = commandNamed(name);
  const button = make('button', {
    type: 'button', class: 'quiet', 'data-testid': `panel-${name}`, title: `${command.title} — ${command.keys.map(keyText).join(' or ')}`,
  }, command.label);
  button.addEventListener('click', () => run(store, command));
  return button;
}

/** @param {ViewerStore} store @param {Command} command */
export function run(store, command) {
  for (const action of command.act(store.get())) store.dispatch(action);
}
