/**
 * The JavaScript reducer's answers to events that come as lines on standard input: after `{"room": …}` a fresh start,
 * for every event `accepted` or the code of the refusal, and for `{"show": true}` the whole room.
 */

import { createInterface } from 'node:readline';

import { apply } from '../../static/js/sessions/apply.js';
import { Refused } from '../../static/js/sessions/refused.js';

let room;
for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if (said.room) room = said.room;
  else if (said.show) console.log(JSON.stringify(room));
  else console.log(JSON.stringify(answer(said)));
}

function answer(event) {
  try {
    room = apply(room, event);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}
