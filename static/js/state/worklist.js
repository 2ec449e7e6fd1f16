/** The worklist's store: what is searched for, what was found, what is known of the current study, and what is being stored. */

/** @import { Series, Study } from '../core/types.js' */
/** @import { StoredFile } from '../dicomweb/store.js' */
/** @import { Store } from '../core/store.js' */
/** @import { Preferences } from './preferences.js' */

import { USUAL } from './preferences.js';

/**
 * @typedef {object} Wish  what the person looks for
 * @property {string} text  a name, a patient's identifier or an accession number
 * @property {string} modality  several are separated by commas
 * @property {string} institution  where its series were made
 * @property {string} from  ISO date
 * @property {string} to  ISO date
 *
 * @typedef {object} Report
 * @property {string} title
 * @property {string} address  of the whole report
 * @property {string} text  empty for one that is no text
 *
 * @typedef {object} Preview  what is known of a study besides its row
 * @property {string} study_uid
 * @property {'loading' | 'ready' | 'failed'} status
 * @property {Series[]} series
 * @property {Study[]} priors  the same person's other studies, the newest first
 * @property {Report | null} report
 *
 * @typedef {object} Storing
 * @property {number | null} listing  files found so far in what was dropped; null: all that was dropped is listed
 * @property {number} files
 * @property {number} bytes
 * @property {number} sent  of those bytes
 * @property {StoredFile[]} done
 * @property {boolean} ended
 *
 * @typedef {object} WorklistState
 * @property {Wish} wish
 * @property {'loading' | 'ready' | 'failed' | 'refused'} status
 * @property {(Study | undefined)[]} studies  as far as they were read; as many as there are, once they are counted
 * @property {boolean} more  there are more than these
 * @property {string} problem  why there is nothing, or why it cannot be read on
 * @property {string[]} institutions  all that there are
 * @property {number} current  the row the keyboard is on
 * @property {Preview | null} preview
 * @property {Storing | null} storing
 * @property {Preferences} preferences
 *
 * @typedef {{ type: 'wish/set', wish: Partial<Wish> } | { type: 'search/started' }
 *   | { type: 'search/found', studies: Study[], more: boolean } | { type: 'search/failed', problem: string, refused: boolean }
 *   | { type: 'search/counted', count: number } | { type: 'rows/want', from: number, to: number }
 *   | { type: 'search/page', at: number, studies: Study[], more: boolean } | { type: 'search/stalled', problem: string }
 *   | { type: 'institutions/set', institutions: string[] }
 *   | { type: 'row/set', current: number } | { type: 'preview/again' } | { type: 'preview/set', preview: Preview | null }
 *   | { type: 'files/store', files: (File | FileSystemEntry)[] } | { type: 'storing/set', storing: Storing | null }
 *   | { type: 'preferences/set', preferences: Preferences } | { type: 'notice/set', text: string }} WorklistAction
 * @typedef {Store<WorklistState, WorklistAction>} WorklistStore
 */

export const PAGE = 100;
/** Of a list as long as this, only so many studies are kept: those around what is looked at. */
const MOST_KEPT = 5000;
const FIELDS = 'StudyDescription,AccessionNumber,InstitutionName';
const LONGEST_LIST = 1000;

/** @type {Wish} */
export const NOTHING_WISHED = { text: '', modality: '', institution: '', from: '', to: '' };

/** @type {WorklistState} */
export const INITIAL = {
  wish: NOTHING_WISHED,
  status: 'loading', studies: [], more: false, problem: '', institutions: [], current: 0, preview: null, storing: null, preferences: USUAL,
};

/** @param {WorklistState} state @param {WorklistAction} action @returns {WorklistState} */
export function reduce(state, action) {
  switch (action.type) {
    case 'wish/set': return { ...state, wish: { ...state.wish, ...action.wish } };
    case 'search/started': return { ...state, status: 'loading' };
    case 'search/found':
      return { ...state, status: 'ready', studies: action.studies, more: action.more, problem: '', current: 0 };
    case 'search/failed':
      return { ...state, status: action.refused ? 'refused' : 'failed', problem: action.problem, studies: [], more: false, preview: null };
    case 'search/counted': return { ...state, studies: lengthened(state.studies, action.count), more: false };
    case 'search/page': {
      const counted = !state.more;
      const studies = counted ? placed(state.studies, action, state.current) : added(state.studies, action.studies);
      return { ...state, studies, more: !counted && action.more, problem: '' };
    }
    case 'search/stalled': return { ...state, problem: action.problem };
    case 'institutions/set': return { ...state, institutions: action.institutions };
    case 'row/set': return { ...state, current: Math.max(0, Math.min(action.current, state.studies.length - 1)) };
    case 'preview/set': return { ...state, preview: action.preview };
    case 'preferences/set': return { ...state, preferences: action.preferences };
    case 'storing/set': return { ...state, storing: action.storing };
    default: return state;
  }
}

/** @param {(Study | undefined)[]} known @param {number} count */
function lengthened(known, count) {
  const studies = [...known];
  studies.length = Math.max(known.length, count);
  return studies;
}

/**
 * A page in its place; those farthest from it are forgotten once there are many.
 * @param {(Study | undefined)[]} known
 * @param {{ at: number, studies: Study[] }} page
 * @param {number} current
 */
function placed(known, { at, studies }, current) {
  const next = known.slice();
  studies.slice(0, Math.max(0, known.length - at)).forEach((study, i) => { next[at + i] = study; });
  const starts = Array.from({ length: Math.ceil(next.length / PAGE) }, (_, page) => page * PAGE).filter((start) => next[start]);
  // the first study says which list this is
  const far = starts.filter((start) => start > 0 && (start > current || current >= start + PAGE)).sort((a, b) => Math.abs(b - at) - Math.abs(a - at));
  for (const start of far.slice(0, Math.max(0, starts.length - MOST_KEPT / PAGE))) {
    for (let i = start; i < Math.min(start + PAGE, next.length); i += 1) delete next[i];
  }
  return next;
}

/** What was stored between two pages moves the rest down; nothing is listed twice. @param {(Study | undefined)[]} known @param {Study[]} next */
function added(known, next) {
  const uids = new Set(known.map((study) => study?.study_uid));
  return [...known, ...next.filter((study) => !uids.has(study.study_uid))];
}

/**
 * The QIDO-RS queries that together find what one search line may mean, the likeliest first. A list of lists: the
 * later ones are only worth asking when the earlier found nothing.
 * @param {Wish} wish
 * @param {string[]} [institutions]  all that there are: the line may mean one of them
 * @returns {Record<string, string>[][]}
 */
export function queriesFor({ text, modality, institution, from, to }, institutions = []) {
  const shared = { ...(modality && { ModalitiesInStudy: modality }), ...(institution && { InstitutionName: institution }), ...dates(from, to) };
  const words = text.replace(/[*?\\]/g, ' ').trim().replace(/\s+/g, ' ');
  if (!words) return [[shared]];
  const number = words.replace(/(?<=\d) (?=\d)/g, '');
  if (/\d/.test(number)) {
    return [[{ ...shared, PatientID: `${number}*` }, { ...shared, AccessionNumber: `${number}*` }]];
  }
  const [family = '', ...given] = words.split(/[,^] ?| /).filter(Boolean);
  const prefixes = [`${words.replace(/,.*/, '')}*`];
  if (given.length > 0) prefixes.push(`${family}*^${given.join(' ')}*`);
  if (words.includes(',')) prefixes.shift();
  const meant = institution ? '' : listed(institutions.filter((name) => name.toLowerCase().includes(words.toLowerCase())));
  return [
    prefixes.map((name) => ({ ...shared, PatientName: name })),
    [{ ...shared, PatientName: `*${words.replace(/, ?| /g, '*')}*` }, { ...shared, PatientID: `${words}*` }, { ...shared, AccessionNumber: `${words}*` }],
    ...(meant ? [[{ ...shared, InstitutionName: meant }]] : []),
  ];
}

/** One page of a query; one study more than a page is asked for where that shows whether there is more. @param {Record<string, string>} query @param {number} at @param {number} [limit] */
export function pageOf(query, at, limit = PAGE) {
  return { includefield: FIELDS, limit: String(limit), ...(at > 0 && { offset: String(at) }), ...query };
}

/** PS3.4 C.2.2.2.8: several values, as many as a key may be long. @param {string[]} names */
function listed(names) {
  return names.reduce((text, name) => (text.length + name.length > LONGEST_LIST ? text : [text, name].filter(Boolean).join('\\')), '');
}

/** @param {string} from @param {string} to */
function dates(from, to) {
  const [first, last] = [from, to].map((date) => date.replaceAll('-', ''));
  return first || last ? { StudyDate: `${first}-${last}` } : {};
}

/** Studies found by several queries, each once, the newest first. @param {Study[][]} answers @returns {Study[]} */
export function merged(answers) {
  if (answers.length === 1) return answers[0] ?? [];
  const byUid = new Map(answers.flat().map((study) => [study.study_uid, study]));
  return [...byUid.values()].sort((a, b) => (b.date + b.time).localeCompare(a.date + a.time));
}
