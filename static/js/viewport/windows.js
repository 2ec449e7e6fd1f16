/** Windows one key away: the image's own first, then what is usual for its modality. */

/** @import { Frame, NamedVoi, Voi } from '../core/types.js' */

/** Common practice for CT in Hounsfield units; the digit is the key. @type {Record<string, NamedVoi>} */
const CT = {
  1: { name: 'Soft tissue', center: 40, width: 400 },
  2: { name: 'Lung', center: -600, width: 1500 },
  3: { name: 'Liver', center: 90, width: 150 },
  4: { name: 'Bone', center: 480, width: 2500 },
  5: { name: 'Brain', center: 40, width: 80 },
  6: { name: 'Mediastinum', center: 50, width: 350 },
  7: { name: 'Stroke', center: 40, width: 40 },
  8: { name: 'Angiography', center: 300, width: 600 },
};

/**
 * @param {string} modality
 * @param {Frame | null} frame
 * @param {Record<string, NamedVoi>} [own]  a person's, by their keys; they go before the usual ones
 * @returns {{ key: string, name: string, voi: Voi | null }[]}
 */
export function windowChoices(modality, frame, own = {}) {
  const first = frame?.windows[0];
  const usual = modality === 'CT' ? CT : Object.fromEntries((frame?.windows ?? []).slice(1, 9).map((one, i) => [i + 1, { ...one, name: one.name || `Window ${i + 2}` }]));
  return [
    { key: '0', name: first?.name ? `Image’s own (${first.name})` : 'Image’s own', voi: null },
    ...Object.entries({ ...usual, ...own }).map(([key, { name, center, width }]) => ({ key, name, voi: { center, width } }))];
}

/** A window as people read it: `W 400 L 40`. @param {Voi | null} voi */
export function windowText(voi) {
  return voi ? `W ${rounded(voi.width)}  L ${rounded(voi.center)}`.replaceAll('-', '−') : '';
}

/** As many digits as matter. @param {number} value */
export function rounded(value) {
  return Math.abs(value) >= 10 || Number.isInteger(value) ? Math.round(value) : Number(value.toPrecision(2));
}
