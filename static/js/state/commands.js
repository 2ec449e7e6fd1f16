/** Everything a person can do with one key, one button or one line of the shortcut sheet. */

/** @import { Presentation } from '../core/types.js' */
/** @import { Action, ViewerState } from './viewer.js' */

import { panBy, zoomAbout } from '../core/geometry.js';
import { TOOLS } from '../tools/index.js';
import { fit, flipHorizontal, flipVertical, rotate } from '../viewport/presentation.js';
import { windowChoices } from '../viewport/windows.js';
import { LAYOUTS, newPresentation } from '../sessions/room.js';
import { AUTHORING } from './authoring-commands.js';
import { READING } from './reading-commands.js';
import { scrolled } from './scrolling.js';
import { frameOf, imageIn, nextCase, seriesIn, shownViewports, studiesHere } from './select.js';
import { sharedView } from './cameras.js';
import { leads, mayDirect } from './viewer.js';

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {string} title  what it does, as a tooltip says it
 * @property {string} label  as a button says it
 * @property {string[]} keys  as in `keyName`
 * @property {'Tools' | 'Images' | 'Window' | 'View' | 'Layout' | 'Planes' | 'Measurements' | 'Keep' | 'Session' | 'Help'} group
 * @property {(state: ViewerState) => Action[]} act
 */

/** @param {(start: Presentation) => Presentation} change @returns {Command['act']} */
function present(change) {
  return (state) => {
    if (planeIn(state) >= 0) return [{ type: 'mpr/present', change }];
    const viewport = state.view.active_viewport;
    const content = state.view.viewports[viewport];
    return content?.image ? [{ type: 'presentation/set', viewport, presentation: change(content.presentation) }] : [];
  };
}

/** @param {(index: number, count: number) => number} move @returns {Command['act']} */
function scroll(move) {
  return (state) => (planeIn(state) < 0 ? scrolled(state, state.view.active_viewport, move)
    : [{ type: 'mpr/scroll', plane: planeIn(state), move }]);
}

/** Which plane of a multiplanar view commands mean; -1: none, they mean the active viewport. @param {ViewerState} state */
function planeIn({ mpr }) {
  return mpr?.active ?? -1;
}

/** @param {Extract<Action, { type: 'mpr/ask' }>['wish']} wish @returns {Command['act']} */
function ask(wish) {
  return ({ mpr }) => (mpr || wish === 'toggle' ? [{ type: 'mpr/ask', wish }] : []);
}

/** @param {Extract<Action, { type: 'mark/ask' }>['wish']} wish @returns {Command['act']} */
function askMark(wish) {
  return () => [{ type: 'mark/ask', wish }];
}

/** The series before or after the one in the active viewport, as in the strip. @param {1 | -1} by @returns {Command['act']} */
function otherSeries(by) {
  return (state) => {
    const viewport = state.view.active_viewport;
    const all = studiesHere(state).flatMap((uid) => Object.values(state.series).filter((series) => series.study_uid === uid));
    const at = all.findIndex((series) => series.series_uid === seriesIn(state, viewport)?.series_uid);
    const target = all[at + by];
    return target ? [{ type: 'series/open', viewport, series_uid: target.series_uid }] : [];
  };
}

/** @param {1 | -1} by @returns {Command['act']} */
function otherViewport(by) {
  return (state) => {
    if (state.mpr) return [{ type: 'mpr/set', mpr: { ...state.mpr, active: Math.min(2, Math.max(0, state.mpr.active + by)) } }];
    const shown = shownViewports(state);
    const viewport = shown[shown.indexOf(state.view.active_viewport) + by];
    return viewport === undefined ? [] : [{ type: 'viewport/activate', viewport }];
  };
}

/** The layout after, or before, and round again. @param {1 | -1} by @returns {Command['act']} */
function otherLayout(by) {
  const all = /** @type {(keyof typeof LAYOUTS)[]} */ (Object.keys(LAYOUTS));
  return ({ view, mpr }) => {
    if (mpr) return [{ type: 'mpr/set', mpr: { ...mpr, alone: false, layout: mpr.layout === '2x2' ? '1x3' : '2x2' } }];
    const next = all[(all.indexOf(view.layout) + by + all.length) % all.length] ?? '1x1';
    return [{ type: 'viewport/maximise', maximised: false }, { type: 'layout/set', layout: next }];
  };
}

/** @param {string} key @returns {Command} */
function windowCommand(key) {
  return {
    name: `window-${key}`,
    title: key === '0' ? 'The image’s own window' : `Window ${key} of the window menu`,
    label: key, keys: [key], group: 'Window',
    act: (state) => {
      const viewport = state.view.active_viewport;
      const image = imageIn(state, viewport);
      const modality = seriesIn(state, viewport)?.modality ?? '';
      const choices = windowChoices(modality, frameOf(state, image), state.preferences.windows[modality]);
      const choice = choices.find((one) => one.key === key);
      return choice ? present((start) => ({ ...start, voi: choice.voi }))(state) : [];
    },
  };
}

/** Moves by a tenth of what is seen. @param {-1 | 0 | 1} x @param {-1 | 0 | 1} y @returns {Command['act']} */
function nudge(x, y) {
  return (state) => {
    const step = (frameOf(state, imageIn(state, state.view.active_viewport))?.columns ?? 512) / 10;
    return present((start) => panBy(start, { x: (x * step) / start.zoom, y: (y * step) / start.zoom }))(state);
  };
}

/** @type {Command['act']} */
function proposed(state) {
  const { session, view } = state;
  if (!session?.room || leads(session)) return [];
  const shared = sharedView(state);
  const viewports = shared.viewports.slice(0, LAYOUTS[view.layout]);
  return [{ type: 'view/propose', view: { ...shared, viewports } }];
}

/** 16 hexadecimal digits that nobody else will draw. */
function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @type {Command['act']} */
function keptScene({ session }) {
  const room = session?.room;
  if (!room || !leads(session)) return [];
  return [{ type: 'scene/save', scene_id: randomId(), name: `Scene ${room.scenes.length + 1}` }];
}

/** @param {1 | -1} by @returns {Command['act']} */
function otherCase(by) {
  return ({ session }) => {
    const found = leads(session) ? nextCase(session?.room ?? null, by) : null;
    return found ? [{ type: 'case/show', case_id: found.case_id }] : [];
  };
}

/** @type {Command['act']} */
function addedCase({ session, opened }) {
  const room = session?.room;
  if (!room || !mayDirect(session)) return [];
  const listed = new Set(room.cases.flatMap(({ study_uids }) => study_uids));
  const study_uids = opened.filter((uid) => !listed.has(uid));
  return study_uids.length > 0 ? [{ type: 'case/put', case_id: randomId(), question: '', study_uids }] : [];
}

/** @type {Command['act']} */
function keyed(state) {
  const image = imageIn(state, state.view.active_viewport);
  const room = state.session?.room;
  if (!room || !image) return [];
  const known = room.key_images.some((key) => key.image.instance_uid === image.instance_uid && key.image.frame_number === image.frame_number);
  return [{ type: 'key-image/set', image, key: !known }];
}

/** @type {Command['act']} */
function answered({ session }) {
  const room = session?.room;
  if (!room || !session.me) return [];
  const [of] = Object.keys(room.proposals);
  if (of && leads(session)) return [{ type: 'view/accept', of }];
  const [to] = room.asking;
  return to && mayDirect(session) ? [{ type: 'lead/hand-over', to }] : [];
}

/** @type {Command['act']} */
function declined({ session }) {
  const room = session?.room;
  if (!room || !mayDirect(session)) return session?.offered ? [{ type: 'session/offered', way: null }] : [];
  const [proposal] = leads(session) ? Object.keys(room.proposals) : [];
  if (proposal) return [{ type: 'view/dismiss', of: proposal }];
  const [of] = room.asking;
  return of ? [{ type: 'lead/decline', of }] : [];
}

/** @type {Command[]} */
export const COMMANDS = [
  ...TOOLS.map(/** @returns {Command} */ ({ name, title, label, shortcut, hint }) => (
    { name, title: `${title}: ${hint}`, label, keys: [shortcut], group: 'Tools', act: () => [{ type: 'tool/set', tool: name }] })),
  { name: 'next-image', title: 'Next image', label: 'Next', keys: ['ArrowDown'], group: 'Images', act: scroll((i) => i + 1) },
  { name: 'previous-image', title: 'Previous image', label: 'Previous', keys: ['ArrowUp'], group: 'Images', act: scroll((i) => i - 1) },
  { name: 'ten-on', title: 'Ten images on', label: '+10', keys: ['Shift+ArrowDown'], group: 'Images', act: scroll((i) => i + 10) },
  { name: 'ten-back', title: 'Ten images back', label: '−10', keys: ['Shift+ArrowUp'], group: 'Images', act: scroll((i) => i - 10) },
  { name: 'first-image', title: 'First image', label: 'First', keys: ['Home'], group: 'Images', act: scroll(() => 0) },
  { name: 'last-image', title: 'Last image', label: 'Last', keys: ['End'], group: 'Images', act: scroll((_, n) => n - 1) },
  { name: 'next-series', title: 'Next series', label: 'Next series', keys: ['PageDown'], group: 'Images', act: otherSeries(1) },
  { name: 'open-prior', title: 'Bring the newest other study of this person', label: 'Prior', keys: ['Alt+p'], group: 'Images', act: ({ priors, session }) => (priors[0] && !session ? [{ type: 'prior/open', study_uid: priors[0].study_uid }] : []) },
  { name: 'previous-series', title: 'Previous series', label: 'Previous series', keys: ['PageUp'], group: 'Images', act: otherSeries(-1) },
  ...READING,
  ...AUTHORING,
  ...['0', '1', '2', '3', '4', '5', '6', '7', '8'].map(windowCommand),
  { name: 'window-menu', title: 'Window presets and numbers', label: 'Presets', keys: ['9'], group: 'Window', act: ({ sheet }) => [{ type: 'sheet/set', sheet: sheet === 'window' ? null : 'window' }] },
  { name: 'invert', title: 'Invert black and white', label: 'Invert', keys: ['i'], group: 'View', act: present((start) => ({ ...start, invert: !start.invert })) },
  { name: 'flip-horizontal', title: 'Flip left to right', label: 'Flip H', keys: ['h'], group: 'View', act: present(flipHorizontal) },
  { name: 'flip-vertical', title: 'Flip top to bottom', label: 'Flip V', keys: ['v'], group: 'View', act: present(flipVertical) },
  { name: 'rotate', title: 'Rotate 90° clockwise', label: 'Rotate', keys: ['r'], group: 'View', act: present((start) => rotate(start, 90)) },
  { name: 'rotate-back', title: 'Rotate 90° anticlockwise', label: 'Rotate back', keys: ['Shift+r'], group: 'View', act: present((start) => rotate(start, 270)) },
  { name: 'zoom-in', title: 'Zoom in', label: 'Zoom in', keys: ['+', '='], group: 'View', act: present((start) => zoomAbout(start, 1.25)) },
  { name: 'zoom-out', title: 'Zoom out', label: 'Zoom out', keys: ['-'], group: 'View', act: present((start) => zoomAbout(start, 0.8)) },
  { name: 'pan-left', title: 'Move the image left', label: 'Left', keys: ['Ctrl+ArrowLeft'], group: 'View', act: nudge(-1, 0) },
  { name: 'pan-right', title: 'Move the image right', label: 'Right', keys: ['Ctrl+ArrowRight'], group: 'View', act: nudge(1, 0) },
  { name: 'pan-up', title: 'Move the image up', label: 'Up', keys: ['Ctrl+ArrowUp'], group: 'View', act: nudge(0, -1) },
  { name: 'pan-down', title: 'Move the image down', label: 'Down', keys: ['Ctrl+ArrowDown'], group: 'View', act: nudge(0, 1) },
  { name: 'fit', title: 'Fit the whole image', label: 'Fit', keys: ['Shift+Space'], group: 'View', act: present(fit) },
  { name: 'reset', title: 'Reset window, zoom, position, turns and flips', label: 'Reset', keys: ['Space'], group: 'View', act: present(newPresentation) },
  { name: 'layout', title: 'More viewports: 1, 2, 3, 4, 6, 9, and 1 again', label: 'Layout', keys: ['g'], group: 'Layout', act: otherLayout(1) },
  { name: 'layout-back', title: 'Fewer viewports', label: 'Fewer', keys: ['Shift+g'], group: 'Layout', act: otherLayout(-1) },
  { name: 'maximise', title: 'This viewport alone, and back (double-click)', label: 'Full', keys: ['Enter'], group: 'Layout', act: ({ maximised, mpr }) => [mpr ? { type: 'mpr/set', mpr: { ...mpr, alone: !mpr.alone } } : { type: 'viewport/maximise', maximised: !maximised }] },
  { name: 'mpr', title: 'Axial, coronal and sagittal planes of this series, and back', label: 'MPR', keys: ['m'], group: 'Planes', act: ask('toggle') },
  { name: 'lines', title: 'Lines where the images of other viewports cross, or none', label: 'Lines', keys: ['n'], group: 'Planes', act: ({ lines }) => [{ type: 'lines/set', shown: !lines }] },
  { name: 'project', title: 'Slab of the brightest, the darkest or the mean', label: 'Projection', keys: ['Shift+m'], group: 'Planes', act: ask('project') },
  { name: 'thicker', title: 'Thicker slab', label: 'Thicker', keys: [']'], group: 'Planes', act: ask('thicker') },
  { name: 'thinner', title: 'Thinner slab', label: 'Thinner', keys: ['['], group: 'Planes', act: ask('thinner') },
  { name: 'turn', title: 'Turn the other planes clockwise', label: 'Turn', keys: ['.'], group: 'Planes', act: ask('turn') },
  { name: 'turn-back', title: 'Turn the other planes anticlockwise', label: 'Turn back', keys: [','], group: 'Planes', act: ask('turn-back') },
  { name: 'straighten', title: 'Axial, coronal and sagittal again, however the planes were turned', label: 'Straighten', keys: ['Shift+x'], group: 'Planes', act: ask('straighten') },
  { name: 'undo', title: 'Undo the last change of a measurement', label: 'Undo', keys: ['Ctrl+z'], group: 'Measurements', act: askMark('undo') },
  { name: 'redo', title: 'Redo', label: 'Redo', keys: ['Ctrl+y', 'Ctrl+Shift+z'], group: 'Measurements', act: askMark('redo') },
  { name: 'delete', title: 'Delete the chosen measurement', label: 'Delete', keys: ['Delete', 'Backspace'], group: 'Measurements', act: askMark('delete') },
  { name: 'scene', title: 'Keep what everybody sees as a scene', label: 'Keep scene', keys: ['Shift+e'], group: 'Session', act: keptScene },
  { name: 'session-key', title: 'Mark this image for everybody as a key image, or take the mark away', label: 'Key image', keys: ['Shift+j'], group: 'Session', act: keyed },
  { name: 'share', title: 'Share the chosen measurement with the session, or take it back', label: 'Share', keys: ['Shift+b'], group: 'Session', act: ({ session }) => (session?.room ? [{ type: 'mark/ask', wish: 'share' }] : []) },
  { name: 'marks', title: 'Measurements and key images: go to, hide, save and open', label: 'List', keys: ['Shift+d'], group: 'Measurements', act: askMark('list') },
  { name: 'hide-marks', title: 'Hide the measurements, or show them', label: 'Hide', keys: ['Shift+h'], group: 'Measurements', act: askMark('hide') },
  { name: 'next-viewport', title: 'Viewport to the right', label: 'Right viewport', keys: ['ArrowRight'], group: 'Layout', act: otherViewport(1) },
  { name: 'previous-viewport', title: 'Viewport to the left', label: 'Left viewport', keys: ['ArrowLeft'], group: 'Layout', act: otherViewport(-1) },
  { name: 'start-session', title: 'Look at these studies together with others', label: 'Start session', keys: ['Shift+y'], group: 'Session', act: ({ session, opened }) => (session || opened.length === 0 ? [] : [{ type: 'session/start' }]) },
  { name: 'follow', title: 'Follow the leader, or stop following', label: 'Follow', keys: ['f'], group: 'Session', act: ({ session }) => (!session?.room || leads(session) ? [] : [{ type: 'follow/set', following: session.taken !== null || !session.following }]) },
  { name: 'ask', title: 'Ask for the lead', label: 'Ask for the lead', keys: ['Shift+f'], group: 'Session', act: ({ session }) => (!session?.room || leads(session) ? [] : [{ type: 'lead/ask' }]) },
  { name: 'take', title: 'Take the lead (the chair; or when the leader has gone)', label: 'Take the lead', keys: ['Shift+t'], group: 'Session', act: ({ session }) => (!session?.room || leads(session) ? [] : [{ type: 'lead/take' }]) },
  { name: 'propose', title: 'Propose what you see to the leader', label: 'Propose', keys: ['Shift+o'], group: 'Session', act: proposed },
  { name: 'answer', title: 'Accept the first proposal, or hand over to who asks first', label: 'Accept', keys: ['Shift+Enter'], group: 'Session', act: answered },
  { name: 'decline', title: 'Not now to the first proposal or wish', label: 'Not now', keys: ['Shift+Backspace'], group: 'Session', act: declined },
  { name: 'hand', title: 'Raise your hand, or take it down', label: 'Hand', keys: ['Shift+u'], group: 'Session', act: ({ session }) => (session?.room && session.me ? [{ type: 'hand/set', raised: !session.room.hands.includes(session.me) }] : []) },
  { name: 'freeze', title: 'Freeze the images for everybody, or let go', label: 'Freeze', keys: ['Shift+z'], group: 'Session', act: ({ session }) => (session?.room && mayDirect(session) ? [{ type: 'freeze/set', frozen: !session.room.frozen }] : []) },
  { name: 'anonymous', title: 'Hide or show whose images these are, for everybody', label: 'Anonymous', keys: ['Shift+n'], group: 'Session', act: ({ session }) => (session?.room && mayDirect(session) ? [{ type: 'anonymous/set', anonymous: !session.room.anonymous }] : []) },
  { name: 'call-back', title: 'Call everybody back to what you show', label: 'Call back', keys: ['Shift+c'], group: 'Session', act: ({ session }) => (session?.room && mayDirect(session) ? [{ type: 'mode/set', mode: 'together' }] : []) },
  { name: 'next-case', title: 'Next case on the agenda, for everybody', label: 'Next case', keys: ['Shift+ArrowRight', 'Ctrl+Shift+ArrowRight'], group: 'Session', act: otherCase(1) },
  { name: 'previous-case', title: 'Case before on the agenda, for everybody', label: 'Case before', keys: ['Shift+ArrowLeft', 'Ctrl+Shift+ArrowLeft'], group: 'Session', act: otherCase(-1) },
  { name: 'add-case', title: 'Put the studies that are open on the agenda as a case', label: 'Add case', keys: ['Alt+a'], group: 'Session', act: addedCase },
  { name: 'second-window', title: 'Images in a second window, agenda and people in this one', label: 'Two windows', keys: ['Shift+w'], group: 'Session', act: ({ session }) => (session?.room ? [{ type: 'window/second' }] : []) },
  { name: 'look-here', title: 'Look here: where you pointed last', label: 'Look here', keys: ['Shift+p'], group: 'Session', act: ({ session }) => (session?.room ? [{ type: 'look/here' }] : []) },
  { name: 'go-there', title: 'Go to where somebody said: look here', label: 'Go there', keys: ['Shift+q'], group: 'Session', act: ({ session }) => (session?.offered ? [{ type: 'look/go' }] : []) },
  { name: 'worklist', title: 'Back to the worklist and its search', label: 'Worklist', keys: ['/'], group: 'Help', act: () => [{ type: 'worklist/go' }] },
  { name: 'shortcuts', title: 'All keys and mouse buttons', label: 'Keys', keys: ['?', 'F1'], group: 'Help', act: ({ sheet }) => [{ type: 'sheet/set', sheet: sheet === 'shortcuts' ? null : 'shortcuts' }] },
  { name: 'next-part', title: 'Next part of the page: images, panels, series, tools', label: 'Next part', keys: ['F6'], group: 'Help', act: () => [{ type: 'part/go', by: 1 }] },
  { name: 'previous-part', title: 'Part of the page before', label: 'Part before', keys: ['Shift+F6'], group: 'Help', act: () => [{ type: 'part/go', by: -1 }] },
  { name: 'close', title: 'Close what is open; back to window and level', label: 'Close', keys: ['Escape'], group: 'Help', act: ({ sheet, cine }) => [sheet ? { type: 'sheet/set', sheet: null } : cine ? { type: 'cine/set', cine: null } : { type: 'tool/set', tool: 'window-level' }] },
];

const BY_KEY = new Map(COMMANDS.flatMap((command) => command.keys.map((key) => [key, command])));

/** What a key does, for somebody with keys of their own. @param {string} key @param {Record<string, string[]>} [own] @returns {Command | undefined} */
export function commandForKey(key, own = {}) {
  const chosen = COMMANDS.find(({ name }) => own[name]?.includes(key));
  if (chosen) return chosen;
  const usual = BY_KEY.get(key);
  return usual && !own[usual.name] ? usual : undefined;
}

/** @param {Command} command @param {Record<string, string[]>} own */
export function keysOf(command, own) {
  return own[command.name] ?? command.keys.filter((key) => commandForKey(key, own) === command);
}

/** @param {string} name @returns {Command} */
export function commandNamed(name) {
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) throw new Error(`There is no command called ${name}.`);
  return command;
}
