/** <saved-list>: key images, and measurements that were saved before, to be opened, taken along or brought. */

/** @import { ImageRef } from '../core/types.js' */
/** @import { SavedReport, SavedState } from '../dicomweb/authored.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { counted, dateText, timeText } from '../core/wording.js';
import { fileAddress } from '../dicomweb/authored.js';
import { allKeyImages, isSameImage, keyImages, notedFor, TITLES } from '../state/authoring-commands.js';
import { whereText } from '../state/select.js';
import { make } from './build.js';
import { wordButton } from './command-button.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class SavedList extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const keys = make('ul', { class: 'mark-rows' });
    const reports = make('ul', { class: 'mark-rows' });
    const states = make('ul', { class: 'mark-rows' });
    const file = make('input', { type: 'file', accept: 'application/dicom,.dcm', class: 'unseen', tabindex: '-1', 'aria-label': 'Measurement report' });
    const title = keyed(store, make('select', { 'aria-label': 'Why these images', 'data-testid': 'keys-title' },
      ...TITLES.map(([value, name]) => make('option', { value }, name))), 'keys-title');
    const bring = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'report-bring' }, 'From a file…'), 'report-bring');
    const save = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'keys-save' }, 'Save'), 'keys-save');
    save.addEventListener('click', () => store.dispatch({ type: 'author/ask', wish: 'keys', title: title.value }), { signal: life });
    bring.addEventListener('click', () => file.click(), { signal: life });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      file.value = '';
      if (chosen) store.dispatch({ type: 'author/ask', wish: 'bring', file: chosen });
    }, { signal: life });
    this.append(
      make('h3', {}, 'Saved measurements'), reports, make('div', { class: 'mark-actions' }, bring, file),
      make('h3', {}, 'Presentation states'), states,
      make('h3', {}, 'Key images'), keys, make('div', { class: 'mark-actions' }, wordButton(store, 'key-image'), title, save));
    store.watch(({ reports: found }) => found, (found) => {
      reports.replaceChildren(...found.map((report) => this.#report(report)));
      if (found.length === 0) reports.append(make('li', { class: 'none' }, 'None yet. Shift S saves what is measured.'));
    }, { signal: life });
    store.watch(({ states: found, applied }) => [found, applied], () => {
      const { states: found, applied } = store.get();
      states.replaceChildren(...found.map((one) => this.#state(one, applied?.state.instance_uid === one.instance_uid)));
      if (found.length === 0) states.append(make('li', { class: 'none' }, 'None yet. Shift V saves how this series is shown.'));
    }, { signal: life });
    store.watch((state) => [keyImages(state), state.noted, state.stacks], () => {
      const images = allKeyImages(store.get());
      keys.replaceChildren(...images.map((image) => this.#key(image)));
      if (images.length === 0) keys.append(make('li', { class: 'none' }, 'None yet. K marks the image you look at.'));
      save.disabled = keyImages(store.get()).length === 0;
    }, { signal: life });
  }

  /** @param {SavedReport} report */
  #report(report) {
    const { store } = this;
    const when = [dateText(report.date), timeText(report.time)].filter(Boolean).join(' ');
    const open = keyed(store, make('button', { type: 'button', class: 'mark-go', 'data-testid': 'report-open' },
      make('strong', {}, when || 'No date'), make('span', { class: 'mark-where' }, `${counted(report.marks, 'measurement')}  ${report.maker}`)), 'report-open');
    open.addEventListener('click', () => store.dispatch({ type: 'author/ask', wish: 'open', report }));
    const take = make('a', { class: 'quiet', href: fileAddress(report), download: 'measurements.dcm', 'data-testid': 'report-file', 'aria-label': `Save the report of ${when} as a file` }, '⤓');
    keyed(store, take, 'report-file');
    return make('li', {}, open, take);
  }

  /** @param {SavedState} saved @param {boolean} applied */
  #state(saved, applied) {
    const when = [dateText(saved.date), timeText(saved.time)].filter(Boolean).join(' ');
    const go = make('button', { type: 'button', class: 'mark-go', 'aria-pressed': String(applied), 'data-testid': 'state-row' },
      make('strong', {}, saved.description || saved.label || 'No name'), make('span', { class: 'mark-where' }, [when, applied ? 'applied' : ''].filter(Boolean).join(' · ')));
    keyed(this.store, go, 'state-row', applied ? 'Leave this presentation state' : 'Show its images as it says');
    go.addEventListener('click', () => this.store.dispatch(applied ? { type: 'state/ask', wish: 'leave' } : { type: 'state/ask', wish: 'apply', state: saved }));
    return make('li', {}, go);
  }

  /** @param {ImageRef} image */
  #key(image) {
    const { store } = this;
    const state = store.get();
    const series = state.series[image.series_uid];
    const saved = notedFor(state, image);
    const go = make('button', { type: 'button', class: 'mark-go', 'data-testid': 'key-row' },
      make('strong', {}, series?.description || series?.modality || 'Image'), make('span', { class: 'mark-where' }, [whereText(state, image), ...new Set(saved ?? [])].filter(Boolean).join(' · ')));
    keyed(store, go, 'key-row');
    go.addEventListener('click', () => store.dispatch({ type: 'key/go', image }));
    if (!keyImages(state).some((one) => isSameImage(one, image))) return make('li', {}, go, make('span', { class: 'mark-where' }, 'saved'));
    const remove = keyed(store, make('button', { type: 'button', class: 'quiet', 'aria-label': 'No key image' }, '×'), 'key-remove');
    remove.addEventListener('click', () => {
      const { session, keys } = store.get();
      if (session?.room) store.dispatch({ type: 'key-image/set', image, key: false });
      else store.dispatch({ type: 'keys/set', keys: keys.filter((one) => !isSameImage(one, image)) });
    });
    return make('li', {}, go, remove);
  }
}
