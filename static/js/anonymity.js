/** A session that does not say whose images it shows: going in and out of it, and what a screen says meanwhile. */

/** @import { ViewerState, ViewerStore } from './state/viewer.js' */

import { PASS } from './core/http.js';
import { text } from './dicomweb/attributes.js';
import { pathOf, search } from './dicomweb/client.js';
import { makePass } from './sessions/directory.js';
import { seriesIn, shownViewports } from './state/select.js';
import { make } from './ui/build.js';

/** Pictures of a screen, of a camera or of a scanned page: a name may be among the pixels. */
const OFTEN_NAMED = new Set(['US', 'IVUS', 'ES', 'XC', 'OT', 'SC', 'GM', 'DOC', 'XA', 'RF']);

/** @param {ViewerStore} store @param {(place: string, ...elements: HTMLElement[]) => void} put @param {AbortSignal} signal */
export function anonymity(store, put, signal) {
  store.watch(({ session }) => session?.room?.anonymous ?? null, (anonymous) => {
    const id = store.get().session?.room?.session_id;
    if (anonymous && !PASS && id) goIn(store, id);
    if (anonymous === false && PASS && id) location.replace(`/viewer?session=${encodeURIComponent(id)}${asItIs()}`);
  }, { signal });
  if (!PASS) return;
  const warning = make('p', { class: 'burned-in', role: 'alert', 'data-testid': 'burned-in', hidden: true },
    'These pixels may name the patient: look before you show them.');
  put('images', make('p', { class: 'watermark', 'data-testid': 'watermark', 'aria-hidden': 'true' }, 'ANONYMOUS'), warning);
  /** @type {Record<string, string>} */
  const said = {};
  const show = () => {
    warning.hidden = !shownSeries(store.get()).some(({ series_uid, modality }) => mayName(said[series_uid] ?? '', modality));
  };
  store.watch((state) => shownSeries(state).map(({ series_uid }) => series_uid).join(), async () => {
    show();
    await Promise.all(shownSeries(store.get()).map(async (series) => {
      said[series.series_uid] ??= await burnedIn(series).catch(() => '');
    }));
    show();
  }, { signal });
}

/** The same session, by a way on which nobody is named. @param {ViewerStore} store @param {string} id */
async function goIn(store, id) {
  try {
    location.replace(`${(await makePass(id, false)).address}${asItIs()}`);
  } catch {
    store.dispatch({ type: 'notice/set', text: 'The session is anonymous now, but this page could not follow: open its address again.' });
  }
}

/** A projector's window stays one. */
function asItIs() {
  return document.body.hasAttribute('data-display') ? '&display=1' : '';
}

/** @param {ViewerState} state */
function shownSeries(state) {
  return shownViewports(state).map((viewport) => seriesIn(state, viewport)).filter((series) => series !== null);
}

/** PS3.3 C.7.6.1.1.7: only NO is a promise. @param {string} said @param {string} modality */
function mayName(said, modality) {
  return said === 'YES' || (said !== 'NO' && OFTEN_NAMED.has(modality));
}

/** What the series' first image says of itself. @param {{ study_uid: string, series_uid: string }} series */
async function burnedIn(series) {
  const [first] = await search(`${pathOf(series)}/instances`, { includefield: 'BurnedInAnnotation', limit: '1' });
  return first ? text(first, 'BurnedInAnnotation') : '';
}
