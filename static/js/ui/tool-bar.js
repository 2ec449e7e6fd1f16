/** <tool-bar>: what the left button does, and everything else one click away. */

/** @import { ViewerStore } from '../state/viewer.js' */

import { paletteOf, seriesIn } from '../state/select.js';
import { TOOLS, toolNamed } from '../tools/index.js';
import { make } from './build.js';
import { commandButton, sayKeys } from './command-button.js';
import { LiveElement } from './live-element.js';

const CHANGES = ['invert', 'flip-horizontal', 'flip-vertical', 'rotate', 'fit', 'reset'];
const READING = ['cine', 'link', 'alike', 'colours'];

export class ToolBar extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    this.setAttribute('role', 'toolbar');
    this.setAttribute('aria-label', 'Tools');
    const tools = TOOLS.map(({ name }) => commandButton(store, name, { words: toolNamed(name).layer !== 'measuring' }));
    const windows = commandButton(store, 'window-menu');
    const layout = commandButton(store, 'layout');
    const reading = READING.map((name) => commandButton(store, name, { words: false }));
    const planes = commandButton(store, 'mpr');
    this.append(
      group('Left button', ...tools.filter((_, i) => TOOLS[i]?.layer !== 'measuring')),
      group('Measure', ...tools.filter((_, i) => TOOLS[i]?.layer === 'measuring'), commandButton(store, 'marks', { words: false })),
      group('Window', make('div', { class: 'menu-place', 'data-place': 'window-menu' }, windows)),
      group('Image', ...CHANGES.map((name) => commandButton(store, name))),
      group('Reading', ...reading),
      group('Layout', layout, commandButton(store, 'maximise'), planes),
      group('Help', commandButton(store, 'shortcuts')),
    );
    store.watch(({ tool }) => tool, (tool) => {
      tools.forEach((button, i) => button.setAttribute('aria-pressed', String(TOOLS[i]?.name === tool)));
    }, { signal: life });
    store.watch(({ sheet }) => sheet, (sheet) => windows.setAttribute('aria-expanded', String(sheet === 'window')), { signal: life });
    const label = layout.querySelector('.tool-label');
    store.watch(({ view }) => view.layout, (now) => {
      if (label) label.textContent = now.replace('x', ' × ');
      layout.setAttribute('aria-label', `${label?.textContent}: more viewports`);
    }, { signal: life });
    store.watch(({ mpr }) => mpr !== null, (shown) => planes.setAttribute('aria-pressed', String(shown)), { signal: life });
    store.watch((state) => [state.cine !== null, state.link !== null, state.alike, paletteOf(state, seriesIn(state, state.view.active_viewport)) !== ''], (pressed) => {
      reading.forEach((button, i) => button.setAttribute('aria-pressed', String(pressed[i] ?? false)));
    }, { signal: life });
    store.watch(({ preferences }) => preferences.keys, (keys) => {
      for (const button of this.querySelectorAll('.tool')) sayKeys(/** @type {HTMLElement} */ (button), keys);
    }, { signal: life });
    // one stop for the tab key, arrows within
    const buttons = [...this.querySelectorAll('button')];
    for (const button of buttons) button.tabIndex = button === buttons[0] ? 0 : -1;
    this.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const open = [...this.querySelectorAll('.tool')].filter((button) => !(/** @type {HTMLButtonElement} */ (button).disabled));
      const at = open.indexOf(/** @type {Element} */ (document.activeElement));
      if (!by || at < 0) return;
      event.preventDefault();
      /** @type {HTMLElement} */ (open[(at + by + open.length) % open.length]).focus();
    }, { signal: life });
    this.addEventListener('focusin', ({ target }) => {
      if (!(target instanceof HTMLElement) || !target.matches('.tool')) return;
      for (const button of this.querySelectorAll('.tool')) /** @type {HTMLElement} */ (button).tabIndex = button === target ? 0 : -1;
    }, { signal: life });
    const [invert] = this.querySelectorAll('[data-testid="command-invert"]');
    store.watch(({ view }) => view.viewports[view.active_viewport]?.presentation.invert ?? false, (inverted) => {
      invert?.setAttribute('aria-pressed', String(inverted));
    }, { signal: life });
    store.watch(({ session }) => session !== null, (inSession) => {
      const pointer = this.querySelector('[data-testid="command-pointer"]');
      if (pointer instanceof HTMLButtonElement) pointer.disabled = !inSession;
    }, { signal: life });
  }
}

/** @param {string} name @param {...HTMLElement} members */
function group(name, ...members) {
  return make('div', { class: 'tool-group', role: 'group', 'aria-label': name }, ...members);
}
