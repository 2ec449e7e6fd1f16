import assert from 'node:assert/strict';
import test from 'node:test';

import { hasPictures, renderedAddress, thumbnailAddress, windowFrom } from '../../static/js/dicomweb/frames.js';
import { findStack, framesFrom, studyFrom } from '../../static/js/dicomweb/queries.js';

const series = { study_uid: '1', series_uid: '1.1', modality: 'CT', number: 1, description: '', body_part: '', laterality: 'L', institution: 'St Elsewhere', instance_count: 1 };
const dataset = (attributes) => Object.fromEntries(Object.entries(attributes).map(([tag, Value]) => [tag, { vr: 'UN', Value }]));

test('a stack is whole however many images the server answers at a time', async () => {
  const all = Array.from({ length: 2500 }, (_, i) => dataset({ '00080018': [`1.1.${i}`], '00200013': [i] }));
  const asked = [];
  const ahead = new Map();
  const by = async (path, { offset = '0' }) => {
    asked.push(offset);
    if (!ahead.has(offset)) ahead.set(offset, all.slice(Number(offset), Number(offset) + 1000));
    return ahead.get(offset);
  };
  for (let twice = 0; twice < 2; twice += 1) {
    const frames = await findStack({ ...series, instance_count: 2500 }, undefined, by);
    assert.deepEqual(frames.map(({ image }) => image.instance_uid), all.map((one) => one['00080018'].Value[0]));
  }
  assert.deepEqual(asked.slice(0, 3), ['0', '1000', '2000']);
  // what has been deleted meanwhile is not waited for
  assert.equal((await findStack({ ...series, instance_count: 9999 }, undefined, by)).length, 2500);
});

test('a study as the worklist shows it', () => {
  const study = studyFrom(dataset({
    '0020000D': ['1.2'], '00100010': [{ Alphabetic: 'patel^Anjali^^Ms' }], '00100020': ['9990000018'], '00080020': ['20261121'],
    '00080061': ['CT', 'SR'], '00201208': [221],
  }));
  assert.equal(study.patient.name, 'PATEL, Anjali (Ms)');
  assert.deepEqual([study.study_uid, study.date, study.modalities, study.instance_count], ['1.2', '20261121', ['CT', 'SR'], 221]);
});

test('a study with next to nothing in it', () => {
  const study = studyFrom(dataset({ '0020000D': ['1.2'] }));
  assert.deepEqual([study.patient.name, study.patient.id, study.date, study.modalities, study.series_count], ['', '', '', [], 0]);
});

test('a slice', () => {
  const [frame, ...others] = framesFrom(dataset({
    '00080018': ['1.1.7'], '00280010': [512], '00280011': [256], '00280030': [0.9, 0.6], '00180050': [2.5],
    '00200032': [1, 2, -30], '00200037': [1, 0, 0, 0, 1, 0], '00281050': [40, -600], '00281051': [400, 1500], '00281055': ['SOFT', 'LUNG'],
  }), series);
  assert.equal(others.length, 0);
  assert.deepEqual(frame.image, { study_uid: '1', series_uid: '1.1', instance_uid: '1.1.7', frame_number: 1 });
  assert.deepEqual([frame.rows, frame.columns, frame.position, frame.thickness], [512, 256, -30, 2.5]);
  assert.ok(Math.abs(frame.aspect - 1.5) < 1e-12);
  assert.deepEqual(frame.spacing, { row: 0.9, column: 0.6, kind: 'patient' });
  assert.deepEqual(frame.edges, ['L', 'P']);
  assert.deepEqual(frame.windows[1], { center: -600, width: 1500, name: 'LUNG' });
});

test('a film: detector spacing, its own letters, its own side', () => {
  const [frame] = framesFrom(dataset({ '00080018': ['1'], '00181164': [0.14, 0.14], '00200020': ['L', 'F'], '00200062': ['R'] }), series);
  assert.equal(frame.spacing.kind, 'detector');
  assert.deepEqual(frame.edges, ['L', 'F']);
  assert.deepEqual([frame.laterality, frame.position, frame.thickness], ['R', null, null]);
});

test('a film says whether anybody corrected its magnification', () => {
  const kind = (more) => framesFrom(dataset({ '00080018': ['1'], '00181164': [0.14, 0.14], ...more }), series)[0].spacing.kind;
  assert.equal(kind({ '00280030': [0.14, 0.14] }), 'detector');
  assert.equal(kind({ '00280030': [0.12, 0.12] }), 'corrected');
  assert.equal(kind({ '00280030': [0.12, 0.12], '00280A02': ['GEOMETRY'] }), 'geometry');
  assert.equal(kind({ '00280030': [0.12, 0.12], '00280A02': ['FIDUCIAL'] }), 'fiducial');
});

test('frames of one instance count from 1', () => {
  const frames = framesFrom(dataset({ '00080018': ['1'], '00280008': ['3'] }), series);
  assert.deepEqual(frames.map(({ image }) => image.frame_number), [1, 2, 3]);
});

test('a film says how long its frames are shown, in the order in which the server believes it', () => {
  const film = (more) => framesFrom(dataset({ '00080018': ['1'], '00280008': ['3'], ...more }), series)[0].frame_ms;
  assert.equal(film({ '00181063': ['33.3'], '00082144': ['15'] }), 33.3);
  assert.equal(film({ '00082144': ['20'], '00180040': ['10'] }), 50);
  assert.equal(film({ '00180040': ['10'] }), 100);
  assert.equal(film({ '00181063': ['0'] }), null);
  assert.equal(framesFrom(dataset({ '00080018': ['1'], '00181063': ['40'] }), series)[0].frame_ms, null, 'one image is no film');
});

test('frames that are shown for different times say so, each since the one before', () => {
  const frames = framesFrom(dataset({ '00080018': ['1'], '00280008': ['4'], '00181065': [0, 40, 80, 20], '00181063': ['33'] }), series);
  assert.deepEqual(frames.map(({ frame_ms }) => frame_ms), [40, 80, 20, 20]);
  const others = framesFrom(dataset({ '00080018': ['1'], '00280008': ['3'], '00181065': [0, 40], '00181063': ['33'] }), series);
  assert.deepEqual(others.map(({ frame_ms }) => frame_ms), [33, 33, 33], 'a vector of another length is not believed');
});

test('nothing known is nothing claimed', () => {
  const [frame] = framesFrom(dataset({ '00080018': ['1'] }), series);
  assert.deepEqual([frame.spacing, frame.aspect, frame.edges, frame.position, frame.windows], [null, 1, null, null, []]);
  assert.deepEqual([frame.laterality, frame.institution], ['L', 'St Elsewhere']);
});

test('the address of a picture', () => {
  const image = { study_uid: '1', series_uid: '2', instance_uid: '3', frame_number: 4 };
  const root = '/dicomweb/studies/1/series/2/instances/3/frames/4/rendered';
  assert.equal(renderedAddress({ image, voi: null, side: null, quality: 'exact' }), root);
  assert.equal(renderedAddress({ image, voi: null, as: '1.2,1.3', side: null, quality: 'exact' }), `${root}?presentation=1.2,1.3`);
  assert.equal(renderedAddress({ image, voi: { center: -600, width: 1500 }, side: 768, quality: 'preview' }),
    `${root}?window=-600,1500,linear&viewport=768,768&quality=75`);
  assert.equal(thumbnailAddress({ study_uid: '1', series_uid: '2' }, 128), '/dicomweb/studies/1/series/2/thumbnail?viewport=128,128');
});

test('the window the server used', () => {
  assert.deepEqual(windowFrom('40,400,linear'), { center: 40, width: 400 });
  assert.equal(windowFrom(''), null);
  assert.equal(windowFrom('none'), null);
});

test('reports have no pictures', () => {
  assert.ok(hasPictures({ modality: 'CT' }) && !hasPictures({ modality: 'SR' }));
});
