/** What people leave on the images: annotations, undone by their author alone; key images. Twin of `server/sessions/marking.py`. */

/** @import { Annotation, AnnotationPut, ImageRef, Memory, Room, Step } from '../core/types.js' */

import { present, refuse, shared, withoutKey } from './standing.js';

const MOST_ANNOTATIONS = 500;
const MOST_KEY_IMAGES = 200;
const MOST_UNDONE = 20;

/** @param {Room} room @param {AnnotationPut & { by: string }} event @returns {Partial<Room>} */
export function putAnnotation(room, { by, annotation_id, image, content }) {
  present(room, by);
  shared(room, image.study_uid);
  const before = own(room, by, annotation_id);
  if (!before && Object.keys(room.annotations).length >= MOST_ANNOTATIONS) {
    refuse(`A session holds ${MOST_ANNOTATIONS} annotations at most.`);
  }
  return done(room, by, { annotation_id, before, after: { by, image, content } });
}

/** @param {Room} room @param {string} by @param {string} id @returns {Partial<Room>} */
export function removeAnnotation(room, by, id) {
  present(room, by);
  const before = own(room, by, id);
  return before ? done(room, by, { annotation_id: id, before, after: null }) : {};
}

/** @param {Room} room @param {string} by @returns {Partial<Room>} */
export function undo(room, by) {
  present(room, by);
  const memory = memoryOf(room, by);
  const step = memory.done.at(-1);
  if (!step) return refuse('You have nothing to undo.');
  own(room, by, step.annotation_id);
  const left = { done: memory.done.slice(0, -1), undone: [...memory.undone, step] };
  return become(room, by, step.annotation_id, step.before, left);
}

/** @param {Room} room @param {string} by @returns {Partial<Room>} */
export function redo(room, by) {
  present(room, by);
  const memory = memoryOf(room, by);
  const step = memory.undone.at(-1);
  if (!step) return refuse('You have nothing to redo.');
  own(room, by, step.annotation_id);
  const left = { done: [...memory.done, step], undone: memory.undone.slice(0, -1) };
  return become(room, by, step.annotation_id, step.after, left);
}

/** @param {Room} room @param {string} by @param {number} at @param {ImageRef} image @param {boolean} key @returns {Partial<Room>} */
export function setKeyImage(room, by, at, image, key) {
  present(room, by);
  shared(room, image.study_uid);
  const found = room.key_images.find((one) => isSame(one.image, image));
  if (key === Boolean(found)) return {};
  if (found) {
    if (by !== found.by && by !== room.leader && by !== room.chair) refuse('Somebody else marked this key image.');
    return { key_images: room.key_images.filter((one) => one !== found) };
  }
  if (room.key_images.length >= MOST_KEY_IMAGES) refuse(`A session has ${MOST_KEY_IMAGES} key images at most.`);
  return { key_images: [...room.key_images, { image, by, at }] };
}

/** @param {ImageRef} a @param {ImageRef} b */
function isSame(a, b) {
  return a.study_uid === b.study_uid && a.series_uid === b.series_uid && a.instance_uid === b.instance_uid
    && a.frame_number === b.frame_number;
}

/** @param {Room} room @param {string} by @param {string} id @returns {Annotation | null} */
function own(room, by, id) {
  const annotation = Object.hasOwn(room.annotations, id) ? room.annotations[id] : undefined;
  if (annotation && annotation.by !== by) refuse('That annotation is somebody else’s.');
  return annotation ?? null;
}

/** @param {Room} room @param {string} by @returns {Memory} */
function memoryOf(room, by) {
  return (Object.hasOwn(room.memories, by) && room.memories[by]) || { done: [], undone: [] };
}

/** @param {Room} room @param {string} by @param {Step} step */
function done(room, by, step) {
  const all = [...memoryOf(room, by).done, step].slice(-MOST_UNDONE);
  return become(room, by, step.annotation_id, step.after, { done: all, undone: [] });
}

/** @param {Room} room @param {string} by @param {string} id @param {Annotation | null} annotation @param {Memory} memory */
function become(room, by, id, annotation, memory) {
  const others = withoutKey(room.annotations, id);
  return {
    annotations: annotation ? { ...others, [id]: annotation } : others,
    memories: { ...room.memories, [by]: memory },
  };
}
