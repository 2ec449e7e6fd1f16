/** Small line drawings for buttons, 24 by 24. */

/** @import { Discipline } from '../core/types.js' */

/** @type {Discipline[]} */
const DISCIPLINES = ['radiology', 'surgery', 'oncology', 'pathology', 'medicine', 'nursing', 'physiotherapy', 'coordination', 'other'];

/** @type {Record<string, string>} */
const PATHS = {
  'window-level': 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 3v18M12 7h6M12 11h8M12 15h7M12 19h4',
  'stack-scroll': 'M6 9l6-3.5 6 3.5-6 3.5zM6 13l6 3.5 6-3.5M6 17l6 3.5 6-3.5',
  pan: 'M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3',
  zoom: 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6',
  'cross-hair': 'M12 2v7M12 15v7M2 12h7M15 12h7M12 11.5v1M11.5 12h1',
  mpr: 'M4 7l8-4 8 4-8 4zM4 7v10l8 4 8-4V7M12 11v10',
  length: 'M4 17L17 4l3 3L7 20zM8 13l2 2M11 10l2 2M14 7l2 2',
  angle: 'M4 19h16M4 19L17 5M11 19a7 7 0 0 0-2.2-5.1',
  bidirectional: 'M4 20L20 4M8 8l8 8',
  ellipse: 'M12 6c5 0 9 2.7 9 6s-4 6-9 6-9-2.7-9-6 4-6 9-6',
  polygon: 'M5 8l8-4 7 7-4 8-10-2z',
  cobb: 'M4 6l14-2M4 18l15 2M18 4l-1 16',
  arrow: 'M20 20L5 5M5 5v7M5 5h7',
  calibration: 'M4 9h16v6H4zM8 9v3M12 9v4M16 9v3M4 19h16M6 17l-2 2 2 2M18 17l2 2-2 2',
  probe: 'M12 3v5M12 16v5M3 12h5M16 12h5',
  marks: 'M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11',
  pointer: 'M5 3l6 17 2.5-7.2L20.5 10z',
  invert: 'M4 4h16v16H4zM20 4L4 20M8 6v4M6 8h4M14 16h4',
  'flip-horizontal': 'M12 3v18M9 7v10H3zM15 7v10h6z',
  'flip-vertical': 'M3 12h18M7 9h10V3zM7 15h10v6z',
  rotate: 'M19 12a7 7 0 1 1-2.5-5.4M17 2.5v4.5h-4.5',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  reset: 'M5 12a7 7 0 1 0 2.5-5.4M7 2.5v4.5h4.5M12 9v3l2 2',
  layout: 'M3 5h18v14H3zM12 5v14',
  single: 'M3 5h18v14H3z',
  maximise: 'M3 5h18v14H3zM13 10l4-2M17 8v3M11 14l-4 2M7 16v-3',
  shortcuts: 'M3 7h18v10H3zM6.5 10h1M10 10h1M13.5 10h1M17 10h1M8 14h8',
  'window-menu': 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4',
  people: 'M9 5a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4M3 20c0-4 3-6 6-6s6 2 6 6M16 5.5a3 3 0 0 1 0 5.7M18 14.5c2 .8 3 2.7 3 5.5',
  hand: 'M8 12V5.5a1.5 1.5 0 0 1 3 0V11M11 10V4a1.5 1.5 0 0 1 3 0v7M14 11V6a1.5 1.5 0 0 1 3 0v8c0 4-2 6.5-5 6.5-4 0-5-3-7-6.5l2-1.5z',
  scene: 'M6 4h12v16l-6-4-6 4z',
  'session-key': 'M8 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 12h9M18 12v4M15 12v3',
  propose: 'M4 5h16v11H4zM12 13V8M9.5 10.5L12 8l2.5 2.5M9 20h6',
  freeze: 'M12 3v18M4 7.5l16 9M20 7.5l-16 9',
  'call-back': 'M20 12a8 8 0 1 1-3-6.200M17 2v4h4M12 9v3l2 2',
  anonymous: 'M4 10h16M7 10l1.5-5h7L17 10M7.5 14a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5M16.5 14a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5M10 16.5h4',
  'next-case': 'M5 6l6 6-6 6M13 6l6 6-6 6',
  'previous-case': 'M11 6l-6 6 6 6M19 6l-6 6 6 6',
  'add-case': 'M4 6h10M4 12h10M4 18h6M17 13v8M13 17h8',
  'second-window': 'M3 5h10v9H3zM13 9h8v10h-11v-5',
  back: 'M14 6l-6 6 6 6',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  close: 'M6 6l12 12M18 6L6 18',
  lens: 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M15 15l6 6M10 7v6M7 10h6',
  cine: 'M7 4l13 8-13 8z',
  stop: 'M6 6h12v12H6z',
  link: 'M10 14l4-4M8 12l-3 3a3.5 3.5 0 0 0 5 5l3-3M16 12l3-3a3.5 3.5 0 0 0-5-5l-3 3',
  alike: 'M4 5h7v14H4zM13 5h7v14h-7M7.5 9v6M16.5 9v6',
  colours: 'M12 3a9 9 0 1 0 0 18c2 0 2-1.5 1.3-2.5S13 16 15 16h2a4 4 0 0 0 4-4c0-5-4-9-9-9M8 8h.5M13 7h.5M7 13h.5M17 10h.5',
  terse: 'M4 6h10M4 10h7M4 18l16-14',
  save: 'M12 4v11M8 11l4 4 4-4M5 20h14',
  print: 'M7 9V4h10v5M5 9h14v8h-3M8 17H5V9M8 14h8v6H8z',
  more: 'M6 12h.5M12 12h.5M18 12h.5',
  refused: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2.5',
  failed: 'M12 4l9 16H3zM12 10v5M12 17.4v.4',
  empty: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L21 21',
};

/** One outline a discipline, in the order of `DISCIPLINES`: told apart without colour. */
const MARKS = [
  'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z', 'M12 3l9 17H3z', 'M4 4h16v16H4z', 'M12 2l10 10-10 10L2 12z',
  'M12 2l9.5 7-3.6 11.5H6.1L2.5 9z', 'M8 3h8v5h5v8h-5v5H8v-5H3V8h5z', 'M3 4h18l-9 17z',
  'M12 2l2.6 6.6 7.2.4-5.6 4.5 1.9 6.9L12 16.5 5.9 20.4l1.9-6.9L2.2 9l7.2-.4z', 'M7 3h10l5 9-5 9H7l-5-9z',
];

const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} name */
export function icon(name) {
  return drawing(PATHS[name] ?? '', 'icon');
}

/** A participant's mark: a shape by their discipline, a colour of their own. @param {{ mark: number, discipline: Discipline }} person */
export function mark({ mark: colour, discipline }) {
  const svg = drawing(MARKS[DISCIPLINES.indexOf(discipline)] ?? MARKS.at(-1) ?? '', 'mark');
  svg.setAttribute('data-mark', String(colour));
  return svg;
}

/** @param {string} path @param {string} kind */
function drawing(path, kind) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', kind);
  svg.setAttribute('aria-hidden', 'true');
  const outline = document.createElementNS(SVG, 'path');
  outline.setAttribute('d', path);
  svg.append(outline);
  return svg;
}
