/** What a mark says is the same here and in what the server writes of it: `tests/unit/server/authoring/test_measures_contract.py`. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { calibrated, linesOf, valueText } from '../../static/js/annotations/measures.js';
import { enhancedFrames } from '../../static/js/dicomweb/enhanced.js';
import { framesFrom } from '../../static/js/dicomweb/queries.js';

const TAGS = { PixelSpacing: '00280030', ImagerPixelSpacing: '00181164', PixelSpacingCalibrationType: '00280A02' };
const cases = JSON.parse(readFileSync(new URL('../contracts/measures.json', import.meta.url), 'utf8'));

const image = { instance_uid: '1.2' };
const at = (points) => points.map(([x, y]) => ({ x, y }));

for (const { kind, points, header, modality, text = '', known, calibration, sequences, words } of cases) {
  test(`a mark of kind ${kind} says ${words.join(', ')}`, () => {
    const dataset = Object.fromEntries(Object.entries(header).map(([keyword, Value]) => [TAGS[keyword], { Value }]));
    const [frame] = enhancedFrames(dataset, sequences ?? {}, (one) => framesFrom(one, { modality }));
    const mark = { kind, points: at(points), text, known };
    const lines = calibration ? [{ kind: 'calibration', image, known: calibration.known, points: at(calibration.points) }] : [];
    const none = { pixels: 0, padding: 0, mean: null };
    assert.deepEqual(linesOf(mark, calibrated(frame, lines, { ...mark, image }), none, '').filter((line) => line !== 'No pixels'), words);
  });
}

for (const [value, words] of JSON.parse(readFileSync(new URL('../contracts/values.json', import.meta.url), 'utf8'))) {
  test(`a value of ${value} is told as ${words}`, () => assert.equal(valueText(value).replace('−', '-'), words));
}
