import assert from 'node:assert/strict';
import test from 'node:test';

import { ApiError } from '../../static/js/core/http.js';
import { Feed, LATE_MS, REST_MS } from '../../static/js/viewport/feed.js';
import { PictureCache } from '../../static/js/viewport/picture-cache.js';
import { FakeClock, settled } from './clock.js';

const image = (n, series = '1') => ({ study_uid: '1', series_uid: series, instance_uid: `${series}.${n}`, frame_number: 1 });
const wish = (n, voi = null, series = '1') => ({ image: image(n, series), voi, side: null });

class Bench {
  requests = [];
  states = [];
  clock = new FakeClock();
  cache = new PictureCache(64 * 2 ** 20);
  feed = new Feed((request, signal) => new Promise((resolve, reject) => {
    const entry = { request, signal, resolve, reject, open: true };
    signal.addEventListener('abort', () => {
      entry.open = false;
      reject(new DOMException('aborted', 'AbortError'));
    });
    this.requests.push(entry);
  }), this.cache, (state) => this.states.push(state), this.clock);

  get open() {
    return this.requests.filter((entry) => entry.open);
  }

  get asked() {
    return this.open.map(({ request }) => `${request.image.instance_uid} ${request.quality}`);
  }

  get last() {
    return this.states.at(-1);
  }

  get shown() {
    const { shown } = this.last;
    return shown && `${shown.request.image.instance_uid} ${shown.request.quality}`;
  }

  async answer(entry = this.open[0]) {
    entry.open = false;
    entry.resolve({ bitmap: { width: 512, height: 512, close() { this.closed = true; } }, window: { center: 40, width: 400 } });
    await settled();
  }

  async fail(error, entry = this.open[0]) {
    entry.open = false;
    entry.reject(error);
    await settled();
  }
}

test('a quick picture first, the exact one when the hand rests', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  assert.deepEqual(bench.asked, ['1.1 preview']);
  await bench.answer();
  assert.equal(bench.shown, '1.1 preview');
  bench.clock.pass(REST_MS - 1);
  assert.deepEqual(bench.asked, []);
  bench.clock.pass(1);
  assert.deepEqual(bench.asked, ['1.1 exact']);
  await bench.answer();
  assert.equal(bench.shown, '1.1 exact');
  assert.ok(bench.last.current);
});

test('an exact picture that another viewport brought meanwhile is shown when the hand rests', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.cache.put({ ...wish(1), quality: 'exact' }, { bitmap: { width: 512, height: 512, close() {} }, window: null });
  assert.equal(bench.shown, '1.1 preview');
  bench.clock.pass(REST_MS);
  assert.equal(bench.shown, '1.1 exact');
  assert.ok(bench.last.current);
  assert.deepEqual(bench.asked, []);
});

test('a moving hand never asks for the exact picture', async () => {
  const bench = new Bench();
  for (let step = 0; step < 20; step += 1) {
    bench.feed.want(wish(1, { center: step, width: 100 }), []);
    bench.clock.pass(REST_MS / 2);
    if (bench.open.length > 0) await bench.answer();
  }
  assert.ok(bench.requests.every(({ request }) => request.quality === 'preview'));
});

test('never more than two at once, and the newest wish goes next', async () => {
  const bench = new Bench();
  for (let n = 1; n <= 9; n += 1) bench.feed.want(wish(n), []);
  assert.deepEqual(bench.asked, ['1.1 preview', '1.2 preview']);
  await bench.answer();
  assert.deepEqual(bench.asked, ['1.2 preview', '1.9 preview']);
});

test('pictures on the way are shown, but never after a newer one', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  bench.feed.want(wish(2), []);
  bench.feed.want(wish(3), []);
  const [first, second] = bench.open;
  await bench.answer(second);
  assert.equal(bench.shown, '1.2 preview');
  assert.equal(bench.last.current, false);
  await bench.answer(first);
  assert.equal(bench.shown, '1.2 preview', 'the older picture came too late');
});

test('another series is never shown in place of the one asked for', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.feed.want(wish(2), []);
  const old = bench.open[0];
  bench.feed.want(wish(1, null, '2'), []);
  assert.ok(old.signal.aborted);
  assert.equal(bench.shown, null);
  await bench.answer();
  assert.equal(bench.shown, '2.1 preview');
});

test('the exact picture of a moment ago is given up when the hand moves on', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.clock.pass(REST_MS);
  const exact = bench.open[0];
  bench.feed.want(wish(1, { center: 1, width: 2 }), []);
  assert.ok(exact.signal.aborted);
  assert.deepEqual(bench.asked, ['1.1 preview']);
});

test('neighbours use the free places, and make way for a wish', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.feed.want(wish(2), [image(3), image(4), image(5)]);
  await bench.answer();
  assert.deepEqual(bench.asked, ['1.3 preview', '1.4 preview']);
  bench.feed.want(wish(9), [image(10)]);
  assert.deepEqual(bench.asked, ['1.3 preview', '1.9 preview']);
});

test('a neighbour fetched ahead is shown at once and not asked for again', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.feed.want(wish(2), [image(3)]);
  await bench.answer();
  await bench.answer();
  const before = bench.requests.length;
  bench.feed.want(wish(3), []);
  assert.equal(bench.shown, '1.3 preview');
  assert.equal(bench.requests.length, before);
});

test('a wish for what is being fetched ahead waits for that', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.feed.want(wish(2), [image(3)]);
  await bench.answer();
  bench.feed.want(wish(3), []);
  assert.deepEqual(bench.asked, ['1.3 preview']);
  await bench.answer();
  assert.equal(bench.shown, '1.3 preview');
});

test('while the window is dragged no neighbours are fetched', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), [image(2)]);
  await bench.answer();
  bench.feed.want(wish(1, { center: 1, width: 2 }), [image(2)]);
  await bench.answer(bench.open.at(-1));
  const asked = bench.open.filter(({ request }) => request.voi !== null);
  assert.deepEqual(asked, []);
});

test('a picture that is no longer what was asked for says so after a while', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.answer();
  bench.feed.want(wish(2), []);
  assert.equal(bench.last.late, false);
  bench.clock.pass(LATE_MS);
  assert.equal(bench.last.late, true);
  await bench.answer();
  assert.equal(bench.last.late, false);
});

test('a refusal is told in the server’s words and not repeated', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.fail(new ApiError('This object has no pictures.', 406));
  assert.equal(bench.last.problem, 'This object has no pictures.');
  bench.clock.pass(60_000);
  assert.equal(bench.requests.length, 1);
  bench.feed.want(wish(2), []);
  assert.equal(bench.last.problem, '');
});

test('a busy server is asked again when it said, and the delay is told', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.fail(new ApiError('Too busy.', 503, { retryAfter: 2000 }));
  assert.deepEqual([bench.last.problem, bench.last.delay, bench.last.late], ['', 'Too busy.', true]);
  bench.clock.pass(1999);
  assert.equal(bench.open.length, 0);
  bench.clock.pass(1);
  assert.equal(bench.open.length, 1);
  await bench.answer();
  assert.equal(bench.last.delay, '');
});

test('a request that hangs gives its place up', () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  bench.feed.want(wish(2), []);
  bench.clock.pass(1500);
  bench.feed.want(wish(3), []);
  assert.deepEqual(bench.asked, ['1.2 preview', '1.3 preview']);
});

test('a picture that comes although it was given up is kept, and not shown', async () => {
  const bench = new Bench();
  bench.feed.fetchPicture = (request) => new Promise((resolve) => {
    bench.requests.push({ request, resolve, open: true });
  });
  bench.feed.want(wish(1), []);
  bench.feed.want(wish(1, null, '2'), []);
  await bench.answer();
  assert.equal(bench.last.shown, null);
  bench.feed.want(wish(1), []);
  assert.equal(bench.shown, '1.1 preview');
});

test('what has been cleared stays cleared', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  const entry = bench.open[0];
  bench.feed.clear();
  assert.ok(entry.signal.aborted);
  bench.clock.pass(10_000);
  assert.equal(bench.open.length, 0);
  assert.equal(bench.last.shown, null);
});

test('a line that was cut and mended brings what was wished for meanwhile', async () => {
  const bench = new Bench();
  bench.feed.want(wish(1), []);
  await bench.fail(new ApiError('The server does not answer.', 0));
  bench.clock.pass(100);
  bench.feed.want(wish(2), []);
  bench.clock.pass(1600);
  assert.deepEqual(bench.asked, ['1.2 preview'], 'the pause of the first is over for the second too');
  await bench.answer();
  assert.deepEqual(bench.asked, ['1.2 exact']);
});
