/** Draws one rendered picture on one canvas: turned, flipped, scaled, moved and inverted as its presentation says. */

/** @import { Size } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasImageSource} picture
 * @param {{ columns: number, rows: number }} image  the picture may be smaller than the image
 * @param {Placement} placement
 * @param {boolean} invert
 * @param {number} density  device pixels per CSS pixel
 * @param {boolean} fine  smoothed as well as can be, which without a graphics card takes longer than all else in a step through a stack
 */
export function drawPicture(context, picture, image, placement, invert, density, fine) {
  clearCanvas(context);
  const [a, b, c, d, e, f] = placement.matrix;
  context.setTransform(a * density, b * density, c * density, d * density, e * density, f * density);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = fine ? 'high' : 'low';
  // the middle of the first pixel is the origin, so its corner lies half a pixel further out
  context.drawImage(picture, -0.5, -0.5, image.columns, image.rows);
  if (invert) {
    context.globalCompositeOperation = 'difference';
    context.fillStyle = 'white';
    context.fillRect(-0.5, -0.5, image.columns, image.rows);
    context.globalCompositeOperation = 'source-over';
  }
}

/** @param {CanvasRenderingContext2D} context */
export function clearCanvas(context) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = 'black';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/** Gives the canvas as many pixels as the screen has there. @param {HTMLCanvasElement} canvas @param {Size} size @param {number} density */
export function resizeCanvas(canvas, size, density) {
  const width = Math.max(1, Math.round(size.width * density));
  const height = Math.max(1, Math.round(size.height * density));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Larger images are asked for at the size they are shown. */
const NATIVE_UP_TO = 1024;
const STEP = 256;

/**
 * The longest side of the picture to ask for; null: as it is stored.
 * @param {{ columns: number, rows: number, aspect: number }} image
 * @param {number} scale  CSS pixels per image pixel
 * @param {number} density
 */
export function sideToAsk({ columns, rows, aspect }, scale, density) {
  const longest = Math.max(columns, rows);
  if (longest <= NATIVE_UP_TO) return null;
  const needed = Math.ceil((longest * scale * density * Math.max(1, aspect)) / STEP) * STEP;
  return needed >= longest ? null : Math.max(needed, STEP);
}
