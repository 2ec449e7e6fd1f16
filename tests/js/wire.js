/** A socket whose far end is the test, and rooms to send over it. */

import { newView } from '../../static/js/sessions/room.js';

export class FakeWire {
  readyState = 0;
  sent = [];
  closed = false;

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  break(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  get events() {
    return this.sent.filter(({ type }) => type === 'event').map(({ event }) => event);
  }
}

export function person(name, more = {}) {
  return {
    name, discipline: 'other', guest: false, here: true, following: true, left_at: null, came: 1, removed: false, ...more,
  };
}

export function roomOf(more = {}) {
  return {
    ...newView(), session_id: 's', seq: 1, study_uids: ['1.2'], people: {}, leader: null, chair: null, asking: [],
    mode: 'together', frozen: false, anonymous: false, released_series_uids: [], call: null, hands: [], proposals: {}, annotations: {}, memories: {}, key_images: [], scenes: [], meeting: '', cases: [], case: null,
    ...more,
  };
}

export function imageRef(n, series = '1.2.1') {
  return { study_uid: '1.2', series_uid: series, instance_uid: `${series}.${n}`, frame_number: 1 };
}
