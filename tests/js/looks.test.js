import assert from 'node:assert/strict';
import test from 'node:test';

import { place } from '../../static/js/core/geometry.js';
import { isAsMade, partFor, pointInArea, presentationOf } from '../../static/js/viewport/looks.js';
import { covers } from '../../static/js/dicomweb/frames.js';
import { imageRef } from './wire.js';

const FRAME = { image: imageRef(1), columns: 100, rows: 80, aspect: 1 };
const VIEWPORT = { width: 500, height: 400 };
const LOOK = { images: [], windows: [], rotation: 0, flip_horizontal: false, invert: false, areas: [], shutter: null, annotations: [], left_out: [] };
const AREA = { images: [], left: 49.5, right: 69.5, top: 9.5, bottom: 25.5, magnification: null };
const middle = (look) => place(FRAME, VIEWPORT, presentationOf(look, FRAME, VIEWPORT, 1)).toImage({ x: 250, y: 200 });

test('the displayed area lies in the middle of the viewport and fills it, however it is turned', () => {
  for (const rotation of [0, 90, 180, 270]) {
    for (const flip_horizontal of [false, true]) {
      const { x, y } = middle({ ...LOOK, rotation, flip_horizontal, areas: [AREA] });
      assert.ok(Math.abs(x - 59.5) < 1e-9 && Math.abs(y - 17.5) < 1e-9, `${rotation} ${flip_horizontal}: ${x}, ${y}`);
    }
  }
  assert.equal(presentationOf({ ...LOOK, areas: [AREA] }, FRAME, VIEWPORT, 1).zoom, 5);
  assert.equal(place(FRAME, VIEWPORT, presentationOf({ ...LOOK, areas: [{ ...AREA, magnification: 3 }] }, FRAME, VIEWPORT, 1)).scale, 3);
});

test('corners of the displayed area are where shares of it say', () => {
  const look = { ...LOOK, rotation: 90, flip_horizontal: true, areas: [AREA] };
  const { toScreen } = place(FRAME, VIEWPORT, presentationOf(look, FRAME, VIEWPORT, 1));
  const [start, end] = [toScreen(pointInArea(look, FRAME, { x: 0, y: 0 })), toScreen(pointInArea(look, FRAME, { x: 1, y: 1 }))];
  assert.ok(start.x < end.x && start.y < end.y);
  assert.ok(Math.abs((start.x + end.x) / 2 - 250) < 1e-9);
});

test('a part without images is for all of them, one with images for these and their frames', () => {
  const { instance_uid } = imageRef(1);
  const parts = [{ images: [{ instance_uid, frames: [2] }], n: 1 }, { images: [], n: 2 }];
  assert.equal(partFor(parts, imageRef(1)).n, 2);
  assert.equal(partFor(parts, { ...imageRef(1), frame_number: 2 }).n, 1);
  assert.equal(covers([{ instance_uid, frames: [] }], imageRef(2)), false);
});

test('a window that somebody has dragged since is no longer the state’s', () => {
  const made = presentationOf({ ...LOOK, windows: [{ images: [], center: 40, width: 400 }] }, FRAME, VIEWPORT, 1);
  assert.deepEqual(made.voi, { center: 40, width: 400 });
  assert.equal(isAsMade(made, { ...made, voi: { ...made.voi } }), true);
  assert.equal(isAsMade(made, { ...made, voi: { center: 41, width: 400 } }), false);
  assert.equal(isAsMade(made, { ...made, zoom: 2 }), false);
});
