import assert from 'node:assert/strict';
import test from 'node:test';

import { sideToAsk } from '../../static/js/viewport/canvas.js';
import { PictureCache, pictureKey } from '../../static/js/viewport/picture-cache.js';
import { neighbours, ringSize } from '../../static/js/viewport/prefetch.js';

const request = (n, more = {}) => ({ image: { study_uid: '1', series_uid: '1', instance_uid: `1.${n}`, frame_number: 1 }, voi: null, side: null, quality: 'preview', ...more });
const picture = () => ({ bitmap: { width: 10, height: 10, closed: false, close() { this.closed = true; } }, window: null });

test('the longest unused picture makes room', () => {
  const cache = new PictureCache(800);
  const [one, two, three] = [picture(), picture(), picture()];
  cache.put(request(1), one);
  cache.put(request(2), two);
  cache.get(request(1));
  cache.put(request(3), three);
  assert.ok(two.bitmap.closed && !cache.has(request(2)));
  assert.ok(cache.has(request(1)) && cache.has(request(3)));
  assert.equal(cache.bytes, 800);
});

test('a picture on a canvas stays open', () => {
  const cache = new PictureCache(400);
  const one = picture();
  const holder = {};
  cache.put(request(1), one);
  cache.hold(holder, one);
  cache.put(request(2), picture());
  assert.equal(one.bitmap.closed, false);
  cache.hold(holder, null);
  cache.put(request(3), picture());
  assert.equal(one.bitmap.closed, true);
});

test('the same picture again replaces the first', () => {
  const cache = new PictureCache(4000);
  const one = picture();
  cache.put(request(1), one);
  cache.put(request(1), picture());
  assert.ok(one.bitmap.closed);
  assert.equal(cache.bytes, 400);
});

test('window, size, quality and frame each make another picture', () => {
  const keys = [request(1), request(1, { voi: { center: 1, width: 2 } }), request(1, { side: 512 }), request(1, { quality: 'exact' }),
    request(1, { as: '1.2,1.3' }), request(1, { image: { ...request(1).image, frame_number: 2 } })].map(pictureKey);
  assert.equal(new Set(keys).size, keys.length);
});

const frames = Array.from({ length: 20 }, (_, i) => ({ i, columns: 512, rows: 512 }));
const order = (...given) => neighbours(frames, ...given).map(({ i }) => i);

test('more lies ahead than behind', () => {
  assert.deepEqual(order(10, 1, 6), [11, 12, 13, 9, 14, 15]);
  assert.deepEqual(order(10, -1, 5), [9, 8, 7, 11, 6]);
});

test('without a direction both sides count', () => assert.deepEqual(order(10, 0, 4), [11, 9, 12, 8]));

test('at the ends there is only one side', () => {
  assert.deepEqual(order(0, 1, 3), [1, 2, 3]);
  assert.deepEqual(order(19, 1, 3), [18, 17, 16]);
  assert.deepEqual(neighbours(frames.slice(0, 1), 0, 1, 5), []);
});

test('large pictures are kept ready in smaller numbers', () => {
  assert.equal(ringSize(frames[0]), 24);
  assert.equal(ringSize({ columns: 256, rows: 256 }), 32);
  assert.ok(ringSize({ columns: 3000, rows: 2500 }) < 2);
});

test('a slice is asked for as it is; a film at the size it is shown', () => {
  assert.equal(sideToAsk({ columns: 512, rows: 512, aspect: 1 }, 8, 2), null);
  assert.equal(sideToAsk({ columns: 2048, rows: 2500, aspect: 1 }, 0.3, 1), 768);
  assert.equal(sideToAsk({ columns: 2048, rows: 2500, aspect: 1 }, 0.3, 2), 1536);
  assert.equal(sideToAsk({ columns: 2048, rows: 2500, aspect: 1 }, 1.2, 1), null);
});
