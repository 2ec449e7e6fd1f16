/** A person's own window presets and colours, for each modality: what is kept of them, and reading it with care. */

/** @import { NamedVoi } from '../core/types.js' */
/** @import { Preferences } from './preferences.js' */

import { PALETTE_NAMES } from '../viewport/palettes.js';

/** @typedef {Record<string, Record<string, NamedVoi>>} OwnWindows  by modality and the digit that is the key */

/** The keys that a window may be kept under. */
export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8'];

const LONGEST_NAME = 40;

/** What of it are windows, and nothing else. @param {unknown} told @returns {OwnWindows} */
export function readWindows(told) {
  return Object.fromEntries(entries(told).map(([modality, own]) => [modality, Object.fromEntries(
    entries(own).filter(([key, one]) => DIGITS.includes(key) && isWindow(one)).map(([key, { name, center, width }]) => [key, { name: name.slice(0, LONGEST_NAME), center, width }]))]));
}

/** @param {unknown} told @returns {Record<string, string>} */
export function readPalettes(told) {
  return Object.fromEntries(entries(told).filter(([, name]) => PALETTE_NAMES.includes(name)));
}

/** @param {Preferences} preferences @param {string} modality @param {string} key @param {NamedVoi} window @returns {Preferences} */
export function withWindow(preferences, modality, key, window) {
  const own = { ...preferences.windows[modality], [key]: window };
  return { ...preferences, windows: readWindows({ ...preferences.windows, [modality]: own }) };
}

/** Only what is usual for a modality. @param {Preferences} preferences @param {string} modality @returns {Preferences} */
export function withoutWindows(preferences, modality) {
  const { [modality]: _, ...windows } = preferences.windows;
  return { ...preferences, windows };
}

/** The colours that series of a modality have unless they are chosen otherwise; '' for grey. @param {Preferences} preferences @param {string} modality @param {string} palette @returns {Preferences} */
export function withPalette(preferences, modality, palette) {
  return { ...preferences, palettes: readPalettes({ ...preferences.palettes, [modality]: palette }) };
}

/** @param {unknown} told @returns {[string, any][]} */
function entries(told) {
  return told !== null && typeof told === 'object' && !Array.isArray(told) ? Object.entries(told) : [];
}

/** @param {unknown} one @returns {one is NamedVoi} */
function isWindow(one) {
  const { name, center, width } = /** @type {Partial<NamedVoi>} */ (one ?? {});
  return typeof name === 'string' && Number.isFinite(center) && Number.isFinite(width) && (width ?? 0) > 0;
}
