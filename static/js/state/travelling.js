/** The habits of somebody who signs in go with them: what the server keeps counts, and this browser holds a copy of it. */

/** @import { Habits } from '../core/habits.js' */
/** @import { Preferences } from './preferences.js' */
/** @import { Store } from '../core/store.js' */

import { readHabits, writeHabits } from '../core/habits.js';
import { ApiError } from '../core/http.js';
import { readRules } from './hanging.js';
import { readPalettes, readWindows } from './own-looks.js';
import { storedPreferences, storePreferences, USUAL } from './preferences.js';

const REST_MS = 400;

/** @typedef {{ of: string, preferences: Preferences }} Kept  what this browser has, and whose it is; '': nobody's in particular */

/** @typedef {Store<{ preferences: Preferences }, { type: 'preferences/set', preferences: Preferences } | { type: 'notice/set', text: string }>} HabitStore  of either page */

/** @param {Pick<HabitStore, 'get' | 'dispatch' | 'watch'>} store @param {AbortSignal} signal */
export async function letHabitsTravel(store, signal) {
  /** @type {Habits | null} */
  let habits = null;
  /** @type {Preferences | null} */
  let told = null;
  let timer = 0;
  const take = async () => {
    habits = await readHabits(signal);
    const now = settled(kept(), habits);
    keep(now);
    told = now.preferences;
    store.dispatch({ type: 'preferences/set', preferences: now.preferences });
  };
  const tell = async () => {
    if (!habits) return;
    const { preferences } = store.get();
    try {
      habits = { ...habits, tag: await writeHabits(preferences, habits.tag, signal) };
      told = preferences;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) return;
      await take();
      store.dispatch({ type: 'notice/set', text: 'Your habits were changed at another desk; those count now.' });
    }
  };
  store.watch(({ preferences }) => preferences, (preferences) => {
    if (!habits || preferences === told) return;
    keep({ of: habits.of, preferences });
    clearTimeout(timer);
    timer = window.setTimeout(tell, REST_MS);
  }, { signal });
  await take().catch(() => {
    // the server does not say: what this browser has counts for now
  });
}

/**
 * Whose habits count: those of who is signed in; where nobody is, what was chosen here by nobody in particular.
 * @param {Kept} here
 * @param {Habits | null} there  null: nobody is signed in
 * @returns {Kept}
 */
export function settled(here, there) {
  const of = there?.of ?? '';
  if (there && Object.keys(there.preferences).length > 0) return { of, preferences: understood(there.preferences) };
  return here.of === of || (there && here.of === '') ? { of, preferences: here.preferences } : { of, preferences: USUAL };
}

/** What of it can be understood; anything may be kept under a name. @param {Record<string, unknown>} told @returns {Preferences} */
function understood(told) {
  const whole = /** @type {Preferences} */ ({ ...USUAL, ...told });
  const keys = Object.entries(whole.keys ?? {}).filter(([, own]) => Array.isArray(own) && own.every((key) => typeof key === 'string'));
  const read = { ...whole, keys: Object.fromEntries(keys), windows: readWindows(whole.windows), palettes: readPalettes(whole.palettes) };
  try {
    return { ...read, rules: whole.rules && readRules(whole.rules) };
  } catch {
    return { ...read, rules: null };
  }
}

/** @returns {Kept} */
function kept() {
  const { of = '', ...preferences } = /** @type {Preferences & { of?: string }} */ (storedPreferences());
  return { of, preferences };
}

/** @param {Kept} now */
function keep({ of, preferences }) {
  const whole = { ...preferences, of };
  storePreferences(of ? whole : preferences);
}
