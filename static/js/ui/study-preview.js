/** <study-preview>: what a study holds, the person's other studies, its report, and what can be done with it. */

/** @import { Series, Study } from '../core/types.js' */
/** @import { Preview, Report, WorklistState, WorklistStore } from '../state/worklist.js' */

import { counted, dateText, earlierText, patientId, sexText } from '../core/wording.js';
import { hasPictures, thumbnailAddress } from '../dicomweb/frames.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';
import { addressOf } from './study-list.js';

const THUMBNAIL = 128;
const LONGEST_REPORT = 6000;

export class StudyPreview extends LiveElement {
  /** @param {WorklistStore} store @param {(study: Study, prior?: Study) => void} meet */
  constructor(store, meet) {
    super();
    this.store = store;
    this.meet = meet;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const study = () => store.get().studies[store.get().current];
    const prior = () => store.get().preview?.priors[0];
    const open = action(store, 'Open', 'list-open', () => go(study()));
    const both = action(store, 'Open with prior', 'list-open-prior', () => go(study(), prior()));
    const meet = action(store, 'Meeting…', 'list-meet', () => {
      const current = study();
      if (current) this.meet(current, prior());
    });
    open.classList.add('primary');
    const content = make('div', { class: 'preview-content' });
    this.append(make('div', { class: 'preview-actions', role: 'toolbar', 'aria-label': 'Study' }, open, both, meet), content);
    store.watch(({ studies, current, preview }) => [studies[current], preview], () => {
      const state = store.get();
      const now = study();
      this.hidden = !now;
      both.disabled = !prior();
      if (now) content.replaceChildren(...described(store, now, state));
    }, { signal: life });
  }
}

/** @param {WorklistStore} store @param {string} label @param {string} key @param {() => void} act */
function action(store, label, key, act) {
  const name = label.toLowerCase().replace('…', '').replaceAll(' ', '-');
  const button = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': `preview-${name}` }, label), key);
  button.addEventListener('click', act);
  return button;
}

/** @param {...(Study | undefined)} studies */
function go(...studies) {
  const [first, ...others] = studies.filter((study) => study !== undefined);
  if (first) location.assign(addressOf(first, ...others));
}

/** @param {WorklistStore} store @param {Study} study @param {WorklistState} state @returns {HTMLElement[]} */
function described(store, study, { preview }) {
  const { patient } = study;
  const here = preview?.study_uid === study.study_uid ? preview : null;
  const facts = [patientId(patient.id), patient.birth_date && `born ${dateText(patient.birth_date)}`, sexText(patient.sex)].filter(Boolean);
  return [
    make('h2', {}, patient.name || 'No name'),
    make('p', { class: 'muted' }, facts.join('  ·  ')),
    make('p', {}, [dateText(study.date), study.modalities.join(' '), study.description].filter(Boolean).join('  ·  ')),
    ...(study.institutions.length > 0 ? [make('p', { class: 'muted' }, study.institutions.join(', '))] : []),
    ...(study.accession ? [make('p', { class: 'muted' }, `Accession ${study.accession}`)] : []),
    ...(here ? found(store, study, here) : []),
  ];
}

/** @param {WorklistStore} store @param {Study} study @param {Preview} preview @returns {HTMLElement[]} */
function found(store, study, { status, series, priors, report }) {
  if (status === 'loading') return [make('p', { class: 'muted' }, 'Looking what there is…')];
  if (status === 'failed') return [make('p', { class: 'problem' }, 'What this study holds could not be found out.'), again(store)];
  const thumbs = make('ul', { class: 'thumbs', 'data-testid': 'preview-series' }, ...series.map((one) => make('li', {}, thumbnail(one),
    make('span', {}, one.description || one.modality), make('span', { class: 'muted' }, `${one.modality}  ${counted(one.instance_count, hasPictures(one) ? 'image' : 'document')}`))));
  const others = make('ul', { class: 'priors', 'data-testid': 'preview-priors' }, ...priors.map((prior) => make('li', {},
    make('a', { href: addressOf(study, prior), title: 'Open beside this study — Enter', 'aria-keyshortcuts': 'Enter' }, [dateText(prior.date), prior.modalities.join(' '), prior.description].filter(Boolean).join('  ')),
    make('span', { class: 'muted' }, earlierText(prior.date, study.date)))));
  return [
    ...(report ? told(store, report) : []),
    make('h3', {}, counted(series.length, 'series', 'series')), thumbs,
    make('h3', {}, priors.length > 0 ? `Other studies of this person (${priors.length})` : 'No other studies of this person'), others,
  ];
}

/** @param {WorklistStore} store */
function again(store) {
  const button = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'preview-again' }, 'Try again'), 'list-again');
  button.addEventListener('click', () => store.dispatch({ type: 'preview/again' }));
  return button;
}

/** @param {WorklistStore} store @param {Report} report @returns {HTMLElement[]} */
function told(store, { title, address, text }) {
  const whole = keyed(store, make('a', { href: address, target: '_blank', rel: 'noopener' }, text ? 'Whole report' : 'Open the document'), 'list-report');
  const words = text.length > LONGEST_REPORT ? `${text.slice(0, LONGEST_REPORT)}…` : text;
  return [
    make('h3', {}, title),
    ...(words ? [make('pre', { class: 'report', tabindex: '0', 'aria-label': title, 'data-testid': 'preview-report' }, words)] : []),
    make('p', {}, whole),
  ];
}

/** @param {Series} series */
function thumbnail(series) {
  const instead = make('span', { class: 'no-thumbnail' }, series.modality);
  if (!hasPictures(series)) return instead;
  const picture = make('img', { src: thumbnailAddress(series, THUMBNAIL), alt: '', loading: 'lazy', decoding: 'async', width: '64', height: '64' });
  picture.addEventListener('error', () => picture.replaceWith(instead), { once: true });
  return picture;
}
