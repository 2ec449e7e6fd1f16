/** What every element here shares: it builds itself when it arrives and lets go of everything when it leaves. */

export class LiveElement extends HTMLElement {
  #life = new AbortController();

  connectedCallback() {
    this.#life = new AbortController();
    this.replaceChildren();
    this.build(this.#life.signal);
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** @param {AbortSignal} _life ends when the element leaves the page */
  build(_life) {}
}
