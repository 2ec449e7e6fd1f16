/** A viewport as one picture: its image, what is drawn over it, and its writing, with or without whose it is. */

const WHOSE = new Set(['patient-name', 'patient-id', 'patient-birth', 'study-date', 'study-description', 'institution', 'series-description']);
/** Below the picture, for what it must not be used for. */
const FOOT = 24;
const CAUTION = 'Not for primary diagnosis';
const LOOK = ['stroke', 'stroke-width', 'stroke-dasharray', 'fill', 'opacity', 'font-size', 'font-weight', 'font-family', 'text-anchor', 'paint-order'];

/** @param {HTMLElement} cell @param {boolean} named @returns {Promise<Blob>} PNG in the screen's own pixels */
export async function drawnAsSeen(cell, named) {
  const picture = /** @type {HTMLCanvasElement} */ (cell.querySelector('canvas.picture'));
  const canvas = document.createElement('canvas');
  const corner = cell.getBoundingClientRect();
  const density = picture.width / corner.width;
  [canvas.width, canvas.height] = [picture.width, picture.height + Math.round(FOOT * density)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  context.drawImage(picture, 0, 0);
  context.scale(density, density);
  for (const drawing of cell.querySelectorAll('svg.drawing')) {
    context.drawImage(await asImage(/** @type {SVGSVGElement} */ (drawing), corner, named), 0, 0, corner.width, corner.height);
  }
  for (const line of cell.querySelectorAll('viewport-text span')) {
    const text = line.textContent ?? '';
    const { testid = '' } = /** @type {HTMLElement} */ (line).dataset;
    if (text && (named || !WHOSE.has(testid))) write(context, line, text, corner);
  }
  ruler(context, cell, corner);
  context.textAlign = 'left';
  context.font = '600 13px sans-serif';
  context.fillStyle = getComputedStyle(cell).getPropertyValue('--leader');
  context.fillText(named ? CAUTION : `${CAUTION} – name and numbers left out`, 10, corner.height + FOOT - 7);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('No picture came out.')))));
}

/** @param {CanvasRenderingContext2D} context @param {Element} line @param {string} text @param {DOMRect} corner */
function write(context, line, text, corner) {
  const box = line.getBoundingClientRect();
  if (box.width === 0) return;
  const { font, color, textAlign, lineHeight } = getComputedStyle(line);
  context.font = font;
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  const [end, middle] = [textAlign === 'end' || textAlign === 'right', textAlign === 'center'];
  context.textAlign = end ? 'right' : middle ? 'center' : 'left';
  const x = (end ? box.right : middle ? box.left + box.width / 2 : box.left) - corner.left;
  const high = Number.parseFloat(lineHeight) || box.height;
  context.strokeStyle = 'black';
  context.strokeText(text, x, box.top - corner.top + high / 2, corner.width);
  context.fillStyle = color;
  context.fillText(text, x, box.top - corner.top + high / 2, corner.width);
  context.textBaseline = 'alphabetic';
}

/** @param {CanvasRenderingContext2D} context @param {HTMLElement} cell @param {DOMRect} corner */
function ruler(context, cell, corner) {
  const bar = cell.querySelector('.scale-bar');
  const box = bar?.getBoundingClientRect();
  if (!bar || !box?.width) return;
  const [left, right, top, bottom] = [box.left - corner.left, box.right - corner.left, box.top - corner.top, box.bottom - corner.top];
  context.lineWidth = 1;
  context.strokeStyle = getComputedStyle(bar).borderBottomColor;
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left, bottom);
  context.lineTo(right, bottom);
  context.lineTo(right, top);
  context.stroke();
}

/** A drawing with its looks written into it, for no style sheet reaches an image. What a presentation state writes may be a name. @param {SVGSVGElement} drawing @param {DOMRect} corner @param {boolean} named */
async function asImage(drawing, corner, named) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const [from, to] = [drawing.querySelectorAll('*'), copy.querySelectorAll('*')];
  from.forEach((element, i) => {
    const looks = getComputedStyle(element);
    for (const look of LOOK) to[i]?.setAttribute(look, looks.getPropertyValue(look));
  });
  if (!named) for (const words of copy.querySelectorAll('.state-words')) words.remove();
  copy.setAttribute('width', String(corner.width));
  copy.setAttribute('height', String(corner.height));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
