/** <session-scenes>: views that were kept, to be shown again, and images that were marked to be found again. */

/** @import { KeyImage, Scene } from '../core/types.js' */
/** @import { Action, ViewerStore } from '../state/viewer.js' */

import { whereText } from '../state/select.js';
import { leads, mayDirect } from '../state/viewer.js';
import { commandButton } from './command-button.js';
import { make } from './build.js';
import { LiveElement } from './live-element.js';
import { keyed } from './panel-keys.js';

export class SessionScenes extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const scenes = make('ul', { 'data-testid': 'scenes', 'aria-label': 'Scenes' });
    const keys = make('ul', { 'data-testid': 'key-images', 'aria-label': 'Key images' });
    const keep = commandButton(store, 'scene');
    this.append(
      make('details', { open: true }, keyed(store, make('summary', {}, 'Scenes and key images'), 'scenes-open'), scenes, keys),
      make('div', { class: 'lead-actions' }, keep, commandButton(store, 'session-key')));
    store.watch(({ session, stacks }) => [session?.room?.scenes, session?.room?.key_images, session?.room?.leader, session?.connection, stacks], () => {
      const { session } = store.get();
      const room = session?.connection === 'live' ? session.room : null;
      this.hidden = !room;
      keep.hidden = !leads(session);
      scenes.replaceChildren(...(room?.scenes ?? []).map((scene) => this.#scene(scene)));
      keys.replaceChildren(...(room?.key_images ?? []).map((key) => this.#key(key)));
    }, { signal: life });
  }

  /** @param {Scene} scene */
  #scene({ scene_id, name }) {
    const { session } = this.store.get();
    const show = this.#button(name, 'show-scene', { type: 'scene/show', scene_id }, `Shows everybody: ${name}`);
    show.disabled = !leads(session);
    const remove = this.#button('×', 'remove-scene', { type: 'scene/remove', scene_id }, `Remove ${name}`);
    return make('li', {}, show, ...(mayDirect(session) ? [remove] : []));
  }

  /** @param {KeyImage} key */
  #key({ image, by }) {
    const state = this.store.get();
    const who = state.session?.room?.people[by]?.name ?? '';
    const text = `${state.series[image.series_uid]?.description || 'Image'}, ${whereText(state, image)}`;
    const go = this.#button(text, 'go-to-key-image', { type: 'image/set', viewport: state.view.active_viewport, image }, `Marked by ${who}`);
    return make('li', {}, go);
  }

  /** @param {string} text @param {string} id @param {Action} action @param {string} title */
  #button(text, id, action, title) {
    const button = make('button', { type: 'button', class: 'quiet', 'data-testid': id, ...(text === '×' && { 'aria-label': title }) }, text);
    keyed(this.store, button, id, title);
    button.addEventListener('click', () => this.store.dispatch(action));
    return button;
  }
}
