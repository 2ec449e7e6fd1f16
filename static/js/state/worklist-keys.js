/** Keys of the worklist: of the page, and of each dialog over it. Those along the list (arrows, Enter, Esc) are the same for everybody. */

/**
 * @typedef {object} WorklistKey
 * @property {string} name  also among a person's habits, where no command of the viewer is called so
 * @property {string} place  where it works, as the sheet of keys calls it
 * @property {string} title  what the control does
 * @property {string[]} keys  as in `keyName`
 */

/** What a chip says, and the modalities that it means. */
export const MODALITIES = [['All', ''], ['CT', 'CT'], ['MR', 'MR'], ['X-ray', 'CR,DX'], ['US', 'US'], ['PET', 'PT'], ['NM', 'NM'], ['Mammo', 'MG'], ['XA', 'XA,RF']];
/** Days back from today. */
export const PERIODS = /** @type {const} */ ([['Any date', null, 'a'], ['Today', 0, 't'], ['7 days', 7, 'w'], ['30 days', 30, 'd'], ['1 year', 365, 'y']]);

/** @param {string} place @param {[name: string, keys: string, title: string][]} controls @returns {WorklistKey[]} */
function keysIn(place, controls) {
  return controls.map(([name, keys, title]) => ({ name: `list-${name}`, place, title, keys: keys.split(' ') }));
}

/** @type {WorklistKey[]} */
export const WORKLIST_KEYS = [
  ...keysIn('Find', [
    ['search', '/', 'Search'],
    ['organisation', 'o', 'Studies made in one organisation'],
    .../** @type {[string, string, string][]} */ (MODALITIES.map(([name, modality], i) => [`modality-${i + 1}`, String(i + 1), modality ? `Only ${name}` : 'Any modality'])),
    .../** @type {[string, string, string][]} */ (PERIODS.map(([name, days, key]) => (
      [`period-${days ?? 'any'}`, key, days === null ? name : `Studies of ${days === 0 ? 'today' : `the last ${name}`}`]))),
    ['from', 'f', 'Studies from this day on'],
    ['to', 'l', 'Studies up to this day'],
    ['clear', 'c', 'Clear the search'],
    ['again', 'r', 'Try again'],
  ]),
  ...keysIn('Open', [
    ['open', 'Enter', 'Open in the viewer'],
    ['open-prior', 'p', 'Open beside the newest other study of this person'],
    ['meet', 'm', 'Add this study to a meeting, or look at it together now'],
    ['report', 'e', 'Open the whole report in a new tab'],
  ]),
  ...keysIn('Store and leave', [
    ['store', 'u', 'Choose DICOM files to store'],
    ['store-folder', 'Shift+u', 'Choose a folder of DICOM files to store'],
    ['store-again', 'Shift+r', 'Store those again that failed'],
    ['storing-close', 'x', 'Stop storing, or close what it says'],
    ['leave', 'Shift+x', 'Have this browser forget the images and habits that it kept'],
    ['keys', '? F1', 'All keys'],
  ]),
  ...keysIn('Add to a meeting', [
    ['question', 'Alt+q', 'What the meeting is asked'],
    ['with-prior', 'Alt+p', 'Put the newest other study of this person on the agenda too'],
    .../** @type {[string, string, string][]} */ (['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'].map((nth, i) => (
      [`meeting-${i + 1}`, `Alt+${i + 1}`, `Put this study on the agenda of the ${nth} meeting`]))),
    ['meeting-name', 'Alt+n', 'Name of the new meeting'],
    ['meeting-begin', 'Alt+a', 'A new meeting with this study as its first case'],
    ['meeting-now', 'Alt+l', 'A session on this study at once'],
    ['meeting-open', 'Alt+o', 'Open this meeting'],
    ['meeting-close', 'Escape', 'Close'],
  ]),
  ...keysIn('Sheet of keys', [
    ['key-search', 'Alt+s', 'Search the keys'],
    ['choose', 'Enter', 'Choose another key'],
    ['usual', 'Alt+u', 'The usual keys of the worklist'],
    ['keys-close', 'Escape', 'Close'],
  ]),
];

const OVER_THE_PAGE = ['Add to a meeting', 'Sheet of keys'];
/** What moves along a list, opens and leaves, everywhere. */
const EVERYBODYS = ['Enter', 'Escape', 'Tab', 'Space', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];

/** @param {string} name @returns {WorklistKey} */
export function worklistKeyNamed(name) {
  const found = WORKLIST_KEYS.find((one) => one.name === name);
  if (!found) throw new Error(`The worklist has no control called ${name}.`);
  return found;
}

/** @param {WorklistKey} one @param {Record<string, string[]>} own  keys a person has chosen @returns {string[]} */
export function worklistKeysOf({ name, keys }, own) {
  return own[name] ?? keys;
}

/** Another control that this key would call at the same time. @param {WorklistKey} one @param {string} key @param {Record<string, string[]>} own */
export function worklistKeyTaken({ name, place }, key, own) {
  const where = (/** @type {string} */ of) => (OVER_THE_PAGE.includes(of) ? of : '');
  return WORKLIST_KEYS.find((other) => other.name !== name && where(other.place) === where(place) && worklistKeysOf(other, own).includes(key));
}

/** Can it be chosen for something else? @param {string} key */
export function isEverybodys(key) {
  return EVERYBODYS.includes(key);
}

/** A person's keys without, or with only, those of the worklist. @param {Record<string, string[]>} keys @param {boolean} of_the_list */
export function keysOfList(keys, of_the_list) {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => name.startsWith('list-') === of_the_list));
}
