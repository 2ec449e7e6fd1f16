/** What a mark says is the same here and in what the server writes of it: `tests/unit/server/authoring/test_measures_contract.py`. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { linesOf } from '../../static/js/annotations/measures.js';

const cases = JSON.parse(readFileSync(new URL('../contracts/measures.json', import.meta.url), 'utf8'));

for (const { kind, points, spacing, text = '', words } of cases) {
  test(`a mark of kind ${kind} says ${words}`, () => {
    const frame = { spacing: spacing && { row: spacing[0], column: spacing[1], kind: 'patient' }, aspect: spacing ? spacing[0] / spacing[1] : 1 };
    assert.equal(linesOf({ kind, points: points.map(([x, y]) => ({ x, y })), text }, frame, undefined, '')[0], words);
  });
}
