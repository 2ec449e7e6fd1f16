import assert from 'node:assert/strict';
import test from 'node:test';

import { readPalettes, readWindows, withoutWindows, withPalette, withWindow } from '../../static/js/state/own-looks.js';
import { USUAL } from '../../static/js/state/preferences.js';
import { paletteOf } from '../../static/js/state/select.js';

const LUNG = { name: 'Lung', center: -500, width: 1400 };

test('a window is kept under a key of a modality, and all of a modality can be given up', () => {
  const kept = withWindow(withWindow(USUAL, 'CT', '2', LUNG), 'MR', '1', { ...LUNG, name: 'Late' });
  assert.deepEqual(kept.windows, { CT: { 2: LUNG }, MR: { 1: { ...LUNG, name: 'Late' } } });
  assert.deepEqual(withoutWindows(kept, 'CT').windows, { MR: { 1: { ...LUNG, name: 'Late' } } });
  assert.deepEqual(USUAL.windows, {});
});

test('what is kept is read with care, wherever it comes from', () => {
  const wrong = [null, 3, {}, { ...LUNG, width: 0 }, { ...LUNG, width: '5' }, { ...LUNG, center: NaN }, { ...LUNG, name: 7 }];
  for (const one of wrong) assert.deepEqual(readWindows({ CT: { 2: one, 3: LUNG } }), { CT: { 3: LUNG } });
  for (const one of [null, undefined, 'x', [LUNG]]) assert.deepEqual(readWindows(one), {});
  assert.deepEqual(readWindows({ CT: { 0: LUNG, x: LUNG } }), { CT: {} });
  assert.deepEqual(readWindows({ CT: { 1: { ...LUNG, patient: 'x' } } }), { CT: { 1: LUNG } });
  assert.deepEqual(readPalettes({ PT: 'PET', MR: 'Rainbow', CT: 3 }), { PT: 'PET' });
});

test('colours chosen for a series go before those of its modality', () => {
  const preferences = withPalette(USUAL, 'PT', 'Hot Iron');
  const series = { series_uid: '1.2', modality: 'PT' };
  assert.equal(paletteOf({ palettes: {}, preferences }, series), 'Hot Iron');
  assert.equal(paletteOf({ palettes: { 1.2: '' }, preferences }, series), '');
  assert.equal(paletteOf({ palettes: {}, preferences }, { ...series, modality: 'CT' }), '');
  assert.equal(paletteOf({ palettes: {}, preferences }, null), '');
});
