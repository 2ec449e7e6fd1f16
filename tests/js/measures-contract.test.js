/** What a mark says is the same here and in what the server writes of it: `tests/unit/server/authoring/test_measures_contract.py`. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { linesOf } from '../../static/js/annotations/measures.js';
import { framesFrom } from '../../static/js/dicomweb/queries.js';

const TAGS = { PixelSpacing: '00280030', ImagerPixelSpacing: '00181164', PixelSpacingCalibrationType: '00280A02' };
const cases = JSON.parse(readFileSync(new URL('../contracts/measures.json', import.meta.url), 'utf8'));

for (const { kind, points, header, modality, text = '', words } of cases) {
  test(`a mark of kind ${kind} says ${words.join(', ')}`, () => {
    const dataset = Object.fromEntries(Object.entries(header).map(([keyword, Value]) => [TAGS[keyword], { Value }]));
    const [frame] = framesFrom(dataset, { modality });
    const mark = { kind, points: points.map(([x, y]) => ({ x, y })), text };
    const none = { pixels: 0, padding: 0, mean: null };
    assert.deepEqual(linesOf(mark, frame, none, '').filter((line) => line !== 'No pixels'), words);
  });
}
