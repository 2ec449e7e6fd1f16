/** <series-strip>: every series of the opened studies, under the study it belongs to, and the patient's priors. */

/** @import { Series, Study } from '../core/types.js' */
/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { counted, dateText, earlierText } from '../core/wording.js';
import { addressOf } from '../core/http.js';
import { hasPictures, thumbnailAddress } from '../dicomweb/frames.js';
import { allKeyImages, keyImages } from '../state/authoring-commands.js';
import { isSamePerson, seriesIn, shownViewports, studiesHere } from '../state/select.js';
import { expose, make } from './build.js';
import { LiveElement } from './live-element.js';

export const SERIES_DRAG = 'application/x-lightbox-series';
const THUMBNAIL = 128;

export class SeriesStrip extends LiveElement {
  /** @type {Map<string, HTMLElement>} */ #items = new Map();

  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const list = make('div', { class: 'studies' });
    this.append(list);
    store.watch((state) => [studiesHere(state).join(), state.studies, state.series, state.priors, state.session?.session_id], () => {
      this.#items.clear();
      list.replaceChildren(...this.#studies(store.get()), ...this.#priors(store.get()));
      this.#mark();
      this.#countKeys();
    }, { signal: life });
    store.watch((state) => [state.noted, keyImages(state)], () => this.#countKeys(), { signal: life });
    store.watch(({ view, opening, maximised }) => [view, opening, maximised], () => this.#mark(), { signal: life });
    this.addEventListener('keydown', (event) => this.#rove(event), { signal: life });
  }

  /** @param {ViewerState} state */
  #studies(state) {
    const { studies, series } = state;
    const all = studiesHere(state).map((uid) => studies[uid]).filter((study) => study !== undefined);
    return all.map((study) => {
      const newest = newestOf(all.filter(({ patient }) => isSamePerson(patient, study.patient)));
      const own = Object.values(series).filter((one) => one.study_uid === study.study_uid);
      return make('section', { class: 'study', 'aria-label': studyLabel(study), 'data-study-uid': study.study_uid },
        studyHead(study, newest), ...own.map((one) => this.#item(one)));
    });
  }

  /** @param {Series} series */
  #item(series) {
    const name = series.description || series.body_part || 'No description';
    const count = counted(series.instance_count, hasPictures(series) ? 'image' : 'document');
    const item = make('button', {
      type: 'button', class: 'series', draggable: 'true', tabindex: '-1', 'data-testid': 'series',
      'data-series-uid': series.series_uid, 'aria-keyshortcuts': 'Enter',
      title: `${name} — click or Enter opens it in the active viewport, or drag it to a viewport`,
    },
    make('span', { class: 'thumbnail' }, thumbnail(series), make('span', { class: 'key-count', hidden: '', 'data-testid': 'key-count' })),
    make('span', { class: 'series-text' },
      make('span', { class: 'series-name' }, name),
      make('span', { class: 'series-facts' }, `${series.modality} ${series.number || ''}`),
      make('span', { class: 'series-facts' }, count)));
    item.addEventListener('click', ({ detail }) => {
      // after a mouse, the arrow keys belong to the images again
      if (detail > 0) item.blur();
      const viewport = this.store.get().view.active_viewport;
      this.store.dispatch({ type: 'series/open', viewport, series_uid: series.series_uid });
    });
    item.addEventListener('dragstart', (event) => event.dataTransfer?.setData(SERIES_DRAG, series.series_uid));
    this.#items.set(series.series_uid, item);
    return item;
  }

  /** @param {ViewerState} state */
  #priors({ priors, session, opened, studies }) {
    if (priors.length === 0 || session) return [];
    const [first = ''] = opened;
    const newest = newestOf(opened.map((uid) => studies[uid]).filter((study) => study !== undefined));
    const items = priors.map((study) => {
      const other = isSamePerson(studies[first]?.patient ?? study.patient, study.patient) ? ''
        : `Other name or birth date: ${study.patient.name}, born ${dateText(study.patient.birth_date)}`;
      const facts = [study.description || 'No description', earlierText(study.date, newest)];
      const button = make('button', {
        type: 'button', class: 'prior', 'data-testid': 'prior', 'data-study-uid': study.study_uid,
        'aria-keyshortcuts': 'Enter', title: 'Adds this study’s series to the strip — Enter; Alt P the newest',
      },
      make('span', { class: 'prior-date' }, `${dateText(study.date)}  ${study.modalities.join(' ')}`),
      ...facts.filter(Boolean).map((fact) => make('span', { class: 'prior-text' }, fact)),
      ...(other ? [make('span', { class: 'prior-other' }, other)] : []));
      button.addEventListener('click', () => this.store.dispatch({ type: 'prior/open', study_uid: study.study_uid }));
      return button;
    });
    return [make('section', { class: 'priors', 'aria-label': 'Other studies of this patient' },
      make('h2', {}, `Other studies (${priors.length})`), ...items)];
  }

  /** How many key images each series has. */
  #countKeys() {
    const images = allKeyImages(this.store.get());
    for (const [uid, item] of this.#items) {
      const count = images.filter(({ series_uid }) => series_uid === uid).length;
      const badge = /** @type {HTMLElement} */ (item.querySelector('.key-count'));
      badge.hidden = count === 0;
      badge.textContent = `★ ${count}`;
      badge.setAttribute('aria-label', counted(count, 'key image'));
    }
  }

  /** Which series are on the screen, and where. */
  #mark() {
    const state = this.store.get();
    const shown = shownViewports(state).map((viewport) => ({ viewport, uid: seriesIn(state, viewport)?.series_uid }));
    const active = shown.find(({ viewport }) => viewport === state.view.active_viewport)?.uid;
    for (const [uid, item] of this.#items) {
      const places = shown.filter((one) => one.uid === uid).map(({ viewport }) => viewport + 1).join(' ');
      expose(item, { 'data-shown': places || null, 'aria-pressed': String(uid === active) });
    }
    const first = (active && this.#items.get(active)) || [...this.#items.values()][0];
    for (const item of this.#items.values()) item.tabIndex = item === first ? 0 : -1;
  }

  /** Up and down move along the strip. @param {KeyboardEvent} event */
  #rove(event) {
    const items = [...this.querySelectorAll('button')];
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0 || !by) return;
    event.preventDefault();
    items[at + by]?.focus();
  }
}

/** @param {Study[]} studies */
function newestOf(studies) {
  return studies.map(({ date }) => date).sort().at(-1) ?? '';
}

/** @param {Series} series */
function thumbnail(series) {
  const instead = make('span', { class: 'no-thumbnail' }, series.modality);
  if (!hasPictures(series)) return instead;
  const picture = make('img', {
    src: addressOf(thumbnailAddress(series, THUMBNAIL)), alt: '', loading: 'lazy', decoding: 'async', draggable: 'false',
    width: '64', height: '64',
  });
  picture.addEventListener('error', () => picture.replaceWith(instead), { once: true });
  return picture;
}

/** @param {Study} study @param {string} newest */
function studyHead({ date, description, modalities, patient, accession }, newest) {
  return make('header', { class: 'study-head' },
    make('span', { class: 'study-date' }, dateText(date) || 'No date'),
    make('span', { class: 'study-when' }, earlierText(date, newest)),
    make('span', { class: 'study-text' }, [modalities.join(' '), description].filter(Boolean).join(' · ')),
    make('span', { class: 'study-text', title: 'Patient' }, patient.name),
    make('span', { class: 'study-text', title: 'Accession number' }, accession));
}

/** @param {Study} study */
function studyLabel({ date, modalities, description }) {
  return [dateText(date), modalities.join(' '), description].filter(Boolean).join(', ');
}
