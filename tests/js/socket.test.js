import assert from 'node:assert/strict';
import test from 'node:test';

import { Connection } from '../../static/js/sessions/socket.js';
import { FakeClock } from './clock.js';
import { FakeWire, roomOf } from './wire.js';

function bench() {
  const clock = new FakeClock();
  const wires = [];
  const heard = [];
  const note = (name) => (...facts) => heard.push([name, ...facts]);
  const connection = new Connection(() => {
    wires.push(new FakeWire());
    return wires.at(-1);
  }, { key: 'k'.repeat(22), name: 'Ann' }, {
    welcomed: note('welcomed'), renewed: note('renewed'), happened: note('happened'), refused: note('refused'),
    pointed: note('pointed'), changed: note('changed'), silent: note('silent'),
  }, clock);
  connection.start();
  const named = (name) => heard.filter(([first]) => first === name);
  return { clock, wires, heard, connection, named, get wire() { return wires.at(-1); } };
}

const welcome = (seq = 5) => ({ type: 'welcome', participant_id: 'me', room: roomOf({ seq }), at: 99 });
const event = (seq, id = null) => ({ type: 'event', seq, id, event: { type: 'lead/ask', by: 'a', at: 1 } });

test('says hello first, and is live once welcomed', () => {
  const b = bench();
  assert.equal(b.connection.send({ type: 'lead/ask' }), false);
  b.wire.open();
  assert.deepEqual(b.wire.sent, [{ type: 'hello', key: 'k'.repeat(22), name: 'Ann' }]);
  b.wire.say(welcome());
  assert.deepEqual(b.named('changed').map(([, state]) => state), ['connecting', 'live']);
  assert.equal(b.named('welcomed')[0][1], 'me');
});

test('events that follow on are handed on in order', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.wire.say(event(6));
  b.wire.say(event(7));
  assert.equal(b.named('happened').length, 2);
});

test('an event heard twice happens once', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.wire.say(event(6));
  b.wire.say(event(6));
  assert.equal(b.named('happened').length, 1);
});

test('after a gap nothing happens until the snapshot, which is asked for once', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.wire.say(event(8));
  b.wire.say(event(9));
  assert.equal(b.wire.sent.filter(({ type }) => type === 'resync').length, 1);
  assert.equal(b.named('happened').length, 0);
  b.wire.say({ type: 'snapshot', room: roomOf({ seq: 9 }), at: 1 });
  assert.equal(b.named('renewed')[0][1].seq, 9);
  b.wire.say(event(10));
  assert.equal(b.named('happened').length, 1);
});

test('an answer settles what was sent, whichever it is', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.connection.send({ type: 'lead/ask' });
  b.connection.send({ type: 'lead/take' });
  const [one, two] = b.wire.sent.filter(({ type }) => type === 'event').map(({ id }) => id);
  assert.notEqual(one, two);
  b.wire.say(event(6, one));
  assert.equal(b.connection.outstanding, 1);
  assert.equal(b.named('happened')[0][2], true);
  b.wire.say({ type: 'refused', id: two, code: 'not-allowed', title: 'No.' });
  assert.equal(b.connection.outstanding, 0);
  assert.deepEqual(b.named('refused'), [['refused', 'No.', { type: 'lead/take' }]]);
});

test('a lost connection comes back by itself, later and later, with the same key', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome());
  b.wire.break(1006);
  assert.equal(b.named('changed').at(-1)[1], 'reconnecting');
  b.clock.pass(300);
  assert.equal(b.wires.length, 2);
  b.wire.break(1006);
  b.clock.pass(999);
  assert.equal(b.wires.length, 2);
  b.clock.pass(1);
  assert.equal(b.wires.length, 3);
  b.wire.open();
  assert.equal(b.wire.sent[0].key, 'k'.repeat(22));
  b.wire.say(welcome(40));
  assert.equal(b.named('welcomed').length, 2);
  b.wire.break(1012);
  b.clock.pass(300);
  assert.equal(b.wires.length, 4, 'after a welcome the waiting starts small again');
});

test('a refusal for good is not tried again', () => {
  const b = bench();
  b.wire.open();
  b.wire.break(1008, 'a name is needed');
  b.clock.pass(60_000);
  assert.equal(b.wires.length, 1);
  assert.deepEqual(b.named('changed').at(-1), ['changed', 'ended', 'a name is needed']);
});

const beat = (seq) => ({ type: 'beat', seq });
const beats = ({ wire }) => wire.sent.filter(({ type }) => type === 'beat').length;

test('in a silence the server is asked for a sign of life, and nothing more than that is sent', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  for (let i = 0; i < 4; i += 1) {
    b.clock.pass(750);
    b.wire.say(beat(5));
  }
  assert.deepEqual(b.wire.sent.slice(1), [{ type: 'beat' }, { type: 'beat' }, { type: 'beat' }, { type: 'beat' }]);
  assert.equal(b.named('silent').length, 0);
});

test('while anything is heard nobody asks for more', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  for (let seq = 6; seq < 20; seq += 1) {
    b.clock.pass(700);
    b.wire.say(event(seq));
  }
  assert.equal(beats(b), 0);
});

test('two seconds after the last word what is seen is out of date; after five more the connection counts as lost', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.clock.pass(1999);
  assert.deepEqual(b.named('silent'), []);
  b.clock.pass(1);
  assert.deepEqual(b.named('silent'), [['silent', true]]);
  b.clock.pass(4999);
  assert.equal(b.named('changed').at(-1)[1], 'live');
  b.clock.pass(1);
  assert.equal(b.named('changed').at(-1)[1], 'reconnecting');
  assert.ok(b.wires[0].closed);
});

test('a late answer ends the silence, and the connection stays', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.clock.pass(3500);
  b.wire.say(beat(5));
  assert.deepEqual(b.named('silent').map(([, silent]) => silent), [true, false]);
  assert.equal(b.wires.length, 1);
});

test('a sign of life that knows of more than was heard asks for the whole room', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.wire.say(beat(7));
  assert.equal(b.wire.sent.at(-1).type, 'resync');
});

test('a page that was busy hears first what has come meanwhile', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.clock.pass(750);
  b.clock.stall(3000);
  assert.deepEqual(b.named('silent'), [], 'the timer was late, not the server');
  b.wire.say(beat(5));
  b.clock.pass(740);
  assert.deepEqual(b.named('silent'), []);
  b.clock.pass(1260);
  assert.deepEqual(b.named('silent'), [['silent', true]]);
});

test('what an old socket still says is not heard', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  const { onmessage } = b.wire;
  b.wire.break(1006);
  onmessage({ data: JSON.stringify(event(6)) });
  assert.equal(b.named('happened').length, 0);
});

test('leaving is for good', () => {
  const b = bench();
  b.wire.open();
  b.wire.say(welcome(5));
  b.connection.stop();
  b.clock.pass(60_000);
  assert.equal(b.wires.length, 1);
  assert.ok(b.wire.closed);
});
