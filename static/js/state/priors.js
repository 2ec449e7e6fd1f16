/** The patient's other studies. */

/** @import { ViewerStore } from './viewer.js' */

import { findStudies } from '../dicomweb/queries.js';

const MOST_PRIORS = 50;

/** @param {ViewerStore} store */
export async function findPriors(store) {
  const { opened, studies } = store.get();
  const ids = new Set(opened.map((uid) => studies[uid]?.patient.id).filter((id) => id !== undefined && id !== ''));
  const found = await Promise.all([...ids].map((id) => findStudies({ PatientID: id ?? '', limit: String(MOST_PRIORS) })));
  // a wildcard in an identifier would find other people: only the very same identifier counts
  const others = found.flat().filter((study) => ids.has(study.patient.id) && !opened.includes(study.study_uid));
  store.dispatch({ type: 'priors/found', studies: others });
}
