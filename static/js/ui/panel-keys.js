/** Panels by keyboard: what each control says of its key, and that the key presses it. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { keyName } from '../core/keys.js';
import { PANEL_KEYS, panelKeyNamed, panelKeysOf } from '../state/panel-keys.js';
import { sayKeys } from './command-button.js';
import { tell } from './tip.js';

const TEXT = 'input:not([type="range"], [type="file"], [type="checkbox"]), textarea, select';
const CONTROLS = 'button, a[href], summary, input:not([type="file"]), select, textarea';

/** Gives a control of a panel its key and its tooltip. @template {HTMLElement} T @param {ViewerStore} store @param {T} control @param {string} name @param {string} [title]  when it is about one of several */
export function keyed(store, control, name, title = panelKeyNamed(name).title) {
  control.dataset.key = name;
  control.dataset.tip = title;
  sayPanelKeys(control, store.get().preferences.keys);
  return control;
}

/** @param {HTMLElement} control @param {Record<string, string[]>} own */
function sayPanelKeys(control, own) {
  tell(control, control.dataset.tip ?? '', panelKeysOf(panelKeyNamed(control.dataset.key ?? ''), own));
}

/** Has the keys of a panel work. @param {HTMLElement} panel @param {ViewerStore} store @param {AbortSignal} signal */
export function listenToPanel(panel, store, signal) {
  panel.addEventListener('keydown', (event) => press(panel, store, event), { signal });
  document.addEventListener('keydown', (event) => {
    const dialog = document.querySelector('dialog[open]');
    if (event.altKey && (!dialog || dialog.contains(panel))) press(panel, store, event);
  }, { signal });
  // after a mouse the keys belong to the images again
  panel.addEventListener('mousedown', (event) => {
    const pressed = event.target instanceof Element && event.target.closest('button, a, summary');
    if (!pressed || panel.closest('dialog')) return;
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement && document.activeElement.matches(TEXT)) document.activeElement.blur();
  }, { signal });
  store.watch(({ preferences }) => preferences.keys, (own) => {
    for (const control of panel.querySelectorAll('[data-key]')) sayPanelKeys(/** @type {HTMLElement} */ (control), own);
    for (const control of panel.querySelectorAll('[data-command]')) sayKeys(/** @type {HTMLElement} */ (control), own);
  }, { signal });
}

/** @param {HTMLElement} panel @param {ViewerStore} store @param {KeyboardEvent} event */
function press(panel, store, event) {
  const at = /** @type {HTMLElement} */ (event.target);
  const key = keyName(event);
  const modal = panel.closest('dialog');
  if (event.defaultPrevented || (at.matches(TEXT) && !event.altKey && key !== 'Escape')) return;
  if ((key === 'Enter' || key === 'Space') && at.matches(CONTROLS)) return;
  const done = key === 'Escape' ? !modal && toTheImages() : pressed(panel, store, at, key) || (!modal && toAnotherRow(panel, at, key));
  if (!done) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {HTMLElement} panel @param {ViewerStore} store @param {HTMLElement} at @param {string} key */
function pressed(panel, store, at, key) {
  const own = store.get().preferences.keys;
  const row = panel.contains(at) ? at.closest('li') : null;
  const names = PANEL_KEYS.filter((one) => panelKeysOf(one, own).includes(key));
  const found = names.flatMap(({ name, row: ofRow }) => controlsIn(ofRow ? row : panel, `[data-key="${name}"]`));
  const [control] = found.sort((a, b) => Number(row?.contains(b)) - Number(row?.contains(a)));
  if (!control) return false;
  if (control.matches(TEXT) || control.matches('input')) control.focus();
  else control.click();
  return true;
}

/** Up and down go from line to line, to the same control of each. @param {HTMLElement} panel @param {HTMLElement} at @param {string} key */
function toAnotherRow(panel, at, key) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!by || at.matches('input')) return false;
  const rows = [...panel.querySelectorAll('li')].filter((row) => controlsIn(row, CONTROLS).length > 0);
  const here = at.closest('li');
  const row = rows[here ? rows.indexOf(here) + by : 0];
  const [control] = row ? [...controlsIn(row, `[data-key="${at.dataset.key ?? ''}"]`), ...controlsIn(row, CONTROLS)] : [];
  control?.focus();
  return Boolean(control);
}

function toTheImages() {
  const images = document.querySelector('.images-place [data-active]') ?? document.querySelector('image-viewport');
  if (images instanceof HTMLElement) images.focus({ preventScroll: true });
  return images !== null;
}

/** @param {HTMLElement | null} place @param {string} selector @returns {HTMLElement[]} */
function controlsIn(place, selector) {
  const found = /** @type {HTMLElement[]} */ ([...place?.querySelectorAll(selector) ?? []]);
  return found.filter((control) => control.checkVisibility() && !control.matches(':disabled'));
}
