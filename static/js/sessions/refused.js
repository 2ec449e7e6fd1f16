/** The event did not happen; `code` is the server's word for why. */
export class Refused extends Error {
  /** @param {'not-allowed' | 'malformed'} code @param {string} title */
  constructor(code, title) {
    super(title);
    this.code = code;
  }
}
