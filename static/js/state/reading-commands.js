/** What helps to read: images that go along, films, colours, less writing, pictures to keep. */

/** @import { Command } from './commands.js' */
/** @import { ViewerState } from './viewer.js' */

import { PALETTE_NAMES } from '../viewport/palettes.js';
import { frameOf, imageIn, paletteOf, seriesIn } from './select.js';

/** Each link and the next, and how it is said. */
const LINKS = /** @type {const} */ ([
  [null, 'Images scroll each for themselves.'],
  ['place', 'Linked: all viewports go to the same place in the patient.'],
  ['offset', 'Linked: all viewports scroll as far as the one under the hand.'],
]);

export const FILM_RATE = 10;
const RATES = [1, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30];

/** What runs, or would, in images a second. @param {ViewerState} state @param {number} viewport */
export function filmRate(state, viewport) {
  const own = frameOf(state, imageIn(state, viewport))?.frame_ms;
  return state.cine?.rate ?? (own ? Math.min(60, 1000 / own) : FILM_RATE);
}

/** @param {1 | -1} by @returns {Command['act']} */
function speed(by) {
  return (state) => {
    if (!state.cine) return [];
    const now = filmRate(state, state.cine.viewport);
    const rate = by > 0 ? RATES.find((one) => one > now + 0.01) : RATES.findLast((one) => one < now - 0.01);
    return [{ type: 'cine/set', cine: { ...state.cine, rate: rate ?? now } }];
  };
}

/** @type {Command['act']} */
function otherLink({ link }) {
  const [next, text] = LINKS[(LINKS.findIndex(([one]) => one === link) + 1) % LINKS.length] ?? LINKS[0];
  return [{ type: 'link/set', link: next }, { type: 'notice/set', text }];
}

/** @type {Command['act']} */
function otherPalette(state) {
  const series = seriesIn(state, state.view.active_viewport);
  if (!series) return [];
  const { series_uid } = series;
  const now = PALETTE_NAMES.indexOf(paletteOf(state, series));
  const palette = PALETTE_NAMES[(now + 1) % PALETTE_NAMES.length] ?? '';
  return [{ type: 'palette/set', series_uid, palette }];
}

/** @param {'copy' | 'save' | 'print'} wish @param {boolean} named @returns {Command['act']} */
function keep(wish, named) {
  return () => [{ type: 'picture/keep', wish, named }];
}

/** @type {Command[]} */
export const READING = [
  { name: 'cine', title: 'Run through the images as a film, and stop', label: 'Cine', keys: ['c'], group: 'Images', act: ({ cine, view }) => [{ type: 'cine/set', cine: cine ? null : { viewport: view.active_viewport, rate: null } }] },
  { name: 'faster', title: 'A faster film', label: 'Faster', keys: ['>'], group: 'Images', act: speed(1) },
  { name: 'slower', title: 'A slower film', label: 'Slower', keys: ['<'], group: 'Images', act: speed(-1) },
  { name: 'link', title: 'Link scrolling: to the same place, as far, or not at all', label: 'Link', keys: ['l'], group: 'Images', act: otherLink },
  { name: 'alike', title: 'Same window, zoom and position in every viewport, or each its own', label: 'Sync', keys: ['Shift+l'], group: 'View', act: ({ alike }) => [{ type: 'alike/set', alike: !alike }, { type: 'notice/set', text: alike ? 'Each viewport has its own window and zoom.' : 'Window, zoom and position are the same in every viewport.' }] },
  { name: 'colours', title: 'Other colours for grey values: hot iron, PET, and grey again', label: 'Colours', keys: ['Shift+i'], group: 'Window', act: otherPalette },
  { name: 'terse', title: 'Less writing on the images, or all of it; whose they are always stays', label: 'Text', keys: ['o'], group: 'View', act: ({ terse }) => [{ type: 'terse/set', terse: !terse }] },
  { name: 'copy', title: 'Copy the picture without the patient’s name and numbers', label: 'Copy', keys: ['Ctrl+c'], group: 'Keep', act: keep('copy', false) },
  { name: 'copy-named', title: 'Copy the picture with name and numbers', label: 'Copy named', keys: ['Ctrl+Shift+c'], group: 'Keep', act: keep('copy', true) },
  { name: 'save', title: 'Save the picture without the patient’s name and numbers', label: 'Save', keys: ['Ctrl+s'], group: 'Keep', act: keep('save', false) },
  { name: 'save-named', title: 'Save the picture with name and numbers', label: 'Save named', keys: ['Ctrl+Shift+s'], group: 'Keep', act: keep('save', true) },
  { name: 'print', title: 'Print what is on the screen, on white', label: 'Print', keys: ['Ctrl+p'], group: 'Keep', act: keep('print', true) },
];
