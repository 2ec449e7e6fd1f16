/** Narrowing a sheet of keys to the rows that have what is looked for. */

/** Rows are `div`s; a section without any of them goes too. @param {HTMLElement} place @param {string} text */
export function filterRows(place, text) {
  const words = text.trim().toLowerCase().split(/\s+/);
  for (const row of place.querySelectorAll('dl > div')) {
    const said = (row.textContent ?? '').toLowerCase();
    /** @type {HTMLElement} */ (row).hidden = !words.every((word) => said.includes(word));
  }
  for (const section of place.querySelectorAll('section')) section.hidden = !section.querySelector('dl > div:not([hidden])');
}
