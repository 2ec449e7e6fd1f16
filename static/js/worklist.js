/** The worklist page: builds the parts and wires them. */

import { createStore } from './core/store.js';
import { searchOnWish } from './state/searching.js';
import { INITIAL, reduce } from './state/worklist.js';
import { StudyList } from './ui/study-list.js';
import { StudySearch } from './ui/study-search.js';

customElements.define('study-search', StudySearch);
customElements.define('study-list', StudyList);

const life = new AbortController();
const store = createStore(INITIAL, reduce);
document.querySelector('[data-place="search"]')?.append(new StudySearch(store));
document.querySelector('[data-place="list"]')?.append(new StudyList(store));
searchOnWish(store, life.signal);
