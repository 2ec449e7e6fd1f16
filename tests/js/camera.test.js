/** A place in the patient and a height in millimetres, on screens of different shapes. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { place } from '../../static/js/core/geometry.js';
import { toPatient } from '../../static/js/core/space.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { cameraOf, seenBy } from '../../static/js/viewport/camera.js';

const slice = {
  columns: 512, rows: 400, aspect: 0.8 / 0.7, spacing: { column: 0.7, row: 0.8, kind: 'patient' },
  plane: { position: [-100, -90, 40], row: [1, 0, 0], column: [0, 1, 0], frame_of_reference: '1.2' },
};
const film = { ...slice, plane: null, spacing: { column: 0.15, row: 0.15, kind: 'detector' }, aspect: 1 };
const wide = { width: 1400, height: 800 };
const phone = { width: 390, height: 500 };

function seen(frame, size, presentation) {
  const placement = place(frame, size, presentation);
  const middle = placement.toImage({ x: size.width / 2, y: size.height / 2 });
  return { middle, patient: toPatient(frame, middle), height: (size.height * frame.spacing.column) / placement.scale };
}

for (const turned of [{}, { rotation: 90 }, { rotation: 270, flip_vertical: true }, { rotation: 180, flip_horizontal: true }]) {
  test(`the same anatomy in the middle and the same height, turned ${JSON.stringify(turned)}`, () => {
    const own = { ...newPresentation(), ...turned, zoom: 2.5, pan: { x: 31, y: -17 } };
    const camera = cameraOf(slice, wide, own);
    const there = seenBy(slice, phone, { ...own, pan: { x: 0, y: 0 }, camera });
    const [one, other] = [seen(slice, wide, own), seen(slice, phone, there)];
    one.patient.forEach((value, i) => assert.ok(Math.abs(value - other.patient[i]) < 1e-6));
    assert.ok(Math.abs(one.height - other.height) < 1e-6);
    assert.notEqual(own.zoom, there.zoom, 'the screens differ, so their zooms do');
  });
}

test('another series of the same patient comes to the same place', () => {
  const other = { ...slice, columns: 256, rows: 256, aspect: 1, spacing: { column: 1.1, row: 1.1, kind: 'patient' }, plane: { ...slice.plane, position: [-140, -120, 41] } };
  const camera = cameraOf(slice, wide, { ...newPresentation(), zoom: 3, pan: { x: 40, y: 10 } });
  const there = seen(other, phone, seenBy(other, phone, { ...newPresentation(), camera }));
  assert.ok(Math.hypot(there.patient[0] - camera.center[0], there.patient[1] - camera.center[1]) < 1e-6);
  assert.ok(Math.abs(there.height - camera.height) < 1e-6);
});

test('an image nobody has zoomed or moved is whole on every screen', () => {
  assert.equal(cameraOf(slice, wide, newPresentation()), null);
  assert.equal(seenBy(slice, phone, newPresentation()).zoom, 1);
});

test('a film has a height and its own middle; an image without millimetres has neither', () => {
  const own = { ...newPresentation(), zoom: 2, pan: { x: 100, y: 50 } };
  const camera = cameraOf(film, wide, own);
  assert.equal(camera.center, null);
  const there = seen(film, phone, seenBy(film, phone, { ...own, camera }));
  assert.ok(Math.abs(there.height - camera.height) < 1e-6);
  assert.deepEqual([there.middle.x.toFixed(6), there.middle.y.toFixed(6)], Object.values(seen(film, wide, own).middle).map((value) => value.toFixed(6)));
  assert.equal(cameraOf({ ...film, spacing: null }, wide, own), null);
});

test('on the screen it came from nothing moves by a hair', () => {
  const own = { ...newPresentation(), zoom: 1.7, pan: { x: 3, y: 4 } };
  const again = { ...own, camera: cameraOf(slice, wide, own) };
  assert.equal(seenBy(slice, wide, again), again);
});
