import assert from 'node:assert/strict';
import test from 'node:test';

import { allKeyImages, AUTHORING, keyImages, notedFor } from '../../static/js/state/authoring-commands.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { imageRef } from './wire.js';

const showing = (image) => ({ ...INITIAL, view: { ...INITIAL.view, viewports: [{ image, presentation: newPresentation() }] } });
const press = (state) => AUTHORING.find(({ keys }) => keys.includes('k')).act(state).reduce(reduce, state);

test('K makes the image on the screen a key image, and again undoes it', () => {
  const once = press(showing(imageRef(3)));
  assert.deepEqual(keyImages(once), [imageRef(3)]);
  const other = press({ ...once, view: showing(imageRef(4)).view });
  assert.deepEqual(keyImages(other), [imageRef(3), imageRef(4)]);
  assert.deepEqual(keyImages(press(other)), [imageRef(3)]);
  assert.deepEqual(press(INITIAL), INITIAL);
});

test('in a session the key images are those of the room, and K asks the room', () => {
  const room = { key_images: [{ image: imageRef(1), by: 'p1', at: 1 }] };
  const state = { ...showing(imageRef(1)), session: { room } };
  assert.deepEqual(keyImages(state), [imageRef(1)]);
  const [asked] = AUTHORING.find(({ keys }) => keys.includes('k')).act(state);
  assert.deepEqual(asked, { type: 'key-image/set', image: imageRef(1), key: false });
});

test('saved and new key images are one list in the order of the stack, gone through round and round', () => {
  const frames = [1, 2, 3, 4, 5].map((n) => ({ image: imageRef(n) }));
  const { study_uid, series_uid } = imageRef(1);
  const saved = { study_uid, series_uid, instance_uid: imageRef(4).instance_uid, frames: [], reasons: ['For Conference'] };
  const state = {
    ...showing(imageRef(3)), keys: [imageRef(2), imageRef(4)], noted: [saved], opened: [study_uid],
    series: { [series_uid]: { study_uid, series_uid } }, stacks: { [series_uid]: { status: 'ready', frames, problem: '' } },
  };
  assert.deepEqual(allKeyImages(state).map(({ instance_uid }) => instance_uid), [imageRef(2).instance_uid, imageRef(4).instance_uid]);
  assert.deepEqual([notedFor(state, imageRef(4)), notedFor(state, imageRef(2))], [['For Conference'], null]);
  const go = (name, image) => AUTHORING.find((one) => one.name === name).act({ ...state, view: showing(image).view })[0].image?.instance_uid;
  assert.equal(go('next-key', imageRef(3)), imageRef(4).instance_uid);
  assert.equal(go('next-key', imageRef(4)), imageRef(2).instance_uid);
  assert.equal(go('previous-key', imageRef(3)), imageRef(2).instance_uid);
  assert.equal(go('previous-key', imageRef(1)), imageRef(4).instance_uid);
  assert.equal(AUTHORING.find(({ name }) => name === 'next-key').act(showing(imageRef(1)))[0].type, 'notice/set');
});
