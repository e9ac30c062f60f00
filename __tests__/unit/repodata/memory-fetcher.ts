// SPDX-License-Identifier: MIT
import { DownloadError } from '../../../src/errors.js';
import type { Fetcher, FetchRequest } from '../../../src/net/fetcher.js';

/** What a URL gives: bytes, an HTTP status, an error, or one of these per request. */
export type Answer =
  Uint8Array | string | number | Error | ((request: FetchRequest, nth: number) => Answer);

/** A fetcher over a table of URLs; what is not in it is 404. */
export class MemoryFetcher implements Fetcher {
  readonly requests: FetchRequest[] = [];
  readonly #counts = new Map<string, number>();

  constructor(readonly answers: Record<string, Answer> = {}) {}

  /** The URLs asked for so far. */
  get urls(): string[] {
    return this.requests.map(({ url }) => url);
  }

  async fetch(request: FetchRequest) {
    this.requests.push(request);
    const nth = (this.#counts.get(request.url) ?? 0) + 1;
    this.#counts.set(request.url, nth);
    let answer: Answer = this.answers[request.url] ?? 404;
    while (typeof answer === 'function') answer = answer(request, nth);
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'number')
      throw new DownloadError(
        'HTTP_STATUS',
        `${request.what}: expected status 200, found ${answer}`,
        { status: answer },
      );
    const body = typeof answer === 'string' ? Buffer.from(answer) : answer;
    if (body.length > request.maxBytes)
      throw new DownloadError('TOO_LARGE', `${request.what}: more than ${request.maxBytes} bytes`);
    return {
      status: 200 as const,
      body,
      url: request.url,
      etag: undefined,
      lastModified: undefined,
    };
  }

  download(): never {
    throw new Error('the index is never downloaded as a package');
  }

  async keep() {}
  async close() {}
}
