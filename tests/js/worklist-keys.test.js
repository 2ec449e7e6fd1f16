import assert from 'node:assert/strict';
import test from 'node:test';

import { keysAfter } from '../../static/js/state/choosing-keys.js';
import { COMMANDS } from '../../static/js/state/commands.js';
import { PANEL_KEYS } from '../../static/js/state/panel-keys.js';
import { isEverybodys, keysOfList, WORKLIST_KEYS, worklistKeyNamed, worklistKeysOf, worklistKeyTaken } from '../../static/js/state/worklist-keys.js';

const store = worklistKeyNamed('list-store');

test('no key of the worklist means two things, nor does a name', () => {
  for (const one of WORKLIST_KEYS) for (const key of one.keys) assert.equal(worklistKeyTaken(one, key, {}), undefined, one.name);
  assert.equal(new Set(WORKLIST_KEYS.map(({ name }) => name)).size, WORKLIST_KEYS.length);
  assert.deepEqual([...COMMANDS, ...PANEL_KEYS].filter(({ name }) => name.startsWith('list-')), []);
  assert.throws(() => worklistKeyNamed('list-nothing'));
});

test('a key that is chosen is taken from what had it, in the same place alone', () => {
  const before = worklistKeyTaken(store, 'm', {});
  assert.equal(before?.name, 'list-meet');
  const { keys, said } = keysAfter(store, 'm', before, { invert: ['n'] });
  assert.deepEqual(keys, { invert: ['n'], 'list-store': ['m'], 'list-meet': [] });
  assert.equal(said, '“Choose DICOM files to store” is M. It was that of “Add this study to a meeting, or look at it together now”.');
  assert.equal(worklistKeyTaken(store, 'Alt+q', {}), undefined, 'a dialog has its own');
  assert.deepEqual(worklistKeysOf(worklistKeyNamed('list-meet'), keys ?? {}), []);
});

test('of several keys one goes, Delete takes all, Esc none', () => {
  assert.deepEqual(keysAfter(store, '?', worklistKeyTaken(store, '?', {}), {}).keys, { 'list-store': ['?'], 'list-keys': ['F1'] });
  assert.deepEqual(keysAfter(store, 'Delete', undefined, {}).keys, { 'list-store': [] });
  assert.equal(keysAfter(store, 'Escape', undefined, {}).keys, null);
  assert.deepEqual(keysAfter(store, 'u', store, {}).keys, { 'list-store': ['u'] });
});

test('a command of the viewer outranks the usual key of another, and its own keys are not those of the list', () => {
  const before = { name: 'negative', title: 'Other', keys: ['n'] };
  assert.deepEqual(keysAfter(store, 'n', before, {}, true).keys, { 'list-store': ['n'] });
  assert.deepEqual(keysAfter(store, 'n', before, { negative: ['n', 'b'] }, true).keys, { 'list-store': ['n'], negative: ['b'] });
  assert.deepEqual(keysOfList({ invert: ['n'], 'list-store': ['v'] }, true), { 'list-store': ['v'] });
  assert.deepEqual(keysOfList({ invert: ['n'], 'list-store': ['v'] }, false), { invert: ['n'] });
  assert.ok(isEverybodys('ArrowDown') && !isEverybodys('u'));
});
