/** What images say of their frames in sequences: functional groups of enhanced images (PS3.3 C.7.6.16), regions of ultrasound (C.8.5.5). Loaded when there are some. */

/** @import { Frame, MeasuredRegion } from '../core/types.js' */
/** @import { Dataset } from './attributes.js' */

const [SHARED, PER_FRAME, REGIONS] = ['52009229', '52009230', '00186011'];
const NUMBER_OF_FRAMES = '00280008';

/** What to ask for of such an image. */
export const SEQUENCES = `${SHARED},${PER_FRAME},${REGIONS}`;

/** Macros by their sequence, and the attributes of theirs that single images have of their own. @type {Record<string, string[]>} */
const MACROS = {
  '00289110': ['00280030', '00180050'], // Pixel Measures: Pixel Spacing, Slice Thickness
  '00209113': ['00200032'], // Plane Position
  '00209116': ['00200037'], // Plane Orientation
  '00289132': ['00281050', '00281051', '00281055'], // Frame VOI LUT
};
/** Frame Anatomy: Frame Laterality is what Image Laterality is elsewhere. */
const [ANATOMY, FRAME_LATERALITY, IMAGE_LATERALITY] = ['00209071', '00209072', '00200062'];
const [FLAT, CENTIMETRES] = [1, 3];

/** The frames of an instance, each as its own groups, those that all share, and the header say. @param {Dataset} header @param {Dataset} sequences  of the same instance @param {(dataset: Dataset) => Frame[]} read @returns {Frame[]} */
export function enhancedFrames(header, sequences, read) {
  const measured = regions(sequences);
  const frames = read(header).map((frame) => (measured.length > 0 ? { ...frame, regions: measured } : frame));
  const [shared = {}] = items(sequences, SHARED);
  const groups = items(sequences, PER_FRAME);
  if (groups.length !== frames.length) return frames;
  const { [NUMBER_OF_FRAMES]: _, ...alone } = header;
  return frames.map((frame, i) => ({ ...frame, ...read({ ...alone, ...flat(shared), ...flat(groups[i] ?? {}) })[0], image: frame.image, frame_ms: frame.frame_ms }));
}

/** What the macros of a group say, as a single image would. @param {Dataset} group @returns {Dataset} */
function flat(group) {
  const [anatomy] = items(group, ANATOMY);
  const side = anatomy?.[FRAME_LATERALITY];
  return Object.assign(side ? { [IMAGE_LATERALITY]: side } : {}, ...Object.entries(MACROS).map(([sequence, tags]) => {
    const [macro = {}] = items(group, sequence);
    return Object.fromEntries(tags.flatMap((tag) => (macro[tag] ? [[tag, macro[tag]]] : [])));
  }));
}

/** The parts of an ultrasound image, with the size of a pixel where that is one of tissue. @param {Dataset} dataset @returns {MeasuredRegion[]} */
function regions(dataset) {
  return items(dataset, REGIONS).map((item) => {
    const at = (/** @type {string} */ tag) => Number(item[tag]?.Value?.[0] ?? NaN);
    const isTissue = at('00186012') === FLAT && at('00186024') === CENTIMETRES && at('00186026') === CENTIMETRES;
    const [column, row] = [10 * Math.abs(at('0018602C')), 10 * Math.abs(at('0018602E'))];
    return { left: at('00186018'), top: at('0018601A'), right: at('0018601C'), bottom: at('0018601E'), size: isTissue && column > 0 && row > 0 ? { column, row } : null };
  });
}

/** @param {Dataset} dataset @param {string} tag @returns {Dataset[]} */
function items(dataset, tag) {
  return /** @type {Dataset[]} */ ((dataset[tag]?.Value ?? []).filter((item) => item !== null && typeof item === 'object'));
}
