/** <viewer-head>: whose images these are, the way back to the worklist, and the way into a session. */

/** @import { ViewerState, ViewerStore } from '../state/viewer.js' */

import { PASS } from '../core/http.js';
import { dateText, patientId, sexText } from '../core/wording.js';
import { patientIn, studiesNow } from '../state/select.js';
import { make, write } from './build.js';
import { icon } from './icons.js';
import { LiveElement } from './live-element.js';

export class ViewerHead extends LiveElement {
  /** @param {ViewerStore} store */
  constructor(store) {
    super();
    this.store = store;
  }

  /** @override @param {AbortSignal} life */
  build(life) {
    const { store } = this;
    const name = make('strong', { 'data-testid': 'banner-name' });
    const facts = make('span', { 'data-testid': 'banner-facts' });
    const people = make('span', { class: 'people-count', 'data-testid': 'people-count' });
    const start = make('button', { type: 'button', class: 'primary', 'data-testid': 'start-session', 'aria-label': 'Start session', title: 'Look at these studies together with others — Shift Y', 'aria-keyshortcuts': 'Shift+y' },
      icon('people'), make('span', { class: 'word' }, 'Start session'));
    start.addEventListener('click', () => store.dispatch({ type: 'session/start' }), { signal: life });
    this.append(
      make('a', { href: '/', class: 'back', hidden: PASS !== '', title: 'Back to the worklist and its search — /', 'aria-keyshortcuts': '/', 'aria-label': 'Worklist' }, icon('back'), make('span', { class: 'word' }, 'Worklist')),
      make('div', { class: 'banner' }, name, facts),
      make('span', { class: 'caution', 'data-testid': 'caution' }, 'Not for primary diagnosis'),
      people, start);
    store.watch(shownPatient, (patient) => {
      write(name, patient ? patient.name || 'No name' : '');
      const said = patient ? [patientId(patient.id), dateText(patient.birth_date), sexText(patient.sex)].filter(Boolean) : [];
      facts.replaceChildren(...said.flatMap((fact, i) => [i > 0 ? '   ' : '', make('span', { class: 'fact' }, fact)]));
    }, { signal: life });
    store.watch((state) => [state.session !== null, state.opened.length], ([inSession, count]) => {
      start.hidden = Boolean(inSession);
      start.disabled = count === 0;
    }, { signal: life });
    store.watch(hereCount, (count) => write(people, count > 0 ? `${count} here` : ''), { signal: life });
  }
}

/** @param {ViewerState} state */
function shownPatient(state) {
  const [first = ''] = studiesNow(state.opened, state.session?.room);
  const { mpr } = state;
  if (mpr && mpr.active >= 0) return state.studies[mpr.study_uid]?.patient ?? null;
  return patientIn(state, state.view.active_viewport) ?? state.studies[first]?.patient ?? null;
}

/** @param {ViewerState} state */
function hereCount({ session }) {
  return Object.values(session?.room?.people ?? {}).filter((person) => person.here).length;
}
