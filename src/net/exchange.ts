// SPDX-License-Identifier: MIT
import type { Dispatcher } from 'undici';

import { AbortedError, DownloadError } from '../errors.js';
import type { Connections, Reach } from './connections.js';
import { errorFields } from './patience.js';
import { nextHop, type Trusted } from './redirects.js';
import { displayUrl, type HeaderLine, type Target } from './urls.js';

/** An answer whose body is still to be read; leaving the loop over it early ends the connection. */
export interface Exchange {
  readonly status: number;
  /** Value of a header by its lower-case name; the first where there are several. */
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Says that the body is not wanted. */
  discard(): void;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/** What is asked of an http server. */
export interface HttpRequest {
  readonly target: Extract<Target, { kind: 'http' }>;
  readonly headers: readonly HeaderLine[];
  /** For the origin of the target alone. */
  readonly ownHeaders?: readonly HeaderLine[] | undefined;
  readonly trusted: Trusted;
  /** The server that named the target, where that is another one. */
  readonly namedBy?: URL | undefined;
  /** Aborts with a DownloadError as its reason. */
  readonly signal: AbortSignal;
}

/** What an exchange needs of its surroundings. */
export interface HttpContext {
  readonly connections: Connections;
  readonly redirects: number;
  /** Secret headers for this URL's origin (T35). */
  secrets(url: URL): readonly HeaderLine[];
  /** Told every URL before it is asked. */
  announce(url: URL): void;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends a GET and follows redirects within the rules. @throws DownloadError */
export async function exchange(
  context: HttpContext,
  { target, headers, ownHeaders = [], trusted, namedBy, signal }: HttpRequest,
): Promise<Exchange> {
  let url = target.url;
  // A public host has no business in the private network behind us, neither by a redirect nor by what its index names.
  const mayReach = (host: URL): Reach =>
    /^https?:$/.test(host.protocol) && context.connections.kind(host) === 'public'
      ? 'public'
      : 'open';
  let reach: Reach =
    namedBy === undefined || namedBy.origin === url.origin ? 'open' : mayReach(namedBy);
  for (let hop = 0; ; hop++) {
    const dispatcher = context.connections.dispatcher(url, reach);
    context.announce(url);
    const sameOrigin = url.origin === target.url.origin;
    const { authorization } = target;
    const own: HeaderLine[] = sameOrigin
      ? [
          ...(authorization === undefined ? [] : [['authorization', authorization] as const]),
          ...ownHeaders,
        ]
      : [];
    const response = await send({
      dispatcher,
      url,
      headers: merged(headers, own, context.secrets(url)),
      signal,
    });
    if (!REDIRECTS.has(response.statusCode)) return answer(response, url, signal);
    discard(response.body);
    const next = nextHop({
      from: url,
      location: first(response.headers.location),
      status: response.statusCode,
      hop,
      limit: context.redirects,
      trusted,
    });
    if (next.origin !== url.origin && mayReach(url) === 'public') reach = 'public';
    url = next;
  }
}

interface Send {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

async function send({ dispatcher, url, headers, signal }: Send): Promise<Dispatcher.ResponseData> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const response = dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers,
      signal,
      // The deadline's clocks rule; these two are coarser.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // undici notices an abort only once it is connected.
    return await Promise.race([response, aborted.promise]);
  } catch (error) {
    throw networkError(error, `${displayUrl(url)}: no answer`, 'CONNECTION_FAILED', signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function answer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  url: URL,
  signal: AbortSignal,
): Exchange {
  return {
    status: statusCode,
    header: (name) => first(headers[name]),
    body: withTypedErrors(body, url, signal),
    discard: () => {
      discard(body);
    },
    url: url.href,
  };
}

async function* withTypedErrors(
  body: Dispatcher.ResponseData['body'],
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  body.on('error', () => undefined);
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw networkError(error, `${displayUrl(url)}: the answer broke off`, 'TRUNCATED', signal);
  }
}

/** A short body is read to its end, so that the connection can be used again; a long one is cut off. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => undefined);
  body.dump({ limit: 4096 }).catch(() => undefined);
}

function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

/** Later lines replace earlier ones of the same name. */
function merged(...lists: readonly (readonly HeaderLine[])[]): Record<string, string> {
  return Object.fromEntries(lists.flat().map(([name, value]) => [name.toLowerCase(), value]));
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

const NOT_TLS =
  /wrong.version.number|packet.length.too.long|unknown.protocol|record.layer.failure/i;

function networkError(
  error: unknown,
  what: string,
  otherwise: 'CONNECTION_FAILED' | 'TRUNCATED',
  signal: AbortSignal,
): DownloadError | AbortedError {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof DownloadError || reason instanceof AbortedError) return reason;
  const { code, message } = errorFields(reason);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new DownloadError('TOO_LARGE', `${what}: more headers than 16 KiB`, { cause: error });
  if (NOT_TLS.test(`${code} ${message}`))
    return new DownloadError(otherwise, `${what}: the server does not speak TLS at this port`, {
      cause: error,
      remedy:
        'Check scheme and port of the URL: http:// where the server speaks plain http, or the port of its https (usually 443).',
    });
  return new DownloadError(
    TIMEOUTS.has(code) ? 'TIMEOUT' : otherwise,
    `${what}: ${message || code}`,
    { cause: error },
  );
}
