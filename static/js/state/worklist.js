/** The worklist's store: what is searched for, and what was found. */

/** @import { Study } from '../core/types.js' */
/** @import { Store } from '../core/store.js' */

/**
 * @typedef {object} Wish  what the person looks for
 * @property {string} text  a name, a patient's identifier or an accession number
 * @property {string} modality
 * @property {string} from  ISO date
 * @property {string} to  ISO date
 *
 * @typedef {object} WorklistState
 * @property {Wish} wish
 * @property {'loading' | 'ready' | 'failed'} status
 * @property {Study[]} studies
 * @property {boolean} more  there are more than these
 * @property {string} problem
 * @property {number} current  the row the keyboard is on
 *
 * @typedef {{ type: 'wish/set', wish: Partial<Wish> } | { type: 'search/started' }
 *   | { type: 'search/found', studies: Study[], more: boolean } | { type: 'search/failed', problem: string }
 *   | { type: 'row/set', current: number }} WorklistAction
 * @typedef {Store<WorklistState, WorklistAction>} WorklistStore
 */

export const LIMIT = 100;

/** @type {WorklistState} */
export const INITIAL = {
  wish: { text: '', modality: '', from: '', to: '' },
  status: 'loading', studies: [], more: false, problem: '', current: 0,
};

/** @param {WorklistState} state @param {WorklistAction} action @returns {WorklistState} */
export function reduce(state, action) {
  switch (action.type) {
    case 'wish/set': return { ...state, wish: { ...state.wish, ...action.wish } };
    case 'search/started': return { ...state, status: 'loading' };
    case 'search/found':
      return { ...state, status: 'ready', studies: action.studies, more: action.more, problem: '', current: 0 };
    case 'search/failed': return { ...state, status: 'failed', problem: action.problem, studies: [], more: false };
    case 'row/set': return { ...state, current: Math.max(0, Math.min(action.current, state.studies.length - 1)) };
  }
}

/**
 * The QIDO-RS queries that together find what one search line may mean, the likeliest first. A list of lists: the
 * later ones are only worth asking when the earlier found nothing.
 * @param {Wish} wish
 * @returns {Record<string, string>[][]}
 */
export function queriesFor({ text, modality, from, to }) {
  const shared = { limit: String(LIMIT + 1), ...(modality && { ModalitiesInStudy: modality }), ...dates(from, to) };
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
  const byUid = new Map(answers.flat().map((study) => [study.study_uid, study]));
  return [...byUid.values()].sort((a, b) => (b.date + b.time).localeCompare(a.date + a.time));
}
