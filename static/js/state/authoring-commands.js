/** What becomes part of the record: measurements, how images are shown, key images. */

/** @import { ImageRef } from '../core/types.js' */
/** @import { Command } from './commands.js' */
/** @import { ViewerState } from './viewer.js' */

import { imageIn, indexIn, stackOf } from './select.js';

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

/** Why an image is a key image, as those say who saved it; null when nobody has. @param {ViewerState} state @param {ImageRef} image @returns {string[] | null} */
export function notedFor({ noted }, { instance_uid, frame_number }) {
  const found = noted.filter((one) => one.instance_uid === instance_uid && (one.frames.length === 0 || one.frames.includes(frame_number)));
  return found.length > 0 ? found.flatMap(({ reasons }) => reasons) : null;
}

/** Saved or not, each once, in the order of the strip and of their stacks. @param {ViewerState} state @returns {ImageRef[]} */
export function allKeyImages(state) {
  const saved = state.noted.flatMap(({ study_uid, series_uid, instance_uid, frames }) => (
    (frames.length > 0 ? frames : [1]).map((frame_number) => ({ study_uid, series_uid, instance_uid, frame_number }))));
  const fresh = keyImages(state).filter((image) => !notedFor(state, image));
  const series = state.opened.flatMap((uid) => Object.values(state.series).filter((one) => one.study_uid === uid));
  const place = (/** @type {ImageRef} */ image) => [
    series.findIndex(({ series_uid }) => series_uid === image.series_uid), indexIn(stackOf(state, image.series_uid), image)];
  return [...saved, ...fresh].map((image) => ({ image, at: place(image) }))
    .sort(({ at: [a = 0, i = 0] }, { at: [b = 0, j = 0] }) => a - b || i - j).map(({ image }) => image);
}

/** The key image after or before the one in the active viewport, or before and after which it lies; and round again. @param {1 | -1} by @returns {Command['act']} */
function otherKey(by) {
  return (state) => {
    const images = allKeyImages(state);
    const now = imageIn(state, state.view.active_viewport);
    const here = now && !images.some((one) => isSameImage(one, now)) ? allKeyImages({ ...state, keys: [...state.keys, now] }) : images;
    const at = now ? here.findIndex((one) => isSameImage(one, now)) : -1;
    const target = here[(at + by + here.length) % here.length];
    if (images.length === 0 || !target) return [{ type: 'notice/set', text: 'There are no key images here.' }];
    return [{ type: 'key/go', image: target }];
  };
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
  { name: 'presentation-leave', title: 'Leave the presentation state: the image as it was before', label: 'Leave presentation', keys: ['#'], group: 'Keep', act: ({ applied }) => (applied ? [{ type: 'state/ask', wish: 'leave' }] : []) },
  { name: 'key-image', title: 'A key image, or no longer', label: 'Key image', keys: ['k'], group: 'Keep', act: toggleKey },
  { name: 'next-key', title: 'Next key image', label: 'Next key image', keys: ['Shift+PageDown'], group: 'Keep', act: otherKey(1) },
  { name: 'previous-key', title: 'Previous key image', label: 'Previous key image', keys: ['Shift+PageUp'], group: 'Keep', act: otherKey(-1) },
  { name: 'keys-save', title: 'Save the key images as a DICOM selection', label: 'Save key images', keys: ['Shift+k'], group: 'Keep', act: () => [{ type: 'author/ask', wish: 'keys' }] },
];
