/** Keys of the keyboard: how lists of keys write them, and how people read them. */

/** The key of an event as commands write it: `Shift+ArrowUp`, `i`, `?`. @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'metaKey' | 'altKey'> & { code?: string }} event */
export function keyName({ key: said, ctrlKey, shiftKey, metaKey, altKey, code = '' }) {
  // Alt writes signs of its own on some keyboards
  const key = altKey && /^[^ -~]$/.test(said) ? code.replace(/^(Key|Digit)/, '') || said : said;
  const isLetter = /^[a-z]$/i.test(key);
  const name = key === ' ' ? 'Space' : isLetter ? key.toLowerCase() : key;
  const shift = shiftKey && (isLetter || key.length > 1 || key === ' ');
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${name}`;
}

/** A key as people read it on a keyboard: `Shift ↑`. @param {string} key */
export function keyText(key) {
  return key
    .replaceAll('Arrow', '').replace('Up', '↑').replace('Down', '↓').replace('Left', '←').replace('Right', '→')
    .replace('Page↑', 'Page Up').replace('Page↓', 'Page Down').replace('Escape', 'Esc')
    .replace(/(^|\+)([a-z])$/, (_, lead, letter) => lead + letter.toUpperCase())
    .replace(/\+(?=.)/g, ' ');
}
