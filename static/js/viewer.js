/** The viewer page: builds the parts and wires them. */

import { createStore } from './core/store.js';
import { titleOf } from './core/http.js';
import { readSession } from './sessions/directory.js';
import { loadOnDemand, openStudies } from './state/loading.js';
import { INITIAL, reduce } from './state/viewer.js';
import { ImageViewport } from './ui/image-viewport.js';
import { SeriesStrip } from './ui/series-strip.js';
import { ToolBar } from './ui/tool-bar.js';
import { ViewerHead } from './ui/viewer-head.js';
import { ViewportGrid } from './ui/viewport-grid.js';
import { ViewportText } from './ui/viewport-text.js';
import { toolNamed } from './tools/index.js';

const ELEMENTS = {
  'image-viewport': ImageViewport, 'series-strip': SeriesStrip,
  'tool-bar': ToolBar, 'viewer-head': ViewerHead, 'viewport-grid': ViewportGrid, 'viewport-text': ViewportText,
};
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);

const life = new AbortController();
const { signal } = life;
const store = createStore(INITIAL, reduce);
const sharing = once(async () => (await import('./together.js')).lookTogether(store, put, signal));
const shortcuts = once(async () => {
  const { ShortcutSheet } = await import('./ui/shortcut-sheet.js');
  customElements.define('shortcut-sheet', ShortcutSheet);
  put('over', new ShortcutSheet(store));
});
const handles = once(async () => {
  const [{ listenToKeys }, { StackBar }, { listenToDrops }] = await Promise.all(
    [import('./ui/keyboard.js'), import('./ui/stack-bar.js'), import('./ui/dropping.js')]);
  listenToKeys(store, signal);
  listenToDrops(store, signal);
  customElements.define('stack-bar', StackBar);
});
const announcer = once(async () => {
  const { LiveAnnouncer } = await import('./ui/announcer.js');
  customElements.define('live-announcer', LiveAnnouncer);
  put('over', new LiveAnnouncer(store));
});
const windows = once(async () => {
  const { WindowMenu } = await import('./ui/window-menu.js');
  customElements.define('window-menu', WindowMenu);
  put('window-menu', new WindowMenu(store));
});
const crossing = once(async () => (await import('./crossing.js')).crossing(store, signal));
const planes = once(async () => {
  const [{ multiplanar }] = await Promise.all([import('./multiplanar.js'), crossing()]);
  multiplanar(store, put, signal);
});

loadOnDemand(store, signal);
put('head', new ViewerHead(store));
put('tools', new ToolBar(store));
put('strip', new SeriesStrip(store));
put('images', new ViewportGrid(store));
handles();
announcer();
store.watch((state) => state.problem, (text) => {
  const problem = document.querySelector('[data-place="problem"]');
  if (problem) problem.textContent = text;
}, { signal });
const measuring = once(async () => (await import('./measuring.js')).measuring(store, put, signal));
/** What is asked of a part that has yet to come is asked again once it is here. @type {Set<string>} */
const here = new Set();
store.listen(async (action) => {
  if (action.type === 'session/start') (await sharing()).enter(null);
  if (action.type === 'sheet/set' && action.sheet === 'shortcuts') await shortcuts();
  if (action.type === 'sheet/set' && action.sheet === 'window') await windows();
  if (action.type === 'tool/set' && toolNamed(action.tool).layer === 'crossing') await crossing();
  if (action.type === 'tool/set' && toolNamed(action.tool).layer === 'measuring') {
    await measuring();
    here.add('mark/ask');
  }
  const part = action.type === 'mpr/ask' ? planes : action.type === 'mark/ask' ? measuring : null;
  if (part && !here.has(action.type)) {
    await part();
    if (here.has(action.type)) return;
    here.add(action.type);
    store.dispatch(action);
  }
}, { signal });
openAddress(new URLSearchParams(location.search));

/** @param {string} place @param {...HTMLElement} elements */
function put(place, ...elements) {
  document.querySelector(`[data-place="${place}"]`)?.append(...elements);
}

/** `?session=ID`, or `?StudyInstanceUIDs=a,b`, which may be repeated. @param {URLSearchParams} query */
async function openAddress(query) {
  const sessionId = query.get('session');
  if (!sessionId) {
    const uids = query.getAll('StudyInstanceUIDs').flatMap((list) => list.split(',')).map((uid) => uid.trim());
    return openStudies(store, [...new Set(uids.filter(Boolean))]);
  }
  try {
    const [room, together] = await Promise.all([readSession(sessionId), sharing()]);
    together.enter(sessionId);
    return openStudies(store, room.study_uids);
  } catch (error) {
    store.dispatch({ type: 'load/ended', problem: titleOf(error) });
  }
}

/** @template T @param {() => Promise<T>} make @returns {() => Promise<T>} */
function once(make) {
  /** @type {Promise<T> | null} */
  let made = null;
  return () => (made ??= make());
}
