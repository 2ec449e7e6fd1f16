/** What lies round the images: tools, series, keys and hands at once, and each rarer part when it is first asked for. */

/** @import { Action, ViewerState, ViewerStore } from './state/viewer.js' */

import { pageClock } from './core/clock.js';
import { once } from './core/once.js';
import { PASS } from './core/http.js';
import { linkViewports } from './state/linking.js';
import { storedPreferences } from './state/preferences.js';
import { letHabitsTravel } from './state/travelling.js';
import { hasPictures } from './dicomweb/frames.js';
import { seriesIn } from './state/select.js';
import { toolNamed } from './tools/index.js';
import { LiveAnnouncer } from './ui/announcer.js';
import { listenToDrops } from './ui/dropping.js';
import { HandLayer } from './ui/hand-layer.js';
import { listenToKeys } from './ui/keyboard.js';
import { SeriesStrip } from './ui/series-strip.js';
import { StackBar } from './ui/stack-bar.js';
import { ToolBar } from './ui/tool-bar.js';

const ELEMENTS = {
  'live-announcer': LiveAnnouncer, 'hand-layer': HandLayer, 'series-strip': SeriesStrip, 'stack-bar': StackBar, 'tool-bar': ToolBar,
};

/** @typedef {(place: string, ...elements: HTMLElement[]) => void} Put */

/**
 * @typedef {object} Part
 * @property {(action: Action) => boolean} when  who asks for it
 * @property {() => Promise<unknown>} bring
 * @property {boolean} [again]  it answers even the action that brought it
 */

/** @param {ViewerStore} store @param {Put} put @param {AbortSignal} signal */
export function layDesk(store, put, signal) {
  for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
  // there before the key that links, so that nothing is said to be linked which is not
  linkViewports(store, signal);
  listenToKeys(store, signal);
  listenToDrops(store, signal);
  put('strip', new SeriesStrip(store));
  put('over', new LiveAnnouncer(store));
  document.querySelector('[data-place="tools"]')?.prepend(new ToolBar(store));
  store.dispatch({ type: 'preferences/set', preferences: storedPreferences() });
  // a guest has no name to keep anything under
  if (!PASS) letHabitsTravel(store, signal);
  // a finger has no wheel: its first use is to scroll
  if (matchMedia('(pointer: coarse)').matches) store.dispatch({ type: 'tool/set', tool: 'stack-scroll' });
  const parts = partsOf(store, put, signal);
  /** @type {Set<Part['bring']>} */
  const here = new Set();
  store.listen(async (action) => {
    for (const { when, bring, again } of parts) {
      if (!when(action) || here.has(bring)) continue;
      await bring();
      here.add(bring);
      if (again) store.dispatch(action);
    }
  }, { signal });
}

/** Is there anything in a viewport that is no image? @param {ViewerState} state */
function showsDocument(state) {
  return state.opening.some((_, viewport) => {
    const series = seriesIn(state, viewport);
    return series && !hasPictures(series);
  });
}

/** @param {ViewerStore} store @param {Put} put @param {AbortSignal} signal @returns {Part[]} */
function partsOf(store, put, signal) {
  const crossing = once(async () => (await import('./crossing.js')).crossing(store, signal));
  const planes = once(async () => {
    const [{ multiplanar }] = await Promise.all([import('./multiplanar.js'), crossing()]);
    multiplanar(store, put, signal);
  });
  const sheet = (/** @type {string} */ name) => (/** @type {Action} */ action) => action.type === 'sheet/set' && action.sheet === name;
  const layer = (/** @type {string} */ name) => (/** @type {Action} */ action) => action.type === 'tool/set' && toolNamed(action.tool).layer === name;
  const notes = once(async () => (await import('./key-notes.js')).noteKeyImages(store, signal));
  const presenting = once(async () => (await import('./presenting.js')).present(store, signal));
  const measuring = once(async () => (await import('./measuring.js')).measuring(store, put, signal));
  return [
    { when: layer('crossing'), bring: crossing },
    { when: layer('measuring'), bring: measuring },
    {
      when: layer('lens'),
      bring: once(async () => {
        const { LensLayer } = await import('./ui/lens-layer.js');
        customElements.define('lens-layer', LensLayer);
      }),
    },
    {
      when: ({ type }) => type === 'cine/set',
      bring: once(async () => {
        const [{ runFilms }, { CineBar }] = await Promise.all([import('./state/cine.js'), import('./ui/cine-bar.js')]);
        customElements.define('cine-bar', CineBar);
        runFilms(store, pageClock(), signal);
      }),
    },
    {
      when: ({ type }) => type === 'picture/keep', again: true,
      bring: once(async () => (await import('./keeping.js')).keepPictures(store, signal)),
    },
    { when: () => Object.keys((store.get().session?.room ?? store.get().replayed)?.annotations ?? {}).length > 0, bring: measuring },
    {
      when: () => showsDocument(store.get()),
      bring: once(async () => {
        const { DocumentLayer } = await import('./ui/document-layer.js');
        customElements.define('document-layer', DocumentLayer);
      }),
    },
    { when: ({ type }) => type === 'state/ask', bring: presenting, again: true },
    { when: () => store.get().view.viewports.some(({ presentation }) => presentation.state), bring: presenting },
    { when: ({ type }) => type === 'key/go', bring: notes, again: true },
    { when: ({ type }) => type === 'keys/set' || type === 'key-image/set' || Object.values(store.get().series).some(({ modality }) => modality === 'KO'), bring: notes },
    { when: ({ type }) => type === 'mark/ask', bring: measuring, again: true },
    {
      when: ({ type }) => type === 'author/ask', again: true,
      bring: once(async () => (await import('./authoring.js')).authoring(store, signal)),
    },
    { when: () => store.get().mpr !== null, bring: planes },
    { when: ({ type }) => type === 'mpr/ask' || type === 'mpr/go', bring: planes, again: true },
    {
      when: ({ type }) => type === 'part/go', again: true,
      bring: once(async () => {
        const { goToPart } = await import('./ui/parts.js');
        store.listen((action) => { if (action.type === 'part/go') goToPart(action.by); }, { signal });
      }),
    },
    {
      when: sheet('shortcuts'),
      bring: once(async () => {
        const [{ ShortcutSheet }, { HangingEditor }] = await Promise.all([import('./ui/shortcut-sheet.js'), import('./ui/hanging-editor.js')]);
        customElements.define('hanging-editor', HangingEditor);
        customElements.define('shortcut-sheet', ShortcutSheet);
        put('over', new ShortcutSheet(store));
      }),
    },
    {
      when: sheet('window'),
      bring: once(async () => {
        const [{ WindowMenu }, { OwnLooks }] = await Promise.all([import('./ui/window-menu.js'), import('./ui/own-looks.js')]);
        customElements.define('own-looks', OwnLooks);
        customElements.define('window-menu', WindowMenu);
        put('window-menu', new WindowMenu(store));
      }),
    },
  ];
}
