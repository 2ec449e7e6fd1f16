import assert from 'node:assert/strict';
import test from 'node:test';

import { placeLabels } from '../../static/js/annotations/labels.js';

const ROOM = { width: 400, height: 300 };
const wish = (points, lines, atStart = false) => ({ points: points.map(([x, y]) => ({ x, y })), lines, atStart });
const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('words stand beside the rightmost point, or where an arrow begins', () => {
  const [box, arrow] = placeLabels([wish([[10, 50], [100, 60]], ['12.0 mm']), wish([[10, 200], [100, 210]], ['Here'], true)], ROOM);
  assert.ok(box.x > 100 && box.x < 120 && Math.abs(box.y + box.height / 2 - 60) < 8);
  assert.ok(arrow.x < 30);
});

test('words of one mark do not cover another', () => {
  const lines = ['515.9 mm²', 'Mean 2003  SD 184.5', 'Min 1444  Max 2771'];
  const [, box] = placeLabels([wish([[60, 160], [200, 160]], ['70.6 mm']), wish([[60, 100], [120, 140]], lines)], ROOM);
  assert.ok(box.y > 160 || box.y + box.height < 160 || box.x > 200 || box.x + box.width < 60, JSON.stringify(box));
});

test('at the edge they stay on the image', () => {
  for (const point of [[399, 150], [200, 299], [2, 2], [399, 299]]) {
    const [box] = placeLabels([wish([point, [point[0] - 1, point[1]]], ['Mean 2003  SD 184.5', 'Min 1444  Max 2771'])], ROOM);
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 400 && box.y + box.height <= 300, String(point));
  }
});

test('no words stand on others, wherever five marks end', () => {
  const lines = ['515.9 mm²', 'Mean 2003  SD 184.5', 'Min 1444  Max 2771'];
  const boxes = placeLabels([0, 1, 2, 3, 4].map((n) => wish([[120, 140 + n], [180, 150 + n]], n % 2 ? ['70.6 mm'] : lines)), ROOM);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert.ok(!overlap(a, b), JSON.stringify([a, b]))));
});
