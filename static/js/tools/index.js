/** The tools, in the order of the tool bar. Adding one is one file and one line here. */

/** @import { Tool } from '../core/types.js' */

import { crossHair } from './cross-hair.js';
import { lens } from './lens.js';
import { MEASURING } from './measuring.js';
import { pan } from './pan.js';
import { pointer } from './pointer.js';
import { stackScroll } from './stack-scroll.js';
import { windowLevel } from './window-level.js';
import { zoom } from './zoom.js';

/** @type {Tool[]} */
export const TOOLS = [windowLevel, stackScroll, pan, zoom, lens, crossHair, pointer, ...MEASURING];

/** @param {string} name */
export function toolNamed(name) {
  return TOOLS.find((tool) => tool.name === name) ?? windowLevel;
}
