/** A key that can be pressed to choose another. */

/** @import { Keyed } from '../state/choosing-keys.js' */

import { keyName, keyText } from '../core/keys.js';
import { shortTitle } from '../state/choosing-keys.js';
import { make } from './build.js';

const SHIFTERS = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph']);

/**
 * @param {Keyed} one
 * @param {string[]} keys  those that it has now
 * @param {(text: string) => void} say
 * @param {(key: string) => void} press  another key, or Escape or Delete
 */
export function keyChoice(one, keys, say, press) {
  const text = keys.map(keyText).join('  or  ');
  const button = make('button', {
    type: 'button', class: 'key', 'data-testid': `key-${one.name}`,
    title: 'Choose another key — Enter', 'aria-keyshortcuts': 'Enter', 'aria-label': `${text || 'No key'}: ${shortTitle(one)}. Choose another key`,
  }, make('kbd', {}, text || '–'));
  button.addEventListener('click', () => {
    button.dataset.asking = '';
    say(`Press the new key for “${shortTitle(one)}”. Esc leaves it, Delete takes it away.`);
  });
  button.addEventListener('blur', () => delete button.dataset.asking);
  button.addEventListener('keydown', (event) => {
    if (button.dataset.asking === undefined || SHIFTERS.has(event.key) || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    press(keyName(event));
  });
  return button;
}
