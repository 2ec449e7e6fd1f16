/** The worklist's store: what is searched for, what was found, what is known of the current study, and what is being stored. */

/** @import { Series, Study } from '../core/types.js' */
/** @import { StoredFile } from '../dicomweb/store.js' */
/** @import { Store } from '../core/store.js' */

/**
 * @typedef {object} Wish  what the person looks for
 * @property {string} text  a name, a patient's identifier or an accession number
 * @property {string} modality  several are separated by commas
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
 * @property {number} files
 * @property {number} bytes
 * @property {number} sent  of those bytes
 * @property {StoredFile[]} done
 * @property {boolean} ended
 *
 * @typedef {object} WorklistState
 * @property {Wish} wish
 * @property {'loading' | 'ready' | 'failed' | 'refused'} status
 * @property {Study[]} studies  as far as they were read
 * @property {boolean} more  there are more than these
 * @property {boolean} reading  the next page is on its way
 * @property {string} problem
 * @property {number} current  the row the keyboard is on
 * @property {Preview | null} preview
 * @property {Storing | null} storing
 *
 * @typedef {{ type: 'wish/set', wish: Partial<Wish> } | { type: 'search/started' }
 *   | { type: 'search/found', studies: Study[], more: boolean } | { type: 'search/failed', problem: string, refused: boolean }
 *   | { type: 'search/more' } | { type: 'search/page', studies: Study[], more: boolean }
 *   | { type: 'row/set', current: number } | { type: 'preview/set', preview: Preview | null }
 *   | { type: 'files/store', files: File[] } | { type: 'storing/set', storing: Storing | null }} WorklistAction
 * @typedef {Store<WorklistState, WorklistAction>} WorklistStore
 */

export const PAGE = 100;

/** @type {WorklistState} */
export const INITIAL = {
  wish: { text: '', modality: '', from: '', to: '' },
  status: 'loading', studies: [], more: false, reading: false, problem: '', current: 0, preview: null, storing: null,
};

/** @param {WorklistState} state @param {WorklistAction} action @returns {WorklistState} */
export function reduce(state, action) {
  switch (action.type) {
    case 'wish/set': return { ...state, wish: { ...state.wish, ...action.wish } };
    case 'search/started': return { ...state, status: 'loading', reading: false };
    case 'search/found':
      return { ...state, status: 'ready', studies: action.studies, more: action.more, problem: '', current: 0 };
    case 'search/failed':
      return { ...state, status: action.refused ? 'refused' : 'failed', problem: action.problem, studies: [], more: false, reading: false, preview: null };
    case 'search/more': return { ...state, reading: state.more };
    case 'search/page': return { ...state, studies: added(state.studies, action.studies), more: action.more, reading: false };
    case 'row/set': return { ...state, current: Math.max(0, Math.min(action.current, state.studies.length - 1)) };
    case 'preview/set': return { ...state, preview: action.preview };
    case 'storing/set': return { ...state, storing: action.storing };
    default: return state;
  }
}

/** What was stored between two pages moves the rest down; nothing is listed twice. @param {Study[]} known @param {Study[]} next */
function added(known, next) {
  const uids = new Set(known.map((study) => study.study_uid));
  return [...known, ...next.filter((study) => !uids.has(study.study_uid))];
}

/**
 * The QIDO-RS queries that together find what one search line may mean, the likeliest first. A list of lists: the
 * later ones are only worth asking when the earlier found nothing.
 * @param {Wish} wish
 * @param {number} [page]
 * @returns {Record<string, string>[][]}
 */
export function queriesFor({ text, modality, from, to }, page = 0) {
  const shared = {
    limit: String(PAGE + 1), ...(page > 0 && { offset: String(page * PAGE) }), ...(modality && { ModalitiesInStudy: modality }), ...dates(from, to),
  };
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
  return [
    prefixes.map((name) => ({ ...shared, PatientName: name })),
    [{ ...shared, PatientName: `*${words.replace(/, ?| /g, '*')}*` }, { ...shared, PatientID: `${words}*` }, { ...shared, AccessionNumber: `${words}*` }],
  ];
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
