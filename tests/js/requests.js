/** An XMLHttpRequest whose line and server are a function; Node.js has none. */

/** @param {(request: EventTarget & { gone: (bytes: number) => void }) => Promise<Response>} answer  what it rejects with is a lost line */
export function answerRequests(answer) {
  globalThis.XMLHttpRequest = class extends EventTarget {
    upload = new EventTarget();
    #over = false;
    #headers = new Headers();

    open() {}
    setRequestHeader() {}
    getResponseHeader(name) { return this.#headers.get(name); }
    abort() { this.#end('abort'); }
    gone(loaded) { this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded })); }

    async send() {
      try {
        const response = await answer(this);
        [this.status, this.#headers, this.response] = [response.status, response.headers, await response.json().catch(() => null)];
        this.#end('load');
      } catch {
        this.#end('error');
      }
    }

    #end(how) {
      if (this.#over) return;
      this.#over = true;
      for (const type of [how, 'loadend']) this.dispatchEvent(new Event(type));
    }
  };
}
