import assert from 'node:assert/strict';
import test from 'node:test';

import { recognise, storeTogether, told } from '../../static/js/dicomweb/store.js';
import { createStore } from '../../static/js/core/store.js';
import { batches, storeOnDrop } from '../../static/js/state/storing.js';
import { INITIAL, reduce } from '../../static/js/state/worklist.js';
import { answerRequests } from './requests.js';

const item = (uid, comment) => ({ '00081155': { Value: [uid] }, ...(comment && { '00000902': { Value: [comment] } }) });
const file = (name, size = 1) => new File([new Uint8Array(size)], name);
const dicom = (name, size = 20) => new File([new Uint8Array(128), 'DICM', new Uint8Array(size)], name);
const entry = (name, read = dicom) => ({ isFile: true, fullPath: `/${name}`, file: (done, fail) => (read ? done(read(name)) : fail(new Error('no'))) });

/** A folder that tells what is in it in pieces, and then fails if it is `broken`. */
function folder(name, pieces, broken = false) {
  const left = [...pieces];
  const readEntries = (done, fail) => (broken && left.length === 0 ? fail(new Error('no')) : done(left.shift() ?? []));
  return { isFile: false, fullPath: `/${name}`, createReader: () => ({ readEntries }) };
}

/** A page's store that stores, what it said of that so far, and its end. */
function page() {
  const store = createStore(INITIAL, reduce);
  const life = new AbortController();
  const said = [];
  storeOnDrop(store, life.signal);
  store.watch(({ storing }) => storing, (now) => said.push(now), { signal: life.signal });
  const ended = new Promise((done) => { store.watch(({ storing }) => storing?.ended, (now) => now && done(now), { signal: life.signal }); });
  return { store, said, ended };
}

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
  answerRequests(async () => answers.shift());
  const found = await storeTogether(batch, new AbortController().signal, () => {});
  assert.deepEqual(found.map(({ reason }) => reason), ['The disk takes no more.', 'The disk takes no more.']);
  answerRequests(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  const [{ reason, again }] = await storeTogether(batch, new AbortController().signal, () => {});
  assert.deepEqual([reason, again?.name], ['The server answered 502', 'a']);
});

test('what is dropped while others are under way waits its turn; what found no server may be sent again', async () => {
  const { store, ended } = page();
  let asked = 0;
  answerRequests(async () => {
    asked += 1;
    if (asked === 1) store.dispatch({ type: 'files/store', files: [dicom('later'), file('notes')] });
    throw new TypeError('no network');
  });
  store.dispatch({ type: 'files/store', files: [dicom('first')] });
  await ended;
  const { files, done = [] } = store.get().storing ?? {};
  assert.equal(files, 3);
  const said = 'The server does not answer';
  assert.deepEqual(done.map(({ name, reason, again }) => [name, reason, again?.name]).sort(), [
    ['first', said, 'first'], ['later', said, 'later'], ['notes', 'This is no DICOM file', undefined]]);
});

test('files go in requests that are neither many nor large', () => {
  assert.deepEqual(batches(Array.from({ length: 70 }, (_, i) => file(String(i)))).map((batch) => batch.length), [32, 32, 6]);
  const large = { size: 40 * 2 ** 20, name: 'large' };
  assert.deepEqual(batches([file('a'), large, file('b')]).map((batch) => batch.length), [1, 1, 1]);
});

test('within one request what has gone is told; a busy server is sent all again', async () => {
  const { store, said, ended } = page();
  const large = dicom('large', 1000);
  let asked = 0;
  answerRequests(async (request) => {
    asked += 1;
    for (const share of [0.25, 0.5, 2]) request.gone(share * large.size);
    return asked === 1 ? new Response(null, { status: 503, headers: { 'Retry-After': '0.001' } }) : new Response('{}', { status: 409 });
  });
  store.dispatch({ type: 'files/store', files: [large] });
  await ended;
  const sent = said.filter((now) => now?.done.length === 0 && now.listing === null).map((now) => now.sent / large.size);
  assert.deepEqual(sent, [0, 0.25, 0.5, 1, 0.25, 0.5, 1], 'what is round the files is not counted');
  assert.equal(store.get().storing?.sent, large.size);
});

test('a stop ends the request that is under way, and none is begun after it', async () => {
  const batch = [{ file: file('a'), uid: '1.1' }];
  const stop = new AbortController();
  let asked = 0;
  answerRequests(() => new Promise(() => { asked += 1; stop.abort(); }));
  for (let time = 0; time < 2; time += 1) {
    const [{ reason }] = await storeTogether(batch, stop.signal, () => {});
    assert.equal(reason, 'Stopped before it was sent');
  }
  assert.equal(asked, 1);
});

test('while folders are listed their files are counted; what cannot be read is told with the others', async () => {
  const { store, said, ended } = page();
  answerRequests(async () => { throw new TypeError('no network'); });
  const many = Array.from({ length: 150 }, (_, i) => entry(`CT/${i}`));
  const dropped = [folder('CT', [many.slice(0, 100), many.slice(100)]), entry('alone', null), folder('MR', [[entry('MR/1')]], true), dicom('chosen')];
  store.dispatch({ type: 'files/store', files: dropped });
  await ended;
  const counts = said.map((now) => now?.listing).filter((count) => typeof count === 'number');
  assert.deepEqual([counts[0], counts[100], counts.at(-1)], [0, 100, 153]);
  const { files, done = [], listing } = store.get().storing ?? {};
  assert.deepEqual([files, done.length, listing], [154, 154, null]);
  assert.deepEqual(done.slice(0, 2), [{ name: 'alone', reason: 'It cannot be read' }, { name: 'MR', reason: 'This folder cannot be read' }]);
});

test('a stop ends the listing, and nothing of it is sent', async () => {
  const { store } = page();
  let read = 0;
  let asked = 0;
  answerRequests(async () => { asked += 1; });
  const endless = { isFile: false, fullPath: '/all', createReader: () => ({ readEntries: (done) => { read += 1; setTimeout(done, 0, [entry(`all/${read}`)]); } }) };
  store.dispatch({ type: 'files/store', files: [endless] });
  await new Promise((done) => { setTimeout(done, 20); });
  assert.ok((store.get().storing?.listing ?? 0) > 1);
  store.dispatch({ type: 'storing/set', storing: null });
  const then = read;
  await new Promise((done) => { setTimeout(done, 20); });
  assert.deepEqual([read - then, asked, store.get().storing], [0, 0, null]);
});
