import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/js/core/store.js';
import { newPresentation } from '../../static/js/sessions/room.js';
import { keyName, keyText } from '../../static/js/core/keys.js';
import { commandForKey, COMMANDS } from '../../static/js/state/commands.js';
import { isSamePerson, showsTwoPatients } from '../../static/js/state/select.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef } from './wire.js';

const frame = (n) => ({ image: imageRef(n), columns: 512, rows: 512, aspect: 1, windows: [{ center: 40, width: 400, name: '' }] });
const series = (uid, study = '1.2', modality = 'CT') => ({ study_uid: study, series_uid: uid, modality, number: 1 });
const patient = (id, more = {}) => ({ name: 'PATEL, Anjali', id, birth_date: '19620314', sex: 'F', ...more });

function opened() {
  const store = createStore(INITIAL, reduce);
  store.dispatch({ type: 'studies/found', studies: [{ study_uid: '1.2', patient: patient('1') }], series: [series('1.2.1'), series('1.2.2')] });
  store.dispatch({ type: 'stack/set', series_uid: '1.2.1', stack: { status: 'ready', frames: Array.from({ length: 30 }, (_, i) => frame(i)), problem: '' } });
  store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(0) });
  const press = (key) => {
    for (const action of commandForKey(key).act(store.get())) store.dispatch(action);
    return store.get();
  };
  return { store, press };
}
const shown = (state) => state.view.viewports[0].image.instance_uid;
const look = (state) => state.view.viewports[0].presentation;

test('a store tells watchers what they asked about, and nobody after they have gone', () => {
  const store = createStore({ a: 1, b: 1 }, (state, change) => ({ ...state, ...change }));
  const seen = [];
  const life = new AbortController();
  store.watch(({ a }) => [a], ([a]) => seen.push(a), { signal: life.signal });
  store.dispatch({ b: 2 });
  store.dispatch({ a: 2 });
  life.abort();
  store.dispatch({ a: 3 });
  assert.deepEqual(seen, [1, 2]);
});

test('listeners hear every action, changed or not', () => {
  const store = createStore(0, (state) => state);
  const heard = [];
  store.listen((action) => heard.push(action), { signal: new AbortController().signal });
  store.dispatch('x');
  assert.deepEqual(heard, ['x']);
});

test('keys move through the stack and stop at its ends', () => {
  const { press } = opened();
  assert.equal(shown(press('ArrowUp')), '1.2.1.0');
  assert.equal(shown(press('ArrowDown')), '1.2.1.1');
  assert.equal(shown(press('Shift+ArrowDown')), '1.2.1.11');
  assert.equal(shown(press('End')), '1.2.1.29');
  assert.equal(shown(press('ArrowDown')), '1.2.1.29');
  assert.equal(shown(press('Home')), '1.2.1.0');
});

test('digits set the windows of the modality; 0 goes back to the image’s own', () => {
  const { press } = opened();
  assert.deepEqual(look(press('2')).voi, { center: -600, width: 1500 });
  assert.deepEqual(look(press('1')).voi, { center: 40, width: 400 });
  assert.equal(look(press('0')).voi, null);
});

test('view keys change the presentation, and Space undoes them all', () => {
  const { press } = opened();
  assert.equal(look(press('i')).invert, true);
  assert.equal(look(press('h')).flip_horizontal, true);
  assert.equal(look(press('r')).rotation, 90);
  assert.equal(look(press('+')).zoom, 1.25);
  assert.equal(look(press('Ctrl+ArrowRight')).pan.x, 51.2 / 1.25);
  assert.deepEqual(look(press('Shift+Space')).pan, { x: 0, y: 0 });
  assert.deepEqual(look(press('Space')), newPresentation());
});

test('G puts two side by side, then more, and round again; arrows choose between them', () => {
  const { press } = opened();
  assert.equal(press('g').view.layout, '1x2');
  assert.equal(press('ArrowRight').view.active_viewport, 1);
  assert.equal(press('ArrowRight').view.active_viewport, 1);
  assert.equal(press('Enter').maximised, true);
  assert.equal(press('g').view.layout, '1x3');
  assert.equal(press('Shift+g').view.layout, '1x2');
  assert.equal(press('Shift+g').view.layout, '1x1');
});

test('Page Down opens the next series of the strip', () => {
  const { press } = opened();
  assert.deepEqual(press('PageDown').opening, ['1.2.2', null]);
});

test('an image put somewhere ends the waiting there', () => {
  const { store, press } = opened();
  press('PageDown');
  store.dispatch({ type: 'image/set', viewport: 0, image: imageRef(0, '1.2.2') });
  assert.deepEqual(store.get().opening, [null, null]);
});

test('an event for a viewport that is not there changes nothing', () => {
  const { store } = opened();
  const before = store.get();
  store.dispatch({ type: 'image/set', viewport: 1, image: imageRef(1) });
  assert.equal(store.get(), before);
});

test('every command has a key of its own, a title and a label', () => {
  const keys = COMMANDS.flatMap((command) => command.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
  for (const command of COMMANDS) {
    assert.ok(command.title && command.label && command.keys.length > 0, command.name);
    assert.ok(Array.isArray(command.act(INITIAL)), command.name);
  }
});

test('keys are named as commands write them', () => {
  const key = (name, more) => keyName({ key: name, ctrlKey: false, shiftKey: false, metaKey: false, altKey: false, ...more });
  assert.equal(key('W'), 'w');
  assert.equal(key('F', { shiftKey: true }), 'Shift+f');
  assert.equal(key('?', { shiftKey: true }), '?');
  assert.equal(key('+', { shiftKey: true }), '+');
  assert.equal(key(' ', { shiftKey: true }), 'Shift+Space');
  assert.equal(key('ArrowUp', { ctrlKey: true }), 'Ctrl+ArrowUp');
  assert.equal(keyText('Shift+ArrowUp'), 'Shift ↑');
  assert.equal(keyText('Shift+f'), 'Shift F');
  assert.equal(keyText('PageDown'), 'Page Down');
  assert.equal(keyText('+'), '+');
});

test('two patients on one screen are noticed, one patient twice is not', () => {
  const { store } = opened();
  store.dispatch({
    type: 'studies/found',
    studies: [{ study_uid: '1.3', patient: patient('1') }, { study_uid: '1.4', patient: patient('2') }],
    series: [series('1.3.1', '1.3'), series('1.4.1', '1.4')],
  });
  store.dispatch({ type: 'layout/set', layout: '1x2' });
  store.dispatch({ type: 'image/set', viewport: 1, image: { ...imageRef(1, '1.3.1'), study_uid: '1.3' } });
  assert.equal(showsTwoPatients(store.get()), false);
  store.dispatch({ type: 'image/set', viewport: 1, image: { ...imageRef(1, '1.4.1'), study_uid: '1.4' } });
  assert.equal(showsTwoPatients(store.get()), true);
  store.dispatch({ type: 'viewport/maximise', maximised: true });
  assert.equal(showsTwoPatients(store.get()), false);
});

test('two studies that do not say whose they are may be of two people', () => {
  const { store } = opened();
  const nobody = () => patient('', { name: '', birth_date: '' });
  const studies = ['1.3', '1.4'].map((study_uid) => ({ study_uid, patient: nobody() }));
  store.dispatch({ type: 'studies/found', studies, series: [series('1.3.1', '1.3'), series('1.3.2', '1.3'), series('1.4.1', '1.4')] });
  store.dispatch({ type: 'layout/set', layout: '1x2' });
  store.dispatch({ type: 'image/set', viewport: 0, image: { ...imageRef(1, '1.3.1'), study_uid: '1.3' } });
  store.dispatch({ type: 'image/set', viewport: 1, image: { ...imageRef(1, '1.3.2'), study_uid: '1.3' } });
  assert.equal(showsTwoPatients(store.get()), false, 'one study');
  store.dispatch({ type: 'image/set', viewport: 1, image: { ...imageRef(1, '1.4.1'), study_uid: '1.4' } });
  assert.equal(showsTwoPatients(store.get()), true);
});

test('one identifier does not make one person', () => {
  assert.ok(isSamePerson(patient('1'), patient('1', { birth_date: '' })));
  assert.ok(isSamePerson(patient('1'), patient('1', { name: 'PATEL, A (Ms)' })));
  assert.ok(!isSamePerson(patient('1'), patient('1', { birth_date: '19620315' })));
  assert.ok(!isSamePerson(patient('1'), patient('2')));
  assert.ok(!isSamePerson(patient(''), patient('', { name: 'KHAN, Ava' })));
});

test('planes of one person beside a stack of another are two patients', () => {
  const { store } = opened();
  store.dispatch({ type: 'studies/found', studies: [{ study_uid: '1.3', patient: patient('2') }], series: [series('1.3.1', '1.3')] });
  const mpr = { study_uid: '1.3', series_uid: '1.3.1', layout: '2x2', active: 0, alone: false, slab: 0, method: 'maximum_ip', planes: [] };
  store.dispatch({ type: 'mpr/set', mpr });
  assert.equal(showsTwoPatients(store.get()), true);
  store.dispatch({ type: 'mpr/set', mpr: { ...mpr, layout: '1x3' } });
  assert.equal(showsTwoPatients(store.get()), false, 'the stack is not on the screen');
  store.dispatch({ type: 'mpr/set', mpr: { ...mpr, study_uid: '1.2' } });
  assert.equal(showsTwoPatients(store.get()), false);
});
