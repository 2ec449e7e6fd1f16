/** The page's own clock, for what is given another in tests. */

export function pageClock() {
  return {
    now: () => performance.now(),
    setTimeout: (/** @type {() => void} */ run, /** @type {number} */ ms) => window.setTimeout(run, ms),
    clearTimeout: (/** @type {number} */ timer) => window.clearTimeout(timer),
  };
}
