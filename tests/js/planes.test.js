import assert from 'node:assert/strict';
import test from 'node:test';

import { gapOf, nearestFrame, placeText, toPatient, toPixel, turned } from '../../static/js/core/space.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import {
  boxOf, crossing, forwardOf, frameOfPlane, inside, pictureOf, placeInStack, planeName, reach, scrolledTo, standardPlanes, turnOthers,
} from '../../static/js/viewport/planes.js';

const frame = (z) => ({
  image: { instance_uid: `z${z}`, frame_number: 1 }, columns: 101, rows: 81, thickness: 2, edges: null, aspect: 1, position: z,
  spacing: { column: 0.5, row: 1, kind: 'patient' },
  plane: { position: [-25, -40, z], row: [1, 0, 0], column: [0, 1, 0], frame_of_reference: 'f' },
});
const FRAMES = Array.from({ length: 31 }, (_, i) => frame(100 - 2 * i));
const BOX = boxOf(FRAMES);
const [AXIAL, CORONAL, SAGITTAL] = standardPlanes(newPresentation);
const near = (a, b, by = 1e-9) => a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) <= by, `${a} is not ${b}`));

test('a pixel and its place in the patient are each other’s answer', () => {
  const place = toPatient(FRAMES[3], { x: 12.5, y: 70 });
  near(place, [-18.75, 30, 94]);
  const { x, y, off } = toPixel(FRAMES[3], place);
  near([x, y, off], [12.5, 70, 0]);
  assert.equal(toPixel(FRAMES[3], [0, 0, 97]).off, 3);
  assert.equal(toPatient({ ...FRAMES[0], plane: null }, { x: 0, y: 0 }), null);
});

test('the nearest image of the same frame of reference, and none outside the stack', () => {
  assert.equal(nearestFrame(FRAMES, 'f', [0, 0, 77.2]).plane.position[2], 78);
  assert.equal(nearestFrame(FRAMES, 'g', [0, 0, 77.2]), null);
  assert.equal(nearestFrame(FRAMES, 'f', [0, 0, 200]), null);
  assert.equal(gapOf(FRAMES), 2);
});

test('a volume is where its stack is, and what is no stack is no volume', () => {
  near(BOX.middle, [0, 0, 70]);
  near(reach(BOX, [0, 0, 1]), [40, 100]);
  near(BOX.axes[2][0], [0, 0, -1]);
  assert.equal(BOX.axes[2][1], 2);
  assert.equal(boxOf(FRAMES.slice(0, 2)), null);
  assert.equal(boxOf(FRAMES.map((one) => ({ ...one, plane: null }))), null);
});

test('the standard planes are seen from the feet, from the front and from the left', () => {
  near(forwardOf(AXIAL), [0, 0, 1]);
  near(forwardOf(CORONAL), [0, 1, 0]);
  near(forwardOf(SAGITTAL), [-1, 0, 0]);
  assert.deepEqual([AXIAL, CORONAL, SAGITTAL].map(planeName), ['Axial', 'Coronal', 'Sagittal']);
});

test('the picture of a plane shows the whole volume and says where it is', () => {
  const picture = pictureOf(BOX, CORONAL, [5, 7, 60], { slab: 0, method: 'maximum_ip' });
  near(picture.middle, [0, 7, 70]);
  assert.deepEqual([picture.pixel, picture.columns, picture.rows], [0.5, 101, 121]);
  assert.match(picture.query, /viewpointlookat=0,7,70&viewpointup=0,0,1&spacing=0.500000&viewport=101,121$/);
  const shown = frameOfPlane(picture, CORONAL, FRAMES[0], 0);
  near(toPatient(shown, { x: 50, y: 60 }), picture.middle);
  assert.deepEqual(shown.edges, ['L', 'F']);
  assert.match(pictureOf(BOX, CORONAL, [0, 0, 60], { slab: 10, method: 'minimum_ip' }).query, /mprslab=10&renderingmethod=minimum_ip$/);
});

test('scrolling goes from slice to slice and stops at the ends', () => {
  assert.deepEqual(placeInStack(BOX, AXIAL, [0, 0, 70]), [15, 31]);
  near(scrolledTo(BOX, AXIAL, [1, 2, 70], (i) => i + 1), [1, 2, 72]);
  near(scrolledTo(BOX, AXIAL, [1, 2, 70], () => 1000), [1, 2, 100]);
  near(scrolledTo(BOX, SAGITTAL, [1, 2, 70], (i) => i + 2), [0, 2, 70]);
  const still = [1, 2, 70.3];
  assert.equal(scrolledTo(BOX, AXIAL, still, (i) => i), still);
});

test('a place outside comes back to the rim', () => near(inside(BOX, [999, 0, -50]), [25, 0, 40]));

test('turning one way as seen keeps the other two at right angles, and this one as it is', () => {
  const planes = turnOthers([AXIAL, CORONAL, SAGITTAL], 0, Math.PI / 6);
  assert.equal(planes[0], AXIAL);
  const [coronal, sagittal] = [forwardOf(planes[1]), forwardOf(planes[2])];
  assert.ok(Math.abs(coronal[0] * sagittal[0] + coronal[1] * sagittal[1] + coronal[2] * sagittal[2]) < 1e-12);
  near(planes[1].right, [Math.cos(Math.PI / 6), 0.5, 0], 1e-12);
  assert.equal(planeName(planes[1], 1), 'Oblique coronal');
  near(turned([1, 0, 0], [0, 0, 1], Math.PI / 2), [0, 1, 0], 1e-12);
});

test('planes cross each other where they should', () => {
  const { x, y } = crossing(AXIAL, forwardOf(CORONAL));
  near([Math.abs(x), y], [1, 0]);
  assert.equal(crossing(AXIAL, [0, 0, -1]), null);
});

test('a place as people read it', () => assert.equal(placeText([-12.34, 5, 0]), '12.3 R  5.0 P  0.0 H'));
