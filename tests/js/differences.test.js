import assert from 'node:assert/strict';
import test from 'node:test';

import { differences } from '../../static/js/sessions/differences.js';
import { look, newPresentation, newView } from '../../static/js/sessions/room.js';

const image = (series, n) => ({ study_uid: '1.2', series_uid: `1.2.${series}`, instance_uid: `1.2.${series}.${n}`, frame_number: 1 });
const showing = (...contents) => ({
  layout: contents.length > 1 ? '1x2' : '1x1',
  active_viewport: contents.length - 1,
  viewports: contents.map(([series, n, presentation]) => ({ image: image(series, n), presentation: { ...newPresentation(), ...presentation } })),
});
const replay = (from, events) => events.reduce((view, event) => ({ ...view, ...look(view, event) }), from);

test('nothing is told when nothing has changed', () => {
  assert.deepEqual(differences(showing([1, 1]), showing([1, 1])), []);
});

test('twenty steps through a stack are one event', () => {
  assert.deepEqual(differences(showing([1, 1]), showing([1, 21])), [{ type: 'image/set', viewport: 0, image: image(1, 21) }]);
});

test('a window set in a new series is told after the series, which would undo it', () => {
  const to = showing([2, 1, { voi: { center: 1, width: 2 } }]);
  assert.deepEqual(differences(showing([1, 1]), to).map(({ type }) => type), ['image/set', 'presentation/set']);
});

test('a presentation that the new series resets on its own is not told', () => {
  const events = differences(showing([1, 1, { zoom: 3 }]), showing([2, 1]));
  assert.deepEqual(events.map(({ type }) => type), ['image/set']);
});

test('what is told makes the other view the same, from any start', () => {
  const views = [newView(), showing([1, 1]), showing([1, 9, { zoom: 2, pan: { x: 1, y: -1 } }]), showing([2, 1], [1, 4, { invert: true }])];
  for (const from of views) {
    for (const to of views.slice(1)) {
      const reached = replay(from, differences(from, to));
      assert.deepEqual(reached.viewports.slice(0, to.viewports.length), to.viewports);
      assert.equal(reached.layout, to.layout);
      assert.equal(reached.active_viewport, to.active_viewport);
    }
  }
});

test('an empty viewport is not told: a room has no event for it', () => {
  const to = { ...newView(), layout: '1x2', viewports: [...newView().viewports, ...newView().viewports] };
  assert.deepEqual(differences(newView(), to), [{ type: 'layout/set', layout: '1x2' }]);
});

test('a viewport without an image does not take the room’s away', () => {
  assert.deepEqual(differences(showing([1, 1]), newView()), []);
});
