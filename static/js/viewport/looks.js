/** What a presentation state means for a viewport. All pure. */

/** @import { Frame, ImageRef, Point, Presentation, Size } from '../core/types.js' */
/** @import { Covered, Look } from '../dicomweb/authored.js' */

import { fitScale } from '../core/geometry.js';
import { covers } from '../dicomweb/frames.js';

/** The part that is for an image: the first that names it, or that names none. @template {{ images: Covered[] }} T @param {T[]} parts @param {ImageRef} image @returns {T | undefined} */
export function partFor(parts, image) {
  return parts.find(({ images }) => images.length === 0 || covers(images, image));
}

/** How a viewport of this size shows an image as the state wants it. @param {Look} look @param {Frame} frame @param {Size} viewport @param {number} density  the screen's own pixels in one of CSS: PS3.3 C.10.4 magnifies to those @returns {Presentation} */
export function presentationOf(look, frame, viewport, density) {
  const { rotation, flip_horizontal, invert } = look;
  const window = partFor(look.windows, frame.image);
  const area = partFor(look.areas, frame.image);
  const start = { voi: window ? { center: window.center, width: window.width } : null, rotation, flip_horizontal, flip_vertical: false, invert, camera: null };
  if (!area) return { ...start, zoom: 1, pan: { x: 0, y: 0 } };
  const shown = { columns: area.right - area.left, rows: area.bottom - area.top, aspect: frame.aspect };
  const scale = area.magnification ? area.magnification / density : fitScale(shown, viewport, rotation);
  const off = {
    x: ((area.left + area.right) / 2 - (frame.columns - 1) / 2) * (flip_horizontal ? -1 : 1),
    y: ((area.top + area.bottom) / 2 - (frame.rows - 1) / 2) * frame.aspect,
  };
  const seen = turned(off, rotation);
  // what lies right of the middle comes to it by moving the image left
  return { ...start, zoom: scale / fitScale(frame, viewport, rotation), pan: { x: -seen.x + 0, y: -seen.y + 0 } };
}

/** Clockwise, as seen. @param {Point} point @param {number} rotation @returns {Point} */
function turned({ x, y }, rotation) {
  switch (rotation) {
    case 90: return { x: -y, y: x };
    case 180: return { x: -x, y: -y };
    case 270: return { x: y, y: -x };
    default: return { x, y };
  }
}

/** A share of the displayed area, as that lies on the screen, as a point of the image. @param {Look} look @param {Frame} frame @param {Point} share @returns {Point} */
export function pointInArea(look, frame, { x, y }) {
  const area = partFor(look.areas, frame.image) ?? { left: -0.5, right: frame.columns - 0.5, top: -0.5, bottom: frame.rows - 0.5 };
  const back = turned({ x: x - 0.5, y: y - 0.5 }, (360 - look.rotation) % 360);
  const across = look.flip_horizontal ? -back.x : back.x;
  return { x: (area.left + area.right) / 2 + across * (area.right - area.left), y: (area.top + area.bottom) / 2 + back.y * (area.bottom - area.top) };
}

/** Has nobody changed it since? Where somebody else has done it, zoom and place are those of another screen. @param {Presentation} made @param {Presentation} now */
export function isAsMade(made, now) {
  const turns = (/** @type {Presentation} */ { rotation, flip_horizontal, flip_vertical, invert }) => (
    JSON.stringify([rotation, flip_horizontal, flip_vertical, invert]));
  const place = (/** @type {Presentation} */ { zoom, pan }) => JSON.stringify([zoom, pan.x, pan.y]);
  return turns(made) === turns(now) && (now.camera !== null || place(made) === place(now)) && made.voi?.center === now.voi?.center && made.voi?.width === now.voi?.width;
}
