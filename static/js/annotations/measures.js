/** What marks measure, and how it is said: millimetres only where the image says how large its pixels are. */

/** @import { Frame, ImageRef, MeasuredRegion, Point, Spacing } from '../core/types.js' */
/** @import { Mark, Summary } from './model.js' */

import { dot } from '../core/space.js';
import { SPACING_WORDS } from '../core/wording.js';
import { MILLIMETRES, planeText } from './planes.js';

/** Pixels stretched to where they lie: `unit` px when the image does not say how large they are. @param {Pick<Frame, 'spacing' | 'aspect'>} frame */
export function scaleOf({ spacing, aspect }) {
  return spacing
    ? { x: spacing.column, y: spacing.row, unit: 'mm', note: SPACING_WORDS[spacing.kind] }
    : { x: 1, y: aspect, unit: 'px', note: 'not calibrated' };
}

/** Millimetres; what is less counts as none. */
const LEAST = 1e-6;

const PARALLEL = 0.9999;

/**
 * @typedef {Pick<Frame, 'spacing' | 'aspect' | 'regions'>} Scaled
 * @typedef {Pick<Mark, 'kind' | 'image' | 'points' | 'known'>} Line  a mark that may be one of known length
 */

/**
 * The image as a mark is measured on it: calibrated by the last line of known length that the same person has drawn there or on an image enlarged alike, or
 * as the region says in which it lies.
 * @template {Scaled} T @param {T} frame @param {Line[]} marks  of one person @param {Pick<Mark, 'image' | 'points'>} mark @param {Frame[]} stack  of the mark's series @returns {T}
 */
export function calibrated(frame, marks, { image, points }, stack) {
  return byHand(frame, marks, image, stack) ?? (frame.spacing ? frame : { ...frame, spacing: spacingAround(points, frame.regions ?? []) });
}

/** The image as lines of known length say, the last first; null when none is for it. @template {Scaled} T @param {T} frame @param {Line[]} marks @param {ImageRef} image @param {Frame[]} stack @returns {T | null} */
export function byHand(frame, marks, image, stack) {
  const line = marks.findLast((one) => one.kind === 'calibration' && one.known && reaches(one.image, image, stack));
  const [a, b] = line?.points ?? [];
  const length = a && b ? lengthOf(frame, a, b) : 0;
  if (!line?.known || !(length > 0)) return null;
  const { x, y } = scaleOf(frame);
  const factor = line.known / length;
  return { ...frame, spacing: { column: x * factor, row: y * factor, kind: 'hand' } };
}

/** @param {ImageRef} from @param {ImageRef} to @param {Frame[]} stack */
function reaches(from, to, stack) {
  if (from.series_uid !== to.series_uid) return false;
  if (isSame(from, to)) return true;
  const [one, other] = [from, to].map((image) => stack.find((frame) => isSame(frame.image, image)));
  return Boolean(one && other && isEnlargedAlike(one, other));
}

/** @param {ImageRef} a @param {ImageRef} b */
function isSame(a, b) {
  return a.instance_uid === b.instance_uid && a.frame_number === b.frame_number;
}

/**
 * Is what is known of one image's scale known of the other's? Of frames of one instance, and of parallel slices; another exposure enlarges
 * otherwise, and nothing in it says how.
 * @param {Frame} one @param {Frame} other  of the same series
 */
export function isEnlargedAlike(one, other) {
  const pixels = (/** @type {Frame} */ { columns, rows, aspect, spacing }) => [columns, rows, aspect, spacing?.column, spacing?.row, spacing?.kind].join();
  if (pixels(one) !== pixels(other)) return false;
  if (one.image.instance_uid === other.image.instance_uid) return true;
  const [a, b] = [one.plane, other.plane];
  return a !== null && b !== null && a.frame_of_reference === b.frame_of_reference && dot(a.row, b.row) > PARALLEL && dot(a.column, b.column) > PARALLEL;
}

/** What a line of known length calibrates, in words. @param {Pick<Mark, 'image'>} line @param {Frame[]} stack */
export function reachText({ image }, stack) {
  const on = stack.find((frame) => isSame(frame.image, image));
  const alike = on ? stack.filter((frame) => isEnlargedAlike(on, frame)) : [];
  if (alike.length < 2) return 'for this image alone';
  return alike.every((frame) => frame.image.instance_uid === image.instance_uid) ? `for these ${alike.length} frames` : `for these ${alike.length} parallel slices`;
}

/** That of the one region of tissue in which all of these lie; where another reaches there too, nobody knows. @param {Point[]} points @param {MeasuredRegion[]} regions @returns {Spacing | null} */
function spacingAround(points, regions) {
  const touched = regions.filter(({ left, top, right, bottom }) => points.some(({ x, y }) => x >= left - 0.5 && x <= right + 0.5 && y >= top - 0.5 && y <= bottom + 0.5));
  const [only] = touched;
  const whole = only && points.every(({ x, y }) => x >= only.left - 0.5 && x <= only.right + 0.5 && y >= only.top - 0.5 && y <= only.bottom + 0.5);
  return touched.length === 1 && whole && only.size ? { ...only.size, kind: 'patient' } : null;
}

/** @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {Point} a @param {Point} b */
export function lengthOf(frame, a, b) {
  const { x, y } = scaleOf(frame);
  return Math.hypot((b.x - a.x) * x, (b.y - a.y) * y);
}

/** Between two directions, in degrees from 0 to 180. @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {[Point, Point]} one @param {[Point, Point]} other */
export function angleOf(frame, [a, b], [c, d]) {
  const { x, y } = scaleOf(frame);
  const [p, q, r, s] = [(b.x - a.x) * x, (b.y - a.y) * y, (d.x - c.x) * x, (d.y - c.y) * y];
  return Math.abs(Math.atan2(p * s - q * r, p * r + q * s)) * (180 / Math.PI);
}

/**
 * Between two end plates, in degrees from 0 to 180, whichever way each was drawn: both are looked along from the same side of the spine, which runs
 * from the middle of the one to the middle of the other.
 * @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {Point} a @param {Point} b @param {Point} c @param {Point} d
 */
export function cobbOf(frame, a, b, c, d) {
  const { x, y } = scaleOf(frame);
  const spine = { x: (c.x + d.x - a.x - b.x) * x, y: (c.y + d.y - a.y - b.y) * y };
  const side = (/** @type {Point} */ from, /** @type {Point} */ to) => spine.x * (to.y - from.y) * y - spine.y * (to.x - from.x) * x;
  const [one, other] = [side(a, b), side(c, d)];
  const angle = angleOf(frame, [a, b], [c, d]);
  if (one === 0 || other === 0) return Math.min(angle, 180 - angle);
  return one * other > 0 ? angle : 180 - angle;
}

/** @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {Point[]} points */
export function polygonArea(frame, points) {
  const { x, y } = scaleOf(frame);
  const twice = points.reduce((sum, a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    return sum + a.x * b.y - b.x * a.y;
  }, 0);
  return (Math.abs(twice) / 2) * x * y;
}

/** @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {Point} a @param {Point} b opposite corners */
export function ellipseArea(frame, a, b) {
  const { x, y } = scaleOf(frame);
  return (Math.PI / 4) * Math.abs(b.x - a.x) * x * Math.abs(b.y - a.y) * y;
}

/**
 * The lines of text beside a mark.
 * @param {Pick<Mark, 'kind' | 'points' | 'text' | 'plane' | 'known'>} mark @param {Pick<Frame, 'spacing' | 'aspect'>} frame
 * @param {Summary | string | undefined} summary @param {string} unit of the modality values
 * @param {string} [reach]  what a line of known length calibrates
 * @returns {string[]}
 */
export function linesOf({ plane, ...mark }, frame, summary, unit, reach = '') {
  const measured = linesOn(mark, plane ? MILLIMETRES : frame, summary, unit, plane ? 'samples' : 'pixels');
  const lines = mark.kind === 'calibration' && mark.known && reach ? [...measured, reach] : measured;
  if (lines.length === 0) return lines;
  // an arrow has nothing but its words; whoever said something of another mark is heard too
  return [...lines, ...(plane ? [planeText(plane)] : []), ...(mark.kind !== 'arrow' && mark.text ? [mark.text] : [])];
}

/** @param {Pick<Mark, 'kind' | 'points' | 'text' | 'known'>} mark @param {Pick<Frame, 'spacing' | 'aspect'>} frame @param {Summary | string | undefined} summary @param {string} unit @param {string} counted */
function linesOn({ kind, points, text, known }, frame, summary, unit, counted) {
  const { unit: of, note } = scaleOf(frame);
  const [a, b, c, d] = points;
  if (!a || !b) return [text].filter(Boolean);
  const long = `${said(lengthOf(frame, a, b))} ${of}`;
  const noted = (/** @type {string[]} */ lines) => (note ? [...lines, note] : lines);
  switch (kind) {
    case 'length': return noted([long]);
    case 'angle': return c ? [`${angleOf(frame, [b, a], [b, c]).toFixed(1)}°`] : [];
    case 'cobb': return c && d ? [`Cobb ${cobbOf(frame, a, b, c, d).toFixed(1)}°`] : [];
    case 'calibration': return [known ? `${said(known)} mm, known` : 'How long?'];
    case 'bidirectional': return noted(c && d ? [`${said(Math.max(lengthOf(frame, a, b), lengthOf(frame, c, d)))} × ${said(Math.min(lengthOf(frame, a, b), lengthOf(frame, c, d)))} ${of}`] : [long]);
    case 'ellipse': return noted([areaText(ellipseArea(frame, a, b), of), ...summaryLines(summary, unit, counted)]);
    case 'polygon': return noted(points.length < 3 ? [] : [areaText(polygonArea(frame, points), of), ...summaryLines(summary, unit, counted)]);
    default: return [text].filter(Boolean);
  }
}

/** @param {Summary | string | undefined} summary @param {string} unit @param {string} counted */
function summaryLines(summary, unit, counted) {
  if (summary === undefined) return ['…'];
  if (typeof summary === 'string') return [summary];
  if (summary.channels?.length) return [...summary.channels.map(channelLine), `${summary.pixels} ${counted}; colours as drawn, 0 to 255`];
  if (summary.mean === null) return [summary.padding ? 'Nothing but padding' : 'No pixels'];
  const of = (summary.unit ?? unit) && ` ${summary.unit ?? unit}`;
  return [
    `Mean ${valueText(summary.mean)}${of}  SD ${valueText(summary.deviation ?? 0)}`,
    `Min ${valueText(summary.minimum ?? 0)}  Max ${valueText(summary.maximum ?? 0)}`,
    [`${summary.pixels} ${counted}`, summary.padding ? `${summary.padding} of padding left out` : '', summary.outside ? `${summary.outside} outside left out` : ''].filter(Boolean).join(', '),
  ];
}

const CHANNELS = ['Red', 'Green', 'Blue'];

/** @param {Summary} channel @param {number} i */
function channelLine({ mean, deviation, minimum, maximum }, i) {
  return `${CHANNELS[i]}: mean ${valueText(mean ?? 0)}  SD ${valueText(deviation ?? 0)}  min ${minimum}  max ${maximum}`;
}

/** The value of one pixel, or its colour. @param {Summary} summary @param {string} unit */
export function pixelText({ mean, padding, channels = [], unit: told }, unit) {
  if (channels.length) return channels.map((channel, i) => `${CHANNELS[i]} ${channel.mean}`).join('  ');
  return mean === null ? (padding ? 'padding' : '') : `${valueText(mean)} ${told ?? unit}`.trim();
}

/** @param {number} area @param {string} unit */
function areaText(area, unit) {
  return unit === 'mm' && area >= 999.95 ? `${said(area / 100)} cm²` : `${said(area)} ${unit}²`;
}

/** One digit behind the point, two below ten, and below a tenth the first two that count. @param {number} value  never below zero */
export function said(value) {
  return value >= LEAST && value < 0.1 ? twoThatCount(value) : value.toFixed(value < 9.995 ? 2 : 1);
}

/** Whole numbers as they are; of others one digit behind the point, and below one the first two that count. @param {number} value */
export function valueText(value) {
  const size = Math.abs(value);
  const text = Number.isInteger(size) || size >= 1000 ? size.toFixed(0) : size < 1 ? twoThatCount(size) : size.toFixed(1);
  return value < 0 ? `−${text}` : text;
}

/** @param {number} size */
function twoThatCount(size) {
  return String(Number(size.toPrecision(2)));
}

/** What modality values are called. @param {string} modality */
export function unitOf(modality) {
  return modality === 'CT' ? 'HU' : '';
}
