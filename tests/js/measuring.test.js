import assert from 'node:assert/strict';
import test from 'node:test';

import { angleOf, ellipseArea, lengthOf, linesOf, polygonArea, unitOf, pixelText } from '../../static/js/annotations/measures.js';
import {
  changed, completed, isWorthKeeping, put, redone, regionKey, undone, without,
} from '../../static/js/annotations/model.js';
import { imageRef } from './wire.js';

const CT = { spacing: { column: 0.5, row: 0.8, kind: 'patient' }, aspect: 1.6 };
const CR = { spacing: { column: 0.2, row: 0.2, kind: 'detector' }, aspect: 1 };
const BARE = { spacing: null, aspect: 2 };
const at = (x, y) => ({ x, y });
const EMPTY = { list: [], past: [], future: [], selected: null, shown: true };
const mark = (id, kind, ...points) => ({ id, kind, image: imageRef(1), points, text: '', made: '2026-11-21T10:00:00Z' });

test('lengths are millimetres in the patient, along both sides of a pixel', () => {
  assert.equal(lengthOf(CT, at(0, 0), at(6, 0)), 3);
  assert.equal(lengthOf(CT, at(0, 0), at(0, 5)), 4);
  assert.equal(lengthOf(CT, at(1, 1), at(7, 6)), 5);
});

test('what is said of a length says what it is worth', () => {
  const points = [at(0, 0), at(60, 0)];
  assert.deepEqual(linesOf({ kind: 'length', points, text: '' }, CT, undefined, ''), ['30.0 mm']);
  assert.deepEqual(linesOf({ kind: 'length', points, text: '' }, CR, undefined, ''), ['12.0 mm', 'at the detector plane']);
  assert.deepEqual(linesOf({ kind: 'length', points, text: '' }, BARE, undefined, ''), ['60.0 px', 'not calibrated']);
});

test('angles are those in the patient, not those of square pixels', () => {
  assert.ok(Math.abs(angleOf(CT, [at(0, 0), at(8, 0)], [at(0, 0), at(8, 5)]) - 45) < 1e-9);
  assert.ok(Math.abs(angleOf(CT, [at(0, 0), at(8, 0)], [at(0, 0), at(-8, 0)]) - 180) < 1e-9);
  assert.deepEqual(linesOf({ kind: 'angle', points: [at(8, 0), at(0, 0), at(0, 9)], text: '' }, CT, undefined, ''), ['90.0°']);
});

test('a Cobb angle does not mind which way its lines were drawn', () => {
  const cobb = (...points) => linesOf({ kind: 'cobb', points, text: '' }, { spacing: null, aspect: 1 }, undefined, '')[0];
  assert.equal(cobb(at(0, 0), at(10, 0), at(0, 20), at(10, 30)), 'Cobb 45.0°');
  assert.equal(cobb(at(10, 0), at(0, 0), at(0, 20), at(10, 30)), 'Cobb 45.0°');
});

test('areas', () => {
  assert.equal(polygonArea(CT, [at(0, 0), at(10, 0), at(10, 10), at(0, 10)]), 40);
  assert.ok(Math.abs(ellipseArea(CT, at(0, 0), at(20, 10)) - Math.PI * 5 * 4) < 1e-9);
});

test('statistics are said with their unit, and what is not known yet is not guessed', () => {
  const region = { kind: 'ellipse', points: [at(0, 0), at(20, 10)], text: '' };
  assert.deepEqual(linesOf(region, CT, undefined, 'HU'), ['62.8 mm²', '…']);
  const summary = { pixels: 157, padding: 3, mean: -40.25, deviation: 12, minimum: -80, maximum: 10 };
  assert.deepEqual(linesOf(region, CT, summary, 'HU'),
    ['62.8 mm²', 'Mean −40.3 HU  SD 12', 'Min −80  Max 10', '157 pixels, 3 of padding left out']);
  assert.equal(linesOf(region, CT, { ...summary, outside: 2 }, 'HU').at(-1), '157 pixels, 3 of padding left out, 2 outside left out');
  assert.equal(linesOf(region, CT, { ...summary, unit: '' }, 'HU')[1], 'Mean −40.3  SD 12', 'a map of a spectral CT counts something else');
  assert.equal(linesOf(region, CT, { ...summary, mean: null }, 'HU').at(-1), 'Nothing but padding');
  assert.equal(linesOf(region, CT, { ...summary, padding: 0, mean: null }, 'HU').at(-1), 'No pixels');
  assert.equal(unitOf('MR'), '');
});

test('colours are told channel by channel, and said to be no measured quantity', () => {
  const region = { kind: 'ellipse', points: [at(0, 0), at(20, 10)], text: '' };
  const channel = (mean) => ({ pixels: 9, padding: 0, mean, deviation: 0.25, minimum: 3, maximum: 250 });
  const summary = { pixels: 9, padding: 0, mean: null, deviation: null, minimum: null, maximum: null, channels: [channel(10), channel(20.25), channel(0)] };
  assert.deepEqual(linesOf(region, CT, summary, ''), ['62.8 mm²', 'Red: mean 10  SD 0.25  min 3  max 250', 'Green: mean 20.3  SD 0.25  min 3  max 250',
    'Blue: mean 0  SD 0.25  min 3  max 250', '9 pixels; colours as drawn, 0 to 255']);
  assert.equal(pixelText(summary, ''), 'Red 10  Green 20.25  Blue 0');
  assert.equal(pixelText({ ...summary, channels: [], mean: -1024 }, 'HU'), '−1024 HU');
});

test('the shorter diameter lies across the longer, half as long, in the patient', () => {
  const [a, b, c, d] = completed('bidirectional', [at(0, 0), at(32, 0)], CT.aspect);
  assert.equal(lengthOf(CT, c, d) * 2, lengthOf(CT, a, b));
  assert.ok(Math.abs(angleOf(CT, [a, b], [c, d]) - 90) < 1e-9);
  const slanted = completed('bidirectional', [at(0, 0), at(20, 20)], CT.aspect);
  assert.ok(Math.abs(angleOf(CT, slanted.slice(0, 2), slanted.slice(2)) - 90) < 1e-9);
});

test('undo and redo go back and forth; something new ends what was undone', () => {
  let marks = put(put(EMPTY, mark('a', 'length', at(0, 0), at(1, 1))), mark('b', 'length', at(0, 0), at(2, 2)));
  marks = without(marks, 'a');
  assert.deepEqual(marks.list.map(({ id }) => id), ['b']);
  marks = undone(marks);
  assert.deepEqual(marks.list.map(({ id }) => id), ['a', 'b']);
  assert.deepEqual(redone(marks).list.map(({ id }) => id), ['b']);
  assert.equal(changed(marks, []).future.length, 0);
  assert.equal(undone(EMPTY), EMPTY);
  assert.equal(without(EMPTY, 'x'), EMPTY);
});

test('a slip of the hand is no mark', () => {
  assert.equal(isWorthKeeping(mark('a', 'length', at(1, 1), at(1.2, 1))), false);
  assert.equal(isWorthKeeping(mark('a', 'polygon', at(1, 1), at(9, 1))), false);
  assert.equal(isWorthKeeping(mark('a', 'polygon', at(1, 1), at(9, 1), at(5, 5))), true);
});

test('the same region has the same key, another another', () => {
  const one = mark('a', 'ellipse', at(0, 0), at(3, 1));
  assert.equal(regionKey(one), regionKey({ ...one, id: 'z' }));
  assert.notEqual(regionKey(one), regionKey({ ...one, points: [at(0, 0), at(3, 2)] }));
});
