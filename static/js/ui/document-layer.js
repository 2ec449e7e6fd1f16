/** <document-layer>: in place of an image, what is none: a report to be read, a state as it shows its image, or what it is. */

/** @import { ImageRef, Series } from '../core/types.js' */
/** @import { ViewerStore } from '../state/viewer.js' */

import { isAbort, titleOf } from '../core/http.js';
import { dateText, patientId } from '../core/wording.js';
import { hasPictures } from '../dicomweb/frames.js';
import { readReport, reportAddress } from '../dicomweb/reports.js';
import { imageIn, patientIn, seriesIn } from '../state/select.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed, listenToPanel } from './panel-keys.js';

/** What is neither a text nor a picture, in words. @type {Record<string, string>} */
const KINDS = {
  SEG: 'A segmentation', RTSTRUCT: 'A radiotherapy structure set', RTPLAN: 'A radiotherapy plan', REG: 'A registration',
  AU: 'A sound recording', ECG: 'An electrocardiogram', PLAN: 'A plan',
};

export class DocumentLayer extends LiveElement {
  /** @param {ViewerStore} store @param {number} viewport */
  constructor(store, viewport) {
    super();
    this.store = store;
    this.viewport = viewport;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store, viewport } = this;
    let reading = new AbortController();
    listenToPanel(this, store, life);
    life.addEventListener('abort', () => reading.abort());
    // what lies over the image must not stop it from being scrolled from one document to the next
    store.watch((state) => [seriesIn(state, viewport), imageIn(state, viewport)?.instance_uid], () => {
      reading.abort();
      reading = new AbortController();
      const state = store.get();
      const [series, image] = [seriesIn(state, viewport), imageIn(state, viewport)];
      this.hidden = !series || hasPictures(series);
      this.replaceChildren();
      if (series && !this.hidden && image?.series_uid === series.series_uid) this.#show(series, image, reading.signal);
    }, { signal: life });
  }

  /** @param {Series} series @param {ImageRef} image @param {AbortSignal} signal */
  async #show(series, image, signal) {
    const title = series.description || series.modality;
    const patient = patientIn(this.store.get(), this.viewport);
    const whose = [patient?.name, patientId(patient?.id ?? ''), patient?.birth_date && `born ${dateText(patient.birth_date)}`].filter(Boolean);
    this.append(make('p', { class: 'whose' }, whose.join('  ·  ')), make('h2', {}, title));
    const whole = keyed(this.store, make('a', { href: reportAddress(image), target: '_blank', rel: 'noopener' }, 'Open in a tab of its own'), 'document-whole');
    if (series.modality === 'PR') {
      const picture = make('img', { src: reportAddress(image), alt: `${title}: the image as it was presented`, 'data-testid': 'document-picture' });
      picture.addEventListener('error', () => picture.replaceWith(make('p', {}, 'The image that this presentation is about cannot be drawn.')), { once: true });
      return this.append(picture);
    }
    const kind = KINDS[series.modality];
    if (kind) return this.append(make('p', { 'data-testid': 'document-kind' }, `${kind} (${series.modality}). It is kept and can be retrieved; it is not drawn here.`));
    try {
      const text = await readReport(image, signal);
      if (signal.aborted) return;
      const words = text ? make('pre', { tabindex: '0', 'aria-label': title, 'data-testid': 'document-text' }, text)
        : make('p', { 'data-testid': 'document-kind' }, 'A document that is no text, such as a PDF.');
      this.append(words, whole);
    } catch (error) {
      if (!isAbort(error)) this.append(make('p', { class: 'problem', role: 'alert' }, titleOf(error)));
    }
  }
}
