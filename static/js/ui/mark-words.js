/** Asks for the words at an arrow, where it begins. */

/** @import { Point } from '../core/types.js' */
/** @import { Mark } from '../annotations/model.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { make } from './build.js';

/** @param {HTMLElement} layer @param {ViewerStore} store @param {Mark} mark @param {Point | undefined} at on the screen */
export function askWords(layer, store, mark, at) {
  const words = make('input', { class: 'mark-words', 'aria-label': 'Words at the arrow', maxlength: '80', 'data-testid': 'mark-words' });
  words.value = mark.text;
  words.style.insetInlineStart = `${at?.x ?? 0}px`;
  words.style.insetBlockStart = `${at?.y ?? 0}px`;
  let done = false;
  const keep = () => {
    if (done) return;
    done = true;
    const { marks } = store.get();
    const list = marks.list.map((one) => (one.id === mark.id ? { ...one, text: words.value.trim() } : one));
    store.dispatch({ type: 'marks/set', marks: { ...marks, list } });
    words.remove();
    layer.parentElement?.focus({ preventScroll: true });
  };
  words.addEventListener('change', keep);
  words.addEventListener('blur', keep);
  words.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === 'Escape') keep();
    event.stopPropagation();
  });
  layer.append(words);
  requestAnimationFrame(() => words.focus());
}
