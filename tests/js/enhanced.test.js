import assert from 'node:assert/strict';
import test from 'node:test';

import { enhancedFrames } from '../../static/js/dicomweb/enhanced.js';
import { findStack, framesFrom } from '../../static/js/dicomweb/queries.js';

const series = { study_uid: '1.2', series_uid: '1.3', modality: 'CT', laterality: '', institution: '' };
const macro = (tag, item) => ({ [tag]: { vr: 'SQ', Value: [item] } });
const value = (...Value) => ({ vr: 'DS', Value });
const HEADER = { '00080018': value('1.4'), '00280008': value(3), '00280010': value(40), '00280011': value(50), '00200052': value('1.5'), '00181063': value(40) };
const position = (z) => macro('00209113', { '00200032': value(-10, -20, z) });
const GROUPS = {
  52009229: { vr: 'SQ', Value: [{ ...macro('00289110', { '00280030': value(0.8, 0.5), '00180050': value(5) }), ...macro('00209116', { '00200037': value(1, 0, 0, 0, 1, 0) }) }] },
  52009230: { vr: 'SQ', Value: [position(0), { ...position(5), ...macro('00289132', { '00281050': value(40), '00281051': value(400) }) }, position(10)] },
};

test('frames of an enhanced image lie where their groups say, and have the size that those have', async () => {
  const asked = [];
  const by = async (path, query) => {
    asked.push(query.includefield);
    return [query.includefield.startsWith('52') ? { '00080018': HEADER['00080018'], ...GROUPS } : HEADER];
  };
  const frames = await findStack(series, undefined, by);
  assert.deepEqual([asked.length, asked.at(-1)], [2, '52009229,52009230,00186011']);
  assert.deepEqual(frames.map(({ position: place, image }) => [place, image.frame_number]), [[0, 1], [5, 2], [10, 3]]);
  const [first, second] = frames;
  assert.deepEqual(first.spacing, { row: 0.8, column: 0.5, kind: 'patient' });
  assert.deepEqual([first.thickness, first.edges, first.frame_ms], [5, ['L', 'P'], 40]);
  assert.deepEqual(first.plane.position, [-10, -20, 0]);
  assert.deepEqual([first.windows, second.windows], [[], [{ center: 40, width: 400, name: '' }]]);
});

test('an image whose groups do not fit its frames stays as its header says', () => {
  const short = { ...GROUPS, 52009230: { vr: 'SQ', Value: [position(0)] } };
  for (const groups of [short, {}, { 52009230: { vr: 'SQ', Value: [null, null, null] } }]) {
    const frames = enhancedFrames(HEADER, groups, (one) => framesFrom(one, series));
    assert.deepEqual(frames.map(({ spacing, plane }) => [spacing, plane]), [[null, null], [null, null], [null, null]]);
  }
});
