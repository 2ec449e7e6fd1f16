/** Nothing but key images, as another system has asked for them; and always in sight that they are not all. */

/** @import { ViewerStore } from './state/viewer.js' */

import { findKeyImages } from './dicomweb/authored.js';
import { loadOnly } from './state/loading.js';
import { make } from './ui/build.js';

/** @param {ViewerStore} store @param {string[]} studyUids @param {(place: string, ...elements: HTMLElement[]) => void} put @param {AbortSignal} signal */
export async function onlyKeyImages(store, studyUids, put, signal) {
  const marked = new Map((await Promise.all(studyUids.map(findKeyImages))).flat().map((one) => [one.instance_uid, one]));
  const series = new Set([...marked.values()].map(({ series_uid }) => series_uid));
  loadOnly({
    has: (uid) => series.has(uid),
    of: (frames) => frames.filter(({ image }) => {
      const numbers = marked.get(image.instance_uid)?.frames;
      return numbers && (numbers.length === 0 || numbers.includes(image.frame_number));
    }),
  });
  const all = make('a', { href: `/viewer?StudyInstanceUIDs=${studyUids.join(',')}` }, 'Show all images');
  const note = make('p', { class: 'only-key-images', role: 'note', 'data-testid': 'only-key-images' }, 'Key images only. ', all);
  put('strip', note);
  // after the images, which it is there to speak of
  import('./ui/panel-keys.js').then(({ keyed, listenToPanel }) => {
    keyed(store, all, 'all-images');
    listenToPanel(note, store, signal);
  });
}
