import assert from 'node:assert/strict';
import test from 'node:test';

import { coarseText, Line } from '../../static/js/dicomweb/line.js';
import { renderedAddress } from '../../static/js/dicomweb/frames.js';
import { imageRef } from './wire.js';

function after(...times) {
  const line = new Line();
  for (const ms of times) line.took(ms);
  return line.quality;
}

test('a quick line has fine previews; one that keeps people waiting has coarser ones, and says so', () => {
  assert.equal(after(40, 60, 30), 75);
  assert.equal(after(400, 400), 75, 'two slow pictures are no slow line');
  assert.equal(after(400, 400, 400), 50);
  assert.equal(after(...Array(20).fill(400)), 30);
  assert.equal(coarseText(75), '');
  assert.match(coarseText(30), /quality 30, slow line/);
});

test('it comes back when the line does, and does not swing in between', () => {
  assert.equal(after(400, 400, 400, 50, 50, 50), 75);
  assert.equal(after(400, 400, 400, 180, 180, 180, 180), 50);
  assert.equal(after(400, 50, 400, 50, 400, 50, 400), 75);
});

test('only a preview’s address names a quality', () => {
  const request = { image: imageRef(0), voi: null, side: null };
  assert.match(renderedAddress({ ...request, quality: 'preview' }, 30), /\?quality=30$/);
  assert.doesNotMatch(renderedAddress({ ...request, quality: 'exact' }, 30), /quality/);
});
