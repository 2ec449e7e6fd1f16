/** A button that does what a command does, and says its key. */

/** @import { Command } from '../state/commands.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { commandNamed, keysOf } from '../state/commands.js';
import { make } from './build.js';
import { icon } from './icons.js';
import { tell } from './tip.js';

/** @param {ViewerStore} store @param {string} name @param {{ look?: string, words?: boolean }} [options] */
export function commandButton(store, name, { look = name, words = true } = {}) {
  const command = commandNamed(name);
  const button = make('button', {
    type: 'button',
    class: 'tool',
    'data-testid': `command-${name}`,
    'data-command': name,
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

/** Writes the keys of a person on what does the same as a command, or as several. @param {HTMLElement} control @param {Record<string, string[]>} own */
export function sayKeys(control, own) {
  const commands = (control.dataset.command ?? '').split(' ').map(commandNamed);
  tell(control, control.dataset.tip ?? commands[0]?.title ?? '', commands.flatMap((command) => keysOf(command, own)));
}

/** A control that does the same as commands, in words of its own. @template {HTMLElement} T @param {ViewerStore} store @param {T} control @param {string} names @param {string} [title] */
export function asCommand(store, control, names, title) {
  control.dataset.command = names;
  if (title) control.dataset.tip = title;
  sayKeys(control, store.get().preferences.keys);
  return control;
}

/** The same as words alone, for panels. @param {ViewerStore} store @param {string} name */
export function wordButton(store, name) {
  const command = commandNamed(name);
  const button = make('button', { type: 'button', class: 'quiet', 'data-testid': `panel-${name}` }, command.label);
  button.addEventListener('click', () => run(store, command));
  return asCommand(store, button, name);
}

/** @param {ViewerStore} store @param {Command} command */
export function run(store, command) {
  for (const action of command.act(store.get())) store.dispatch(action);
}
