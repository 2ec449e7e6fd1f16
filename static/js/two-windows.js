/** One person at two screens: agenda, notes and people in the first window, the images in a second; both are the same participant. */

/** @import { ViewerStore } from './state/viewer.js' */

/** How often the first window looks whether the second is still there: a window that closes tells nobody. */
const LOOK_MS = 500;

/** @param {ViewerStore} store @param {AbortSignal} signal */
export function twoWindows(store, signal) {
  if (new URLSearchParams(location.search).get('window') === 'images') document.body.dataset.window = 'images';
  /** @type {Window | null} */
  let images = null;
  let timer = 0;
  const together = () => {
    clearInterval(timer);
    images = null;
    delete document.body.dataset.window;
  };
  store.listen(({ type }) => {
    if (type === 'session/leave' && images) together();
    if (type !== 'window/second' || document.body.dataset.window === 'images') return;
    if (images) {
      images.close();
      return together();
    }
    // with an opener the new window begins with a copy of this tab's storage, and so as the same participant
    images = window.open(`${location.pathname}?${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), window: 'images' })}`, '_blank', 'popup');
    if (!images) {
      store.dispatch({ type: 'notice/set', text: 'The browser did not allow a second window. Allow pop-ups for this address.' });
      return;
    }
    document.body.dataset.window = 'agenda';
    document.querySelector('.panel-place')?.scrollTo(0, 0);
    timer = window.setInterval(() => { if (images?.closed) together(); }, LOOK_MS);
  }, { signal });
  signal.addEventListener('abort', together);
}
