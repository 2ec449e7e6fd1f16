import assert from 'node:assert/strict';
import test from 'node:test';

import { alongNormal, directionLetters, edgesFromCosines, oppositeLetters, screenLetters, stackOrder } from '../../static/js/core/orientation.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { flipHorizontal, flipVertical, rotate } from '../../static/js/viewport/presentation.js';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const CORONAL = [1, 0, 0, 0, 0, -1];
const sides = (cosines, ...changes) => screenLetters(edgesFromCosines(cosines), changes.reduce((p, change) => change(p), newPresentation()));

test('letters of the three planes', () => {
  assert.deepEqual(sides(AXIAL), { left: 'R', right: 'L', top: 'A', bottom: 'P' });
  assert.deepEqual(sides(SAGITTAL), { left: 'A', right: 'P', top: 'H', bottom: 'F' });
  assert.deepEqual(sides(CORONAL), { left: 'R', right: 'L', top: 'H', bottom: 'F' });
});

test('letters follow flips and turns as seen', () => {
  assert.deepEqual(sides(AXIAL, flipHorizontal), { left: 'L', right: 'R', top: 'A', bottom: 'P' });
  assert.deepEqual(sides(AXIAL, flipVertical), { left: 'R', right: 'L', top: 'P', bottom: 'A' });
  // clockwise: what was on top lies on the right
  assert.deepEqual(sides(AXIAL, (p) => rotate(p, 90)), { left: 'P', right: 'A', top: 'R', bottom: 'L' });
  assert.deepEqual(sides(AXIAL, (p) => rotate(p, 270)), { left: 'A', right: 'P', top: 'L', bottom: 'R' });
  assert.deepEqual(sides(AXIAL, (p) => rotate(p, 90), flipHorizontal), { left: 'A', right: 'P', top: 'R', bottom: 'L' });
  assert.deepEqual(sides(AXIAL, flipHorizontal, (p) => rotate(p, 90)), { left: 'P', right: 'A', top: 'L', bottom: 'R' });
});

test('an oblique direction has its strongest letter first, and forgets what hardly counts', () => {
  assert.equal(directionLetters([0.8, 0.6, 0]), 'LP');
  assert.equal(directionLetters([-0.1, 0.995, 0]), 'P');
  assert.equal(directionLetters([0.5, -0.6, 0.62]), 'HAL');
  assert.equal(oppositeLetters('LP'), 'RA');
});

test('a plain film uses its Patient Orientation', () => {
  assert.deepEqual(screenLetters(['L', 'F'], newPresentation()), { left: 'R', right: 'L', top: 'H', bottom: 'F' });
});

test('no letters without usable direction cosines', () => {
  assert.equal(edgesFromCosines([]), null);
  assert.equal(edgesFromCosines([1, 0, 0, 1, 0, 0]), null);
  assert.equal(edgesFromCosines([1, 0, 0, Number.NaN, 1, 0]), null);
});

const slice = (number, position, cosines = AXIAL) => ({ number, position, cosines });

test('a stack lies in the order of its positions, not of its numbers', () => {
  const order = stackOrder([slice(1, [0, 0, 0]), slice(2, [0, 0, 10]), slice(3, [0, 0, 5]), slice(9, [0, 0, 20])]);
  assert.deepEqual(order.map(({ position }) => position[2]), [0, 5, 10, 20]);
});

test('a stack numbered from the head runs from the head', () => {
  const order = stackOrder([slice(3, [0, 0, 0]), slice(2, [0, 0, 5]), slice(1, [0, 0, 10])]);
  assert.deepEqual(order.map(({ number }) => number), [1, 2, 3]);
});

test('an oblique stack is ordered along its own normal', () => {
  const c = Math.SQRT1_2;
  const tilted = [1, 0, 0, 0, c, c];
  const at = (mm, aside) => [aside, -c * mm, c * mm];
  const order = stackOrder([slice(1, at(0, 3), tilted), slice(2, at(8, -50), tilted), slice(3, at(4, 90), tilted), slice(4, at(12, 0), tilted)]);
  assert.deepEqual(order.map(({ number }) => number), [1, 3, 2, 4]);
  assert.ok(Math.abs(alongNormal(tilted, at(8, -50)) - 8) < 1e-9);
});

test('instance numbers decide where positions cannot', () => {
  const repeated = [slice(4, [0, 0, 5]), slice(2, [0, 0, 5]), slice(3, [0, 0, 0]), slice(1, [0, 0, 0])];
  assert.deepEqual(stackOrder(repeated).map(({ number }) => number), [1, 2, 3, 4]);
  const localiser = [slice(2, [0, 0, 0]), slice(1, [0, 0, 5], SAGITTAL)];
  assert.deepEqual(stackOrder(localiser).map(({ number }) => number), [1, 2]);
  const films = [slice(2, [], []), slice(1, [], [])];
  assert.deepEqual(stackOrder(films).map(({ number }) => number), [1, 2]);
  assert.deepEqual(stackOrder([]), []);
});
