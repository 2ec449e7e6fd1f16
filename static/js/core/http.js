/** Asking the server, and the one error that a refusal becomes. */

export class ApiError extends Error {
  /**
   * @param {string} title  for people
   * @param {number} status  0: no answer at all
   * @param {{ code?: string, retryAfter?: number | null }} [more]
   */
  constructor(title, status, { code = '', retryAfter = null } = {}) {
    super(title);
    this.title = title;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** May the same request succeed a little later? */
  get isPassing() {
    return this.status === 0 || this.status === 503 || this.status === 429;
  }
}

/** The pass of somebody who is not to learn whose images these are; empty: anybody else. */
export const PASS = new URLSearchParams(globalThis.location?.search).get('anonymous') ?? '';

/** Where something is for whoever looks: all of it lies below their pass. @param {string} path */
export function addressOf(path) {
  return PASS ? `/anonymous/${encodeURIComponent(PASS)}${path}` : path;
}

/**
 * Fetches, and throws `ApiError` for every answer that is not a success. An aborted fetch stays an `AbortError`.
 * @param {string} address
 * @param {RequestInit} [init]
 */
export async function ask(address, init) {
  let response;
  try {
    response = await fetch(addressOf(address), init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError('The server does not answer.', 0);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** @param {Response} response */
async function refusal(response) {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds * 1000 : null;
  const problem = await response.json().catch(() => null);
  const title = typeof problem?.title === 'string' ? problem.title : `The server answered ${response.status}.`;
  return new ApiError(title, response.status, { code: String(problem?.code ?? ''), retryAfter });
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What to tell a person about anything that went wrong. @param {unknown} error */
export function titleOf(error) {
  return error instanceof ApiError ? error.title : 'Something went wrong in this page.';
}
