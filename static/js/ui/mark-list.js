/** <mark-list>: everything that was measured; below it what was saved. */

/** @import { Mark } from '../annotations/model.js' */
/** @import { OthersMark } from '../state/shared-marks.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { calibrated, linesOf, reachText, unitOf } from '../annotations/measures.js';
import { regionKey, without } from '../annotations/model.js';
import { MILLIMETRES } from '../annotations/planes.js';
import { frameOf, indexIn, stackOf } from '../state/select.js';
import { isShared, othersMarks } from '../state/shared-marks.js';
import { make } from './build.js';
import { asCommand, wordButton } from './command-button.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';
import { SavedList } from './saved-list.js';

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
    const shown = asCommand(store, button('Hide', 'marks-shown', () => {
      const { marks } = store.get();
      store.dispatch({ type: 'marks/set', marks: { ...marks, shown: !marks.shown } });
    }), 'hide-marks');
    const save = wordButton(store, 'marks-save');
    const present = wordButton(store, 'presentation-save');
    this.append(
      make('header', {}, make('h2', {}, 'Measurements'), asCommand(store, button('Close', 'marks-close', () => store.dispatch({ type: 'list/set', open: false })), 'marks', 'Close this list')),
      rows, make('div', { class: 'mark-actions' }, shown, save, present), new SavedList(store));
    listenToPanel(this, store, life);
    store.watch(({ list }) => list, (open) => { this.hidden = !open; }, { signal: life });
    store.watch(({ marks, counted, stacks, session }) => [marks, counted, stacks, session?.room?.annotations, session?.connection], () => {
      const { marks } = store.get();
      const all = [...marks.list, ...othersMarks(store.get())];
      rows.replaceChildren(...all.map((mark) => this.#row(mark)));
      if (all.length === 0) rows.append(make('li', { class: 'none' }, 'Nothing measured yet. D draws a length; ? shows every key.'));
      shown.textContent = marks.shown ? 'Hide' : 'Show';
      save.disabled = marks.list.length === 0;
    }, { signal: life });
  }

  /** @param {Mark | OthersMark} mark */
  #row(mark) {
    const state = this.store.get();
    const frame = frameOf(state, mark.image);
    const series = state.series[mark.image.series_uid];
    const stack = stackOf(state, mark.image.series_uid);
    const same = 'author' in mark ? othersMarks(state).filter(({ author }) => author === mark.author) : state.marks.list;
    const on = calibrated(frame ?? MILLIMETRES, same, mark, stack?.frames ?? []);
    const reach = mark.kind === 'calibration' ? reachText(mark, stack?.frames ?? []) : '';
    const values = frame || mark.plane ? linesOf(mark, on, state.counted[regionKey(mark)], unitOf(series?.modality ?? ''), reach) : [];
    const place = indexIn(stack, mark.image) + 1;
    const name = mark.kind[0]?.toUpperCase() + mark.kind.slice(1);
    const go = make('button', { type: 'button', class: 'mark-go', 'aria-pressed': String(state.marks.selected === mark.id), 'data-testid': 'mark-row' },
      make('strong', {}, name), make('span', {}, values.join(', ') || '—'),
      make('span', { class: 'mark-where' }, mark.plane ? series?.description ?? '' : `${series?.description ?? ''}  image ${place || '—'}`));
    keyed(this.store, go, 'mark-go');
    go.addEventListener('click', () => {
      const viewport = state.view.active_viewport;
      if (mark.plane) {
        this.store.dispatch({ type: 'mpr/go', mark });
        return this.store.dispatch({ type: 'marks/set', marks: { ...this.store.get().marks, selected: mark.id } });
      }
      if (series && !frame) this.store.dispatch({ type: 'series/open', viewport, series_uid: series.series_uid });
      if (frame) this.store.dispatch({ type: 'image/set', viewport, image: frame.image });
      this.store.dispatch({ type: 'marks/set', marks: { ...this.store.get().marks, selected: mark.id } });
    });
    if ('author' in mark) {
      return make('li', { 'data-mark': String(mark.colour) }, go, make('span', { class: 'mark-author', 'data-testid': 'mark-author' }, mark.author));
    }
    const remove = button('×', 'mark-delete', () => this.store.dispatch({ type: 'marks/set', marks: without(this.store.get().marks, mark.id) }));
    remove.setAttribute('aria-label', `Delete ${name}`);
    keyed(this.store, remove, 'mark-delete');
    const share = button(isShared(state, mark) ? 'Shared' : 'Share', 'mark-share', () => {
      this.store.dispatch({ type: 'marks/set', marks: { ...this.store.get().marks, selected: mark.id } });
      this.store.dispatch({ type: 'mark/ask', wish: 'share' });
    });
    keyed(this.store, share, 'mark-share');
    share.setAttribute('aria-pressed', String(isShared(state, mark)));
    return make('li', {}, go, ...(state.session?.room ? [share] : []), remove);
  }
}

/** @param {string} text @param {string} name @param {() => void} act */
function button(text, name, act) {
  const made = make('button', { type: 'button', class: 'quiet', 'data-testid': name }, text);
  made.addEventListener('click', act);
  return made;
}
