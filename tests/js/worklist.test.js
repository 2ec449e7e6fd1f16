import assert from 'node:assert/strict';
import test from 'node:test';

import { recognise, storeTogether, told } from '../../static/js/dicomweb/store.js';
import { createStore } from '../../static/js/core/store.js';
import { searchOnWish } from '../../static/js/state/searching.js';
import { batches } from '../../static/js/state/storing.js';
import { INITIAL, merged, PAGE, queriesFor, reduce } from '../../static/js/state/worklist.js';

const study = (uid, date = '20260101') => ({ study_uid: uid, date, time: '' });
const item = (uid, comment) => ({ '00081155': { Value: [uid] }, ...(comment && { '00000902': { Value: [comment] } }) });
const file = (name, size = 1) => new File([new Uint8Array(size)], name);

test('a page is asked for by offset, with one more than it shows', () => {
  const wish = { text: '', modality: 'CR,DX', from: '2026-01-01', to: '' };
  assert.deepEqual(queriesFor(wish), [[{ limit: String(PAGE + 1), ModalitiesInStudy: 'CR,DX', StudyDate: '20260101-' }]]);
  assert.equal(queriesFor(wish, 3)[0][0].offset, String(3 * PAGE));
});

test('pages are added, and what is listed already is not listed twice', () => {
  const found = reduce(INITIAL, { type: 'search/found', studies: [study('1'), study('2')], more: true });
  const reading = reduce(found, { type: 'search/more' });
  assert.equal(reading.reading, true);
  const next = reduce(reading, { type: 'search/page', studies: [study('2'), study('3')], more: false });
  assert.deepEqual(next.studies.map(({ study_uid }) => study_uid), ['1', '2', '3']);
  assert.equal(next.reading, false);
  assert.equal(reduce(next, { type: 'search/more' }).reading, false);
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

test('each file has its own result, by what it says it is', () => {
  const batch = ['a', 'b', 'c', 'd'].map((name) => ({ file: file(name), uid: { a: '1.1', b: '1.2', c: '', d: '1.4' }[name] }));
  const answer = { '00081199': { Value: [item('1.1')] }, '00081198': { Value: [item('1.2', 'Other bytes')] }, '0008119A': { Value: [{ '00000902': { Value: ['No UID'] } }] } };
  assert.deepEqual(told(batch, answer).map(({ reason }) => reason), [null, 'Other bytes', 'No UID', 'The server does not say that it was kept']);
});

test('a file that is no DICOM file is known before it is sent', async () => {
  assert.equal((await recognise(file('notes.txt', 400))).uid, null);
  assert.equal((await recognise(file('short'))).uid, null);
  const bytes = new Uint8Array(300);
  bytes.set([...'DICM'].map((letter) => letter.charCodeAt(0)), 128);
  bytes.set([2, 0, 3, 0, 0x55, 0x49, 4, 0, 0x31, 0x2e, 0x32, 0], 132);
  assert.equal((await recognise(new File([bytes], 'image.dcm'))).uid, '1.2');
});

test('what the server says of a whole request is said of every file; a busy one is asked again', async () => {
  const batch = [{ file: file('a'), uid: '1.1' }, { file: file('b'), uid: '1.2' }];
  const answers = [new Response('{}', { status: 503, headers: { 'Retry-After': '0.001' } }), new Response('{"title":"The disk takes no more."}', { status: 507 })];
  globalThis.fetch = async () => answers.shift();
  const found = await storeTogether(batch, new AbortController().signal);
  assert.deepEqual(found.map(({ reason }) => reason), ['The disk takes no more.', 'The disk takes no more.']);
});

test('files go in requests that are neither many nor large', () => {
  assert.deepEqual(batches(Array.from({ length: 70 }, (_, i) => file(String(i)))).map((batch) => batch.length), [32, 32, 6]);
  const large = { size: 40 * 2 ** 20, name: 'large' };
  assert.deepEqual(batches([file('a'), large, file('b')]).map((batch) => batch.length), [1, 1, 1]);
});
