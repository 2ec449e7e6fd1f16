/**
 * Where an image lies in its viewport.
 * Image points are in image pixels: `{x: 0, y: 0}` is the middle of the top left pixel. Screen points are in CSS
 * pixels from the viewport's top left corner.
 */

/** @import { Point, Presentation, Size } from './types.js' */

/**
 * @typedef {object} Placement
 * @property {number} scale  CSS pixels per image pixel, horizontally before any rotation
 * @property {[number, number, number, number, number, number]} matrix  image to screen, as a canvas transform
 * @property {(point: Point) => Point} toScreen
 * @property {(point: Point) => Point} toImage
 */

/**
 * Flips, then turns clockwise, scales to fit times zoom, and moves by pan.
 * @param {{ columns: number, rows: number, aspect: number }} image
 * @param {Size} viewport
 * @param {Presentation} presentation
 * @returns {Placement}
 */
export function place(image, viewport, presentation) {
  const scale = fitScale(image, viewport, presentation.rotation) * presentation.zoom;
  const [cos, sin] = turn(presentation.rotation);
  const flipX = presentation.flip_horizontal ? -1 : 1;
  const flipY = (presentation.flip_vertical ? -1 : 1) * image.aspect;
  const a = scale * cos * flipX;
  const b = scale * sin * flipX;
  const c = -scale * sin * flipY;
  const d = scale * cos * flipY;
  const middle = { x: (image.columns - 1) / 2, y: (image.rows - 1) / 2 };
  const e = viewport.width / 2 + scale * presentation.pan.x - a * middle.x - c * middle.y;
  const f = viewport.height / 2 + scale * presentation.pan.y - b * middle.x - d * middle.y;
  const determinant = a * d - b * c;
  return {
    scale,
    matrix: [a, b, c, d, e, f],
    toScreen: ({ x, y }) => ({ x: a * x + c * y + e, y: b * x + d * y + f }),
    toImage: ({ x, y }) => ({
      x: (d * (x - e) - c * (y - f)) / determinant,
      y: (a * (y - f) - b * (x - e)) / determinant,
    }),
  };
}

/**
 * CSS pixels per image pixel at which the whole image just fits.
 * @param {{ columns: number, rows: number, aspect: number }} image
 * @param {Size} viewport
 * @param {number} rotation
 */
export function fitScale(image, viewport, rotation) {
  const lying = rotation % 180 !== 0;
  const height = image.rows * image.aspect;
  const across = lying ? height : image.columns;
  const down = lying ? image.columns : height;
  return Math.max(1e-6, Math.min(viewport.width / across, viewport.height / down));
}

const ZOOM_RANGE = /** @type {const} */ ([0.05, 64]);
const PAN_LIMIT = 100_000;

/**
 * Zooms so that what lies at `from` (offset from the viewport's middle, in image pixels as shown) stays there.
 * @param {Presentation} start @param {number} factor @param {Point} [from] @returns {Presentation}
 */
export function zoomAbout(start, factor, from = { x: 0, y: 0 }) {
  const zoom = clamp(start.zoom * factor, ...ZOOM_RANGE);
  const share = start.zoom / zoom - 1;
  return panBy({ ...start, zoom }, { x: from.x * share, y: from.y * share });
}

/** @param {Presentation} start @param {Point} by in image pixels as shown @returns {Presentation} */
export function panBy(start, by) {
  const x = clamp(start.pan.x + by.x, -PAN_LIMIT, PAN_LIMIT);
  const y = clamp(start.pan.y + by.y, -PAN_LIMIT, PAN_LIMIT);
  return { ...start, pan: { x, y } };
}

/** Cosine and sine of a quarter turn, exactly. @param {number} rotation @returns {[number, number]} */
export function turn(rotation) {
  switch (((rotation % 360) + 360) % 360) {
    case 90: return [0, 1];
    case 180: return [-1, 0];
    case 270: return [0, -1];
    default: return [1, 0];
  }
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * A round length for a scale bar, at most `room` CSS pixels long.
 * @param {number} pixelsPerMm
 * @param {number} room
 * @returns {{ length: number, text: string } | null}  length in CSS pixels
 */
export function scaleBar(pixelsPerMm, room) {
  const fits = [500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5].find((mm) => mm * pixelsPerMm <= room);
  if (fits === undefined) return null;
  return { length: fits * pixelsPerMm, text: fits >= 10 ? `${fits / 10} cm` : `${fits} mm` };
}
