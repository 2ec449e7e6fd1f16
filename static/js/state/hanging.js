/** Hanging rules: how a study is laid out when it opens, by its modality. Adding one is one line. */

/** @import { Grid, Series } from '../core/types.js' */

/**
 * @typedef {object} Rule
 * @property {RegExp} modality  of the first series with pictures
 * @property {RegExp} [body]  part of the body, when it matters
 * @property {number} fewest  series of that modality
 * @property {Grid} grid
 */

/** The first that fits counts; where none does, one series is shown alone. @type {Rule[]} */
export const RULES = [
  { modality: /^MG$/, fewest: 4, grid: '2x2' },
  { modality: /^(CR|DX|MG|RF)$/, fewest: 2, grid: '1x2' },
  { modality: /^MR$/, fewest: 3, grid: '1x3' },
  { modality: /^MR$/, fewest: 2, grid: '1x2' },
];

/** What a study's series hang in, and which they are. @param {Series[]} series  with pictures, in their order @returns {{ grid: Grid, series: Series[] }} */
export function hang(series) {
  const [first] = series;
  if (!first) return { grid: '1x1', series: [] };
  const alike = series.filter(({ modality }) => modality === first.modality);
  const rule = RULES.find(({ modality, body, fewest }) => (
    modality.test(first.modality) && (!body || body.test(first.body_part)) && alike.length >= fewest));
  if (!rule) return { grid: '1x1', series: [first] };
  const [rows = 1, columns = 1] = rule.grid.split('x').map(Number);
  return { grid: rule.grid, series: alike.slice(0, rows * columns) };
}
