import assert from 'node:assert/strict';
import test from 'node:test';

import { dateText, earlierText, isNhsNumber, patientId, personName, signed, timeText } from '../../static/js/core/wording.js';
import { readParticipant, keepParticipant } from '../../static/js/sessions/participant.js';
import { INITIAL, merged, queriesFor, reduce } from '../../static/js/state/worklist.js';
import { windowChoices, windowText } from '../../static/js/viewport/windows.js';

test('names', () => {
  assert.equal(personName('patel^Anjali^^Ms'), 'PATEL, Anjali (Ms)');
  assert.equal(personName("O'Brien^Seán^Pádraig"), "O'BRIEN, Seán Pádraig");
  assert.equal(personName('PHANTOM'), 'PHANTOM');
  assert.equal(personName(''), '');
});

test('dates and times', () => {
  assert.equal(dateText('20261121'), '21-Nov-2026');
  assert.equal(dateText('20261321'), '20261321');
  assert.equal(dateText(''), '');
  assert.equal(timeText('142501.25'), '14:25');
  assert.equal(timeText(''), '');
});

test('how much earlier', () => {
  assert.equal(earlierText('20261120', '20261121'), '1 day earlier');
  assert.equal(earlierText('20260321', '20261121'), '8 months earlier');
  assert.equal(earlierText('20231121', '20261121'), '3 years earlier');
  assert.equal(earlierText('20261121', '20261121'), '');
  assert.equal(earlierText('', '20261121'), '');
});

test('an NHS number is grouped, another number is left as it is', () => {
  assert.ok(isNhsNumber('9434765919') && !isNhsNumber('9434765918') && !isNhsNumber('123'));
  assert.equal(patientId('9434765919'), '943 476 5919');
  assert.equal(patientId('RXX1234'), 'RXX1234');
});

test('numbers with a true minus, and never minus nothing', () => {
  assert.equal(signed(-12.34, 1), '−12.3');
  assert.equal(signed(-0.01, 1), '0.0');
  assert.equal(signed(5, 1), '5.0');
});

const asks = (text, more) => queriesFor({ ...INITIAL.wish, text, ...more }).map((round) => round.map(({ limit, ...query }) => query));

test('a number is looked for among patients and accessions, with or without spaces', () => {
  assert.deepEqual(asks('943 476 5919'), [[{ PatientID: '9434765919*' }, { AccessionNumber: '9434765919*' }]]);
  assert.deepEqual(asks('RAD00042'), [[{ PatientID: 'RAD00042*' }, { AccessionNumber: 'RAD00042*' }]]);
});

test('letters are looked for at the beginning of names, and anywhere only if that finds nothing', () => {
  assert.deepEqual(asks('smi')[0], [{ PatientName: 'smi*' }]);
  assert.deepEqual(asks('smi')[1][0], { PatientName: '*smi*' });
  assert.deepEqual(asks('Smith, John')[0], [{ PatientName: 'Smith*^John*' }]);
  assert.deepEqual(asks('van der')[0], [{ PatientName: 'van der*' }, { PatientName: 'van*^der*' }]);
});

test('what would be a wildcard is not typed through', () => assert.deepEqual(asks('s*?')[0], [{ PatientName: 's*' }]));

test('filters go with every query', () => {
  assert.deepEqual(asks('', { modality: 'CT', from: '2026-01-01' }), [[{ ModalitiesInStudy: 'CT', StudyDate: '20260101-' }]]);
  assert.deepEqual(asks('', { from: '2026-01-01', to: '2026-12-31' })[0][0], { StudyDate: '20260101-20261231' });
});

test('studies found twice are listed once, the newest first', () => {
  const study = (study_uid, date) => ({ study_uid, date, time: '' });
  assert.deepEqual(merged([[study('a', '20260101')], [study('b', '20270101'), study('a', '20260101')]]).map(({ study_uid }) => study_uid), ['b', 'a']);
});

test('the current row stays on the list', () => {
  const found = reduce(INITIAL, { type: 'search/found', studies: [{}, {}], more: false });
  assert.equal(reduce(found, { type: 'row/set', current: 9 }).current, 1);
  assert.equal(reduce(found, { type: 'row/set', current: -9 }).current, 0);
});

test('a participant is the same for the life of a tab, and a broken note makes a new one', () => {
  const notes = new Map();
  const keeper = { getItem: (place) => notes.get(place) ?? null, setItem: (place, text) => notes.set(place, text) };
  const first = readParticipant(keeper);
  assert.match(first.key, /^[A-Za-z0-9_-]{22,64}$/);
  keepParticipant(keeper, { ...first, name: 'Ann' });
  assert.deepEqual(readParticipant(keeper), { key: first.key, name: 'Ann', discipline: 'other' });
  notes.set([...notes.keys()][0], '{"key":"short","name":"x"}');
  assert.notEqual(readParticipant(keeper).key, 'short');
  assert.notEqual(readParticipant(keeper).key, first.key);
});

test('windows: CT has its presets, others have their own', () => {
  const frame = { windows: [{ center: 1, width: 2, name: 'A' }, { center: 3, width: 4, name: 'B' }] };
  assert.deepEqual(windowChoices('CT', null).map(({ key }) => key).join(''), '012345678');
  assert.deepEqual(windowChoices('MR', frame).map(({ name }) => name), ['Image’s own (A)', 'B']);
  const own = { 2: { name: 'Mine', center: -500, width: 1400 }, 8: { name: 'Late', center: 5, width: 6 } };
  assert.deepEqual(windowChoices('MR', frame, own).map(({ key, name }) => `${key} ${name}`), ['0 Image’s own (A)', '1 B', '2 Mine', '8 Late']);
  assert.deepEqual(windowChoices('CT', null, own)[2], { key: '2', name: 'Mine', voi: { center: -500, width: 1400 } });
  assert.equal(windowText({ center: -600, width: 1500 }), 'W 1500  L −600');
  assert.equal(windowText(null), '');
});

test('a name that is also written in its own script shows both', () => {
  assert.equal(personName('Yamada^Tarou', '山田^太郎'), 'YAMADA, Tarou (山田 太郎)');
  assert.equal(personName('', '山田^太郎'), '山田 太郎');
  assert.equal(personName(''), '');
});
