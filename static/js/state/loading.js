/** Brings studies, series and stacks into the store as they are needed. */

/** @import { Frame, Series, Stack } from '../core/types.js' */
/** @import { Opening } from './addresses.js' */
/** @import { Rule } from './hanging.js' */
/** @import { ViewerState, ViewerStore } from './viewer.js' */

import { ApiError, PASS, titleOf } from '../core/http.js';
import { hasPictures } from '../dicomweb/frames.js';
import { findSeries, findSeriesOf, findStack, findStudies } from '../dicomweb/queries.js';
import { hang, hangingRules, hangPrior } from './hanging.js';
import { awaitsPicture, imageIn, studiesNow } from './select.js';
import { leads, showsAnything } from './viewer.js';

/** The hanging rules, once they have come. @type {Rule[] | null} */
let rules = null;

/** How long what comes after the first picture waits for it: tools, and whatever else is not needed to show it. */
const PATIENCE_MS = 2000;

/** The instance to begin with, until it is shown. */
let beginning = '';

/** Which images are loaded; null: all of them. @type {Chosen | null} */
let chosen = null;

/** @typedef {{ has: (seriesUid: string) => boolean, of: (frames: Frame[]) => Frame[] }} Chosen */

/** From now on nothing but these is loaded. @param {Chosen} images */
export function loadOnly(images) {
  chosen = images;
}

/** Opens studies by their UIDs, at a series or instance if one is named, then offers the patient's others. @param {ViewerStore} store @param {string[]} studyUids @param {Partial<Opening>} [at] */
export async function openStudies(store, studyUids, { series_uids = [], instance_uid = '' } = {}) {
  let wanted = series_uids;
  try {
    const [of] = await Promise.all([
      instance_uid && series_uids.length === 0 ? findSeriesOf(studyUids, instance_uid) : [], bringRules(), bring(store, studyUids)]);
    wanted = wanted.length > 0 ? wanted : of;
    store.dispatch({ type: 'load/ended', problem: '' });
  } catch (error) {
    store.dispatch({ type: 'load/ended', problem: titleOf(error) });
    return;
  }
  beginning = instance_uid;
  showFirst(store, wanted);
  if (!PASS) await afterFirstPicture(store).then(() => bringPriors(store)).catch(() => store.dispatch({ type: 'notice/set', text: 'Prior studies could not be searched.' }));
}

/** Once a picture is on the screen, or none is to come; nothing takes longer than patience does. @param {ViewerStore} store @returns {Promise<void>} */
export function afterFirstPicture(store) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const end = () => {
      over.abort();
      resolve();
    };
    setTimeout(end, PATIENCE_MS);
    store.watch(awaitsPicture, (awaits) => {
      // what was drawn is on the screen then, and whoever opens has come to an end
      if (!awaits) setTimeout(() => !awaitsPicture(store.get()) && end());
    }, { signal: over.signal });
  });
}

/** Who waits for an image does not wait for these. @param {ViewerStore} store */
async function bringPriors(store) {
  await (await import('./priors.js')).findPriors(store);
  if (rules) await hangPrior(store, rules);
}

/** They come while the series are searched; without them one series is shown alone. */
async function bringRules() {
  rules = await hangingRules().catch(() => []);
}

/** Loads whatever the views ask for from now on. @param {ViewerStore} store @param {AbortSignal} signal */
export function loadOnDemand(store, signal) {
  store.watch(wantedSeries, (wanted) => {
    for (const uid of wanted) bringStack(store, uid);
  }, { signal });
  store.watch((state) => [state.opening, state.stacks], () => placeOpened(store), { signal });
  store.listen((action) => {
    if (action.type === 'prior/open') openPrior(store, action.study_uid);
    if (action.type === 'series/open') bringStack(store, action.series_uid);
    const turns = action.type === 'session/event' && action.event.type === 'case/show';
    if (turns || action.type === 'session/room' || action.type === 'session/leave' || (action.type === 'studies/found' && store.get().session)) showFirst(store);
  }, { signal });
}

/** @param {ViewerStore} store @param {string[]} studyUids */
export async function bring(store, studyUids) {
  if (studyUids.length === 0) throw new ApiError('No study was named in the address.', 400);
  const found = await Promise.all(studyUids.map(async (uid) => {
    const [[study], series] = await Promise.all([findStudies({ StudyInstanceUID: uid }), findSeries(uid)]);
    if (!study) throw new ApiError('This archive holds no such study.', 404);
    return { study, series };
  }));
  store.dispatch({
    type: 'studies/found',
    studies: found.map(({ study }) => study),
    series: found.flatMap(({ series }) => series).filter(({ series_uid }) => !chosen || chosen.has(series_uid)),
  });
}

/** An empty screen gets the series that are wanted, else the first; two lie side by side. A follower's screen is the leader's. @param {ViewerStore} store @param {string[]} [wanted] */
function showFirst(store, wanted = []) {
  const state = store.get();
  const { session } = state;
  if (state.loading || state.replayed || showsAnything(state.view) || state.opening.some(Boolean)) return;
  if (session && !leads(session)) return;
  const studies = studiesNow(session?.room?.study_uids ?? state.opened, session?.room);
  const named = wanted.map((uid) => state.series[uid]).filter((series) => series !== undefined);
  const firsts = named.length > 0 ? named : studies.map((uid) => firstSeries(state, uid)).filter((series) => series !== null);
  const [only] = firsts;
  if (only && named.length === 0 && firsts.length === 1 && !session && rules) {
    const hung = hang(rules, Object.values(state.series).filter((series) => series.study_uid === only.study_uid && hasPictures(series)));
    if (hung.series.length > 0) {
      if (hung.series.length > 1) store.dispatch({ type: 'layout/set', layout: hung.layout });
      hung.series.forEach(({ series_uid }, viewport) => store.dispatch({ type: 'series/open', viewport, series_uid }));
      return;
    }
  }
  if (firsts[1]) store.dispatch({ type: 'layout/set', layout: '1x2' });
  firsts.slice(0, 2).forEach(({ series_uid }, viewport) => store.dispatch({ type: 'series/open', viewport, series_uid }));
}

/** @param {ViewerState} state @param {string} studyUid @returns {Series | null} */
function firstSeries(state, studyUid) {
  const all = Object.values(state.series).filter((series) => series.study_uid === studyUid);
  return all.find(hasPictures) ?? all[0] ?? null;
}

/** @param {ViewerStore} store @param {string} studyUid */
async function openPrior(store, studyUid) {
  try {
    await bring(store, [studyUid]);
  } catch (error) {
    store.dispatch({ type: 'notice/set', text: titleOf(error) });
  }
}

/** @param {ViewerState} state */
function wantedSeries(state) {
  const uids = [...state.view.viewports.map((_, viewport) => imageIn(state, viewport)?.series_uid), state.mpr?.series_uid];
  return [...new Set([...uids, ...state.opening])].filter((uid) => uid && state.series[uid] && !state.stacks[uid]);
}

/** @param {ViewerStore} store @param {string | null | undefined} uid */
export async function bringStack(store, uid) {
  const series = uid ? store.get().series[uid] : undefined;
  const known = series && store.get().stacks[series.series_uid];
  if (!series || (known && known.status !== 'failed')) return;
  /** @param {Stack} stack */
  const set = (stack) => store.dispatch({ type: 'stack/set', series_uid: series.series_uid, stack });
  set({ status: 'loading', frames: [], problem: '' });
  try {
    const frames = await findStack(series);
    set({ status: 'ready', frames: chosen ? chosen.of(frames) : frames, problem: '' });
  } catch (error) {
    set({ status: 'failed', frames: [], problem: titleOf(error) });
  }
}

/** A viewport that waited for a series shows its first image, or the one to begin with. @param {ViewerStore} store */
function placeOpened(store) {
  store.get().opening.forEach((uid, viewport) => {
    const frames = (uid && store.get().stacks[uid]?.frames) || [];
    const named = frames.find(({ image }) => image.instance_uid === beginning);
    if (named) beginning = '';
    const first = named ?? frames[0];
    if (first) store.dispatch({ type: 'image/set', viewport, image: first.image });
  });
}
