import assert from 'node:assert/strict';
import test from 'node:test';

import { linesOf } from '../../static/js/annotations/measures.js';
import { regionKey } from '../../static/js/annotations/model.js';
import { placementOn, placeOn, planeFrom, planeText, pointOn } from '../../static/js/annotations/planes.js';
import { contentOf, markOf } from '../../static/js/annotations/shared.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { forwardOf, planeName, planesWith, standardPlanes } from '../../static/js/viewport/planes.js';
import { imageRef } from './wire.js';

const CORONAL = {
  origin: [-30, 12, 100], right: [1, 0, 0], down: [0, 0, -1], frame_of_reference_uid: '1.2', slab: 0, method: 'maximum_ip',
};
const TURNED = { ...CORONAL, right: [0.8, 0.6, 0] };
const at = (x, y) => ({ x, y });
const mark = (kind, points, plane = CORONAL) => ({ id: 'm', kind, image: imageRef(1), points, text: '', made: '', plane });
const near = (a, b) => a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-9, `${a} is not ${b}`));

test('points of a plane are millimetres in the patient', () => {
  near(placeOn(CORONAL, at(10, 20)), [-20, 12, 80]);
  const { x, y, off } = pointOn(CORONAL, [-20, 15, 80]);
  near([x, y, off], [10, 20, 3]);
});

test('what is said of a mark says on which plane or slab it lies', () => {
  const length = [at(0, 0), at(30, 40)];
  const lines = (plane) => linesOf(mark('length', length, plane), { spacing: null, aspect: 7 }, undefined, '');
  assert.deepEqual(lines(CORONAL), ['50.0 mm', 'Coronal plane']);
  assert.deepEqual(lines({ ...TURNED, slab: 10 }), ['50.0 mm', 'Oblique coronal, MIP of 10 mm']);
  assert.deepEqual(linesOf(mark('angle', [at(8, 0), at(0, 0), at(0, 9)]), { spacing: null, aspect: 7 }, undefined, ''), ['90.0°', 'Coronal plane']);
  assert.equal(planeText({ ...CORONAL, down: [0, 1, 0], slab: 5, method: 'average_ip' }), 'Axial, mean of 5 mm');
  const summary = { pixels: 9, padding: 0, outside: 2, mean: 4, deviation: 1, minimum: 3, maximum: 5 };
  const region = linesOf(mark('ellipse', [at(0, 0), at(3, 3)]), { spacing: null, aspect: 1 }, summary, 'HU');
  assert.deepEqual(region.slice(-2), ['9 samples, 2 outside left out', 'Coronal plane']);
});

test('another plane is another region', () => {
  const region = mark('ellipse', [at(0, 0), at(3, 3)]);
  assert.notEqual(regionKey(region), regionKey({ ...region, plane: { ...CORONAL, origin: [-30, 13, 100] } }));
  assert.notEqual(regionKey(region), regionKey({ ...region, plane: { ...CORONAL, slab: 5 } }));
  assert.equal(regionKey(region), regionKey({ ...region, image: { ...imageRef(1), instance_uid: '9.9' } }));
});

test('a mark is drawn on every picture of its plane, wherever that begins, and on no other', () => {
  const placement = { scale: 3, toScreen: ({ x, y }) => at(3 * x + 5, 3 * y + 7), toImage: ({ x, y }) => at((x - 5) / 3, (y - 7) / 3) };
  const picture = (back, row = [1, 0, 0]) => ({
    plane: { position: [-50, back, 120], row, column: [0, 0, -1], frame_of_reference: '1.2' }, spacing: { column: 0.5, row: 0.5, kind: 'patient' },
  });
  const on = placementOn(CORONAL, picture(12.3), placement, 0.4);
  const { x, y } = on.toScreen(at(10, 20));
  near([x, y], [3 * 60 + 5, 3 * 80 + 7]);
  near(Object.values(on.toImage(at(x, y))), [10, 20]);
  assert.equal(on.scale, 6);
  assert.equal(placementOn(CORONAL, picture(13), placement, 0.4), null);
  assert.equal(placementOn(CORONAL, picture(12, [0.8, 0.6, 0]), placement, 0.4), null);
  assert.equal(placementOn({ ...CORONAL, frame_of_reference_uid: '1.3' }, picture(12), placement, 0.4), null);
});

test('the plane of a mark takes the place of the standard one it is nearest to; all three stay at right angles', () => {
  standardPlanes(newPresentation).forEach((standard, i) => {
    const { planes, number } = planesWith(standard, newPresentation);
    assert.equal(number, i);
    planes.forEach((plane, n) => assert.equal(planeName(plane, n), ['Axial', 'Coronal', 'Sagittal'][n]));
  });
  const { planes, number } = planesWith(TURNED, newPresentation);
  assert.equal(number, 1);
  near(planes[1].right, TURNED.right);
  const [a, b, c] = planes.map(forwardOf);
  near([a, b, c].map((one, i, all) => one.reduce((sum, part, k) => sum + part * all[(i + 1) % 3][k], 0)), [0, 0, 0]);
});

test('a mark on a plane travels with it, and a plane that is none makes no mark', () => {
  const drawn = mark('length', [at(1, 2), at(30, 40)], TURNED);
  const content = contentOf(drawn);
  const back = markOf('m', { by: 'bob', image: drawn.image, content });
  assert.deepEqual(back.plane, TURNED);
  for (const plane of [{}, { ...TURNED, right: [1, 2] }, { ...TURNED, origin: [1, 2, null] }, { ...TURNED, method: 'magic' }]) {
    assert.equal(markOf('m', { by: 'bob', image: drawn.image, content: { ...content, plane } }), null);
    assert.equal(planeFrom(plane), null);
  }
});
