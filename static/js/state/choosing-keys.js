/** What comes of a key that somebody presses for a command of theirs. */

import { keyText } from '../core/keys.js';

/** @typedef {{ name: string, title: string, keys: string[] }} Keyed  what has a key */

/**
 * A person's keys then, and what to say of it; null: they stay as they are.
 * @param {Keyed} one
 * @param {string} key  `Delete` takes it away, `Escape` leaves it
 * @param {Keyed | undefined} before  what had this key
 * @param {Record<string, string[]>} own
 * @param {boolean} [outranks]  a key that was chosen counts before a usual one, which need not be taken away
 * @returns {{ keys: Record<string, string[]> | null, said: string }}
 */
export function keysAfter(one, key, before, own, outranks = false) {
  if (key === 'Escape') return { keys: null, said: 'Nothing was changed.' };
  if (key === 'Delete') return { keys: { ...own, [one.name]: [] }, said: `“${shortTitle(one)}” has no key.` };
  const keys = { ...own, [one.name]: [key] };
  if (!before || before.name === one.name) return { keys, said: `“${shortTitle(one)}” is ${keyText(key)}.` };
  if (keys[before.name] || !outranks) keys[before.name] = (keys[before.name] ?? before.keys).filter((other) => other !== key);
  return { keys, said: `“${shortTitle(one)}” is ${keyText(key)}. It was that of “${shortTitle(before)}”.` };
}

/** @param {Keyed} one */
export function shortTitle({ title }) {
  return title.split(':')[0] ?? title;
}
