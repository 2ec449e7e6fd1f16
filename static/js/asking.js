/** Asks for what the viewer's address names while the viewer itself is still being loaded. */

import { openingOf } from './state/addresses.js';
import { PASS } from './core/http.js';
import { searchAhead } from './dicomweb/client.js';
import { hasPictures } from './dicomweb/frames.js';
import { findInstances, findSeries, findStudies } from './dicomweb/queries.js';

const { session_id, replay_id, study_uids, series_uids } = openingOf(new URLSearchParams(location.search));

/** @param {string} study_uid */
function ask(study_uid) {
  return Promise.all([findStudies({ StudyInstanceUID: study_uid }, undefined, searchAhead), askForStack(study_uid)]);
}

/** The likeliest series to be shown first. @param {string} study_uid */
async function askForStack(study_uid) {
  const series = await findSeries(study_uid, undefined, searchAhead);
  const named = series.filter((one) => series_uids.includes(one.series_uid));
  const [first] = named.length > 0 ? named : series.filter(hasPictures);
  if (first) await findInstances(first, undefined, searchAhead);
}

// what goes wrong here goes wrong again for whoever needs it, who says so
if (!PASS && !session_id && !replay_id) for (const uid of study_uids) ask(uid).catch(() => {});
