/** What a mark says is the same here and in what the server writes of it: `tests/unit/server/authoring/test_measures_contract.py`. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { calibrated, isEnlargedAlike, linesOf, reachText, valueText } from '../../static/js/annotations/measures.js';
import { enhancedFrames } from '../../static/js/dicomweb/enhanced.js';
import { framesFrom } from '../../static/js/dicomweb/queries.js';

const TAGS = {
  Rows: '00280010', Columns: '00280011', NumberOfFrames: '00280008', SOPInstanceUID: '00080018', FrameOfReferenceUID: '00200052', ImagePositionPatient: '00200032', ImageOrientationPatient: '00200037',
  PixelSpacing: '00280030', ImagerPixelSpacing: '00181164', PixelSpacingCalibrationType: '00280A02',
};
const tagged = (header) => Object.fromEntries(Object.entries(header).map(([keyword, Value]) => [TAGS[keyword], { Value }]));
const cases = JSON.parse(readFileSync(new URL('../contracts/measures.json', import.meta.url), 'utf8'));

const image = { instance_uid: '1.2' };
const at = (points) => points.map(([x, y]) => ({ x, y }));

for (const { kind, points, header, modality, text = '', known, calibration, sequences, words } of cases) {
  test(`a mark of kind ${kind} says ${words.join(', ')}`, () => {
    const dataset = tagged(header);
    const [frame] = enhancedFrames(dataset, sequences ?? {}, (one) => framesFrom(one, { modality }));
    const mark = { kind, points: at(points), text, known };
    const lines = calibration ? [{ kind: 'calibration', image, known: calibration.known, points: at(calibration.points) }] : [];
    const none = { pixels: 0, padding: 0, mean: null };
    assert.deepEqual(linesOf(mark, calibrated(frame, lines, { ...mark, image }, []), none, '').filter((line) => line !== 'No pixels'), words);
  });
}

for (const [value, words] of JSON.parse(readFileSync(new URL('../contracts/values.json', import.meta.url), 'utf8'))) {
  test(`a value of ${value} is told as ${words}`, () => assert.equal(valueText(value).replace('−', '-'), words));
}

const SLICE = { Rows: [128], Columns: [128], FrameOfReferenceUID: ['1.8'], ImageOrientationPatient: [1, 0, 0, 0, 1, 0] };
for (const { says, modality, one, other, alike } of JSON.parse(readFileSync(new URL('../contracts/enlarged-alike.json', import.meta.url), 'utf8'))) {
  test(`a line of known length ${alike ? 'reaches' : 'does not reach'} ${says}`, () => {
    const frames = (instance, header) => framesFrom(tagged({ ...SLICE, SOPInstanceUID: [instance], ...header }), { series_uid: '1.3', modality });
    const stack = other === 'frame 5' ? frames('1.1', one) : [...frames('1.1', one), ...frames('1.2', other)];
    const [from, to] = [stack[0], stack[other === 'frame 5' ? 4 : 1]];
    assert.equal(isEnlargedAlike(from, to), alike);
    const line = { kind: 'calibration', image: from.image, known: 50, points: at([[0, 0], [100, 0]]) };
    assert.equal(calibrated(to, [line], { image: to.image, points: [] }, stack).spacing?.kind === 'hand', alike);
    assert.equal(reachText(line, stack) === 'for this image alone', !alike);
  });
}
