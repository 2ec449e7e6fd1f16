import assert from 'node:assert/strict';
import test from 'node:test';

import { place, scaleBar, zoomAbout } from '../../static/js/core/geometry.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { fit, flipHorizontal, flipVertical, rotate } from '../../static/js/viewport/presentation.js';

const image = { columns: 512, rows: 256, aspect: 1 };
const viewport = { width: 1000, height: 800 };
const near = (a, b, within = 1e-6) => assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < within, `${JSON.stringify(a)} is not ${JSON.stringify(b)}`);

test('a fitted image touches two sides, with its middle in the middle', () => {
  const { toScreen, scale } = place(image, viewport, newPresentation());
  assert.equal(scale, 1000 / 512);
  near(toScreen({ x: 255.5, y: 127.5 }), { x: 500, y: 400 });
  near(toScreen({ x: -0.5, y: 127.5 }), { x: 0, y: 400 });
});

test('a lying image is fitted by its other side', () => {
  const { scale, toScreen } = place(image, viewport, { ...newPresentation(), rotation: 90 });
  assert.equal(scale, 800 / 512);
  near(toScreen({ x: -0.5, y: 127.5 }), { x: 500, y: 0 });
});

test('tall pixels are drawn tall', () => {
  const tall = { columns: 100, rows: 100, aspect: 2 };
  const { toScreen } = place(tall, { width: 800, height: 800 }, newPresentation());
  near(toScreen({ x: -0.5, y: -0.5 }), { x: 200, y: 0 });
});

test('clockwise turns and flips send the first corner where they should', () => {
  const square = { columns: 100, rows: 100, aspect: 1 };
  const corner = (change) => place(square, { width: 100, height: 100 }, change(newPresentation())).toScreen({ x: -0.5, y: -0.5 });
  near(corner((p) => p), { x: 0, y: 0 });
  near(corner((p) => rotate(p, 90)), { x: 100, y: 0 });
  near(corner((p) => rotate(p, 270)), { x: 0, y: 100 });
  near(corner(flipHorizontal), { x: 100, y: 0 });
  near(corner(flipVertical), { x: 0, y: 100 });
});

test('screen and image points are each other’s inverse for every turn and flip', () => {
  for (const rotation of [0, 90, 180, 270]) {
    for (const flip_horizontal of [false, true]) {
      for (const flip_vertical of [false, true]) {
        const presentation = { ...newPresentation(), rotation, flip_horizontal, flip_vertical, zoom: 2.3, pan: { x: 17, y: -40 } };
        const { toScreen, toImage, matrix: [a, b, c, d, e, f] } = place({ ...image, aspect: 1.4 }, viewport, presentation);
        const point = { x: 12.5, y: 200 };
        near(toImage(toScreen(point)), point);
        near(toScreen(point), { x: a * 12.5 + c * 200 + e, y: b * 12.5 + d * 200 + f });
      }
    }
  }
});

test('what lies in the middle of the screen stays there when the image is turned or flipped', () => {
  const start = { ...newPresentation(), zoom: 3, pan: { x: 40, y: -25 } };
  const middle = (presentation) => place(image, viewport, presentation).toImage({ x: 500, y: 400 });
  for (const change of [(p) => rotate(p, 90), (p) => rotate(p, 270), flipHorizontal, flipVertical, (p) => flipHorizontal(rotate(p, 90))]) {
    near(middle(change(start)), middle(start));
  }
});

test('zooming keeps what is under the hand under the hand', () => {
  const start = { ...newPresentation(), pan: { x: 5, y: 9 }, rotation: 90, flip_vertical: true };
  const hand = { x: 730, y: 210 };
  const before = place(image, viewport, start);
  const from = { x: (hand.x - 500) / before.scale, y: (hand.y - 400) / before.scale };
  const zoomed = zoomAbout(start, 1.7, from);
  near(place(image, viewport, zoomed).toImage(hand), before.toImage(hand));
  assert.ok(Math.abs(zoomed.zoom - 1.7) < 1e-12);
});

test('zoom ends at what a room accepts', () => {
  assert.equal(zoomAbout(newPresentation(), 1e9).zoom, 64);
  assert.equal(zoomAbout(newPresentation(), 1e-9).zoom, 0.05);
});

test('fit forgets zoom and place, and nothing else', () => {
  const start = { ...newPresentation(), zoom: 3, pan: { x: 4, y: 5 }, invert: true, voi: { center: 1, width: 2 }, rotation: 90 };
  assert.deepEqual(fit(start), { ...start, zoom: 1, pan: { x: 0, y: 0 } });
});

test('four turns, and two flips, change nothing', () => {
  const start = { ...newPresentation(), pan: { x: 3, y: 7 } };
  assert.deepEqual([1, 2, 3, 4].reduce((p) => rotate(p, 90), start), start);
  assert.deepEqual(flipHorizontal(flipHorizontal(start)), start);
  const lying = rotate(start, 90);
  assert.deepEqual(flipVertical(flipVertical(lying)), lying);
});

test('a scale bar is round and fits', () => {
  assert.deepEqual(scaleBar(2, 250), { length: 200, text: '10 cm' });
  assert.deepEqual(scaleBar(30, 250), { length: 150, text: '5 mm' });
  assert.equal(scaleBar(1000, 100), null);
});
