import assert from 'node:assert/strict';
import test from 'node:test';

import { search, searchAhead } from '../../static/js/dicomweb/client.js';
import { findSeries } from '../../static/js/dicomweb/queries.js';

function answering(...bodies) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return new Response(JSON.stringify(bodies.shift() ?? []));
  };
  return asked;
}

test('what was asked for ahead is not asked for again by the next, but by whoever comes after', async () => {
  const asked = answering([{ '0020000E': { vr: 'UI', Value: ['1.2'] } }], []);
  const early = findSeries('1', undefined, searchAhead);
  const [first] = await findSeries('1');
  assert.equal(first.series_uid, '1.2');
  assert.deepEqual(await early, [first]);
  assert.equal(asked.length, 1);
  assert.deepEqual(await findSeries('1'), []);
  assert.equal(asked.length, 2);
});

test('another question gets its own answer', async () => {
  const asked = answering([], [{ '0020000D': { vr: 'UI', Value: ['7'] } }]);
  searchAhead('/dicomweb/studies', { PatientID: 'a' });
  assert.equal((await search('/dicomweb/studies', { PatientID: 'b' })).length, 1);
  assert.equal(asked.length, 2);
});

test('what went wrong ahead goes wrong for whoever needs it', async () => {
  globalThis.fetch = async () => new Response('{"title":"No."}', { status: 404 });
  searchAhead('/dicomweb/studies', {}).catch(() => {});
  await assert.rejects(search('/dicomweb/studies', {}), { title: 'No.' });
});
