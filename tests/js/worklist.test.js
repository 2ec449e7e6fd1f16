import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { searchOnWish } from '../../static/js/state/searching.js';
import { INITIAL, merged, PAGE, pageOf, queriesFor, reduce } from '../../static/js/state/worklist.js';

const study = (uid, date = '20260101') => ({ study_uid: uid, date, time: '' });

test('a page is asked for by offset, and tells where a study was made', () => {
  const wish = { text: '', modality: 'CR,DX', institution: 'Leeds', from: '2026-01-01', to: '' };
  const keys = { ModalitiesInStudy: 'CR,DX', InstitutionName: 'Leeds', StudyDate: '20260101-' };
  assert.deepEqual(queriesFor(wish), [[keys]]);
  assert.deepEqual(pageOf(keys, 300), { includefield: 'StudyDescription,AccessionNumber,InstitutionName', limit: String(PAGE), offset: '300', ...keys });
  assert.equal('offset' in pageOf(keys, 0), false);
});

test('what is typed may mean where a study was made, when it is nobody\'s name', () => {
  const meanings = queriesFor({ ...INITIAL.wish, text: 'leeds' }, ['Leeds General', 'St James\'s, Leeds', 'Bradford']);
  assert.deepEqual(meanings.at(-1), [{ InstitutionName: 'Leeds General\\St James\'s, Leeds' }]);
  assert.equal(queriesFor({ ...INITIAL.wish, text: 'york' }, ['Leeds']).length, 2);
});

test('pages are added, and what is listed already is not listed twice', () => {
  const found = reduce(INITIAL, { type: 'search/found', studies: [study('1'), study('2')], more: true });
  const next = reduce(found, { type: 'search/page', at: 100, studies: [study('2'), study('3')], more: false });
  assert.deepEqual(next.studies.map(({ study_uid }) => study_uid), ['1', '2', '3']);
  assert.equal(next.more, false);
});

test('a counted list is as long as it is, each page in its place, and those far away are forgotten', () => {
  const pageAt = (at) => Array.from({ length: PAGE }, (_, i) => study(String(at + i)));
  let state = reduce(INITIAL, { type: 'search/found', studies: pageAt(0), more: true });
  state = reduce(state, { type: 'search/counted', count: 20_050 });
  assert.deepEqual([state.studies.length, state.more], [20_050, false]);
  state = reduce(state, { type: 'row/set', current: 8000 });
  for (let at = 0; at < 20_050; at += PAGE) state = reduce(state, { type: 'search/page', at, studies: pageAt(at), more: true });
  assert.equal(state.studies.length, 20_050);
  assert.equal(state.studies[20_049].study_uid, '20049');
  assert.equal(state.studies[0].study_uid, '0', 'the first study stays');
  assert.equal(state.studies[8000].study_uid, '8000', 'the current study stays');
  assert.equal(state.studies[10_000], undefined);
  assert.ok(state.studies.filter(Boolean).length <= 5000);
});

test('only what is wanted last is read, two pages at a time', async () => {
  globalThis.window = globalThis;
  const life = new AbortController();
  const asked = [];
  const held = [];
  globalThis.fetch = (address) => {
    const url = new URL(address, 'http://here');
    if (url.pathname.endsWith('institutions')) return Promise.resolve(new Response('{"institutions":[]}'));
    if (url.pathname.endsWith('count')) return Promise.resolve(new Response('{"studies":5000}'));
    const at = Number(url.searchParams.get('offset') ?? 0);
    const body = JSON.stringify(Array.from({ length: PAGE + 1 }, (_, i) => ({ '0020000D': { Value: [String(at + i)] } })));
    if (at === 0) return Promise.resolve(new Response(body));
    asked.push(at);
    return new Promise((done) => { held.push(() => done(new Response(body))); });
  };
  const store = createStore(INITIAL, reduce);
  searchOnWish(store, life.signal);
  await new Promise((done) => { setTimeout(done, 20); });
  assert.equal(store.get().studies.length, 5000);
  for (const from of [990, 2000, 3000, 4000]) store.dispatch({ type: 'rows/want', from, to: from + 30 });
  assert.deepEqual(asked, [900, 1000]);
  held.splice(0).forEach((give) => give());
  await new Promise((done) => { setTimeout(done, 20); });
  assert.deepEqual(asked, [900, 1000, 4000], 'what was passed by was not read');
  held.splice(0).forEach((give) => give());
  await new Promise((done) => { setTimeout(done, 20); });
  assert.equal(store.get().studies[4010].study_uid, '4010');
  life.abort();
});

test('one answer keeps the order of the server, several are put together newest first', () => {
  assert.deepEqual(merged([[study('1', '2001'), study('2', '2002')]]).map(({ study_uid }) => study_uid), ['1', '2']);
  assert.deepEqual(merged([[study('1', '2001')], [study('2', '2002'), study('1', '2001')]]).map(({ study_uid }) => study_uid), ['2', '1']);
});

test('a refusal by right is another state than a failure', async () => {
  for (const [status, expected] of [[403, 'refused'], [401, 'refused'], [500, 'failed']]) {
    globalThis.window = globalThis;
    globalThis.fetch = async () => new Response('{"title":"No."}', { status });
    const store = createStore(INITIAL, reduce);
    const life = new AbortController();
    searchOnWish(store, life.signal);
    await new Promise((done) => { setTimeout(done, 20); });
    assert.equal(store.get().status, expected);
    life.abort();
  }
});
