/** The worklist page: builds the parts and wires them. */

import { createStore } from './core/store.js';
import { storedPreferences } from './state/preferences.js';
import { previewCurrent } from './state/previewing.js';
import { searchOnWish } from './state/searching.js';
import { storeOnDrop } from './state/storing.js';
import { INITIAL, reduce } from './state/worklist.js';
import { KeySheet } from './ui/key-sheet.js';
import { LeaveDesk } from './ui/leave-desk.js';
import { ListState } from './ui/list-state.js';
import { MeetingDialog } from './ui/meeting-dialog.js';
import { pressByKey } from './ui/pressing.js';
import { StudyDrop } from './ui/study-drop.js';
import { StudyList } from './ui/study-list.js';
import { StudyPreview } from './ui/study-preview.js';
import { StudySearch } from './ui/study-search.js';

customElements.define('study-search', StudySearch);
customElements.define('leave-desk', LeaveDesk);
customElements.define('list-state', ListState);
customElements.define('study-list', StudyList);
customElements.define('study-preview', StudyPreview);
customElements.define('study-drop', StudyDrop);
customElements.define('key-sheet', KeySheet);
customElements.define('meeting-dialog', MeetingDialog);

const QUIET_MS = 2000;

const life = new AbortController();
const store = createStore({ ...INITIAL, preferences: storedPreferences() }, reduce);
const meetings = new MeetingDialog(store);
document.body.append(meetings);
document.querySelector('[data-place="search"]')?.append(new StudySearch(store));
const drop = new StudyDrop(store);
document.querySelector('[data-place="list"]')?.append(new StudyList(store, new ListState(store, () => drop.choose())));
document.querySelector('[data-place="preview"]')?.append(new StudyPreview(store, (study, prior) => meetings.open(study, prior)));
document.querySelector('[data-place="drop"]')?.append(drop, new KeySheet(store), new LeaveDesk(store));
pressByKey(store, life.signal);
searchOnWish(store, life.signal);
previewCurrent(store, life.signal);
storeOnDrop(store, life.signal);

// whoever closes the page now would lose what has yet to be sent
window.addEventListener('beforeunload', (event) => {
  if (store.get().storing?.ended === false) event.preventDefault();
}, { signal: life.signal });
window.addEventListener('online', () => {
  if (store.get().status === 'failed') store.dispatch({ type: 'wish/set', wish: {} });
  else store.dispatch({ type: 'preview/again' });
}, { signal: life.signal });
import('./state/travelling.js').then(({ letHabitsTravel }) => letHabitsTravel(store, life.signal));

// the viewer's files come once the list has: whoever opens a study then has them
setTimeout(() => {
  const next = document.querySelector('template[data-place="next"]');
  if (next instanceof HTMLTemplateElement) document.head.append(next.content);
}, QUIET_MS);
