/** Finds what the preview shows, once the keyboard rests on a study. */

/** @import { Series, Study } from '../core/types.js' */
/** @import { Report, WorklistStore } from './worklist.js' */

import { isAbort } from '../core/http.js';
import { findReport, reportAddress } from '../dicomweb/reports.js';
import { findSeries, findStudies } from '../dicomweb/queries.js';

const REST_MS = 150;
const MOST_PRIORS = 20;

/** @param {WorklistStore} store @param {AbortSignal} signal */
export function previewCurrent(store, signal) {
  let running = new AbortController();
  let timer = 0;
  const preview = () => {
    running.abort();
    clearTimeout(timer);
    const { studies, current } = store.get();
    const study = studies[current];
    if (!study) return store.dispatch({ type: 'preview/set', preview: null });
    running = new AbortController();
    const now = running.signal;
    store.dispatch({ type: 'preview/set', preview: { study_uid: study.study_uid, status: 'loading', series: [], priors: [], report: null } });
    timer = window.setTimeout(() => bring(store, study, now), REST_MS);
  };
  store.watch(({ studies, current }) => studies[current]?.study_uid ?? '', preview, { signal });
  store.listen(({ type }) => {
    if (type === 'preview/again' && store.get().preview?.status === 'failed') preview();
  }, { signal });
}

/** @param {WorklistStore} store @param {Study} study @param {AbortSignal} signal */
async function bring(store, study, signal) {
  const { study_uid } = study;
  try {
    const [series, priors] = await Promise.all([findSeries(study_uid, signal), findPriors(study, signal)]);
    store.dispatch({ type: 'preview/set', preview: { study_uid, status: 'ready', series, priors, report: null } });
    const report = await reportOf(series, signal).catch(() => null);
    if (report && !signal.aborted) store.dispatch({ type: 'preview/set', preview: { study_uid, status: 'ready', series, priors, report } });
  } catch (error) {
    if (!isAbort(error)) store.dispatch({ type: 'preview/set', preview: { study_uid, status: 'failed', series: [], priors: [], report: null } });
  }
}

/** A wildcard in an identifier would find other people: only the very same identifier counts. @param {Study} study @param {AbortSignal} signal */
async function findPriors({ patient, study_uid }, signal) {
  if (!patient.id) return [];
  const found = await findStudies({ PatientID: patient.id, limit: String(MOST_PRIORS) }, signal);
  return found.filter((other) => other.patient.id === patient.id && other.study_uid !== study_uid);
}

/** @param {Series[]} series @param {AbortSignal} signal @returns {Promise<Report | null>} */
async function reportOf(series, signal) {
  // what is measured is no report in words
  const [document] = series.filter(({ modality, number }) => (modality === 'SR' || modality === 'DOC') && number !== 9001);
  if (!document) return null;
  const found = await findReport(document, signal);
  return found && { title: document.description || 'Report', address: reportAddress(found.ref), text: found.text };
}
