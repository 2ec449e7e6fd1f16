/** What is said aloud: each change once, in one sentence, and nothing of what only the eye needs. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { pictureSentence, roomSentence, toolSentence, windowSentence } from '../../static/js/state/said.js';
import { INITIAL, reduce } from '../../static/js/state/viewer.js';
import { imageRef, person, roomOf } from './wire.js';

const ME = 'me';
const people = { [ME]: person('Me'), bob: { ...person('Bob'), here: false }, rosa: person('Rosa') };
const room = roomOf({ leader: 'rosa', people });
const here = (name, is = true) => ({ ...person(name), here: is });

test('who comes, goes, asks, proposes and raises a hand is said; what this person does is not', () => {
  const now = {
    ...room, people: { ...people, bob: here('Bob'), rosa: here('Rosa', false) }, asking: ['bob', ME], hands: ['bob'], proposals: { bob: {}, [ME]: {} }, frozen: true,
  };
  assert.equal(roomSentence(room, now, ME), 'Bob has come. Rosa has gone. Bob would like the lead. Bob proposed a view. Bob raised a hand. The images are frozen.');
  assert.equal(roomSentence(now, now, ME), '');
  assert.equal(roomSentence(now, { ...now, frozen: false, asking: [], hands: [], proposals: {} }, ME), 'The images are free again.');
});

test('many who come at once are a number, and a room that is entered says nothing', () => {
  const many = { ...room, people: { ...people, ...Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, here(id)])) } };
  assert.equal(roomSentence(room, many, ME), '4 people have come.');
  assert.equal(roomSentence(null, many, ME), '');
});

test('the case on the screen is said by its place on the agenda', () => {
  const cases = ['x', 'y'].map((case_id) => ({ case_id, question: '', study_uids: [], state: 'waiting', outcome: '', view: null }));
  assert.equal(roomSentence({ ...room, cases }, { ...room, cases, case: 'y' }, ME), 'Case 2 of 2.');
});

test('a window is said when it was chosen, not with each image that has its own', () => {
  const shown = reduce(INITIAL, { type: 'image/set', viewport: 0, image: imageRef(1) });
  const { presentation } = shown.view.viewports[0];
  const lung = reduce(shown, { type: 'presentation/set', viewport: 0, presentation: { ...presentation, voi: { center: -600, width: 1500 } } });
  assert.equal(windowSentence(lung), 'Window width 1500, level −600');
  assert.equal(windowSentence(shown), windowSentence(reduce(shown, { type: 'picture/shown', viewport: 0, displayed: { image: imageRef(1), window: { center: 1, width: 2 }, quality: 'exact' } })));
  assert.equal(toolSentence(reduce(shown, { type: 'tool/set', tool: 'length' })), 'Tool: Length');
});

test('a picture that could not be had is said, with where', () => {
  const shown = reduce(INITIAL, { type: 'image/set', viewport: 0, image: imageRef(1) });
  const known = { ...shown, series: { [imageRef(1).series_uid]: { series_uid: imageRef(1).series_uid } } };
  const failed = reduce(known, { type: 'picture/shown', viewport: 0, displayed: { image: imageRef(1), window: null, quality: 'failed' } });
  assert.equal(pictureSentence(known), '');
  assert.equal(pictureSentence(failed), 'No picture could be had in viewport 1.');
});
