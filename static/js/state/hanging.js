/** Hanging rules: how a study is laid out when it opens, and beside which prior. The rules are data: `hanging.json`, or a person's own. */

/** @import { Layout, Series, Study } from '../core/types.js' */
/** @import { ViewerStore } from './viewer.js' */

import { ask } from '../core/http.js';
import { hasPictures } from '../dicomweb/frames.js';
import { findSeries } from '../dicomweb/queries.js';
import { LAYOUTS } from '../sessions/room.js';
import { storedPreferences } from './preferences.js';
import { imageIn, isSamePerson } from './select.js';

/**
 * @typedef {object} Rule
 * @property {string} name
 * @property {string[]} modality  of the first series with pictures
 * @property {string[]} [body]  parts of the body as headers write them; none: any
 * @property {number} fewest  series of that modality
 * @property {Layout} layout
 * @property {string[]} [views]  words in the descriptions of series, in the order in which those hang
 * @property {Layout} [prior]  the layout once a comparable prior is found
 */

const CANDIDATES = 3;
/** CSS pixels. A phone has no room for two images side by side. */
const NARROW = 768;

/** A person's own rules, else those of the house. @returns {Promise<Rule[]>} */
export async function hangingRules() {
  const own = storedPreferences().rules;
  if (own) return own;
  const answer = await ask(new URL('../../hanging.json', import.meta.url).href);
  return readRules(await answer.json());
}

/** Rules as they were written down; what is no rule is said, with its number. @param {unknown} written @returns {Rule[]} */
export function readRules(written) {
  if (!Array.isArray(written)) throw new TypeError('Hanging rules are a list.');
  return written.map((rule, i) => {
    const wrong = !rule || typeof rule.name !== 'string' ? 'a name'
      : !isWords(rule.modality) ? 'a list of modalities'
        : rule.body !== undefined && !isWords(rule.body) ? 'a list of parts of the body, or none'
          : rule.views !== undefined && !isWords(rule.views) ? 'a list of words for its views, or none'
            : !(rule.fewest >= 1) ? 'the fewest series it is for'
              : !Object.hasOwn(LAYOUTS, rule.layout) ? `a layout: ${Object.keys(LAYOUTS).join(', ')}`
                : rule.prior !== undefined && !Object.hasOwn(LAYOUTS, rule.prior) ? 'a layout for the prior, or none' : '';
    if (wrong) throw new TypeError(`Rule ${i + 1} needs ${wrong}.`);
    return rule;
  });
}

/** @param {unknown} value */
function isWords(value) {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}

/**
 * What a study's series hang in, and which they are; where no rule fits, one series is shown alone.
 * @param {Rule[]} rules @param {Series[]} series  with pictures, in their order
 * @returns {{ rule: Rule | null, layout: Layout, series: Series[] }}
 */
export function hang(rules, series) {
  const [first] = series;
  if (!first) return { rule: null, layout: '1x1', series: [] };
  const alike = series.filter(({ modality }) => modality === first.modality);
  const rule = rules.find(({ modality, body, fewest }) => (
    modality.includes(first.modality) && alike.length >= fewest && (!body || body.includes(first.body_part.toUpperCase()))));
  if (!rule) return { rule: null, layout: '1x1', series: [first] };
  const place = (/** @type {Series} */ one) => {
    const at = (rule.views ?? []).findIndex((view) => ` ${one.description.toUpperCase()} `.includes(` ${view.toUpperCase()} `));
    return at < 0 ? rule.views?.length ?? 0 : at;
  };
  const ordered = rule.views ? alike.toSorted((a, b) => place(a) - place(b)) : alike;
  return { rule, layout: rule.layout, series: ordered.slice(0, LAYOUTS[rule.layout]) };
}

/** Earlier studies of the same person that may hold something comparable, the newest first. @param {Study} current @param {Study[]} priors @param {string} modality */
export function comparable(current, priors, modality) {
  const when = (/** @type {Study} */ { date, time }) => date + time;
  return priors
    .filter((prior) => isSamePerson(prior.patient, current.patient) && prior.modalities.includes(modality) && when(prior) < when(current))
    .sort((a, b) => when(b).localeCompare(when(a)))
    .slice(0, CANDIDATES);
}

/** The series of a prior to hang beside one of now: of the same part of the body, by its name, else the largest. @param {Series} current @param {Series[]} series @returns {Series | null} */
export function counterpart(current, series) {
  const body = current.body_part.toUpperCase();
  const alike = series.filter((one) => (
    hasPictures(one) && one.modality === current.modality && (!body || !one.body_part || one.body_part.toUpperCase() === body)));
  return alike.find(({ description }) => description === current.description)
    ?? alike.reduce((/** @type {Series | null} */ most, one) => (most && most.instance_count >= one.instance_count ? most : one), null);
}

/** Hangs a prior beside what was hung alone, unless somebody has begun to look at something else. @param {ViewerStore} store @param {Rule[]} rules */
export async function hangPrior(store, rules) {
  const state = store.get();
  const [study_uid = '', ...more] = state.opened;
  const study = state.studies[study_uid];
  const { rule, series: [hung, ...others] } = hang(rules, seriesOf(store, study_uid));
  if (globalThis.innerWidth < NARROW) return;
  if (!study || !hung || !rule?.prior || others.length > 0 || more.length > 0) return;
  for (const candidate of comparable(study, state.priors, hung.modality)) {
    const series = await findSeries(candidate.study_uid);
    const beside = counterpart(hung, series);
    if (!beside) continue;
    const { session, mpr, view, maximised, opening } = store.get();
    const shown = imageIn(store.get(), 0)?.series_uid ?? opening[0];
    if (session || mpr || maximised || view.layout !== '1x1' || shown !== hung.series_uid) return;
    store.dispatch({ type: 'studies/found', studies: [candidate], series });
    store.dispatch({ type: 'layout/set', layout: rule.prior });
    store.dispatch({ type: 'series/open', viewport: 1, series_uid: beside.series_uid });
    return;
  }
}

/** @param {ViewerStore} store @param {string} studyUid */
function seriesOf(store, studyUid) {
  return Object.values(store.get().series).filter((one) => one.study_uid === studyUid && hasPictures(one));
}
