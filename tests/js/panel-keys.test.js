import assert from 'node:assert/strict';
import test from 'node:test';

import { keyName } from '../../static/js/core/keys.js';
import { commandForKey, COMMANDS } from '../../static/js/state/commands.js';
import { PANEL_KEYS, panelKeyNamed, panelKeysOf, panelKeyTaken } from '../../static/js/state/panel-keys.js';

test('no key of a panel means two things', () => {
  for (const { place, row, name, keys: [key] } of PANEL_KEYS) {
    const same = PANEL_KEYS.filter((one) => one.place === place && one.row === row && one.keys.includes(key) && !(row && ['Enter', 'Delete'].includes(key)));
    assert.ok(same.length <= 1, `${place}: ${same.map((one) => one.name)}`);
    assert.equal(panelKeyNamed(name).place, place);
  }
  assert.throws(() => panelKeyNamed('nothing'));
});

test('what works from anywhere is no command’s key', () => {
  const anywhere = PANEL_KEYS.flatMap(({ keys }) => keys).filter((key) => key.startsWith('Alt+'));
  assert.deepEqual(COMMANDS.flatMap(({ keys }) => keys).filter((key) => anywhere.includes(key)), []);
});

test('a key chosen for a panel is taken there alone', () => {
  const own = { 'keys-title': ['b'] };
  assert.deepEqual(panelKeysOf(panelKeyNamed('keys-title'), own), ['b']);
  assert.equal(panelKeyTaken(panelKeyNamed('keys-title'), 'b', {})?.name, 'report-bring');
  assert.equal(panelKeyTaken(panelKeyNamed('keys-title'), 'c', {}), undefined, 'that of another panel');
  assert.equal(commandForKey('b', own)?.name, 'bidirectional', 'the images keep theirs');
});

test('Alt and a letter is that letter on keyboards where it writes a sign', () => {
  const event = { key: 'ß', code: 'KeyS', altKey: true, ctrlKey: false, shiftKey: false, metaKey: false };
  assert.equal(keyName(event), 'Alt+s');
  assert.equal(keyName({ ...event, key: 's' }), 'Alt+s');
  assert.equal(keyName({ ...event, altKey: false }), 'ß');
});
