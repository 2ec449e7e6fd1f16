/** <viewport-text>: what is written over an image: whose it is, which one, how it is shown. */

/** @import { Frame, Presentation, Quality, Series, Spacing, Stack, Study, Voi } from '../core/types.js' */
/** @import { Placement } from '../core/geometry.js' */

import { scaleBar } from '../core/geometry.js';
import { PASS } from '../core/http.js';
import { coarseText } from '../dicomweb/line.js';
import { screenLetters } from '../core/orientation.js';
import { dateText, patientId, sexText, signed, SPACING_WORDS, timeText } from '../core/wording.js';
import { windowText } from '../viewport/windows.js';
import { expose, make, write } from './build.js';

/**
 * @typedef {object} Facts
 * @property {Study | null} study
 * @property {Series | null} series
 * @property {Stack | null} stack
 * @property {Frame | null} frame
 * @property {number} index
 * @property {string} [title]  in place of the image's number
 * @property {string} [slab]  what was projected, when it is more than one slice
 * @property {string} [palette]  the colours grey values are shown in
 * @property {Presentation} presentation
 * @property {Voi | null} window
 * @property {Quality | null} quality
 * @property {number | undefined} [coarse]  JPEG quality of a preview
 * @property {Placement | null} placement
 * @property {Spacing | null | undefined} [spacing]  where it is not as the image says
 * @property {number} width
 * @property {string} message
 * @property {boolean} stale  the session may have moved on without this picture
 */

const CORNERS = {
  'top-left': ['patient-name', 'patient-id', 'patient-birth', 'laterality'],
  'top-right': ['study-date', 'study-description', 'institution', 'series-description'],
  'bottom-left': ['slab-words', 'slice-number', 'slice-position', 'slice-thickness'],
  'bottom-right': ['turned', 'zoom', 'window', 'quality'],
};
export const STALE_TEXT = 'Not live: nothing is heard from the session.';
const SIDES = /** @type {const} */ (['top', 'right', 'bottom', 'left']);

export class ViewportText extends HTMLElement {
  /** @type {Record<string, HTMLElement>} */ #lines = {};
  #message = make('p', { class: 'viewport-message', 'data-testid': 'viewport-message' });
  #ruler = make('span', { class: 'scale-bar', 'data-testid': 'scale-bar' });

  connectedCallback() {
    if (this.#message.isConnected) return;
    for (const [corner, names] of Object.entries(CORNERS)) {
      this.append(make('div', { class: `corner ${corner}` }, ...names.map((name) => this.#line(name))));
    }
    for (const side of SIDES) this.append(this.#line(`letter-${side}`, `letter ${side}`));
    this.#line('scale-text', 'scale-text');
    this.append(make('div', { class: 'scale' }, this.#ruler, this.#lines['scale-text'] ?? ''), this.#message);
  }

  /** @param {string} name @param {string} [look] */
  #line(name, look = name) {
    const line = make('span', { class: look, 'data-testid': name });
    this.#lines[name] = line;
    return line;
  }

  /** @param {Facts} facts */
  show(facts) {
    const texts = { ...whose(facts), ...which(facts), ...how(facts), ...letters(facts) };
    for (const [name, text] of Object.entries(texts)) {
      const line = this.#lines[name];
      if (line) write(line, text);
    }
    const patient = facts.study?.patient;
    this.#miss('patient-name', patient?.name);
    this.#miss('patient-id', patient?.id);
    this.#miss('patient-birth', patient?.birth_date);
    this.#miss('study-date', facts.study?.date);
    expose(this, { 'data-quality': facts.quality, 'data-stale': facts.stale ? '' : null });
    write(this.#message, facts.message);
    this.#showScale(facts);
  }

  /** What nobody said of the patient is not overlooked. @param {string} line @param {string | undefined} said */
  #miss(line, said) {
    const element = this.#lines[line];
    if (element) expose(element, { 'data-missing': said === '' && !PASS ? '' : null });
  }

  /** One sentence for those who do not see the picture. @param {number} viewport */
  summary(viewport) {
    const said = ['patient-name', 'study-date', 'series-description', 'slice-number', 'quality']
      .map((name) => this.#lines[name]?.textContent).filter(Boolean);
    return [`Viewport ${viewport + 1}`, ...said].join(', ');
  }

  /** @param {Facts} facts */
  #showScale({ frame, spacing = frame?.spacing, placement, width }) {
    const perMm = spacing && placement ? placement.scale / spacing.column : 0;
    const bar = perMm > 0 ? scaleBar(perMm, Math.min(width / 5, 200)) : null;
    this.#ruler.hidden = !bar;
    this.#ruler.style.inlineSize = bar ? `${bar.length}px` : '0';
    const line = this.#lines['scale-text'];
    if (line) write(line, bar ? `${bar.text} ${SPACING_WORDS[spacing?.kind ?? 'patient']}`.trim() : '');
  }
}

/** @param {Facts} facts */
function whose({ study, frame, series }) {
  const patient = study?.patient;
  const missing = (/** @type {string} */ text) => (patient && !PASS ? text : '');
  const born = patient?.birth_date ? `born ${dateText(patient.birth_date)}` : missing('No birth date');
  return {
    'patient-name': patient ? patient.name || 'No name' : '',
    'patient-id': (patient && patientId(patient.id)) || missing('No number'),
    'patient-birth': [born, sexText(patient?.sex ?? '')].filter(Boolean).join('  '),
    laterality: lateralityText(frame?.laterality || series?.laterality || '', frame?.view_position ?? ''),
    institution: frame?.institution || series?.institution || '',
  };
}

/** @param {Facts} facts */
function which({ study, series, stack, frame, index, title, slab }) {
  const count = stack?.frames.length ?? 0;
  const position = typeof frame?.position === 'number' ? `Position ${signed(frame.position, 1)} mm` : '';
  const thickness = title ? (slab ? '' : 'Reformatted, one voxel thick')
    : frame?.thickness ? `Thickness ${Number(frame.thickness.toFixed(2))} mm` : '';
  return {
    'study-date': study ? `${dateText(study.date)}  ${timeText(study.time)}`.trim() || (PASS ? '' : 'No date') : '',
    'study-description': study?.description ?? '',
    'series-description': series ? [series.modality, series.number || '', series.description].filter(Boolean).join('  ') : '',
    'slab-words': slab ?? '',
    'slice-number': title ?? (count > 0 && index >= 0 ? `Image ${index + 1} / ${count}` : ''),
    'slice-position': position,
    'slice-thickness': thickness,
  };
}

/** @param {Facts} facts */
function how({ frame, title, placement, presentation, window, quality, coarse, stale, palette }) {
  const turned = [
    presentation.rotation ? `${presentation.rotation}°` : '',
    presentation.flip_horizontal !== presentation.flip_vertical ? 'mirrored' : '',
    presentation.invert ? 'inverted' : '',
  ].filter(Boolean).join(' ');
  return {
    window: [windowText(window), palette].filter(Boolean).join('  '),
    zoom: frame ? [`Zoom ${presentation.zoom.toFixed(2)}`, placement && !title ? `${Math.round(placement.scale * devicePixelRatio * 100)} %` : ''].filter(Boolean).join('  ') : '',
    turned: frame ? turned : '',
    quality: quality && stale ? 'not live' : [quality ?? '', quality === 'preview' ? coarseText(coarse) : ''].filter(Boolean).join(', '),
  };
}

/** @param {Facts} facts */
function letters({ frame, presentation }) {
  const sides = frame?.edges ? screenLetters(frame.edges, presentation) : null;
  return Object.fromEntries(SIDES.map((side) => [`letter-${side}`, sides?.[side] ?? '']));
}

/** @param {string} laterality @param {string} view */
function lateralityText(laterality, view) {
  const side = { L: 'Left', R: 'Right', B: 'Both sides' }[laterality] ?? '';
  return [side, view].filter(Boolean).join('  ');
}
