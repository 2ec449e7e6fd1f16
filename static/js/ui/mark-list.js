/** <mark-list>: everything that was measured, and marks as a file. */

/** @import { Mark } from '../annotations/model.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { linesOf, unitOf } from '../annotations/measures.js';
import { changed, readMarks, regionKey, without, written } from '../annotations/model.js';
import { frameOf, indexIn, stackOf } from '../state/select.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';

export class MarkList extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const rows = make('ul', { class: 'mark-rows' });
    const file = make('input', { type: 'file', accept: 'application/json,.json', class: 'unseen', tabindex: '-1', 'aria-label': 'File of measurements' });
    const shown = button('Hide', 'marks-shown', () => {
      const { marks } = store.get();
      store.dispatch({ type: 'marks/set', marks: { ...marks, shown: !marks.shown } });
    });
    const save = button('Save', 'marks-save', () => this.#save());
    this.append(
      make('header', {}, make('h2', {}, 'Measurements'), button('Close', 'marks-close', () => store.dispatch({ type: 'list/set', open: false }))),
      rows, make('div', { class: 'mark-actions' }, shown, save, button('Open…', 'marks-open', () => file.click()), file));
    file.addEventListener('change', async () => {
      const [chosen] = file.files ?? [];
      file.value = '';
      if (chosen) this.#open(await chosen.text());
    }, { signal: life });
    store.watch(({ list }) => list, (open) => { this.hidden = !open; }, { signal: life });
    store.watch(({ marks, counted, stacks }) => [marks, counted, stacks], () => {
      const { marks } = store.get();
      rows.replaceChildren(...marks.list.map((mark) => this.#row(mark)));
      if (marks.list.length === 0) rows.append(make('li', { class: 'none' }, 'Nothing measured yet. D draws a length; ? shows every key.'));
      shown.textContent = marks.shown ? 'Hide' : 'Show';
      save.disabled = marks.list.length === 0;
    }, { signal: life });
  }

  /** @param {Mark} mark */
  #row(mark) {
    const state = this.store.get();
    const frame = frameOf(state, mark.image);
    const series = state.series[mark.image.series_uid];
    const values = frame ? linesOf(mark, frame, state.counted[regionKey(mark)], unitOf(series?.modality ?? '')) : [];
    const place = indexIn(stackOf(state, mark.image.series_uid), mark.image) + 1;
    const name = mark.kind[0]?.toUpperCase() + mark.kind.slice(1);
    const go = make('button', { type: 'button', class: 'mark-go', 'aria-pressed': String(state.marks.selected === mark.id), 'data-testid': 'mark-row' },
      make('strong', {}, name), make('span', {}, values.join(', ') || '—'),
      make('span', { class: 'mark-where' }, `${series?.description ?? ''}  image ${place || '—'}`));
    go.addEventListener('click', () => {
      const viewport = state.view.active_viewport;
      if (series && !frame) this.store.dispatch({ type: 'series/open', viewport, series_uid: series.series_uid });
      if (frame) this.store.dispatch({ type: 'image/set', viewport, image: frame.image });
      this.store.dispatch({ type: 'marks/set', marks: { ...this.store.get().marks, selected: mark.id } });
    });
    const remove = button('×', 'mark-delete', () => this.store.dispatch({ type: 'marks/set', marks: without(this.store.get().marks, mark.id) }));
    remove.setAttribute('aria-label', `Delete ${name}`);
    return make('li', {}, go, remove);
  }

  #save() {
    const address = URL.createObjectURL(new Blob([written(this.store.get().marks.list)], { type: 'application/json' }));
    const link = make('a', { href: address, download: 'measurements.json' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  /** Marks from a file are added; those already here are replaced. @param {string} text */
  #open(text) {
    const { marks } = this.store.get();
    try {
      const read = readMarks(text);
      const known = new Set(read.map(({ id }) => id));
      this.store.dispatch({ type: 'marks/set', marks: changed(marks, [...marks.list.filter(({ id }) => !known.has(id)), ...read], null) });
      this.store.dispatch({ type: 'notice/set', text: `${read.length} measurements read.` });
    } catch {
      this.store.dispatch({ type: 'notice/set', text: 'This is no file of measurements.' });
    }
  }
}

/** @param {string} text @param {string} name @param {() => void} act */
function button(text, name, act) {
  const made = make('button', { type: 'button', class: 'quiet', 'data-testid': name }, text);
  made.addEventListener('click', act);
  return made;
}
