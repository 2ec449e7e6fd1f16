/** The JavaScript reducer against the cases that it shares with its Python twin. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { apply } from '../../static/js/sessions/apply.js';
import { LEADER_GRACE_MS } from '../../static/js/sessions/leading.js';
import { newPresentation, newView } from '../../static/js/sessions/room.js';
import { Refused } from '../../static/js/sessions/refused.js';

const contract = JSON.parse(readFileSync(new URL('../contracts/room.json', import.meta.url), 'utf8'));

for (const { name, room, events, expect, refused } of contract.cases) {
  test(`room: ${name}`, () => {
    const before = events.slice(0, -1).reduce(apply, room);
    const kept = structuredClone(before);
    if (refused) {
      assert.throws(() => apply(before, events.at(-1)), (error) => error instanceof Refused && error.code === refused);
    } else {
      assert.deepEqual(apply(before, events.at(-1)), expect);
    }
    assert.deepEqual(before, kept, 'a reducer leaves the room it was given as it was');
  });
}

test('the contract has cases of both kinds', () => {
  assert.ok(contract.cases.some((one) => one.refused) && contract.cases.some((one) => one.expect));
});

test('a person whose id is a word of JavaScript is not in the room by accident', () => {
  const room = { ...newView(), session_id: 's', seq: 0, study_uids: [], people: {}, leader: null, asking: [] };
  assert.throws(() => apply(room, { type: 'lead/ask', by: 'constructor', at: 1 }), Refused);
});

test('a new view shows nothing, fitted and upright', () => {
  assert.deepEqual(newView().viewports, [{ image: null, presentation: newPresentation() }]);
  assert.equal(LEADER_GRACE_MS, 10_000);
});
