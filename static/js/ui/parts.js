/** F6: the keyboard goes from part to part of the page, as it does between the parts of other programs. */

const PARTS = [
  '.images-place [data-active]', '.mpr-bar', 'session-panel', 'mark-list', 'time-line', 'series-strip', 'follow-banner', 'tool-bar', 'viewer-head',
];
const STOPS = '[tabindex="0"], :is(button, a[href], summary, input, select, textarea):not([tabindex="-1"], :disabled)';

/** @param {1 | -1} by */
export function goToPart(by) {
  const parts = PARTS.flatMap((selector) => {
    const part = /** @type {HTMLElement | null} */ ([...document.querySelectorAll(selector)].find((one) => one.checkVisibility()) ?? null);
    const stop = part && (part.tabIndex === 0 ? part : [...part.querySelectorAll(STOPS)].find((one) => one.checkVisibility()));
    return part && stop instanceof HTMLElement ? [{ part, stop }] : [];
  });
  const at = parts.findIndex(({ part }) => part.contains(document.activeElement));
  parts[at < 0 ? 0 : (at + by + parts.length) % parts.length]?.stop.focus();
}
