/** What only a session needs, loaded when there is one: the wire, the people, their pointers. */

/** @import { ViewerStore } from './state/viewer.js' */

import { anonymity } from './anonymity.js';
import { createSession, liveAddress } from './sessions/directory.js';
import { keepParticipant, readParticipant } from './sessions/participant.js';
import { shareMarks } from './state/shared-marks.js';
import { seeAsOthersDo } from './state/cameras.js';
import { lookWhereOthersPoint } from './state/looking-here.js';
import { prepareNext } from './state/preparing.js';
import { studiesNow } from './state/select.js';
import { Sharing } from './state/sharing.js';
import { FollowBanner } from './ui/follow-banner.js';
import { GuestLink } from './ui/guest-link.js';
import { NameDialog } from './ui/name-dialog.js';
import { PointerLayer } from './ui/pointer-layer.js';
import { SessionAgenda } from './ui/session-agenda.js';
import { SessionScenes } from './ui/session-scenes.js';
import { SessionWindows } from './ui/session-windows.js';
import { SessionPanel } from './ui/session-panel.js';
import { ViewportGrid } from './ui/viewport-grid.js';
import { twoWindows } from './two-windows.js';

/**
 * @param {ViewerStore} store
 * @param {(place: string, ...elements: HTMLElement[]) => void} put
 * @param {AbortSignal} signal
 */
export function lookTogether(store, put, signal) {
  customElements.define('follow-banner', FollowBanner);
  customElements.define('name-dialog', NameDialog);
  customElements.define('pointer-layer', PointerLayer);
  customElements.define('session-panel', SessionPanel);
  // a screen for a whole room: the images, large, and nothing to press
  const display = new URLSearchParams(location.search).has('display');
  document.body.toggleAttribute('data-display', display);
  put('tools', new FollowBanner(store));
  customElements.define('guest-link', GuestLink);
  customElements.define('session-agenda', SessionAgenda);
  customElements.define('session-scenes', SessionScenes);
  customElements.define('session-windows', SessionWindows);
  put('panel', new SessionPanel(store));
  put('over', new NameDialog(store));
  const small = matchMedia('(width < 48rem)');
  const showOne = () => store.dispatch({ type: 'viewport/maximise', maximised: small.matches });
  if (small.matches) showOne(); // a telephone gets the active viewport
  small.addEventListener('change', showOne, { signal });
  shareMarks(store, signal);
  seeAsOthersDo(store, signal);
  lookWhereOthersPoint(store, signal);
  anonymity(store, put, signal);
  store.watch(({ session, loading }) => (loading || !session?.room ? '' : studiesNow(session.room.study_uids, session.room).join()), (uids) => {
    for (const study_uid of uids.split(',').filter(Boolean)) if (!store.get().opened.includes(study_uid)) store.dispatch({ type: 'prior/open', study_uid });
  }, { signal });
  twoWindows(store, signal);
  const grid = document.querySelector('viewport-grid');
  if (grid instanceof ViewportGrid) prepareNext(store, grid.cache, () => ({ width: grid.clientWidth, height: grid.clientHeight }), signal);
  return new Sharing(store, {
    clock: {
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
    },
    nextFrame: (run) => { requestAnimationFrame(run); },
    openSocket: (sessionId) => new WebSocket(liveAddress(sessionId, location)),
    createSession,
    showAddress: (address) => history.replaceState(null, '', address),
    participant: display ? { ...readParticipant(sessionStorage), name: 'Room display' } : readParticipant(sessionStorage),
    keepParticipant: (participant) => keepParticipant(sessionStorage, participant),
  }, signal);
}
