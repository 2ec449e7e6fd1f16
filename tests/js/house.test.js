/** The browser code keeps to its own rules: arrows, size, no markup from values, colours from one place. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const STATIC = fileURLToPath(new URL('../../static/', import.meta.url));
const FLOORS = [['core'], ['dicomweb', 'sessions'], ['viewport', 'tools', 'annotations'], ['state'], ['ui'], ['.']];
const MOST_MODULES = 60;
const MOST_BYTES = 150_000;

const read = (name) => readFileSync(join(STATIC, name), 'utf8');
const files = (ending) => readdirSync(STATIC, { recursive: true }).filter((name) => name.endsWith(ending));
const floorOf = (folder) => FLOORS.findIndex((floor) => floor.includes(folder));
const folderOf = (name) => dirname(relative('js', name));

function imports(name, pattern = /^import\b[^'"]*?['"](\.{1,2}\/[^'"]+)['"]/gm) {
  return [...read(name).matchAll(pattern)].map(([, path]) => normalize(join(dirname(name), path)));
}

function graph(entry) {
  const found = [entry];
  for (const name of found) found.push(...imports(name).filter((other) => !found.includes(other)));
  return found;
}

for (const name of files('.js')) {
  test(`${name}: imports only what lies below, and has no default export`, () => {
    const here = folderOf(name);
    assert.ok(floorOf(here) >= 0, `${here} is no known folder`);
    for (const other of imports(name)) {
      const there = folderOf(other);
      assert.ok(here === there || floorOf(there) < floorOf(here), `${name} imports ${other}`);
    }
    assert.doesNotMatch(read(name), /export default|innerHTML|insertAdjacentHTML|document\.write|localStorage/);
  });
}

test('the check of arrows sees imports at all', () => {
  assert.ok(imports('js/viewer.js').includes('js/core/store.js'));
});

for (const page of ['viewer', 'worklist']) {
  test(`the first view of the ${page} stays small`, () => {
    const modules = graph(`js/${page}.js`);
    const bytes = modules.reduce((sum, name) => sum + statSync(join(STATIC, name)).size, 0);
    assert.ok(modules.length <= MOST_MODULES, `${modules.length} modules`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  });

  test(`${page}.html has no inline script or style, and loads nothing from elsewhere`, () => {
    const html = read(`${page}.html`);
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?:|\/\//);
    assert.match(html, /<!-- modulepreload -->/);
    for (const [, address] of html.matchAll(/(?:href|src)="\/static\/([^"]+)"/g)) assert.ok(statSync(join(STATIC, address)).isFile());
  });
}

test('colours come from the tokens alone', () => {
  for (const name of files('.css').filter((one) => !one.endsWith('tokens.css'))) {
    assert.doesNotMatch(read(name), /#[0-9a-f]{3,8}\b|rgb\(|!important/i, name);
  }
});

test('every custom property in use is defined', () => {
  const all = files('.css').map(read).join('\n');
  const defined = new Set([...all.matchAll(/(--[a-z0-9-]+)\s*:/g)].map(([, name]) => name));
  for (const name of ['--at', '--share']) defined.add(name);
  const missing = [...all.matchAll(/var\((--[a-z0-9-]+)/g)].map(([, name]) => name).filter((name) => !defined.has(name));
  assert.deepEqual([...new Set(missing)], []);
});
