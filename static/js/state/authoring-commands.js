/** What becomes part of the record: measurements, how images are shown, key images. */

/** @import { ImageRef } from '../core/types.js' */
/** @import { Command } from './commands.js' */
/** @import { ViewerState } from './viewer.js' */

import { imageIn } from './select.js';

/** Why images were chosen: the titles that the server writes, and how they read. */
export const TITLES = /** @type {const} */ ([
  ['of-interest', 'Of interest'], ['for-conference', 'For conference'], ['for-surgery', 'For surgery'], ['for-therapy', 'For therapy'],
  ['for-referring-provider', 'For referring provider'], ['for-patient', 'For patient'], ['for-teaching', 'For teaching'],
  ['best-in-set', 'Best in set'],
]);

/** The key images: in a session those of everybody in it. @param {ViewerState} state @returns {ImageRef[]} */
export function keyImages({ session, keys }) {
  return session?.room ? session.room.key_images.map(({ image }) => image) : keys;
}

/** @param {ImageRef} a @param {ImageRef} b */
export function isSameImage(a, b) {
  return a.instance_uid === b.instance_uid && a.frame_number === b.frame_number;
}

/** @type {Command['act']} */
function toggleKey(state) {
  const image = imageIn(state, state.view.active_viewport);
  if (!image) return [];
  const key = !keyImages(state).some((one) => isSameImage(one, image));
  if (state.session?.room) return [{ type: 'key-image/set', image, key }];
  const keys = key ? [...state.keys, image] : state.keys.filter((one) => !isSameImage(one, image));
  const text = key ? 'Marked as a key image. Shift K saves them.' : 'No key image any more.';
  return [{ type: 'keys/set', keys }, { type: 'notice/set', text }];
}

/** @type {Command[]} */
export const AUTHORING = [
  { name: 'marks-save', title: 'Save the measurements as a DICOM report', label: 'Save measurements', keys: ['Shift+s'], group: 'Keep', act: () => [{ type: 'author/ask', wish: 'marks' }] },
  { name: 'presentation-save', title: 'Save window, position and marks as a DICOM presentation state', label: 'Save presentation', keys: ['Shift+v'], group: 'Keep', act: () => [{ type: 'author/ask', wish: 'presentation' }] },
  { name: 'key-image', title: 'A key image, or no longer', label: 'Key image', keys: ['k'], group: 'Keep', act: toggleKey },
  { name: 'keys-save', title: 'Save the key images as a DICOM selection', label: 'Save key images', keys: ['Shift+k'], group: 'Keep', act: () => [{ type: 'author/ask', wish: 'keys' }] },
];
