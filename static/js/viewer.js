/** The viewer page: first the images, then everything that lies round them. */

/** @import { Opening } from './state/addresses.js' */

import { createStore } from './core/store.js';
import { PASS, titleOf } from './core/http.js';
import { once } from './core/once.js';
import { openingOf } from './state/addresses.js';
import { afterFirstPicture, loadOnDemand, openStudies } from './state/loading.js';
import { studiesNow } from './state/select.js';
import { INITIAL, reduce } from './state/viewer.js';
import { ImageViewport } from './ui/image-viewport.js';
import { ViewerHead } from './ui/viewer-head.js';
import { ViewportGrid } from './ui/viewport-grid.js';
import { ViewportText } from './ui/viewport-text.js';

const ELEMENTS = {
  'image-viewport': ImageViewport, 'viewer-head': ViewerHead, 'viewport-grid': ViewportGrid, 'viewport-text': ViewportText,
};
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);

const { signal } = new AbortController();
const store = createStore(INITIAL, reduce);
const { content: later } = /** @type {HTMLTemplateElement} */ (document.querySelector('template[data-place="later"]'));
const looks = once(() => Promise.all([...later.querySelectorAll('link[rel="stylesheet"]')].map((sheet) => new Promise((resolve) => {
  for (const end of ['load', 'error']) sheet.addEventListener(end, resolve);
  document.head.append(sheet);
}))));
const sharing = once(async () => {
  const [{ lookTogether }] = await Promise.all([import('./together.js'), looks()]);
  return lookTogether(store, put, signal);
});
const desk = once(async () => {
  const styled = looks();
  document.head.append(later);
  const [{ layDesk }] = await Promise.all([import('./desk.js'), styled]);
  layDesk(store, put, signal);
});

// a guest has no worklist
if (PASS) document.querySelector('[data-place="problem-worklist"]')?.remove();
loadOnDemand(store, signal);
put('head', new ViewerHead(store));
put('images', new ViewportGrid(store));
afterFirstPicture(store).then(desk);
store.watch(({ problem }) => problem, (text) => {
  const place = /** @type {HTMLElement} */ (document.querySelector('[data-place="problem"]'));
  place.hidden = text === '';
  const [said] = place.getElementsByTagName('p');
  if (said) said.textContent = text;
}, { signal });

store.listen(async ({ type }) => {
  if (type === 'session/start') (await sharing()).enter(null);
  // a guest has no worklist
  if (type === 'worklist/go' && !PASS) location.assign('/');
}, { signal });

openAddress(openingOf(new URLSearchParams(location.search)));

/** @param {string} place @param {...HTMLElement} elements */
function put(place, ...elements) {
  document.querySelector(`[data-place="${place}"]`)?.append(...elements);
}

/** @param {Opening} opening */
async function openAddress(opening) {
  const sessionId = PASS ? 'current' : opening.session_id;
  if (opening.replay_id) return replayed(opening.replay_id, opening.replay_at);
  try {
    if (opening.key_images) await (await import('./key-images.js')).onlyKeyImages(store, opening.study_uids, put, signal);
    if (!sessionId) return openStudies(store, opening.study_uids, opening);
    const { readSession } = await import('./sessions/directory.js');
    const [room, together] = await Promise.all([readSession(sessionId), sharing()]);
    together.enter(sessionId);
    const now = studiesNow(room.study_uids, room);
    // a meeting that has shown nothing yet has nothing to open
    return now.length > 0 ? openStudies(store, now) : store.dispatch({ type: 'load/ended', problem: '' });
  } catch (error) {
    store.dispatch({ type: 'load/ended', problem: titleOf(error) });
  }
}

/** @param {string} sessionId @param {string | null} at */
async function replayed(sessionId, at) {
  try {
    const { replay } = await import('./replay.js');
    await openStudies(store, await replay(store, put, sessionId, at));
  } catch (error) {
    store.dispatch({ type: 'load/ended', problem: titleOf(error) });
  }
}
