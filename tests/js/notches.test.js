import assert from 'node:assert/strict';
import test from 'node:test';

import { notchCounter } from '../../static/js/ui/notches.js';

const counted = (...pixels) => pixels.map(notchCounter()).map((notches) => notches + 0);

test('a notch is one image, however far the system says that it goes', () => {
  assert.deepEqual(counted(100, 100, -100), [1, 1, -1]);
  assert.deepEqual(counted(120, -120), [1, -1]);
});

test('notches that a busy browser puts together count as many as they were', () => {
  assert.deepEqual(counted(100, 300, -200, 100), [1, 3, -2, 1]);
});

test('a wheel that goes further the faster it is turned still goes one image a notch', () => {
  assert.deepEqual(counted(64, 91.5, 150.2), [1, 1, 1]);
});

test('small movements of a touchpad add up', () => {
  assert.deepEqual(counted(25, 25, 25, -20, -60), [0, 0, 1, 0, -1]);
});
