/** The style sheets keep to their own rules: colours from one place, and no name that means nothing. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const CSS = fileURLToPath(new URL('../../static/css/', import.meta.url));
const SET_BY_CODE = ['--at', '--row', '--share'];

const sheets = readdirSync(CSS).filter((name) => name.endsWith('.css'));
const read = (name) => readFileSync(join(CSS, name), 'utf8');

test('colours come from the tokens alone', () => {
  for (const name of sheets.filter((one) => one !== 'tokens.css')) {
    assert.doesNotMatch(read(name), /#[0-9a-f]{3,8}\b|rgb\(|!important/i, name);
  }
});

test('every custom property in use is defined', () => {
  const all = sheets.map(read).join('\n');
  const defined = new Set([...all.matchAll(/(--[a-z0-9-]+)\s*:/g)].map(([, name]) => name).concat(SET_BY_CODE));
  const used = [...all.matchAll(/var\((--[a-z0-9-]+)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(used.filter((name) => !defined.has(name)))], []);
});
