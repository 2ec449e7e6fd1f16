/** Measurements in a session: a person's own until they share them, then everybody's to see and theirs alone to change. */

/** @import { Mark } from '../annotations/model.js' */
/** @import { ViewerState, ViewerStore } from './viewer.js' */

import { annotationId, contentOf, markOf } from '../annotations/shared.js';
import { participants } from './select.js';

/** @typedef {Mark & { author: string, colour: number }} OthersMark */

/** What others have shared, and what this person shared before the page was opened anew. @param {ViewerState} state @returns {OthersMark[]} */
export function othersMarks(state) {
  const annotations = Object.entries((state.session?.room ?? state.replayed)?.annotations ?? {});
  if (annotations.length === 0) return [];
  const own = new Set(state.marks.list.map(annotationId));
  const people = new Map(participants(state).map((person) => [person.id, person]));
  return annotations.flatMap(([id, annotation]) => {
    const mark = own.has(id) ? null : markOf(id, annotation);
    const by = people.get(annotation.by);
    return mark ? [{ ...mark, author: by?.name ?? '', colour: by?.mark ?? 0 }] : [];
  });
}

/** @param {ViewerState} state @param {Mark} mark */
export function isShared(state, mark) {
  return Object.hasOwn(state.session?.room?.annotations ?? {}, annotationId(mark));
}

/** Shares and takes back when asked; what is shared follows its author's hand, undo included. @param {ViewerStore} store @param {AbortSignal} signal */
export function shareMarks(store, signal) {
  /** What the session was told last of each mark that was ever shared here; '' for taken back. @type {Map<string, string>} */
  const told = new Map();
  const tell = (/** @type {string} */ id, /** @type {Mark | undefined} */ mark) => {
    const content = mark ? contentOf(mark) : null;
    const words = content ? JSON.stringify(content) : '';
    if (told.get(id) === words) return;
    told.set(id, words);
    if (mark && content) store.dispatch({ type: 'annotation/put', annotation_id: id, image: mark.image, content });
    else store.dispatch({ type: 'annotation/remove', annotation_id: id });
  };
  store.listen((action) => {
    if (action.type === 'session/leave') told.clear();
    if (action.type !== 'mark/ask' || action.wish !== 'share') return;
    const { marks, session } = store.get();
    const mark = marks.list.find(({ id }) => id === marks.selected);
    if (!session?.room) return;
    if (!mark) return store.dispatch({ type: 'notice/set', text: 'Choose a measurement of your own first: click on it.' });
    const id = annotationId(mark);
    const shared = Boolean(told.get(id)) || isShared(store.get(), mark);
    tell(id, shared ? undefined : mark);
    if (shared) told.delete(id);
    store.dispatch({ type: 'notice/set', text: shared ? 'Your measurement is private again.' : 'Everybody sees your measurement now.' });
  }, { signal });
  store.watch(({ marks }) => marks.list, (list) => {
    const here = new Map(list.map((mark) => [annotationId(mark), mark]));
    for (const id of told.keys()) tell(id, here.get(id));
  }, { signal });
}
