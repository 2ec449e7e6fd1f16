/** What a control does and by which keys, for eyes and for screen readers. */

import { keyText } from '../core/keys.js';
import { expose } from './build.js';

/** @param {HTMLElement} control @param {string} title @param {string[]} keys */
export function tell(control, title, keys) {
  expose(control, {
    'aria-keyshortcuts': keys.map((key) => key.replace('Ctrl', 'Control')).join(' ') || null,
    title: [title, keys.map(keyText).join(' or ')].filter(Boolean).join(' — '),
  });
}
