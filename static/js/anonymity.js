/** A session that does not say whose images it shows: going in and out of it, and what a screen says meanwhile. */

/** @import { ViewerState, ViewerStore } from './state/viewer.js' */

import { PASS } from './core/http.js';
import { text } from './dicomweb/attributes.js';
import { pathOf, search } from './dicomweb/client.js';
import { makePass } from './sessions/directory.js';
import { seriesIn, shownViewports } from './state/select.js';
import { mayDirect } from './state/viewer.js';
import { make } from './ui/build.js';
import { keyed, listenToPanel } from './ui/panel-keys.js';

/** Pictures of a screen, of a camera or of a scanned page: a name may be among the pixels. */
const OFTEN_NAMED = new Set(['US', 'IVUS', 'ES', 'XC', 'OT', 'SC', 'GM', 'DOC', 'XA', 'RF']);
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** @param {ViewerStore} store @param {(place: string, ...elements: HTMLElement[]) => void} put @param {AbortSignal} signal */
export function anonymity(store, put, signal) {
  store.watch(({ session }) => session?.room?.anonymous ?? null, (anonymous) => {
    const id = store.get().session?.room?.session_id;
    if (anonymous && !PASS && id) goIn(store, id);
    if (anonymous === false && PASS && id) location.replace(`/viewer?session=${encodeURIComponent(id)}${asItIs()}`);
  }, { signal });
  if (!PASS) return;
  const words = make('span');
  const release = keyed(store, make('button', { type: 'button', class: 'primary', 'data-testid': 'release-pixels' }, 'Show them to everybody'), 'release-pixels');
  const warning = make('p', { class: 'burned-in', role: 'alert', 'data-testid': 'burned-in', hidden: true }, words, release);
  listenToPanel(warning, store, signal);
  put('images', make('p', { class: 'watermark', 'data-testid': 'watermark', 'aria-hidden': 'true' }), warning);
  release.addEventListener('click', () => {
    for (const { series_uid } of named().filter((one) => !released().includes(one.series_uid))) store.dispatch({ type: 'pixels/release', series_uid, released: true });
  }, { signal });
  /** @type {Record<string, string>} */
  const said = {};
  const released = () => store.get().session?.room?.released_series_uids ?? [];
  const named = () => shownSeries(store.get()).filter(({ series_uid, modality }) => mayName(said[series_uid] ?? '', modality));
  const show = () => {
    const { session } = store.get();
    const held = named().some(({ series_uid }) => !released().includes(series_uid));
    warning.hidden = named().length === 0;
    words.textContent = held ? 'These pixels may name the patient: they are held back.' : 'These pixels may name the patient.';
    release.hidden = !held || !mayDirect(session) || Boolean(session?.room?.people[session.me ?? '']?.guest);
  };
  store.watch(({ session }) => [session?.room?.released_series_uids, session?.room?.leader, session?.room?.chair, session?.me], show, { signal });
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

/** PS3.3 C.7.6.1.1.7: only NO is a promise. The server decides; this says why. @param {string} said @param {string} modality */
function mayName(said, modality) {
  const [answer = '', kind = ''] = said.split(' ');
  return answer === 'YES' || (answer !== 'NO' && (OFTEN_NAMED.has(modality) || kind.startsWith(SECONDARY_CAPTURE)));
}

/** What the series' first image says of itself, and of what kind it is. @param {{ study_uid: string, series_uid: string }} series */
async function burnedIn(series) {
  const [first] = await search(`${pathOf(series)}/instances`, { includefield: 'BurnedInAnnotation', limit: '1' });
  return first ? `${text(first, 'BurnedInAnnotation') || '?'} ${text(first, 'SOPClassUID')}` : '';
}
