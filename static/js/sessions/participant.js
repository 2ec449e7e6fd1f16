/** Who this browser tab is in a session: a random key and a display name, kept for the tab's life and nothing else. */

/** @import { Discipline } from '../core/types.js' */

const PLACE = 'lightbox.participant';

/**
 * @typedef {Pick<Storage, 'getItem' | 'setItem'>} Keeper
 * @typedef {{ key: string, name: string, discipline?: Discipline }} Participant
 */

/** @param {Keeper} keeper @returns {Participant} */
export function readParticipant(keeper) {
  try {
    const kept = JSON.parse(keeper.getItem(PLACE) ?? '');
    if (/^[A-Za-z0-9_-]{22,64}$/.test(kept.key) && typeof kept.name === 'string') {
      return { key: kept.key, name: kept.name, discipline: typeof kept.discipline === 'string' ? kept.discipline : 'other' };
    }
  } catch {
    // nothing kept yet, or not by us
  }
  return { key: randomKey(), name: '' };
}

/** @param {Keeper} keeper @param {Participant} participant */
export function keepParticipant(keeper, { key, name, discipline }) {
  keeper.setItem(PLACE, JSON.stringify({ key, name, discipline }));
}

/** 192 random bits. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}
