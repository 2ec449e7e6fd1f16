/** A button that does what a command does, and says its key. */

/** @import { Command } from '../state/commands.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed, keyText } from '../state/commands.js';
import { make } from './build.js';
import { icon } from './icons.js';

/** @param {ViewerStore} store @param {string} name @param {{ look?: string, words?: boolean }} [options] */
export function commandButton(store, name, { look = name, words = true } = {}) {
  const command = commandNamed(name);
  const keys = command.keys.map(keyText).join(' or ');
  const button = make('button', {
    type: 'button',
    class: 'tool',
    'data-testid': `command-${name}`,
    // what is read on it comes first, for those who speak to it
    'aria-label': (words ? `${command.label}: ` : '') + (command.title.split(':')[0] ?? command.title),
    'aria-keyshortcuts': (command.keys[0] ?? '').replace('Ctrl', 'Control'),
    title: `${command.title} — ${keys}`,
  }, icon(look));
  if (words) button.append(make('span', { class: 'tool-label' }, command.label));
  // the keyboard stays with the images
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', () => run(store, command));
  return button;
}

/** @param {ViewerStore} store @param {Command} command */
export function run(store, command) {
  for (const action of command.act(store.get())) store.dispatch(action);
}
