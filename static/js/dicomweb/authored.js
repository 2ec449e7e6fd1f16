/** What people make of images, saved as DICOM objects and opened again: the HTTP half. */

/** @import { ImageRef, InstanceRef, Presentation } from '../core/types.js' */
/** @import { Mark } from '../annotations/model.js' */

import { ask } from '../core/http.js';
import { STUDIES } from './client.js';

/**
 * @typedef {InstanceRef & { left_out: string[] }} Written  `left_out`: what could not be told, in sentences
 * @typedef {object} ReportFacts
 * @property {string} maker
 * @property {string} date  DICOM DA
 * @property {string} time  DICOM TM
 * @property {number} marks
 * @typedef {InstanceRef & ReportFacts} SavedReport
 */

/** @param {string} studyUid @param {Mark[]} marks @param {InstanceRef | null} predecessor @returns {Promise<Written>} */
export function saveMarks(studyUid, marks, predecessor) {
  return post(studyUid, 'measurement-reports', { marks, ...(predecessor && { predecessor }) });
}

/** @param {ImageRef} image @param {Presentation} presentation @param {Mark[]} marks @returns {Promise<Written>} */
export function savePresentation(image, presentation, marks) {
  return post(image.study_uid, 'presentation-states', { image, presentation, marks });
}

/** @param {string} studyUid @param {ImageRef[]} images @param {string} title @returns {Promise<Written>} */
export function saveKeyImages(studyUid, images, title) {
  return post(studyUid, 'key-objects', { images, title });
}

/** @typedef {{ series_uid: string, instance_uid: string, frames: number[], reasons: string[] }} KeyNote  no frames: all of an image */

/** What the key object selections of a study point at. @param {string} studyUid @returns {Promise<KeyNote[]>} */
export async function findKeyImages(studyUid) {
  return (await ask(`/api/studies/${studyUid}/key-objects`)).json();
}

/**
 * @typedef {{ instance_uid: string, frames: number[] }} Covered  no frames: all of an image
 * @typedef {object} Look  what a presentation state says; a part without images is for all of them
 * @property {(Covered & { series_uid: string })[]} images
 * @property {{ images: Covered[], center: number, width: number }[]} windows
 * @property {0 | 90 | 180 | 270} rotation  after the flip
 * @property {boolean} flip_horizontal
 * @property {boolean} invert
 * @property {boolean} greys  tables, sigmoids, overlay planes or bitmap shutters: the server draws them
 * @property {{ images: Covered[], left: number, right: number, top: number, bottom: number, magnification: number | null }[]} areas  in image pixels
 * @property {{ rectangle: number[], circle: number[], polygon: [number, number][], grey: number } | null} shutter  columns and rows from 1
 * @property {Drawn[]} annotations
 * @property {string[]} left_out  what it also says, and cannot be followed here
 *
 * @typedef {object} Drawn
 * @property {Covered[]} images
 * @property {string} colour
 * @property {{ points: [number, number][], displayed: boolean, filled: boolean }[]} graphics  `displayed`: shares of the displayed area
 * @property {{ lines: string[], x: number, y: number, displayed: boolean }[]} texts
 *
 * @typedef {InstanceRef & { label: string, description: string, date: string, time: string }} SavedState
 */

/** The presentation states of a study, the newest first. @param {string} studyUid @returns {Promise<SavedState[]>} */
export async function findStates(studyUid) {
  return (await ask(`/api/studies/${studyUid}/presentation-states`)).json();
}

/** @param {InstanceRef} ref @returns {Promise<Look>} */
export async function openLook({ study_uid, series_uid, instance_uid }) {
  return (await ask(`/api/studies/${study_uid}/series/${series_uid}/instances/${instance_uid}/look`)).json();
}

/** The measurement reports of a study, the newest first. @param {string} studyUid @returns {Promise<SavedReport[]>} */
export async function findReports(studyUid) {
  return (await ask(`/api/studies/${studyUid}/measurement-reports`)).json();
}

/** @param {InstanceRef} ref @returns {Promise<{ marks: Mark[], left_out: string[] }>} */
export async function openReport({ study_uid, series_uid, instance_uid }) {
  return (await ask(`/api/studies/${study_uid}/series/${series_uid}/instances/${instance_uid}/marks`)).json();
}

/** Where the Part 10 file of an instance is (PS3.18 9.4). @param {InstanceRef} ref */
export function fileAddress({ study_uid, series_uid, instance_uid }) {
  return `/wado?requestType=WADO&studyUID=${study_uid}&seriesUID=${series_uid}&objectUID=${instance_uid}&contentType=application/dicom`;
}

/** Stores one Part 10 file (PS3.18 10.5). @param {Blob} file @returns {Promise<InstanceRef>} */
export async function storeReport(file) {
  const headers = { 'Content-Type': 'application/dicom', Accept: 'application/dicom+json' };
  const answer = await (await ask(STUDIES, { method: 'POST', headers, body: file })).json();
  const address = String(answer['00081199']?.Value?.[0]?.['00081190']?.Value?.[0] ?? '');
  const [study_uid = '', series_uid = '', instance_uid = ''] = [...address.matchAll(/(?:studies|series|instances)\/([0-9.]+)/g)].map((found) => found[1] ?? '');
  return { study_uid, series_uid, instance_uid };
}

/** @param {string} studyUid @param {string} what @param {object} body @returns {Promise<Written>} */
async function post(studyUid, what, body) {
  const headers = { 'Content-Type': 'application/json' };
  return (await ask(`/api/studies/${studyUid}/${what}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}
