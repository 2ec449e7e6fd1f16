/** Keys of what has no command: controls of panels and dialogs. They work while the focus is in their panel, those with Alt from anywhere. */

/**
 * @typedef {object} PanelKey
 * @property {string} name
 * @property {string} place  the panel, as the sheet of keys calls it
 * @property {string} title  what the control does
 * @property {string[]} keys  as in `keyName`
 * @property {boolean} row  it is that of one line of a list: it works while the focus is in that line
 */

/** @param {string} place @param {[name: string, key: string, title: string][]} whole @param {[name: string, key: string, title: string][]} [lines] @returns {PanelKey[]} */
function panel(place, whole, lines = []) {
  const keys = (/** @type {boolean} */ row) => (/** @type {[string, string, string]} */ [name, key, title]) => ({ name, place, title, keys: [key], row });
  return [...whole.map(keys(false)), ...lines.map(keys(true))];
}

/** @type {PanelKey[]} */
export const PANEL_KEYS = [
  ...panel('Session panel', [
    ['session-address', 'a', 'The address of this session'],
    ['copy-address', 'c', 'Copy the address of this session'],
    ['session-codes', 'q', 'Code and QR code of this session'],
    ['invite-guest', 'g', 'An address for a day: whoever opens it sees the images and not whose they are'],
    ['guest-address', 'Shift+g', 'The address for guests'],
    ['withdraw-guests', 'o', 'Shows the guests out; their addresses lead nowhere any more'],
    ['meeting-name', 'n', 'Name of this meeting'],
    ['scenes-open', 'v', 'Scenes and key images, or less to look at'],
    ['join-call', 'j', 'Opens the meeting’s call; Lightbox carries no voice'],
    ['call-address', 'l', 'Address of the meeting’s call'],
    ['open-display', 'p', 'The images alone, large and quiet, in a window for another screen'],
    ['replay', 'r', 'What happened so far, moment by moment, in a window of its own'],
    ['leave-session', 'x', 'Leave this session'],
  ], [
    ['show-case', 'Enter', 'Show this case to everybody'],
    ['case-outcome', 'w', 'Write the outcome of this case'],
    ['case-earlier', 'Alt+ArrowUp', 'This case earlier'],
    ['case-later', 'Alt+ArrowDown', 'This case later'],
    ['case-done', 'd', 'This case has been discussed, or is still to be'],
    ['case-remove', 'Delete', 'Take this case off the agenda'],
    ['hand-over', 'h', 'Hand over the lead to this person'],
    ['lower-hand', 'k', 'This person has been called upon'],
    ['remove-person', 'Delete', 'Remove this person from the session'],
    ['show-scene', 'Enter', 'Show this scene to everybody'],
    ['remove-scene', 'Delete', 'Remove this scene'],
    ['go-to-key-image', 'Enter', 'Go to this key image'],
  ]),
  ...panel('List of measurements', [
    ['report-bring', 'b', 'Store a DICOM report from a file and open its measurements'],
    ['keys-title', 'w', 'Why these images were chosen'],
    ['keys-save', 'k', 'Save the key images as a DICOM selection, with the reason'],
  ], [
    ['mark-go', 'Enter', 'Go to this measurement'],
    ['mark-share', 's', 'Everybody in the session sees it, or you alone'],
    ['mark-delete', 'Delete', 'Delete this measurement'],
    ['report-open', 'Enter', 'Open these measurements, to look at and to change'],
    ['report-file', 'd', 'Save this report as a DICOM file'],
    ['state-row', 'Enter', 'Show the images as this presentation state says, or leave it'],
    ['key-row', 'Enter', 'Go to this key image'],
    ['key-remove', 'Delete', 'No key image any more'],
  ]),
  ...panel('Window menu', [
    ['window-width', 'Alt+w', 'Width of the window'],
    ['window-center', 'Alt+b', 'Level of the window'],
    ['own-key', 'Alt+y', 'The key to keep this window under'],
    ['own-name', 'Alt+n', 'Name of the window to keep'],
    ['own-keep', 'Alt+e', 'Keep the window on the screen under this key'],
    ['own-palette', 'Alt+o', 'Colours for grey values'],
    ['own-always', 'Alt+v', 'These colours for every series like it'],
    ['own-usual', 'Alt+u', 'Only the usual windows of this modality'],
  ]),
  ...panel('Bar of the planes', [
    ['slab', 'Alt+s', 'Thickness of what is put together'],
    ['slab-method', 'Alt+m', 'Brightest, darkest or mean'],
    ['cross-place', 'Alt+c', 'The cross-hair’s place: left, back and head; negative: right, front, feet'],
  ]),
  ...panel('Over the images', [
    ['document-whole', 'Alt+t', 'Open this document in a tab of its own'],
    ['all-images', 'Alt+i', 'Open the whole studies'],
    ['release-pixels', 'Alt+x', 'Show pixels that may name the patient to everybody: look at them outside this session first'],
  ]),
  ...panel('A session that is over', [
    ['replay-play', 'p', 'Plays it as it was, or stops'],
    ['replay-speed', 'v', 'How fast it plays'],
    ['replay-slider', 'm', 'Moment of the session'],
    ['replay-save', 's', 'Save what happened as JSON'],
  ], [['time-line', 'Enter', 'Go to this moment']]),
  ...panel('Name in a session', [
    ['display-name', 'Alt+n', 'How the others see you'],
    ['discipline', 'Alt+d', 'What you do'],
    ['name-cancel', 'Escape', 'Do not join'],
    ['join', 'Enter', 'Join the session'],
  ]),
  ...panel('Keys and rules', [
    ['key-search', 'Alt+s', 'Search the keys'],
    ['preset', 'Alt+h', 'Keys and buttons as in another viewer'],
    ['button-middle', 'Alt+m', 'What a drag with the middle button does'],
    ['button-right', 'Alt+r', 'What a drag with the right button does'],
    ['hanging-open', 'Alt+g', 'How studies are laid out when they open'],
    ['hanging-rules', 'Alt+e', 'The hanging rules, as JSON'],
    ['hanging-house', 'Alt+b', 'Back to the hanging rules of the house'],
    ['hanging-keep', 'Alt+u', 'Use these hanging rules from now on'],
    ['sheet-close', 'Escape', 'Close'],
  ], [['key-choose', 'Enter', 'Choose another key']]),
];

/** @param {string} name @returns {PanelKey} */
export function panelKeyNamed(name) {
  const found = PANEL_KEYS.find((one) => one.name === name);
  if (!found) throw new Error(`No panel has a control called ${name}.`);
  return found;
}

/** @param {PanelKey} one @param {Record<string, string[]>} own  keys a person has chosen @returns {string[]} */
export function panelKeysOf({ name, keys }, own) {
  return own[name] ?? keys;
}

/** Another control that this key would call at the same time. @param {PanelKey} one @param {string} key @param {Record<string, string[]>} own */
export function panelKeyTaken({ name, place, row }, key, own) {
  return PANEL_KEYS.find((other) => other.name !== name && other.place === place && !other.row && !row && panelKeysOf(other, own).includes(key));
}
