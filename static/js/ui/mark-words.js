/** Asks for the words at an arrow, or how long something is, where the mark begins. */

/** @import { Point } from '../core/types.js' */
/** @import { Mark } from '../annotations/model.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { without } from '../annotations/model.js';
import { make } from './build.js';

/** @param {HTMLElement} layer @param {ViewerStore} store @param {Mark} mark @param {Point | undefined} at on the screen */
export function askWords(layer, store, mark, at) {
  const words = make('input', { class: 'mark-words', 'aria-label': 'Words at the arrow', title: 'Words at the arrow — Enter keeps them', 'aria-keyshortcuts': 'Enter', maxlength: '80', 'data-testid': 'mark-words' });
  words.value = mark.text;
  asked(layer, words, at, () => amend(store, mark, { text: words.value.trim() }));
}

/** Without a length there is nothing to calibrate by. @param {HTMLElement} layer @param {ViewerStore} store @param {Mark} mark @param {Point | undefined} at on the screen */
export function askLength(layer, store, mark, at) {
  const length = make('input', {
    class: 'mark-words', type: 'number', min: '0.1', max: '10000', step: 'any', 'aria-label': 'Known length in millimetres', title: 'Known length in millimetres — Enter keeps it', 'aria-keyshortcuts': 'Enter', placeholder: 'mm', 'data-testid': 'known-length',
  });
  asked(layer, length, at, () => {
    if (length.value && length.validity.valid) return amend(store, mark, { known: length.valueAsNumber });
    store.dispatch({ type: 'marks/set', marks: without(store.get().marks, mark.id) });
    store.dispatch({ type: 'notice/set', text: 'Not calibrated: how long it is was not said in millimetres.' });
  });
}

/** What was asked for belongs to the same step of undoing as the mark. @param {ViewerStore} store @param {Mark} mark @param {Partial<Mark>} more */
function amend(store, mark, more) {
  const { marks } = store.get();
  const list = marks.list.map((one) => (one.id === mark.id ? { ...one, ...more } : one));
  store.dispatch({ type: 'marks/set', marks: { ...marks, list } });
}

/** @param {HTMLElement} layer @param {HTMLInputElement} field @param {Point | undefined} at @param {() => void} answered */
function asked(layer, field, at, answered) {
  field.style.insetInlineStart = `${at?.x ?? 0}px`;
  field.style.insetBlockStart = `${at?.y ?? 0}px`;
  let done = false;
  const keep = () => {
    if (done) return;
    done = true;
    answered();
    field.remove();
    layer.parentElement?.focus({ preventScroll: true });
  };
  field.addEventListener('change', keep);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === 'Escape') keep();
    event.stopPropagation();
  });
  layer.append(field);
  field.focus();
  // a hand that has only just gone down takes the focus away once more
  requestAnimationFrame(() => {
    field.focus();
    field.addEventListener('blur', keep);
  });
}
