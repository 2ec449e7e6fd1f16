import assert from 'node:assert/strict';
import test from 'node:test';

import { findSeries } from '../../static/js/dicomweb/queries.js';

function answering(...bodies) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return new Response(JSON.stringify(bodies.shift() ?? []));
  };
  return asked;
}

/** As a page that has just begun to load. @param {string} page */
function newPage(page) {
  return import(`../../static/js/dicomweb/client.js?${page}`);
}

test('what was asked for ahead is not asked for again by the next, but by whoever comes after', async () => {
  const { search, searchAhead } = await newPage('ahead');
  const asked = answering([{ '0020000E': { vr: 'UI', Value: ['1.2'] } }], []);
  const early = findSeries('1', undefined, searchAhead);
  const [first] = await findSeries('1', undefined, search);
  assert.equal(first.series_uid, '1.2');
  assert.deepEqual(await early, [first]);
  assert.equal(asked.length, 1);
  assert.deepEqual(await findSeries('1', undefined, search), []);
  assert.equal(asked.length, 2);
});

test('another question gets its own answer', async () => {
  const { search, searchAhead } = await newPage('another');
  const asked = answering([], [{ '0020000D': { vr: 'UI', Value: ['7'] } }]);
  searchAhead('/dicomweb/studies', { PatientID: 'a' });
  assert.equal((await search('/dicomweb/studies', { PatientID: 'b' })).length, 1);
  assert.equal(asked.length, 2);
});

test('nothing is asked for twice where the viewer was first to ask', async () => {
  const { search, searchAhead } = await newPage('late');
  const asked = answering([], []);
  await search('/dicomweb/studies', { PatientID: 'a' });
  await assert.rejects(searchAhead('/dicomweb/studies', { PatientID: 'a' }), { name: 'AbortError' });
  assert.equal(asked.length, 1);
});

test('what went wrong ahead goes wrong for whoever needs it', async () => {
  const { search, searchAhead } = await newPage('wrong');
  globalThis.fetch = async () => new Response('{"title":"No."}', { status: 404 });
  searchAhead('/dicomweb/studies', {}).catch(() => {});
  await assert.rejects(search('/dicomweb/studies', {}), { title: 'No.' });
});
