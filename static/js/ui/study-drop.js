/** <study-drop>: DICOM files and folders dropped on the page, or chosen, are stored; what became of each is said. */

/** @import { StoredFile } from '../dicomweb/store.js' */
/** @import { Storing, WorklistStore } from '../state/worklist.js' */

import { counted } from '../core/wording.js';
import { expose, make, write } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './pressing.js';

const MOST_LISTED = 500;

export class StudyDrop extends LiveElement {
  /** @type {HTMLInputElement | null} */ #files = null;

  /** @param {WorklistStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** Asks which files to store. */
  choose() {
    this.#files?.click();
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const signal = { signal: life };
    const files = this.#files = chooser('Files to store', life, store, { multiple: true });
    const folder = chooser('Folder to store', life, store, { webkitdirectory: true });
    const close = keyed(store, make('button', { type: 'button', class: 'quiet', 'data-testid': 'storing-close' }), 'list-storing-close');
    const again = button(store, 'Store again', 'list-store-again', () => {
      const failed = store.get().storing?.done.flatMap((one) => one.again ?? []) ?? [];
      store.dispatch({ type: 'files/store', files: failed });
    });
    const bar = make('progress', { 'aria-label': 'Stored so far', 'data-testid': 'storing-progress' });
    const said = make('p', { role: 'status', 'data-testid': 'storing-state' });
    const moving = make('p', { class: 'moving', 'data-testid': 'storing-moving' }); // no status: it would be read out without end
    const list = make('ul', { class: 'stored-files', tabindex: '0', 'aria-label': 'What became of each file', 'data-testid': 'storing-files' });
    const panel = make('section', { class: 'storing', 'aria-label': 'Storing files', 'data-testid': 'storing' },
      make('header', {}, make('h2', {}, 'Storing files'), again, close), bar, make('div', { class: 'storing-line' }, said, moving), list);
    const target = make('div', { class: 'drop-target', 'data-testid': 'drop-target' }, make('p', {}, 'Drop DICOM files or folders to store them'));
    this.append(
      button(store, 'Store files…', 'list-store', () => files.click()),
      button(store, 'Store a folder…', 'list-store-folder', () => folder.click()),
      files, folder, panel, target);
    target.hidden = true;
    close.addEventListener('click', () => store.dispatch({ type: 'storing/set', storing: null }), signal);
    document.addEventListener('dragenter', (event) => {
      if (hasFiles(event)) target.hidden = false;
    }, signal);
    document.addEventListener('dragover', (event) => {
      if (hasFiles(event)) event.preventDefault();
    }, signal);
    target.addEventListener('dragleave', () => { target.hidden = true; }, signal);
    document.addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      target.hidden = true;
      // a folder is an entry; what is none is a file all the same
      const files = [...event.dataTransfer?.items ?? []].flatMap((item) => item.webkitGetAsEntry() ?? item.getAsFile() ?? []);
      store.dispatch({ type: 'files/store', files });
    }, signal);
    store.watch(({ storing }) => storing, (storing) => {
      panel.hidden = !storing;
      if (!storing) return;
      expose(bar, { max: String(Math.max(1, storing.bytes)), value: storing.listing === null ? String(storing.sent) : null });
      expose(panel, { 'data-state': storing.ended ? 'ended' : 'running' });
      write(said, sentence(storing));
      write(moving, progress(storing));
      write(close, storing.ended ? 'Close' : 'Stop');
      again.hidden = !storing.ended || !storing.done.some((one) => one.again);
    }, signal);
    store.watch(({ storing }) => storing?.done, (done = []) => list.replaceChildren(...listed(done).map(line)), signal);
  }
}

/** @param {string} name @param {AbortSignal} life @param {WorklistStore} store @param {Record<string, boolean>} how */
function chooser(name, life, store, how) {
  const input = make('input', { type: 'file', class: 'unseen', tabindex: '-1', 'aria-label': name, ...how });
  input.addEventListener('change', () => {
    const files = [...input.files ?? []];
    input.value = '';
    store.dispatch({ type: 'files/store', files });
  }, { signal: life });
  return input;
}

/** @param {WorklistStore} store @param {string} text @param {string} name @param {() => void} act */
function button(store, text, name, act) {
  const made = keyed(store, make('button', { type: 'button', class: 'quiet' }, text), name);
  made.addEventListener('click', act);
  return made;
}

/** @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes('Files') ?? false;
}

/** Those that were refused first: they are what somebody has to do something about. @param {StoredFile[]} done */
function listed(done) {
  return [...done].sort((a, b) => Number(a.reason === null) - Number(b.reason === null)).slice(0, MOST_LISTED);
}

/** @param {StoredFile} file */
function line({ name, reason }) {
  return make('li', { 'data-result': reason === null ? 'stored' : 'refused' },
    make('span', { class: 'stored-name' }, name), make('span', {}, reason === null ? '✓ Stored' : `✗ ${reason}`));
}

/** @param {Storing} storing */
function sentence({ listing, files, done, ended }) {
  if (listing !== null && done.length === 0) return 'Looking through what was dropped…';
  const refused = done.filter(({ reason }) => reason !== null).length;
  const kept = `${counted(done.length - refused, 'file')} stored`;
  const not = refused > 0 ? `, ${refused} not` : '';
  return ended ? `${kept}${not}.` : `${kept}${not}, ${files - done.length} to go.`;
}

/** What changes many times a second. @param {Storing} storing */
function progress({ listing, bytes, sent, ended }) {
  if (listing !== null) return `${counted(listing, 'file')} found so far`;
  return ended ? '' : `${Math.floor((100 * sent) / Math.max(1, bytes))} % of ${megabytes(bytes)} sent`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString('en-GB', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`;
}
