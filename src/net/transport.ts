// SPDX-License-Identifier: MIT
import { AbortedError, DownloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../log.js';
import { retry } from '../retry.js';
import { type Connections, createConnections } from './connections.js';
import { Deadline, type Pace } from './deadline.js';
import { type Exchange, exchange, type HttpContext } from './exchange.js';
import { localExchange } from './local.js';
import { parseRetryAfter, requestPatience, RetryLater } from './patience.js';
import type { Environment } from './proxies.js';
import type { Trusted } from './redirects.js';
import { displayUrl, type HeaderLine, hostKind, parseTarget } from './urls.js';

/** The limits of this room; see LIMITS for their reasons. Times in milliseconds. */
export interface NetLimits extends Pace {
  readonly redirects: number;
  readonly attempts: number;
  readonly retryAfter: number;
  readonly packageInMemory: number;
  /** The first wait between attempts lies between half of this and all of it. */
  readonly backoff: number;
}

/** What a run has when nothing overrides it. */
export const NET_LIMITS: NetLimits = { ...LIMITS, backoff: 1_000 };

/** Secret headers and the origins that may see them. */
export interface SecretHeaders {
  readonly lines: readonly HeaderLine[];
  /** URLs of the yum server; only their origins count. */
  readonly urls: readonly string[];
}

export interface TransportOptions {
  readonly logger: Logger;
  readonly userAgent: string;
  /** `process.env`: proxies and certificates are read from it. */
  readonly environment: Environment;
  readonly secretHeaders?: SecretHeaders;
  readonly limits: NetLimits;
}

/** One attempt at one URL. */
export interface OpenRequest {
  readonly url: string;
  readonly what: string;
  readonly headers: readonly HeaderLine[];
  /** Headers, secret ones too, for the origin of `url` and no other (T35). */
  readonly ownHeaders?: readonly HeaderLine[] | undefined;
  readonly trusted: Trusted;
  /** URL of the server that named this one, if it is another. */
  readonly from?: string | undefined;
  readonly signal: AbortSignal;
}

/** How one attempt is run: what ends it, and where it reports what it received. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
}

/** Opens exchanges with servers and local files; owns connections, time and retries. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #closing = new AbortController();
  readonly #warned = new Set<string>();
  readonly #origins: ReadonlySet<string>;
  #connections: Promise<Connections> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#origins = new Set(
      (options.secretHeaders?.urls ?? []).flatMap((url) => URL.parse(url)?.origin ?? []),
    );
  }

  /** @throws DownloadError */
  async open({
    url,
    what,
    headers,
    ownHeaders,
    trusted,
    from,
    signal,
  }: OpenRequest): Promise<Exchange> {
    signal.throwIfAborted();
    const target = parseTarget(url);
    if (target.kind === 'file') return localExchange(target.path, what);
    this.#connections ??= createConnections(
      this.#options.environment,
      this.#options.limits.idleTimeout,
    );
    const common: HeaderLine[] = [
      ['user-agent', this.#options.userAgent],
      ['accept', '*/*'],
      ['accept-encoding', 'identity'],
    ];
    const context: HttpContext = {
      connections: await this.#connections,
      redirects: this.#options.limits.redirects,
      secrets: (asked) =>
        this.#origins.has(asked.origin) ? (this.#options.secretHeaders?.lines ?? []) : [],
      announce: (asked) => {
        this.#announce(asked);
      },
    };
    const answer = await exchange(context, {
      target,
      headers: [...common, ...headers],
      ownHeaders,
      trusted,
      namedBy: from === undefined ? undefined : (URL.parse(from) ?? undefined),
      signal,
    });
    this.#options.logger.debug(
      `GET ${displayUrl(url)}: status ${answer.status}${answer.url === target.url.href ? '' : ` from ${displayUrl(answer.url)}`}`,
    );
    return answer;
  }

  /**
   * Runs attempts under one deadline until one succeeds.
   * @throws AbortedError after {@link close}, and what the last attempt threw
   */
  async attempts<T>(
    what: string,
    own: Partial<NetLimits>,
    attempt: (one: Attempt) => Promise<T>,
  ): Promise<T> {
    const limits = { ...this.#options.limits, ...own };
    const deadline = new Deadline(limits, what);
    const once = async (): Promise<T> => {
      const ending = new AbortController();
      const stop = deadline.watch((error) => {
        ending.abort(error);
      });
      try {
        return await attempt({
          signal: AbortSignal.any([this.#closing.signal, ending.signal]),
          deadline,
        });
      } finally {
        stop();
      }
    };
    return retry(
      once,
      requestPatience({
        policy: limits,
        logger: this.#options.logger,
        signal: this.#closing.signal,
        expired: () => deadline.expired,
      }),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort(new AbortedError('the run ended while bytes were still on their way'));
    await (await this.#connections?.catch(() => undefined))?.destroy();
  }

  #announce(url: URL): void {
    if (url.protocol === 'https:' || hostKind(url) === 'loopback' || this.#warned.has(url.host))
      return;
    this.#warned.add(url.host);
    this.#options.logger.warning(
      `${url.host} is read over http: others can see and delay what is fetched; what is signed they cannot change`,
    );
  }
}

/** The error for an answer with another status than expected; its body is dropped. */
export function statusError(answer: Exchange, what: string, expected: string): DownloadError {
  answer.discard();
  const { status } = answer;
  const wait =
    status === 429 || status === 503
      ? parseRetryAfter(answer.header('retry-after'), Date.now())
      : undefined;
  const message = `${what}: expected status ${expected}, found ${status} at ${displayUrl(answer.url)}`;
  if (wait !== undefined)
    return new RetryLater(
      `${message}, which asks to come back in ${Math.ceil(wait / 1000)} s`,
      status,
      wait,
    );
  return new DownloadError('HTTP_STATUS', message, { status, expected, actual: String(status) });
}

/** Content-Length as a number of bytes; undefined when absent or none. */
export function contentLength(answer: Exchange): number | undefined {
  const value = answer.header('content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** First byte, end (exclusive) and total of a Content-Range (RFC 9110, 14.4); undefined when it is none. */
export function contentRange(
  answer: Exchange,
):
  { readonly start: number; readonly end: number; readonly total: number | undefined } | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(
    answer.header('content-range') ?? '',
  );
  if (match === null) return undefined;
  return {
    start: Number(match[1]),
    end: Number(match[2]) + 1,
    total: match[3] === '*' ? undefined : Number(match[3]),
  };
}
