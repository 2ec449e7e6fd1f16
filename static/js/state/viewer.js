/** The viewer's one store: what there is to see, what this person looks at, and the session they are in. */

/** @import { Cine, Cross, Discipline, Displayed, Mpr, Pointed, Presentation, Room, Series, SharedPointer, Size, Spacing, Stack, Study, View, RoomEvent, ImageRef } from '../core/types.js' */
/** @import { InstanceRef, SentEvent, SharedMpr, ViewEvent } from '../core/types.js' */
/** @import { Mark, Marks, Summary } from '../annotations/model.js' */
/** @import { Preferences } from './preferences.js' */
/** @import { KeyNote, Look, SavedReport, SavedState } from '../dicomweb/authored.js' */
/** @import { Way } from './looking-here.js' */
/** @import { Store } from '../core/store.js' */

import { isViewEvent, look, newView, viewOf } from '../sessions/room.js';
import { Refused } from '../sessions/refused.js';
import { USUAL } from './preferences.js';
import { indexIn } from './select.js';

/**
 * @typedef {'naming' | 'connecting' | 'live' | 'reconnecting' | 'ended'} ConnectionState
 *
 * @typedef {object} Session
 * @property {string | null} session_id  null: being made
 * @property {string | null} me  this participant's id, once welcomed
 * @property {ConnectionState} connection
 * @property {string} reason  why it ended
 * @property {boolean} stale  so long without the server that what is seen may be out of date
 * @property {Room | null} room
 * @property {boolean} following  this person's own wish; the room knows it a moment later
 * @property {Record<string, SharedPointer>} pointers
 * @property {Record<string, SharedPointer>} pulses  where somebody said: look here
 * @property {Record<string, ImageRef | null>} looking  what everybody has in their active viewport
 * @property {string | null} taken  who has shown this follower another slice than the leader's
 * @property {Way | null} offered  the way to what somebody wants to be looked at
 * @property {Record<string, true>} ready  cases that this browser has the first pictures of
 * @property {number} offset  server time minus this computer's, in ms
 *
 * @typedef {object} Applied
 * @property {number} viewport
 * @property {SavedState} state
 * @property {Look} look
 * @property {Presentation} before  what the viewport showed, to come back to
 * @property {Presentation} made  what the state has made of it
 * @property {string} [problem]  why it cannot be shown here
 *
 * @typedef {object} ViewerState
 * @property {boolean} loading
 * @property {string} problem  why nothing can be shown at all
 * @property {string} notice  a sentence for the person, until the next
 * @property {Record<string, Study>} studies
 * @property {string[]} opened  studies in the strip, in the order they came
 * @property {Study[]} priors  the same patient's other studies
 * @property {Record<string, Series>} series
 * @property {Record<string, Stack>} stacks
 * @property {View} view
 * @property {(string | null)[]} opening  the series each viewport waits for
 * @property {(Displayed | null)[]} displayed
 * @property {Record<string, Size>} sizes  of the viewports by number, and of planes as `plane-0`, in CSS pixels
 * @property {boolean} maximised  the active viewport alone
 * @property {Cross | null} cross  the cross-hair: one place, shown wherever it can be seen
 * @property {boolean} lines  where the images of other viewports cross
 * @property {'place' | 'offset' | null} link  the other viewports go along when one is scrolled: to the same place, or as far
 * @property {boolean} alike  they take over window, zoom and position too
 * @property {Cine | null} cine
 * @property {Record<string, Uint8Array>} seen  by series, one for each image that was on the screen
 * @property {Record<string, string>} palettes  by series, the colours its grey values are shown in
 * @property {boolean} terse  only what must be said stands on the images
 * @property {Mpr | null} mpr  planes through one series in place of the viewports
 * @property {Marks} marks  what was drawn and measured, on whichever image
 * @property {Record<string, Summary | string>} counted  what the server says of regions; a string says why it cannot
 * @property {(Spacing | null)[]} rulers  by viewport, what a line of known length makes of the image on it
 * @property {boolean} list  the list of measurements is open
 * @property {Preferences} preferences
 * @property {SavedReport[]} reports  measurements that were saved before
 * @property {SavedState[]} states  presentation states that were saved before
 * @property {Applied | null} applied  the one that a viewport shows
 * @property {ImageRef[]} keys  key images; in a session those of the room count
 * @property {(KeyNote & { study_uid: string })[]} noted  key images that were saved before
 * @property {string} tool
 * @property {'shortcuts' | 'window' | null} sheet
 * @property {boolean} panel  the session panel is open
 * @property {Session | null} session
 * @property {Room | null} replayed  a moment of a session that is over
 *
 * @typedef {{ type: 'studies/found', studies: Study[], series: Series[] }
 *   | { type: 'priors/found', studies: Study[] }
 *   | { type: 'prior/open', study_uid: string }
 *   | { type: 'load/ended', problem: string }
 *   | { type: 'notice/set', text: string }
 *   | { type: 'series/open', viewport: number, series_uid: string }
 *   | { type: 'stack/set', series_uid: string, stack: Stack }
 *   | { type: 'picture/shown', viewport: number, displayed: Displayed | null }
 *   | { type: 'viewport/maximise', maximised: boolean }
 *   | { type: 'viewport/sized', place: string, size: Size } | { type: 'view/seen', view: View, mpr: Mpr | null }
 *   | { type: 'cross/set', cross: Cross | null }
 *   | { type: 'lines/set', shown: boolean }
 *   | { type: 'link/set', link: ViewerState['link'] } | { type: 'alike/set', alike: boolean }
 *   | { type: 'cine/set', cine: Cine | null }
 *   | { type: 'palette/set', series_uid: string, palette: string }
 *   | { type: 'terse/set', terse: boolean }
 *   | { type: 'picture/keep', wish: 'copy' | 'save' | 'print', named: boolean }
 *   | { type: 'mpr/set', mpr: Mpr | null }
 *   | { type: 'mpr/ask', wish: 'toggle' | 'thinner' | 'thicker' | 'project' | 'turn' | 'turn-back' | 'straighten' }
 *   | { type: 'mpr/go', mark: Mark }
 *   | { type: 'mpr/scroll', plane: number, move: (index: number, count: number) => number }
 *   | { type: 'mpr/present', change: (start: Presentation) => Presentation }
 *   | { type: 'marks/set', marks: Marks } | { type: 'list/set', open: boolean }
 *   | { type: 'mark/ask', wish: 'undo' | 'redo' | 'delete' | 'list' | 'hide' | 'share' }
 *   | { type: 'author/ask', wish: 'marks' | 'presentation' | 'reports' } | { type: 'author/ask', wish: 'keys', title?: string }
 *   | { type: 'author/ask', wish: 'open', report: InstanceRef } | { type: 'author/ask', wish: 'bring', file: File }
 *   | { type: 'reports/set', reports: SavedReport[] } | { type: 'keys/set', keys: ImageRef[] }
 *   | { type: 'state/ask', wish: 'list' | 'leave' } | { type: 'state/ask', wish: 'apply', state: SavedState }
 *   | { type: 'states/set', states: SavedState[] } | { type: 'applied/set', applied: Applied | null }
 *   | { type: 'noted/set', noted: ViewerState['noted'] } | { type: 'key/go', image: ImageRef }
 *   | { type: 'rulers/set', rulers: ViewerState['rulers'] }
 *   | { type: 'region/counted', key: string, summary: Summary | string }
 *   | { type: 'preferences/set', preferences: Preferences }
 *   | { type: 'tool/set', tool: string }
 *   | { type: 'sheet/set', sheet: ViewerState['sheet'] }
 *   | { type: 'panel/set', open: boolean }
 *   | { type: 'pointer/move' } & Pointed
 *   | { type: 'session/start' } | { type: 'session/leave' }
 *   | { type: 'session/enter', session_id: string | null, connection: ConnectionState }
 *   | { type: 'session/name', name: string, discipline?: Discipline }
 *   | { type: 'session/connection', connection: ConnectionState, reason: string }
 *   | { type: 'session/stale', stale: boolean } | { type: 'session/cleared', reason: string }
 *   | { type: 'session/room', me: string, room: Room, offset: number }
 *   | { type: 'session/event', event: RoomEvent, room: Room, mine: boolean }
 *   | { type: 'session/ready', case_id: string } | { type: 'window/second' }
 *   | { type: 'session/refused', title: string }
 *   | { type: 'session/pointer', by: string, pointer: SharedPointer }
 *   | { type: 'session/pulse', by: string, pulse: SharedPointer } | { type: 'session/looking', by: string, image: ImageRef | null }
 *   | { type: 'replay/show', room: Room }
 *   | { type: 'session/taken', way: Way } | { type: 'session/offered', way: Way | null } | { type: 'look/go' }
 *   | { type: 'look/here' } | { type: 'worklist/go' } | { type: 'part/go', by: 1 | -1 }} LocalAction
 * @typedef {SentEvent | LocalAction} Action
 * @typedef {Store<ViewerState, Action>} ViewerStore
 */

/** @type {ViewerState} */
export const INITIAL = {
  loading: true, problem: '', notice: '', studies: {}, opened: [], priors: [], series: {}, stacks: {},
  view: newView(), opening: [null, null], displayed: [null, null], sizes: {}, maximised: false,
  cross: null, lines: true, link: null, alike: false, cine: null, seen: {}, palettes: {}, terse: false, mpr: null, counted: {}, rulers: [], list: false, reports: [], keys: [], noted: [], states: [], applied: null,
  marks: { list: [], past: [], future: [], selected: null, shown: true },
  preferences: USUAL, tool: 'window-level', sheet: null, panel: true, session: null, replayed: null,
};

/**
 * @param {ViewerState} state
 * @param {Action} action
 * @returns {ViewerState}
 */
export function reduce(state, action) {
  if (isViewEvent(action)) return lookOneself(state, action);
  switch (action.type) {
    case 'studies/found': return addStudies(state, action.studies, action.series);
    case 'priors/found': return { ...state, priors: action.studies };
    case 'load/ended': return { ...state, loading: false, problem: action.problem };
    case 'notice/set': return { ...state, notice: action.text };
    case 'series/open':
      return onOnesOwn({ ...state, opening: placed(state.opening, action.viewport, action.series_uid) });
    case 'stack/set': return { ...state, stacks: { ...state.stacks, [action.series_uid]: action.stack } };
    case 'picture/shown': return sawPicture(state, action.viewport, action.displayed);
    case 'viewport/sized': return { ...state, sizes: { ...state.sizes, [action.place]: action.size } };
    case 'view/seen': return { ...state, view: action.view, mpr: action.mpr };
    case 'viewport/maximise': return { ...state, maximised: action.maximised };
    case 'cross/set': return state.mpr ? lookThrough(state, { cross: action.cross }) : { ...state, cross: action.cross };
    case 'lines/set': return { ...state, lines: action.shown };
    case 'link/set': return { ...state, link: action.link };
    case 'alike/set': return { ...state, alike: action.alike };
    case 'cine/set': return { ...state, cine: action.cine };
    case 'palette/set': return { ...state, palettes: { ...state.palettes, [action.series_uid]: action.palette } };
    case 'terse/set': return { ...state, terse: action.terse };
    case 'mpr/set': return samePlanes(state.mpr, action.mpr) ? { ...state, mpr: action.mpr } : lookThrough(state, { mpr: action.mpr });
    case 'marks/set': return { ...state, marks: action.marks };
    case 'list/set': return { ...state, list: action.open };
    case 'reports/set': return { ...state, reports: action.reports };
    case 'keys/set': return { ...state, keys: action.keys };
    case 'states/set': return { ...state, states: action.states };
    case 'applied/set': return { ...state, applied: action.applied };
    case 'noted/set': return { ...state, noted: action.noted };
    case 'rulers/set': return { ...state, rulers: action.rulers };
    case 'region/counted': return { ...state, counted: { ...state.counted, [action.key]: action.summary } };
    case 'preferences/set': return { ...state, preferences: action.preferences };
    case 'tool/set': return { ...state, tool: action.tool };
    case 'sheet/set': return { ...state, sheet: action.sheet };
    case 'panel/set': return { ...state, panel: action.open };
    case 'replay/show': return { ...shown(state, action.room), replayed: action.room };
    case 'session/enter': return enter(state, action.session_id, action.connection);
    case 'session/leave': return { ...state, session: null, notice: '' };
    default: return state.session ? inSession(state, state.session, action) : state;
  }
}

/** @param {ViewerState} state @param {Study[]} studies @param {Series[]} series @returns {ViewerState} */
function addStudies(state, studies, series) {
  const known = new Set(state.opened);
  return {
    ...state,
    studies: { ...state.studies, ...Object.fromEntries(studies.map((study) => [study.study_uid, study])) },
    opened: [...state.opened, ...studies.map((study) => study.study_uid).filter((uid) => !known.has(uid))],
    priors: state.priors.filter((prior) => !studies.some((study) => study.study_uid === prior.study_uid)),
    series: { ...state.series, ...Object.fromEntries(series.map((one) => [one.series_uid, one])) },
  };
}

/** @param {ViewerState} state @param {number} viewport @param {Displayed | null} displayed @returns {ViewerState} */
function sawPicture(state, viewport, displayed) {
  const next = { ...state, displayed: placed(state.displayed, viewport, displayed) };
  const uid = displayed?.image.series_uid ?? '';
  const frames = state.stacks[uid]?.frames ?? [];
  const index = indexIn(state.stacks[uid] ?? null, displayed?.image ?? null);
  const before = state.seen[uid];
  if (index < 0 || before?.[index]) return next;
  const seen = new Uint8Array(frames.length);
  if (before) seen.set(before.subarray(0, frames.length));
  seen[index] = 1;
  return { ...next, seen: { ...state.seen, [uid]: seen } };
}

/** This person changes what they see; a follower stops following. @param {ViewerState} state @param {ViewEvent} event */
function lookOneself(state, event) {
  if (state.session?.room?.frozen) return { ...state, notice: 'The images are frozen for everybody.' };
  let changed;
  try {
    changed = look(state.view, event.type === 'presentation/set' ? { ...event, presentation: { ...event.presentation, camera: null } } : event);
  } catch (error) {
    if (error instanceof Refused) return state;
    throw error;
  }
  const opening = event.type === 'image/set' ? placed(state.opening, event.viewport, null) : state.opening;
  const next = { ...state, view: { ...state.view, ...changed }, opening };
  return event.type === 'viewport/activate' ? next : onOnesOwn(next);
}

/** This person moves or turns the planes; a follower stops following. @param {ViewerState} state @param {Partial<ViewerState>} change @returns {ViewerState} */
function lookThrough(state, change) {
  if (state.session?.room?.frozen) return { ...state, notice: 'The images are frozen for everybody.' };
  return onOnesOwn({ ...state, ...change });
}

/** Do they differ at most in which plane is active, which changes nobody's image? @param {Mpr | null} a @param {Mpr | null} b */
function samePlanes(a, b) {
  return Boolean(a && b) && a?.planes === b?.planes && a?.series_uid === b?.series_uid && a?.slab === b?.slab
    && a?.method === b?.method && a?.layout === b?.layout;
}

/** A list with another value in one place, however short it was. @template T @param {(T | null)[]} list @param {number} place @param {T | null} value @returns {(T | null)[]} */
export function placed(list, place, value) {
  return Array.from({ length: Math.max(list.length, place + 1) }, (_, i) => (i === place ? value : list[i] ?? null));
}

/** @param {ViewerState} state @returns {ViewerState} */
function onOnesOwn(state) {
  const { session } = state;
  if (!session?.following || leads(session)) return state;
  return { ...state, session: { ...session, following: false } };
}

/** @param {ViewerState} state @param {string | null} sessionId @param {ConnectionState} connection @returns {ViewerState} */
function enter(state, sessionId, connection) {
  return {
    ...state,
    session: {
      session_id: sessionId, me: null, connection, reason: '', stale: false, room: null,
      following: true, pointers: {}, pulses: {}, looking: {}, taken: null, offered: null, ready: {}, offset: 0,
    },
  };
}

/** @param {ViewerState} state @param {Session} session @param {Action} action @returns {ViewerState} */
function inSession(state, session, action) {
  switch (action.type) {
    case 'session/connection': {
      const stale = action.connection === 'live' ? false : session.stale;
      return { ...state, session: { ...session, connection: action.connection, reason: action.reason, stale } };
    }
    case 'session/cleared': return { ...without(state, state.opened), problem: action.reason || 'These images are not shown to you any more.' };
    case 'session/stale': return { ...state, session: { ...session, stale: action.stale } };
    case 'session/room': return takeRoom(state, { ...session, ...pick(action) });
    case 'session/event': return takeEvent(state, session, action);
    case 'session/taken': return goTo({ ...state, session: { ...session, taken: action.way.by } }, action.way);
    case 'session/offered': return { ...state, session: { ...session, offered: action.way } };
    case 'look/go': {
      if (!session.offered) return state;
      if (session.room?.frozen) return { ...state, notice: 'The images are frozen for everybody.' };
      return onOnesOwn(goTo({ ...state, session: { ...session, offered: null } }, session.offered));
    }
    case 'session/ready': return { ...state, session: { ...session, ready: { ...session.ready, [action.case_id]: true } } };
    case 'session/refused': {
      const told = { ...state, notice: action.title };
      return session.following || leads(session) ? follow(told, session) : told;
    }
    case 'session/pointer': {
      const pointers = { ...session.pointers, [action.by]: action.pointer };
      return { ...state, session: { ...session, pointers } };
    }
    case 'session/pulse': {
      const said = action.by === session.me ? '' : `${session.room?.people[action.by]?.name ?? 'Somebody'}: look here`;
      const pulses = { ...session.pulses, [action.by]: action.pulse };
      return { ...state, notice: said || state.notice, session: { ...session, pulses } };
    }
    case 'session/looking':
      return { ...state, session: { ...session, looking: { ...session.looking, [action.by]: action.image } } };
    case 'follow/set':
      return action.following ? follow(state, { ...session, following: true })
        : { ...state, session: { ...session, following: leads(session) } };
    default: return state;
  }
}

/** @param {{ me: string, room: Room, offset: number }} welcome */
function pick({ me, room, offset }) {
  return { me, room, offset };
}

/** A whole room arrived: a leader with images on the screen keeps them, a follower sees the room. @param {ViewerState} state @param {Session} session */
function takeRoom(state, session) {
  const following = session.following || leads(session);
  const keeps = leads(session) ? showsAnything(state.view) : !following;
  return keeps ? { ...state, session: { ...session, following } } : follow(state, { ...session, following });
}

/** @param {ViewerState} state @param {Session} session @param {{ event: RoomEvent, room: Room, mine: boolean }} happened  the room after it; `mine`: sent from this very window @returns {ViewerState} */
function takeEvent(state, session, { event, room, mine }) {
  const next = { ...session, room };
  if (event.type === 'studies/withdraw') return { ...without(state, event.study_uids), session: next, notice: 'A study has been withdrawn: it is not shown any more.' };
  if (leads(next) && !leads(session)) return follow(state, { ...next, following: true });
  if (event.type === 'mode/set' || event.type === 'freeze/set') {
    const following = room.people[next.me ?? '']?.following ?? true;
    return following && (!session.following || session.taken) ? follow(state, { ...next, following }) : { ...state, session: { ...next, following } };
  }
  // another patient on the screen: nobody is left with the one before
  if (event.type === 'case/show') return follow(state, { ...next, following: true });
  if (event.type === 'view/accept' || event.type === 'scene/show') return next.following ? follow(state, next) : { ...state, session: next };
  if (isViewEvent(event) && next.following && (!leads(next) || event.via || !mine)) return follow(state, next);
  return { ...state, session: next };
}

/** Shows what the room shows. @param {ViewerState} state @param {Session} session @returns {ViewerState} */
function follow(state, session) {
  if (!session.room) return { ...state, session };
  return { ...shown(state, session.room), session: { ...session, taken: null } };
}

/** Nothing of these studies is left on the screen or in memory. @param {ViewerState} state @param {string[]} studyUids @returns {ViewerState} */
function without(state, studyUids) {
  const gone = new Set(studyUids);
  const kept = Object.entries(state.series).filter(([, { study_uid }]) => !gone.has(study_uid));
  const fresh = newView().viewports[0];
  return {
    ...state,
    opened: state.opened.filter((uid) => !gone.has(uid)),
    studies: Object.fromEntries(Object.entries(state.studies).filter(([uid]) => !gone.has(uid))),
    series: Object.fromEntries(kept),
    stacks: Object.fromEntries(kept.flatMap(([uid]) => (state.stacks[uid] ? [[uid, state.stacks[uid]]] : []))),
    view: { ...state.view, viewports: state.view.viewports.map((viewport) => (viewport.image && gone.has(viewport.image.study_uid) && fresh ? fresh : viewport)) },
    opening: state.opening.map((uid) => (uid && gone.has(state.series[uid]?.study_uid ?? '') ? null : uid)),
    ...(state.mpr && gone.has(state.mpr.study_uid) ? { mpr: null } : {}),
  };
}

/** @param {ViewerState} state @param {Way} way @returns {ViewerState} */
function goTo(state, { images, cross }) {
  const view = images.reduce((reached, { viewport, image }) => ({ ...reached, ...look(reached, { type: 'image/set', viewport, image }) }), state.view);
  return { ...state, view, cross: cross ?? state.cross };
}

/** @param {ViewerState} state @param {Room} room @returns {ViewerState} */
function shown(state, room) {
  return { ...state, view: { ...viewOf(room), mpr: null }, opening: state.opening.map(() => null), ...planesOf(room.mpr, state.maximised) };
}

/** A screen that shows one viewport shows one plane. @param {SharedMpr | null | undefined} shared @param {boolean} one @returns {Partial<ViewerState>} */
function planesOf(shared, one) {
  if (!shared) return { mpr: null };
  const { place, ...mpr } = shared;
  return { mpr: { ...mpr, alone: mpr.alone || one }, cross: { frame_of_reference: place.frame_of_reference_uid, point: place.point } };
}

/** All that this person's screen shows, as a room says it. @param {ViewerState} state @returns {View} */
export function ownView({ view, mpr, cross }) {
  if (!mpr || !cross) return { ...view, mpr: null };
  return { ...view, mpr: { ...mpr, place: { frame_of_reference_uid: cross.frame_of_reference, point: cross.point } } };
}

/** Is what this person sees another's doing? @param {ViewerState} state */
export function followsOthers({ session }) {
  return Boolean(session?.room && session.following && !leads(session));
}

/** @param {Session | null} session */
export function leads(session) {
  return Boolean(session?.me && session.room?.leader === session.me);
}

/** A follower without a connection sees what may be long gone. @param {ViewerState} state */
export function isStale({ session }) {
  return Boolean(session?.stale && session.following && !leads(session));
}

/** The leader and the chair. @param {Session | null} session */
export function mayDirect(session) {
  return leads(session) || Boolean(session?.me && session.room?.chair === session.me);
}

/** @param {View} view */
export function showsAnything(view) {
  return view.viewports.some(({ image }) => image !== null);
}
