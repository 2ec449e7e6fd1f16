/** The one store of a page: a value, a pure reducer, and people who watch. */

/**
 * @template S, A
 * @typedef {object} Store
 * @property {() => S} get
 * @property {(action: A) => void} dispatch
 * @property {<T>(select: (state: S) => T, react: (selected: T) => void, options: { signal: AbortSignal }) => void} watch
 *   calls `react` now and whenever what is selected changes; an array counts as changed when one of its parts has
 * @property {(react: (action: A, state: S) => void, options: { signal: AbortSignal }) => void} listen
 *   calls `react` after every action: for what must happen outside the store
 */

/**
 * @template S, A
 * @param {S} initial
 * @param {(state: S, action: A) => S} reduce
 * @returns {Store<S, A>}
 */
export function createStore(initial, reduce) {
  let state = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  /** @type {Set<(action: A, state: S) => void>} */
  const listeners = new Set();
  return {
    get: () => state,
    dispatch(action) {
      const before = state;
      state = reduce(state, action);
      if (state !== before) for (const look of [...watchers]) if (watchers.has(look)) look();
      for (const react of [...listeners]) react(action, state);
    },
    watch(select, react, { signal }) {
      let last = select(state);
      const look = () => {
        const now = select(state);
        if (same(now, last)) return;
        last = now;
        react(now);
      };
      register(watchers, look, signal);
      react(last);
    },
    listen: (react, { signal }) => register(listeners, react, signal),
  };
}

/**
 * @template T
 * @param {Set<T>} members
 * @param {T} member
 * @param {AbortSignal} signal
 */
function register(members, member, signal) {
  if (signal.aborted) return;
  members.add(member);
  signal.addEventListener('abort', () => members.delete(member), { once: true });
}

/** @param {unknown} a @param {unknown} b */
function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((part, i) => Object.is(part, b[i]));
  }
  return Object.is(a, b);
}
