/** Measurements, presentations and key images saved as DICOM objects, and reports opened again. Loaded when first asked for. */

/** @import { ImageRef, InstanceRef } from './core/types.js' */
/** @import { Action, ViewerStore } from './state/viewer.js' */

import { changed } from './annotations/model.js';
import { titleOf } from './core/http.js';
import { counted } from './core/wording.js';
import { findReports, openReport, saveKeyImages, saveMarks, savePresentation, storeReport } from './dicomweb/authored.js';
import { findSeries } from './dicomweb/queries.js';
import { keyImages } from './state/authoring-commands.js';

/** @typedef {Extract<Action, { type: 'author/ask' }>} Wish */

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function authoring(store, signal) {
  /** The report that a study's marks were opened from or saved as last. @type {Map<string, InstanceRef>} */
  const last = new Map();
  store.listen(async (action) => {
    if (action.type !== 'author/ask') return;
    try {
      const text = await granted(store, action, last);
      if (text) store.dispatch({ type: 'notice/set', text });
    } catch (error) {
      store.dispatch({ type: 'notice/set', text: `Not saved. ${titleOf(error)}` });
    }
  }, { signal });
}

/** @param {ViewerStore} store @param {Wish} action @param {Map<string, InstanceRef>} last @returns {Promise<string>} */
async function granted(store, action, last) {
  switch (action.wish) {
    case 'marks': return keepMarks(store, last);
    case 'presentation': return keepPresentation(store);
    case 'keys': return keepKeys(store, action.title ?? 'of-interest');
    case 'reports': await listReports(store); return '';
    case 'open': return open(store, action.report, last);
    case 'bring': {
      const report = await storeReport(action.file);
      const text = await open(store, report, last);
      await Promise.all([listReports(store), showSeries(store, report.study_uid)]);
      return text;
    }
  }
}

/** @param {ViewerStore} store @param {Map<string, InstanceRef>} last */
async function keepMarks(store, last) {
  const { list } = store.get().marks;
  if (list.length === 0) return 'Nothing is measured yet.';
  const leftOut = [];
  for (const [study_uid, marks] of byStudy(list, ({ image }) => image)) {
    const written = await saveMarks(study_uid, marks, last.get(study_uid) ?? null);
    last.set(study_uid, written);
    leftOut.push(...written.left_out);
    await showSeries(store, study_uid);
  }
  await listReports(store);
  return said(`${counted(list.length - leftOut.length, 'measurement')} saved as DICOM.`, leftOut);
}

/** @param {ViewerStore} store */
async function keepPresentation(store) {
  const { view, displayed, marks } = store.get();
  const viewport = view.active_viewport;
  const content = view.viewports[viewport];
  if (!content?.image) return 'There is no image to save a presentation of.';
  const { image, presentation } = content;
  const here = marks.shown ? marks.list.filter((mark) => mark.image.series_uid === image.series_uid && !mark.plane) : [];
  // what is on the screen now, whoever chose it
  const voi = presentation.voi ?? displayed[viewport]?.window ?? null;
  const written = await savePresentation(image, { ...presentation, voi }, here);
  await showSeries(store, image.study_uid);
  store.dispatch({ type: 'state/ask', wish: 'list' });
  return said('Window, position and marks saved as DICOM.', written.left_out);
}

/** @param {ViewerStore} store @param {string} title */
async function keepKeys(store, title) {
  const images = keyImages(store.get());
  if (images.length === 0) return 'There are no key images yet: K marks one.';
  for (const [study_uid, chosen] of byStudy(images, (image) => image)) {
    await saveKeyImages(study_uid, chosen, title);
    await showSeries(store, study_uid);
  }
  return `${counted(images.length, 'key image')} saved as DICOM.`;
}

/** @param {ViewerStore} store @param {InstanceRef} report @param {Map<string, InstanceRef>} last */
async function open(store, report, last) {
  const { marks: read, left_out } = await openReport(report);
  const { marks } = store.get();
  const known = new Set(read.map(({ id }) => id));
  last.set(report.study_uid, report);
  store.dispatch({ type: 'marks/set', marks: changed(marks, [...marks.list.filter(({ id }) => !known.has(id)), ...read], null) });
  return said(`${counted(read.length, 'measurement')} opened.`, left_out);
}

/** @param {ViewerStore} store */
async function listReports(store) {
  const found = await Promise.all(store.get().opened.map(findReports));
  store.dispatch({ type: 'reports/set', reports: found.flat() });
}

/** What was saved is a series of the study now. @param {ViewerStore} store @param {string} studyUid */
async function showSeries(store, studyUid) {
  const study = store.get().studies[studyUid];
  if (study) store.dispatch({ type: 'studies/found', studies: [study], series: await findSeries(studyUid) });
}

/** @template T @param {T[]} things @param {(thing: T) => ImageRef} imageOf @returns {Map<string, T[]>} */
function byStudy(things, imageOf) {
  /** @type {Map<string, T[]>} */
  const found = new Map();
  for (const thing of things) found.set(imageOf(thing).study_uid, [...found.get(imageOf(thing).study_uid) ?? [], thing]);
  return found;
}

/** @param {string} text @param {string[]} leftOut */
function said(text, leftOut) {
  return [text, ...new Set(leftOut)].join(' ');
}
