import assert from 'node:assert/strict';
import test from 'node:test';

import { newPresentation } from '../../static/js/sessions/room.js';
import { TOOLS, toolNamed } from '../../static/js/tools/index.js';
import { pan } from '../../static/js/tools/pan.js';
import { stackScroll } from '../../static/js/tools/stack-scroll.js';
import { windowLevel } from '../../static/js/tools/window-level.js';
import { zoom } from '../../static/js/tools/zoom.js';

const dragged = (x, y, more = {}) => ({
  by: { x: x / 2, y: y / 2 }, pixels: { x, y }, from: { x: 10, y: 20 }, window: { center: 40, width: 400 }, count: 100,
  size: { width: 800, height: 800 }, ...more,
});

for (const tool of TOOLS) {
  test(`tool ${tool.name}: has a name, a key and one thing to do, and a still hand changes nothing`, () => {
    assert.match(tool.name, /^[a-z-]+$/);
    assert.match(tool.shortcut, /^((Shift|Alt)\+)?[a-z]$/);
    assert.ok(tool.title && tool.label && tool.hint);
    assert.equal([tool.drag, tool.steps, tool.points, tool.layer].filter(Boolean).length, 1);
    const start = { ...newPresentation(), voi: { center: 40, width: 400 } };
    if (tool.drag) assert.deepEqual(tool.drag(start, dragged(0, 0)), start);
    if (tool.steps) assert.equal(tool.steps(dragged(0, 0)), 0);
    if (tool.drag) assert.notDeepEqual(tool.drag(start, dragged(30, 30)), start);
    if (tool.steps) assert.notEqual(tool.steps(dragged(0, 300)), 0);
  });
}

test('no two tools share a name or a key', () => {
  assert.equal(new Set(TOOLS.map(({ name }) => name)).size, TOOLS.length);
  assert.equal(new Set(TOOLS.map(({ shortcut }) => shortcut)).size, TOOLS.length);
});

test('an unknown tool is window and level', () => assert.equal(toolNamed('saw'), windowLevel));

test('window: right is wider, left narrower, and never nothing', () => {
  const width = (x) => windowLevel.drag(newPresentation(), dragged(x, 0)).voi.width;
  assert.ok(width(100) > 400 && width(-100) < 400);
  assert.ok(width(-100_000) > 0);
});

test('level: up is brighter, which is lower', () => {
  const center = (y) => windowLevel.drag(newPresentation(), dragged(0, y)).voi.center;
  assert.equal(center(-100), -60);
  assert.equal(center(100), 140);
});

test('a narrow window moves in small steps', () => {
  const { voi } = windowLevel.drag(newPresentation(), dragged(10, 10, { window: { center: 0.5, width: 1 } }));
  assert.ok(voi.width > 1 && voi.width < 1.1);
  assert.ok(voi.center > 0.5 && voi.center < 0.6);
});

test('pan moves by image pixels', () => {
  const start = { ...newPresentation(), pan: { x: 1, y: 2 } };
  assert.deepEqual(pan.drag(start, dragged(20, -8)).pan, { x: 11, y: -2 });
});

test('zoom: up is larger, about the hand', () => {
  const twice = zoom.drag(newPresentation(), dragged(0, -150));
  assert.equal(twice.zoom, 2);
  assert.deepEqual(twice.pan, { x: -5, y: -10 });
});

test('scroll: the viewport’s height is the whole stack, but small stacks do not run away', () => {
  assert.equal(stackScroll.steps(dragged(0, 800)), 100);
  assert.equal(stackScroll.steps(dragged(0, 24, { count: 2 })), 1);
  assert.equal(stackScroll.steps(dragged(0, -30, { count: 5000 })), -10);
});
