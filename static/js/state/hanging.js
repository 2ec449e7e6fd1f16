/** Hanging rules: how a study is laid out when it opens, by its modality. Adding one is one line. */

/** @import { Layout, Series } from '../core/types.js' */

import { LAYOUTS } from '../sessions/room.js';

/**
 * @typedef {object} Rule
 * @property {RegExp} modality  of the first series with pictures
 * @property {RegExp} [body]  part of the body, when it matters
 * @property {number} fewest  series of that modality
 * @property {Layout} layout
 */

/** The first that fits counts; where none does, one series is shown alone. @type {Rule[]} */
export const RULES = [
  { modality: /^MG$/, fewest: 4, layout: '2x2' },
  { modality: /^(CR|DX|MG|RF)$/, fewest: 2, layout: '1x2' },
  { modality: /^MR$/, fewest: 3, layout: '1x3' },
  { modality: /^MR$/, fewest: 2, layout: '1x2' },
];

/** What a study's series hang in, and which they are. @param {Series[]} series  with pictures, in their order @returns {{ layout: Layout, series: Series[] }} */
export function hang(series) {
  const [first] = series;
  if (!first) return { layout: '1x1', series: [] };
  const alike = series.filter(({ modality }) => modality === first.modality);
  const rule = RULES.find(({ modality, body, fewest }) => (
    modality.test(first.modality) && (!body || body.test(first.body_part)) && alike.length >= fewest));
  if (!rule) return { layout: '1x1', series: [first] };
  return { layout: rule.layout, series: alike.slice(0, LAYOUTS[rule.layout]) };
}
