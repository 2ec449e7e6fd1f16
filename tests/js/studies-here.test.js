import assert from 'node:assert/strict';
import test from 'node:test';

import { studiesHere } from '../../static/js/state/select.js';
import { INITIAL } from '../../static/js/state/viewer.js';

const study = (uid, id) => ({ study_uid: uid, patient: { id, name: `P${id}`, birth_date: '', sex: '' } });
const state = (shown, room) => ({
  ...INITIAL,
  opened: ['1', '2', '3'],
  studies: { 1: study('1', 'A'), 2: study('2', 'B'), 3: study('3', 'A') },
  series: { s1: { study_uid: '1', series_uid: 's1' } },
  opening: [shown],
  session: room && { ...INITIAL.session, room },
});
const one = { case_id: 'x', study_uids: ['1'] };
const two = { case_id: 'y', study_uids: ['2'] };

test('without a session all studies that were opened can be chosen from', () => {
  assert.deepEqual(studiesHere(state(null, null)), ['1', '2', '3']);
});

test('what is on the screen can be chosen from before its case has been shown, and this person’s others', () => {
  const agenda = { cases: [one, two, { case_id: 'z', study_uids: ['3'] }], case: null };
  assert.deepEqual(studiesHere(state('s1', agenda)), ['1', '3']);
  assert.deepEqual(studiesHere(state(null, agenda)), [], 'nobody’s studies are there before any case is shown');
});

test('the case that is shown comes first, without the studies of other people’s cases', () => {
  assert.deepEqual(studiesHere(state(null, { cases: [one, two], case: 'y' })), ['2', '3']);
});
