import assert from 'node:assert/strict';
import test from 'node:test';

import { AUTHORING, keyImages } from '../../static/js/state/authoring-commands.js';
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
