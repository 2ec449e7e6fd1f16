/** Reading the DICOM JSON model (PS3.18 F): datasets keyed by tag, and the keywords we ask for. */

/** @typedef {Record<string, { vr: string, Value?: unknown[] }>} Dataset */

/** The attributes this viewer reads, by PS3.6 keyword. */
const TAGS = {
  SOPClassUID: '00080016', SOPInstanceUID: '00080018', StudyDate: '00080020', StudyTime: '00080030',
  AccessionNumber: '00080050', Modality: '00080060', ModalitiesInStudy: '00080061', InstitutionName: '00080080',
  StudyDescription: '00081030', SeriesDescription: '0008103E', PatientName: '00100010', PatientID: '00100020',
  PatientBirthDate: '00100030', PatientSex: '00100040', BodyPartExamined: '00180015', BurnedInAnnotation: '00280301', SliceThickness: '00180050',
  ImagerPixelSpacing: '00181164', ViewPosition: '00185101', StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E', SeriesNumber: '00200011', InstanceNumber: '00200013', PatientOrientation: '00200020',
  ImagePositionPatient: '00200032', ImageOrientationPatient: '00200037', Laterality: '00200060',
  FrameOfReferenceUID: '00200052',
  SliceLocation: '00201041', ImageLaterality: '00200062', NumberOfStudyRelatedSeries: '00201206',
  NumberOfStudyRelatedInstances: '00201208', NumberOfSeriesRelatedInstances: '00201209', NumberOfFrames: '00280008',
  FrameTime: '00181063', FrameTimeVector: '00181065', RecommendedDisplayFrameRate: '00082144', CineRate: '00180040',
  Rows: '00280010', Columns: '00280011', PixelSpacing: '00280030', PixelSpacingCalibrationType: '00280A02', PixelAspectRatio: '00280034',
  WindowCenter: '00281050', WindowWidth: '00281051', WindowCenterWidthExplanation: '00281055',
};

/** @typedef {keyof typeof TAGS} Keyword */

/** @param {Dataset} dataset @param {Keyword} keyword @returns {unknown[]} */
function values(dataset, keyword) {
  return dataset[TAGS[keyword]]?.Value ?? [];
}

/** The values as text, the empty ones too: their place may matter. @param {Dataset} dataset @param {Keyword} keyword */
export function texts(dataset, keyword) {
  return values(dataset, keyword).map((value) => (value === null ? '' : String(value).trim()));
}

/** @param {Dataset} dataset @param {Keyword} keyword */
export function text(dataset, keyword) {
  return texts(dataset, keyword)[0] ?? '';
}

/** @param {Dataset} dataset @param {Keyword} keyword */
export function numbers(dataset, keyword) {
  return values(dataset, keyword).map(Number).filter(Number.isFinite);
}

/** @param {Dataset} dataset @param {Keyword} keyword @returns {number | null} */
export function number(dataset, keyword) {
  return numbers(dataset, keyword)[0] ?? null;
}

/** A name as it was typed: in letters, then as its own script writes it; by sound only when there is nothing else (PS3.5 6.2.1.1). @param {Dataset} dataset @param {Keyword} keyword @returns {string[]} */
export function names(dataset, keyword) {
  const written = /** @type {Record<string, string> | undefined} */ (values(dataset, keyword)[0]);
  const found = [written?.['Alphabetic'], written?.['Ideographic']].map((one) => one ?? '');
  return found.some(Boolean) ? found : [written?.['Phonetic'] ?? ''];
}
