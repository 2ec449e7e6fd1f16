/** What an address of the viewer asks for, in our words and in those of other viewers. */

/**
 * @typedef {object} Opening
 * @property {string | null} session_id
 * @property {string | null} replay_id  a session that is over
 * @property {string | null} replay_at  a time in it
 * @property {string[]} study_uids
 * @property {string[]} series_uids  to be shown, the first first; none: as the hanging rules have it
 * @property {string} instance_uid  where to begin; empty: with the first
 * @property {boolean} key_images  nothing but the key images
 */

/**
 * `StudyInstanceUIDs` and `SeriesInstanceUIDs` are lists by comma, or repeated; `study` and `series` are how Stone says
 * it, `SeriesInstanceUID`, `initialSeriesInstanceUID` and `initialSOPInstanceUID` how OHIF does.
 * @param {URLSearchParams} query @returns {Opening}
 */
export function openingOf(query) {
  const list = (/** @type {string[]} */ ...names) => {
    const told = names.flatMap((name) => query.getAll(name)).flatMap((text) => text.split(','));
    return [...new Set(told.map((uid) => uid.trim()).filter((uid) => /^[0-9.]{1,64}$/.test(uid)))];
  };
  return {
    session_id: query.get('session'),
    replay_id: query.get('replay'),
    replay_at: query.get('at'),
    study_uids: list('StudyInstanceUIDs', 'StudyInstanceUID', 'study'),
    series_uids: list('initialSeriesInstanceUID', 'SeriesInstanceUIDs', 'SeriesInstanceUID', 'series'),
    instance_uid: list('initialSOPInstanceUID', 'SOPInstanceUID')[0] ?? '',
    key_images: query.get('keyImagesOnly') === 'true',
  };
}
