import assert from 'node:assert/strict';
import test from 'node:test';

import { ApiError, ask, isAbort, titleOf } from '../../static/js/core/http.js';
import { createStore } from '../../static/js/core/store.js';
import { openingOf } from '../../static/js/state/addresses.js';
import { loadOnDemand, openStudies } from '../../static/js/state/loading.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';

const dataset = (attributes) => Object.fromEntries(Object.entries(attributes).map(([tag, value]) => [tag, { vr: 'UN', Value: [value] }]));
const STUDIES = [
  { '0020000D': '1', '00100020': 'P1', '00080020': '20260201', '00100010': { Alphabetic: 'A^B' } },
  { '0020000D': '2', '00100020': 'P1', '00080020': '20250201', '00100010': { Alphabetic: 'A^B' } },
  { '0020000D': '3', '00100020': 'P12', '00080020': '20250201', '00100010': { Alphabetic: 'C^D' } },
];

/** A small archive: every study has a report and a stack of three. */
function answer(address) {
  const { pathname, searchParams } = new URL(address, 'http://here');
  const [, , , study, , series] = pathname.split('/');
  if (pathname === '/dicomweb/studies') {
    const uid = searchParams.get('StudyInstanceUID');
    return STUDIES.filter((one) => (uid ? one['0020000D'] === uid : true)).map(dataset);
  }
  if (pathname.endsWith('/series')) {
    return [{ '0020000E': `${study}.1`, '00080060': 'SR', '00200011': 1 }, { '0020000E': `${study}.2`, '00080060': 'CT', '00200011': 2 }].map(dataset);
  }
  if (pathname.endsWith('/studies/1/instances')) return [dataset({ '0020000E': '1.2' })];
  return [3, 1, 2].map((n) => dataset({ '00080018': `${series}.${n}`, '00200013': n, '00280010': 4, '00280011': 4 }));
}

async function opening(uids, { session = null, fail = null, at = {} } = {}) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    if (fail?.(address)) return new Response('{"title":"Too busy."}', { status: 503 });
    return new Response(JSON.stringify(answer(address)));
  };
  const store = createStore(INITIAL, reduce);
  const life = new AbortController();
  loadOnDemand(store, life.signal);
  if (session) store.dispatch({ type: 'session/enter', session_id: 's', connection: 'connecting' });
  await openStudies(store, uids, at);
  await new Promise((done) => { setTimeout(done, 0); });
  return { store, asked, state: store.get() };
}

test('a study opens with the first image of its first series that has pictures', async () => {
  const { state } = await opening(['1']);
  assert.equal(state.problem, '');
  assert.deepEqual(state.view.viewports[0].image, { study_uid: '1', series_uid: '1.2', instance_uid: '1.2.1', frame_number: 1 });
  assert.deepEqual(state.opening, [null, null]);
});

test('two studies open side by side', async () => {
  const { state } = await opening(['1', '2']);
  assert.equal(state.view.layout, '1x2');
  assert.deepEqual(state.view.viewports.map(({ image }) => image.study_uid), ['1', '2']);
});

test('an address may begin at a series, and at an image of it', async () => {
  const { state } = await opening(['1'], { at: { series_uids: ['1.2'], instance_uid: '1.2.3' } });
  assert.deepEqual(state.view.viewports[0].image, { study_uid: '1', series_uid: '1.2', instance_uid: '1.2.3', frame_number: 1 });
});

test('of an image alone its series is found', async () => {
  const { state, asked } = await opening(['1'], { at: { instance_uid: '1.2.2' } });
  assert.ok(asked.some((address) => address.includes('/studies/1/instances?SOPInstanceUID=1.2.2')));
  assert.equal(state.view.viewports[0].image.instance_uid, '1.2.2');
});

test('addresses of other viewers are understood, and what is no UID is passed over', () => {
  const told = (query) => openingOf(new URLSearchParams(query));
  assert.deepEqual(told('StudyInstanceUIDs=1.2,1.3&StudyInstanceUIDs=1.2').study_uids, ['1.2', '1.3']);
  assert.deepEqual(told('study=1.2&series=1.2.3'), { session_id: null, replay_id: null, replay_at: null, study_uids: ['1.2'], series_uids: ['1.2.3'], instance_uid: '', key_images: false });
  assert.deepEqual(told('StudyInstanceUIDs=1&SeriesInstanceUIDs=1.1,1.2&initialSeriesInstanceUID=1.2').series_uids, ['1.2', '1.1']);
  assert.equal(told('StudyInstanceUIDs=1&initialSOPInstanceUID=1.1.9').instance_uid, '1.1.9');
  assert.deepEqual(told('StudyInstanceUIDs=<b>,x').study_uids, []);
});

test('priors are other studies of the very same identifier', async () => {
  const { state } = await opening(['1']);
  assert.deepEqual(state.priors.map(({ study_uid }) => study_uid), ['2']);
});

test('a prior joins the strip and leaves the list of priors', async () => {
  const { store } = await opening(['1']);
  store.dispatch({ type: 'prior/open', study_uid: '2' });
  await new Promise((done) => { setTimeout(done, 0); });
  assert.deepEqual(store.get().opened, ['1', '2']);
  assert.deepEqual(store.get().priors, []);
  assert.equal(store.get().view.viewports[0].image.study_uid, '1', 'what is looked at stays');
});

test('a study that is not there is told', async () => {
  assert.equal((await opening(['9'])).state.problem, 'This archive holds no such study.');
  assert.equal((await opening([])).state.problem, 'No study was named in the address.');
});

test('somebody who joins a session does not turn its pages by opening it', async () => {
  const { state } = await opening(['1'], { session: 's' });
  assert.equal(state.view.viewports[0].image, null);
  assert.equal(state.session.following, true);
});

test('a stack that could not be fetched is fetched again when it is asked for again', async () => {
  let busy = true;
  const { store } = await opening(['1'], { fail: (address) => busy && address.includes('/instances') });
  assert.equal(store.get().stacks['1.2'].problem, 'Too busy.');
  busy = false;
  store.dispatch({ type: 'series/open', viewport: 0, series_uid: '1.2' });
  await new Promise((done) => { setTimeout(done, 0); });
  assert.equal(store.get().view.viewports[0].image.instance_uid, '1.2.1');
});

test('a problem body becomes an error for people, with the time to wait', async () => {
  globalThis.fetch = async () => new Response('{"title":"Too busy.","code":"overloaded"}', { status: 503, headers: { 'Retry-After': '2' } });
  await assert.rejects(ask('/x'), (error) => error instanceof ApiError && error.title === 'Too busy.'
    && error.code === 'overloaded' && error.retryAfter === 2000 && error.isPassing);
});

test('an answer that is no problem body is told by its status', async () => {
  globalThis.fetch = async () => new Response('<html>', { status: 500 });
  await assert.rejects(ask('/x'), (error) => error.title === 'The server answered 500.' && !error.isPassing);
});

test('no answer is an error that may pass; an aborted fetch is no error of ours', async () => {
  globalThis.fetch = async () => { throw new TypeError('Failed to fetch'); };
  await assert.rejects(ask('/x'), (error) => error instanceof ApiError && error.status === 0 && error.isPassing);
  globalThis.fetch = async () => { throw new DOMException('aborted', 'AbortError'); };
  await assert.rejects(ask('/x'), isAbort);
  assert.equal(titleOf(new Error('secret')), 'Something went wrong in this page.');
});
