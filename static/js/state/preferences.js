/** What a person has chosen for themselves: keys, mouse buttons, hanging rules, windows and colours. Kept in this browser, and for those who sign in with them; nothing of a patient is in it. */

/** @import { Rule } from './hanging.js' */
/** @import { OwnWindows } from './own-looks.js' */

/**
 * @typedef {object} Preferences
 * @property {string} preset  whose habits these are
 * @property {Record<string, string[]>} keys  by command, where they are not the usual ones
 * @property {string} middle  the tool of the middle button
 * @property {string} right
 * @property {Rule[] | null} rules  null: those of the house
 * @property {OwnWindows} windows  in place of the usual ones
 * @property {Record<string, string>} palettes  by modality, the colours its grey values are shown in
 */

const PLACE = 'lightbox.preferences';

/** @type {Preferences} */
export const USUAL = { preset: 'Lightbox', keys: {}, middle: 'pan', right: 'zoom', rules: null, windows: {}, palettes: {} };

/** Habits from other viewers; what they do not name is as usual. @type {Record<string, Preferences>} */
export const PRESETS = {
  Lightbox: USUAL,
  OHIF: {
    ...USUAL, preset: 'OHIF',
    keys: { 'rotate-back': ['l'], link: ['Shift+k'], fit: ['='], 'zoom-in': ['+'], pan: ['t'] },
  },
  Weasis: {
    ...USUAL, preset: 'Weasis',
    keys: { rotate: ['Alt+r'], 'rotate-back': ['Alt+l'], 'flip-horizontal': ['Alt+f'], invert: ['Ctrl+i'] },
  },
};

/** What is stored here, as far as it can be understood. @param {Pick<Storage, 'getItem'>} [storage] @returns {Preferences} */
export function storedPreferences(storage = localStorage) {
  try {
    const kept = JSON.parse(storage.getItem(PLACE) ?? '{}');
    return { ...USUAL, ...kept, keys: { ...kept.keys } };
  } catch {
    return USUAL;
  }
}

/** @param {Preferences} preferences @param {Pick<Storage, 'setItem'>} [storage] */
export function storePreferences(preferences, storage = localStorage) {
  storage.setItem(PLACE, JSON.stringify(preferences));
}
