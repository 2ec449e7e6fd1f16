/** What is said aloud to those who listen: sentences for what has changed, as few as will do. */

/** @import { Room } from '../core/types.js' */
/** @import { ViewerState } from './viewer.js' */

import { rounded } from '../viewport/windows.js';
import { toolNamed } from '../tools/index.js';
import { imageIn, indexIn, leaderName, seriesIn, shownViewports, stackOf } from './select.js';
import { isStale, leads } from './viewer.js';

/** @param {ViewerState} state */
export function sliceSentence(state) {
  const image = imageIn(state, state.view.active_viewport);
  const stack = stackOf(state, image?.series_uid);
  const index = indexIn(stack, image);
  return index >= 0 ? `Image ${index + 1} of ${stack?.frames.length}` : '';
}

/** The window somebody chose; what each image brings of its own would be too much to listen to. @param {ViewerState} state */
export function windowSentence({ view, mpr }) {
  const { voi } = mpr?.planes[mpr.active]?.presentation ?? view.viewports[view.active_viewport]?.presentation ?? { voi: null };
  return voi ? `Window width ${rounded(voi.width)}, level ${String(rounded(voi.center)).replace('-', '−')}` : 'Window of the image’s own';
}

/** @param {ViewerState} state */
export function toolSentence({ tool }) {
  return `Tool: ${toolNamed(tool).title}`;
}

/** Which pictures cannot be looked at, and for whom nothing is live. @param {ViewerState} state */
export function pictureSentence(state) {
  if (isStale(state)) return 'What is shown is not live.';
  const failed = shownViewports(state).filter((viewport) => state.displayed[viewport]?.quality === 'failed'
    || stackOf(state, seriesIn(state, viewport)?.series_uid)?.status === 'failed');
  return failed.length > 0 ? `No picture could be had in viewport ${failed.map((viewport) => viewport + 1).join(', ')}.` : '';
}

/** @param {ViewerState} state */
export function leadSentence(state) {
  const { session } = state;
  if (!session?.room) return '';
  if (session.connection !== 'live') return 'The connection is lost.';
  if (leads(session)) return 'You lead.';
  return session.following ? `${leaderName(state)} leads. You follow.` : `${leaderName(state)} leads. You stopped following.`;
}

/** What has happened among the others since it was last said. @param {Room | null} before @param {Room} now @param {string | null} me */
export function roomSentence(before, now, me) {
  if (!before || before.session_id !== now.session_id) return '';
  const others = Object.keys(now.people).filter((id) => id !== me);
  const names = (/** @type {string[]} */ ids) => (ids.length > 3 ? `${ids.length} people` : ids.map((id) => now.people[id]?.name).join(' and '));
  const is = (/** @type {string[]} */ ids) => (ids.length === 1 ? 'has' : 'have');
  /** @param {(room: Room) => string[]} of */
  const more = (of) => of(now).filter((id) => id !== me && !of(before).includes(id));
  const came = others.filter((id) => now.people[id]?.here && !before.people[id]?.here);
  const left = others.filter((id) => before.people[id]?.here && !now.people[id]?.here);
  const [asking, hands, proposing] = [more((room) => room.asking), more((room) => room.hands), more((room) => Object.keys(room.proposals))];
  const turn = now.cases.findIndex(({ case_id }) => case_id === now.case);
  return [
    came.length > 0 && `${names(came)} ${is(came)} come.`,
    left.length > 0 && `${names(left)} ${is(left)} gone.`,
    asking.length > 0 && `${names(asking)} would like the lead.`,
    proposing.length > 0 && `${names(proposing)} proposed a view.`,
    hands.length > 0 && `${names(hands)} raised a hand.`,
    now.frozen !== before.frozen && (now.frozen ? 'The images are frozen.' : 'The images are free again.'),
    now.anonymous !== before.anonymous && (now.anonymous ? 'Names are hidden.' : 'Names are shown.'),
    now.case !== before.case && turn >= 0 && `Case ${turn + 1} of ${now.cases.length}.`,
  ].filter(Boolean).join(' ');
}
