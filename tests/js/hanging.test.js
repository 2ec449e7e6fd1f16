import assert from 'node:assert/strict';
import test from 'node:test';

import { LAYOUTS } from '../../static/js/sessions/room.js';
import { hang, RULES } from '../../static/js/state/hanging.js';
import { placed } from '../../static/js/state/viewer.js';

const series = (modality, n, body_part = '') => ({ series_uid: `${modality}${n}`, modality, body_part });

test('a list grows to hold a later place', () => assert.deepEqual(placed([1], 3, 7), [1, null, null, 7]));

test('plain films hang side by side, MR by three, CT alone', () => {
  assert.deepEqual(hang([series('CR', 1), series('CR', 2)]).layout, '1x2');
  assert.deepEqual(hang([series('CR', 1)]), { layout: '1x1', series: [series('CR', 1)] });
  const mr = hang([1, 2, 3, 4].map((n) => series('MR', n)));
  assert.deepEqual([mr.layout, mr.series.map(({ series_uid }) => series_uid)], ['1x3', ['MR1', 'MR2', 'MR3']]);
  assert.equal(hang([series('CT', 1), series('CT', 2), series('CT', 3)]).layout, '1x1');
  assert.equal(hang([1, 2, 3, 4].map((n) => series('MG', n))).layout, '2x2');
  assert.deepEqual(hang([series('CR', 1), series('SR', 2)]).series.length, 1);
  assert.deepEqual(hang([]).series, []);
});

test('every rule names a layout that has room for its fewest series', () => {
  for (const { layout, fewest } of RULES) assert.ok(LAYOUTS[layout] >= fewest, layout);
});
