/** Searches, and their answers as studies, series and stacks. */

/** @import { Frame, ImagePlane, NamedVoi, Series, Spacing, Study, Vector } from '../core/types.js' */
/** @import { Dataset } from './attributes.js' */
/** @import { Search } from './client.js' */

import { alongNormal, edgesFromCosines, stackOrder } from '../core/orientation.js';
import { personName } from '../core/wording.js';
import { names, number, numbers, text, texts } from './attributes.js';
import { pathOf, search, STUDIES } from './client.js';

const SERIES_FIELDS = ['BodyPartExamined', 'Laterality', 'InstitutionName'];
const INSTANCE_FIELDS = [
  'ImagePositionPatient', 'ImageOrientationPatient', 'PatientOrientation', 'PixelSpacing', 'ImagerPixelSpacing', 'PixelSpacingCalibrationType',
  'PixelAspectRatio', 'SliceThickness', 'SliceLocation', 'WindowCenter', 'WindowWidth',
  'WindowCenterWidthExplanation', 'FrameOfReferenceUID', 'Laterality', 'ImageLaterality', 'ViewPosition', 'InstitutionName',
  'FrameTime', 'FrameTimeVector', 'RecommendedDisplayFrameRate', 'CineRate',
];

/** @param {Record<string, string>} query QIDO-RS keys @param {AbortSignal} [signal] @param {Search} [by] */
export async function findStudies(query, signal, by = search) {
  const found = await by(STUDIES, { includefield: 'StudyDescription,AccessionNumber', ...query }, signal);
  return found.map(studyFrom);
}

/** @param {string} studyUid @param {AbortSignal} [signal] @param {Search} [by] */
export async function findSeries(studyUid, signal, by = search) {
  const path = `${pathOf({ study_uid: studyUid })}/series`;
  const found = await by(path, { includefield: SERIES_FIELDS.join(',') }, signal);
  return found.map((dataset) => seriesFrom(dataset, studyUid)).sort((a, b) => a.number - b.number);
}

/** The series that an instance lies in, in one of these studies; none when it is not there. @param {string[]} studyUids @param {string} instanceUid */
export async function findSeriesOf(studyUids, instanceUid) {
  const found = await Promise.all(studyUids.map((study_uid) => search(`${pathOf({ study_uid })}/instances`, { SOPInstanceUID: instanceUid })));
  return found.flat().map((dataset) => text(dataset, 'SeriesInstanceUID'));
}

/** The instances of a series, with all that a stack of them is made from. @param {Series} series @param {AbortSignal} [signal] @param {Search} [by] */
export function findInstances(series, signal, by = search) {
  return everyInstance(series, INSTANCE_FIELDS.join(','), signal, by);
}

/** A server answers a thousand or so at a time, and goes on where it is asked to (PS3.18 8.3.4.4). @param {Series} series @param {string} includefield @param {AbortSignal | undefined} signal @param {Search} by */
async function everyInstance(series, includefield, signal, by) {
  const path = `${pathOf(series)}/instances`;
  const found = [...await by(path, { includefield }, signal)]; // whoever asked ahead has the same answer
  for (let more = found; more.length > 0 && found.length < series.instance_count;) {
    more = await by(path, { includefield, offset: String(found.length) }, signal);
    found.push(...more);
  }
  return found;
}

/** Every frame of a series, in the order of its stack. @param {Series} series @param {AbortSignal} [signal] @param {Search} [by] */
export async function findStack(series, signal, by = search) {
  const found = await findInstances(series, signal, by);
  const images = found.map((dataset) => ({
    dataset,
    cosines: numbers(dataset, 'ImageOrientationPatient'),
    position: numbers(dataset, 'ImagePositionPatient'),
    number: number(dataset, 'InstanceNumber') ?? 0,
  }));
  const ordered = stackOrder(images).map(({ dataset }) => dataset);
  const read = (/** @type {Dataset} */ one) => framesFrom(one, series);
  if (!ordered.some((dataset) => saysMore(dataset, series))) return ordered.flatMap(read);
  const { enhancedFrames, SEQUENCES } = await import('./enhanced.js');
  const more = new Map((await everyInstance(series, SEQUENCES, signal, by)).map((dataset) => [text(dataset, 'SOPInstanceUID'), dataset]));
  return ordered.flatMap((dataset) => enhancedFrames(dataset, more.get(text(dataset, 'SOPInstanceUID')) ?? {}, read));
}

/** @param {Dataset} dataset @returns {Study} */
export function studyFrom(dataset) {
  return {
    study_uid: text(dataset, 'StudyInstanceUID'),
    patient: {
      name: personName(...names(dataset, 'PatientName')),
      id: text(dataset, 'PatientID'),
      birth_date: text(dataset, 'PatientBirthDate'),
      sex: text(dataset, 'PatientSex'),
    },
    date: text(dataset, 'StudyDate'),
    time: text(dataset, 'StudyTime'),
    description: text(dataset, 'StudyDescription'),
    accession: text(dataset, 'AccessionNumber'),
    modalities: texts(dataset, 'ModalitiesInStudy').filter(Boolean),
    institutions: texts(dataset, 'InstitutionName').filter(Boolean),
    series_count: number(dataset, 'NumberOfStudyRelatedSeries') ?? 0,
    instance_count: number(dataset, 'NumberOfStudyRelatedInstances') ?? 0,
  };
}

/** Does an image say in sequences what others say themselves? @param {Dataset} dataset @param {Series} series */
function saysMore(dataset, { modality }) {
  return modality === 'US' || (number(dataset, 'NumberOfFrames') ?? 1) > 1;
}

/** @param {Dataset} dataset @param {string} studyUid @returns {Series} */
function seriesFrom(dataset, studyUid) {
  return {
    study_uid: studyUid,
    series_uid: text(dataset, 'SeriesInstanceUID'),
    modality: text(dataset, 'Modality'),
    number: number(dataset, 'SeriesNumber') ?? 0,
    description: text(dataset, 'SeriesDescription'),
    body_part: text(dataset, 'BodyPartExamined'),
    laterality: text(dataset, 'Laterality'),
    institution: text(dataset, 'InstitutionName'),
    instance_count: number(dataset, 'NumberOfSeriesRelatedInstances') ?? 0,
  };
}

/** Modalities in which the way from the patient to the detector enlarges. */
const PROJECTIONS = ['CR', 'DX', 'MG', 'RF', 'XA', 'IO', 'PX', 'RG'];

/** @param {Dataset} dataset @param {Series} series @returns {Frame[]} */
export function framesFrom(dataset, series) {
  const cosines = numbers(dataset, 'ImageOrientationPatient');
  const [right = '', lower = ''] = texts(dataset, 'PatientOrientation');
  const spacing = spacingOf(dataset, series.modality);
  const edges = edgesFromCosines(cosines);
  const count = Math.max(1, number(dataset, 'NumberOfFrames') ?? 1);
  const shared = {
    columns: number(dataset, 'Columns') ?? 0,
    rows: number(dataset, 'Rows') ?? 0,
    aspect: aspectOf(dataset, spacing),
    spacing,
    edges: edges ?? (right && lower ? /** @type {[string, string]} */ ([right, lower]) : null),
    plane: edges && planeOf(dataset, cosines),
    position: alongNormal(cosines, numbers(dataset, 'ImagePositionPatient')) ?? number(dataset, 'SliceLocation'),
    thickness: number(dataset, 'SliceThickness'),
    frame_ms: null,
    windows: windowsOf(dataset),
    laterality: text(dataset, 'ImageLaterality') || text(dataset, 'Laterality') || series.laterality,
    view_position: text(dataset, 'ViewPosition'),
    institution: text(dataset, 'InstitutionName') || series.institution,
  };
  const instance_uid = text(dataset, 'SOPInstanceUID');
  const { study_uid, series_uid } = series;
  const timeOf = frameTimesOf(dataset, count);
  return Array.from({ length: count }, (_, i) => (
    { ...shared, frame_ms: timeOf(i), image: { study_uid, series_uid, instance_uid, frame_number: i + 1 } }));
}

/** @param {Dataset} dataset @param {number[]} cosines @returns {ImagePlane | null} */
function planeOf(dataset, cosines) {
  const position = numbers(dataset, 'ImagePositionPatient');
  if (position.length !== 3) return null;
  const [row, column] = [cosines.slice(0, 3), cosines.slice(3, 6)];
  const [at, right, down] = /** @type {Vector[]} */ ([position, row, column]);
  return at && right && down ? { position: at, row: right, column: down, frame_of_reference: text(dataset, 'FrameOfReferenceUID') } : null;
}

/** PS3.3 10.7.1.1: Pixel Spacing counts in the patient, Imager Pixel Spacing at the detector; where both say the same, nobody has corrected for what lies between. Alone in a projection it says neither. @param {Dataset} dataset @param {string} modality @returns {Spacing | null} */
function spacingOf(dataset, modality) {
  const [inPatient, atDetector] = [numbers(dataset, 'PixelSpacing'), numbers(dataset, 'ImagerPixelSpacing')];
  const [row = 0, column = 0] = inPatient.length === 2 ? inPatient : atDetector;
  if (!(row > 0 && column > 0)) return null;
  if (row === atDetector[0] && column === atDetector[1]) return { row, column, kind: 'detector' };
  const corrected = { GEOMETRY: /** @type {const} */ ('geometry'), FIDUCIAL: /** @type {const} */ ('fiducial') }[text(dataset, 'PixelSpacingCalibrationType')];
  return { row, column, kind: corrected ?? (atDetector.length ? 'corrected' : PROJECTIONS.includes(modality) ? 'unsaid' : 'patient') };
}

/** PS3.3 C.7.6.5: how long each frame is shown, in milliseconds, in the order in which the server believes them. @param {Dataset} dataset @param {number} count @returns {(frame: number) => number | null} */
function frameTimesOf(dataset, count) {
  if (count < 2) return () => null;
  const since = numbers(dataset, 'FrameTimeVector');
  // each is the time since the frame before, so the last is shown as long as the one before it
  if (since.length === count) return (frame) => since[Math.min(frame + 1, count - 1)] || null;
  const time = number(dataset, 'FrameTime') ?? 0;
  const rate = number(dataset, 'RecommendedDisplayFrameRate') || number(dataset, 'CineRate') || 0;
  const every = time > 0 ? time : rate > 0 ? 1000 / rate : null;
  return () => every;
}

/** @param {Dataset} dataset @param {Spacing | null} spacing */
function aspectOf(dataset, spacing) {
  if (spacing) return spacing.row / spacing.column;
  const [vertical = 1, horizontal = 1] = numbers(dataset, 'PixelAspectRatio');
  return vertical > 0 && horizontal > 0 ? vertical / horizontal : 1;
}

/** @param {Dataset} dataset @returns {NamedVoi[]} */
function windowsOf(dataset) {
  const widths = numbers(dataset, 'WindowWidth');
  const names = texts(dataset, 'WindowCenterWidthExplanation');
  return numbers(dataset, 'WindowCenter').flatMap((center, i) => {
    const width = widths[i];
    return width === undefined ? [] : [{ center, width, name: names[i] ?? '' }];
  });
}
