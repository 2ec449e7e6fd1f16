/**
 * What of the patient a screen shows, whatever its shape: the place in the middle and the height in millimetres.
 * A room keeps that; each screen makes its own zoom and position of it. An image nobody has zoomed or moved is whole on every screen.
 */

/** @import { Camera, Frame, Point, Presentation, Size } from '../core/types.js' */

import { clamp, fitScale, place, turn } from '../core/geometry.js';
import { toPatient, toPixel } from '../core/space.js';

const ALIKE = 1e-6;

/** What a screen of this size shows; null: the whole image, or an image that does not know its millimetres. @param {Frame} frame @param {Size} size @param {Presentation} presentation @returns {Camera | null} */
export function cameraOf(frame, size, presentation) {
  const { zoom, pan } = presentation;
  if (!frame.spacing || !(size.height > 0) || (zoom === 1 && pan.x === 0 && pan.y === 0)) return null;
  const placement = place(frame, size, presentation);
  const middle = placement.toImage({ x: size.width / 2, y: size.height / 2 });
  return { center: toPatient(frame, middle), height: (size.height * frame.spacing.column) / placement.scale };
}

/** The same on a screen of this size: its own zoom, and the same place in the middle. @param {Frame} frame @param {Size} size @param {Presentation} presentation @returns {Presentation} */
export function seenBy(frame, size, presentation) {
  const { camera } = presentation;
  if (!camera || !frame.spacing || !(size.height > 0)) return presentation;
  const scale = (size.height * frame.spacing.column) / camera.height;
  const zoom = clamp(scale / fitScale(frame, size, presentation.rotation), 0.05, 64);
  const pixel = camera.center && toPixel(frame, camera.center);
  const pan = pixel ? panTo(frame, presentation, pixel) : presentation.pan;
  const same = Math.abs(zoom / presentation.zoom - 1) < ALIKE && Math.hypot(pan.x - presentation.pan.x, pan.y - presentation.pan.y) < ALIKE * frame.columns;
  return same ? presentation : { ...presentation, zoom, pan };
}

/** How far the image is moved so that this pixel is in the middle. @param {Frame} frame @param {Presentation} presentation @param {Point} pixel @returns {Point} */
function panTo({ columns, rows, aspect }, { rotation, flip_horizontal, flip_vertical }, pixel) {
  const [cos, sin] = turn(rotation);
  const x = (pixel.x - (columns - 1) / 2) * (flip_horizontal ? -1 : 1);
  const y = (pixel.y - (rows - 1) / 2) * (flip_vertical ? -1 : 1) * aspect;
  return { x: -(cos * x - sin * y), y: -(sin * x + cos * y) };
}
