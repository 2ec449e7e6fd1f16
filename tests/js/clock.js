/** A clock that a test turns by hand, and a way to let promises settle. */

export class FakeClock {
  #now = 1000;
  #next = 1;
  #timers = new Map();

  now = () => this.#now;

  setTimeout = (run, ms) => {
    this.#timers.set(this.#next, { run, at: this.#now + ms });
    return this.#next++;
  };

  clearTimeout = (timer) => {
    this.#timers.delete(timer);
  };

  /** Time passes, and everything due in it runs in order. */
  pass(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].run();
    }
    this.#now = end;
  }

  /** Nothing runs for so long, and then at once whatever has become due. */
  stall(ms) {
    this.#now += ms;
    this.pass(0);
  }
}

export async function settled() {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}
