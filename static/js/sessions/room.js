/** What a room shows: layout, images and presentations, planes, and the five events that change them. Twin of the first half of `server/sessions/viewing.py`. */

/** @import { ImageSet, Layout, PresentationSet, Presentation, View, ViewEvent } from '../core/types.js' */

import { Refused } from './refused.js';

/** Each layout by name, with the number of viewports it shows. @type {Record<Layout, number>} */
export const LAYOUTS = { '1x1': 1, '1x2': 2, '1x3': 3, '2x2': 4, '2x3': 6, '3x3': 9 };

/** The presentation of an image nobody has touched: fitted, upright, its own window. @returns {Presentation} */
export function newPresentation() {
  return {
    voi: null, zoom: 1, pan: { x: 0, y: 0 }, rotation: 0,
    flip_horizontal: false, flip_vertical: false, invert: false, camera: null,
  };
}

/** One empty viewport. @returns {View} */
export function newView() {
  return { layout: '1x1', active_viewport: 0, viewports: [{ image: null, presentation: newPresentation() }], mpr: null };
}

/** What a room shows, without who is in it. @param {View} room @returns {View} */
export function viewOf({ layout, active_viewport, viewports, mpr = null }) {
  return { layout, active_viewport, viewports, mpr };
}

/** @param {unknown} event @returns {event is ViewEvent} */
export function isViewEvent(event) {
  const { type } = /** @type {{ type: string }} */ (event);
  return type === 'layout/set' || type === 'viewport/activate' || type === 'image/set' || type === 'presentation/set'
    || type === 'mpr/show';
}

/**
 * The view after one of the five events that change what is seen, whoever may do it.
 * @param {View} view
 * @param {ViewEvent} event
 * @returns {Partial<View>}
 */
export function look(view, event) {
  switch (event.type) {
    case 'layout/set': return setLayout(view, event.layout);
    case 'viewport/activate':
      shownViewport(view, event.viewport);
      return { active_viewport: event.viewport };
    case 'image/set': return setImage(view, event);
    case 'presentation/set': return setPresentation(view, event);
    case 'mpr/show': return { mpr: event.mpr };
  }
}

/** @param {View} view @param {Layout} layout */
function setLayout(view, layout) {
  const shown = LAYOUTS[layout];
  const viewports = [...view.viewports];
  while (viewports.length < shown) viewports.push({ image: null, presentation: newPresentation() });
  return { layout, viewports, active_viewport: Math.min(view.active_viewport, shown - 1) };
}

/** @param {View} view @param {ImageSet} event */
function setImage(view, { viewport: number, image }) {
  const viewport = shownViewport(view, number);
  const sameSeries = viewport.image?.series_uid === image.series_uid;
  const presentation = sameSeries ? viewport.presentation : newPresentation();
  return { viewports: view.viewports.with(number, { image, presentation }) };
}

/** @param {View} view @param {PresentationSet} event */
function setPresentation(view, { viewport: number, presentation }) {
  const viewport = shownViewport(view, number);
  return { viewports: view.viewports.with(number, { ...viewport, presentation }) };
}

/** @param {View} view @param {number} number */
export function shownViewport(view, number) {
  const viewport = number < LAYOUTS[view.layout] ? view.viewports[number] : undefined;
  if (!viewport) throw new Refused('malformed', 'The layout shows no such viewport.');
  return viewport;
}
