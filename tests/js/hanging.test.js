import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { comparable, counterpart, hang, readRules } from '../../static/js/state/hanging.js';
import { LAYOUTS } from '../../static/js/sessions/room.js';
import { createStore } from '../../static/js/core/store.js';
import { letHabitsTravel, settled } from '../../static/js/state/travelling.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { PRESETS, storedPreferences, storePreferences, USUAL } from '../../static/js/state/preferences.js';
import { placed } from '../../static/js/state/viewer.js';
import { commandForKey, COMMANDS, keysOf } from '../../static/js/state/commands.js';

const RULES = readRules(JSON.parse(readFileSync(new URL('../../static/hanging.json', import.meta.url), 'utf8')));
const series = (modality, n, more = {}) => ({ series_uid: `${modality}${n}`, modality, body_part: '', description: '', instance_count: 1, ...more });
const uids = ({ series: all }) => all.map(({ series_uid }) => series_uid);
const patient = { id: '1', name: 'A', birth_date: '1960', sex: 'F' };
const study = (study_uid, date, modalities, more = {}) => ({ study_uid, date, time: '', modalities, patient, ...more });

test('a list grows to hold a later place', () => assert.deepEqual(placed([1], 3, 7), [1, null, null, 7]));

test('plain films hang side by side, MR by three, CT beside its prior', () => {
  assert.equal(hang(RULES, [series('CR', 1), series('CR', 2)]).layout, '1x2');
  assert.equal(hang(RULES, [series('CR', 1)]).layout, '1x1');
  const mr = hang(RULES, [1, 2, 3, 4].map((n) => series('MR', n)));
  assert.deepEqual([mr.layout, uids(mr)], ['1x3', ['MR1', 'MR2', 'MR3']]);
  const ct = hang(RULES, [1, 2, 3].map((n) => series('CT', n)));
  assert.deepEqual([ct.layout, ct.rule.prior, uids(ct)], ['1x1', '1x2', ['CT1']]);
  assert.equal(hang(RULES, [1, 2, 3, 4].map((n) => series('MG', n))).layout, '2x2');
  assert.deepEqual(uids(hang(RULES, [series('CR', 1), series('SR', 2)])), ['CR1']);
  assert.deepEqual(uids(hang(RULES, [])), []);
  assert.equal(hang(RULES, [series('XX', 1)]).rule, null);
});

test('a rule may be for a part of the body, and say which series hangs where', () => {
  const brain = ['FLAIR ax', 'T2 tse', 'T1 mprage'].map((description, n) => series('MR', n, { body_part: 'Brain', description }));
  assert.deepEqual(uids(hang(RULES, brain)), ['MR2', 'MR1', 'MR0'], 'T1, T2, FLAIR');
  const knee = brain.map((one) => ({ ...one, body_part: 'KNEE' }));
  assert.deepEqual(uids(hang(RULES, knee)), ['MR0', 'MR1', 'MR2'], 'as they come');
});

test('every rule of the house has room for its fewest series', () => {
  for (const { name, layout, fewest } of RULES) assert.ok(LAYOUTS[layout] >= fewest, name);
});

test('what is no rule is said in words', () => {
  for (const [written, said] of [
    [{}, /list/], [[{}], /Rule 1 needs a name/], [[{ name: 'x', modality: 'CT' }], /modalities/],
    [[{ name: 'x', modality: ['CT'], fewest: 1, layout: '7x7' }], /a layout: 1x1/],
    [[RULES[0], { name: 'x', modality: ['CT'], fewest: 0, layout: '1x1' }], /Rule 2 needs the fewest/],
  ]) assert.throws(() => readRules(written), said);
});

test('a prior is earlier, of the same person and modality, the newest first', () => {
  const now = study('now', '20260201', ['CT']);
  const found = comparable(now, [
    study('old', '20240101', ['CT', 'SR']), study('later', '20260301', ['CT']), study('film', '20250101', ['CR']), study('newer', '20250601', ['CT']),
    study('other', '20250701', ['CT'], { patient: { ...patient, birth_date: '1961' } }),
  ], 'CT');
  assert.deepEqual(found.map(({ study_uid }) => study_uid), ['newer', 'old']);
});

test('beside it hangs the series of the same part of the body: by its name, else the largest', () => {
  const now = series('CT', 0, { body_part: 'CHEST', description: 'Thorax' });
  const small = series('CT', 1, { body_part: 'CHEST', instance_count: 3 });
  const large = series('CT', 2, { body_part: 'chest', instance_count: 90 });
  const head = series('CT', 3, { body_part: 'HEAD', instance_count: 900 });
  assert.equal(counterpart(now, [small, large, head, series('SR', 4)]), large);
  assert.equal(counterpart(now, [large, { ...small, description: 'Thorax' }]).series_uid, 'CT1');
  assert.equal(counterpart(now, [head]), null);
});

function storage(text = null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_, value) => { kept = value; } };
}

test('preferences are kept, and nonsense in their place is as good as none', () => {
  const place = storage();
  assert.deepEqual(storedPreferences(place), USUAL);
  storePreferences({ ...USUAL, right: 'pan', keys: { invert: ['n'] } }, place);
  assert.deepEqual(storedPreferences(place), { ...USUAL, right: 'pan', keys: { invert: ['n'] } });
  assert.deepEqual(storedPreferences(storage('{{')), USUAL);
});

test('habits go with who signs in, and stay with nobody else', () => {
  const own = { ...USUAL, right: 'pan' };
  const there = (preferences) => ({ of: 'a', tag: '"1"', preferences });
  assert.deepEqual(settled({ of: '', preferences: own }, null), { of: '', preferences: own }, 'nobody signs in');
  assert.deepEqual(settled({ of: 'b', preferences: own }, null), { of: '', preferences: USUAL }, 'somebody has gone');
  assert.deepEqual(settled({ of: '', preferences: own }, there({})), { of: 'a', preferences: own }, 'the first time');
  assert.deepEqual(settled({ of: 'b', preferences: own }, there({})), { of: 'a', preferences: USUAL }, 'a shared desk');
  assert.equal(settled({ of: 'a', preferences: own }, there({ right: 'zoom' })).preferences.right, 'zoom', 'the server counts');
  const odd = settled({ of: '', preferences: USUAL }, there({ keys: { invert: 'n', rotate: ['q'] }, rules: [{}] })).preferences;
  assert.deepEqual([odd.keys, odd.rules], [{ rotate: ['q'] }, null]);
});

test('what is changed is told the server after a while; what was changed elsewhere counts', async () => {
  const place = storage();
  globalThis.localStorage = place;
  globalThis.window = globalThis;
  const asked = [];
  const answers = [
    new Response('{"of":"a","preferences":{"right":"pan"}}', { headers: { ETag: '"1"' } }), new Response(null, { status: 204, headers: { ETag: '"2"' } }),
    new Response('{"title":"x"}', { status: 412 }), new Response('{"of":"a","preferences":{"right":"zoom"}}', { headers: { ETag: '"7"' } }),
  ];
  globalThis.fetch = async (_, init) => { asked.push(init?.headers?.['If-Match'] ?? 'read'); return answers.shift(); };
  const life = new AbortController();
  const store = createStore(INITIAL, reduce);
  const later = () => new Promise((done) => { setTimeout(done, 450); });
  await letHabitsTravel(store, life.signal);
  assert.equal(store.get().preferences.right, 'pan');
  store.dispatch({ type: 'preferences/set', preferences: { ...USUAL, right: 'stack-scroll' } });
  await later();
  assert.equal(JSON.parse(place.getItem()).of, 'a');
  store.dispatch({ type: 'preferences/set', preferences: { ...USUAL, right: 'window-level' } });
  await later();
  assert.deepEqual(asked, ['read', '"1"', '"2"', 'read']);
  assert.equal(store.get().preferences.right, 'zoom');
  life.abort();
});

test('a key of one’s own goes before the usual one, which loses it', () => {
  const own = { invert: ['r'], rotate: ['Alt+r'] };
  assert.equal(commandForKey('r', own).name, 'invert');
  assert.equal(commandForKey('i', own), undefined);
  assert.equal(commandForKey('Alt+r', own).name, 'rotate');
  const taken = { invert: ['r'] };
  assert.deepEqual(keysOf(COMMANDS.find(({ name }) => name === 'rotate'), taken), []);
});

for (const [name, { keys }] of Object.entries(PRESETS)) {
  test(`habits of ${name}: every command is there, and no key means two`, () => {
    for (const command of Object.keys(keys)) assert.ok(COMMANDS.some((one) => one.name === command), command);
    const all = COMMANDS.flatMap((command) => keysOf(command, keys));
    assert.deepEqual(all.filter((key, i) => all.indexOf(key) !== i), []);
  });
}
