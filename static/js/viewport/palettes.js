/** The colours grey values may be shown in: well-known palettes of PS3.6 Annex B.1. Grey pictures are exact 8-bit values, so mapping them in the browser loses nothing. */

/** @import { Picture } from '../core/types.js' */

/** In the order of the command; empty: grey. */
export const PALETTE_NAMES = ['', 'Hot Iron', 'PET', 'Hot Metal Blue'];

/** For red, green and blue: grey values and what becomes of them, with straight lines between. @type {Record<string, [number, number][][]>} */
const KNOTS = {
  'Hot Iron': [
    [[0, 0], [127, 254], [128, 255], [255, 255]],
    [[0, 0], [128, 0], [254, 252], [255, 255]],
    [[0, 0], [191, 0], [254, 252], [255, 255]],
  ],
  PET: [
    [[0, 0], [63, 0], [64, 1], [149, 170], [150, 171], [192, 255], [255, 255]],
    [[0, 0], [62, 125], [63, 128], [127, 1], [128, 0], [254, 252], [255, 255]],
    [[0, 0], [1, 1], [128, 255], [130, 248], [192, 0], [233, 165], [235, 174], [254, 250], [255, 255]],
  ],
  'Hot Metal Blue': [
    [[0, 0], [85, 0], [102, 50], [119, 90], [153, 190], [170, 255], [255, 255]],
    [[0, 0], [119, 0], [238, 224], [255, 255]],
    [[0, 0], [17, 33], [42, 83], [44, 86], [75, 147], [93, 183], [95, 186], [102, 200], [119, 150], [136, 50], [153, 0], [170, 0], [238, 200], [255, 255]],
  ],
};

/** Red, green and blue of every grey value, one after the other. @param {string} name */
export function paletteTable(name) {
  const table = new Uint8Array(3 * 256);
  (KNOTS[name] ?? []).forEach((knots, channel) => {
    for (let grey = 0; grey < 256; grey += 1) {
      const next = Math.max(1, knots.findIndex(([at]) => at >= grey));
      const [[low, from] = [0, 0], [high, to] = [255, 255]] = [knots[next - 1], knots[next]];
      table[3 * grey + channel] = evenly(from + ((to - from) * (grey - low)) / (high - low));
    }
  });
  return table;
}

/** To the nearest whole number, halves to the even one. @param {number} value */
function evenly(value) {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** @type {WeakMap<ImageBitmap, { key: string, canvas: OffscreenCanvas }>} */
const made = new WeakMap();

/** The picture in the colours of a palette, made once. @param {Picture} picture @param {string} name @param {boolean} invert @returns {CanvasImageSource} */
export function coloured({ bitmap }, name, invert) {
  const key = `${name} ${invert}`;
  const known = made.get(bitmap);
  if (known?.key === key) return known.canvas;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const [pixels, table] = [image.data, paletteTable(name)];
  for (let at = 0; at < pixels.length; at += 4) {
    const grey = 3 * (invert ? 255 - (pixels[at] ?? 0) : pixels[at] ?? 0);
    for (let channel = 0; channel < 3; channel += 1) pixels[at + channel] = table[grey + channel] ?? 0;
  }
  context.putImageData(image, 0, 0);
  made.set(bitmap, { key, canvas });
  return canvas;
}
