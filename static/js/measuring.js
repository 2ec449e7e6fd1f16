/** Measuring, loaded when it is first used: marks on images, their list, and what the server counts in them. */

/** @import { ViewerStore } from './state/viewer.js' */

import { redone, regionKey, undone, without } from './annotations/model.js';
import { byHand } from './annotations/measures.js';
import { ApiError, titleOf } from './core/http.js';
import { findStatistics } from './dicomweb/statistics.js';
import { frameOf, stackOf } from './state/select.js';
import { othersMarks } from './state/shared-marks.js';
import { MarkLayer } from './ui/mark-layer.js';
import { MarkList } from './ui/mark-list.js';
import { SavedList } from './ui/saved-list.js';

/** @param {ViewerStore} store @param {(place: string, element: HTMLElement) => void} put @param {AbortSignal} signal */
export function measuring(store, put, signal) {
  customElements.define('mark-layer', MarkLayer);
  customElements.define('saved-list', SavedList);
  customElements.define('mark-list', MarkList);
  put('panel', new MarkList(store));
  store.listen((action) => {
    if (action.type !== 'mark/ask') return;
    const { marks, list } = store.get();
    if (action.wish === 'list') {
      store.dispatch({ type: 'list/set', open: !list });
      if (!list) {
        store.dispatch({ type: 'author/ask', wish: 'reports' });
        store.dispatch({ type: 'state/ask', wish: 'list' });
      }
    }
    if (action.wish === 'hide') store.dispatch({ type: 'marks/set', marks: { ...marks, shown: !marks.shown } });
    if (action.wish === 'undo') store.dispatch({ type: 'marks/set', marks: undone(marks) });
    if (action.wish === 'redo') store.dispatch({ type: 'marks/set', marks: redone(marks) });
    if (action.wish === 'delete') store.dispatch({ type: 'marks/set', marks: without(marks, marks.selected) });
  }, { signal });
  store.watch(({ marks, stacks, displayed }) => [marks.list, stacks, displayed], () => {
    const state = store.get();
    const rulers = state.displayed.map((shown) => {
      const frame = frameOf(state, shown?.image ?? null);
      return (frame && byHand(frame, state.marks.list, frame.image, stackOf(state, frame.image.series_uid)?.frames ?? [])?.spacing) ?? null;
    });
    if (rulers.some((ruler, i) => ruler?.column !== state.rulers[i]?.column)) store.dispatch({ type: 'rulers/set', rulers });
  }, { signal });
  /** @type {Set<string>} */
  const asked = new Set();
  store.watch(({ marks, session }) => [marks.list, session?.room?.annotations], () => {
    for (const mark of [...store.get().marks.list, ...othersMarks(store.get())]) {
      const key = regionKey(mark);
      if ((mark.kind !== 'ellipse' && mark.kind !== 'polygon') || asked.has(key)) continue;
      asked.add(key);
      findStatistics(mark, mark.kind, signal).then(
        (summary) => store.dispatch({ type: 'region/counted', key, summary }),
        (error) => {
          // what was refused for good is not asked again
          if (!(error instanceof ApiError) || error.isPassing) asked.delete(key);
          store.dispatch({ type: 'region/counted', key, summary: `No values: ${titleOf(error)}` });
        });
    }
  }, { signal });
}
