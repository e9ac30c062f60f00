// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import type { Exchange } from './exchange.js';
import type { FetchRequest, FetchResponse } from './fetcher.js';
import {
  type Attempt,
  contentLength,
  contentRange,
  statusError,
  type Transport,
} from './transport.js';
import { displayUrl, type HeaderLine } from './urls.js';

/** Reads a small file into memory, with retries; see {@link Fetcher.fetch}. @throws DownloadError */
export function fetchSmall(transport: Transport, request: FetchRequest): Promise<FetchResponse> {
  const { range, maxBytes, what, timeout } = request;
  if (range !== undefined && range.end - range.start > maxBytes)
    return Promise.reject(tooLarge(request, `a range of ${range.end - range.start}`));
  const own = {
    ...(request.attempts === undefined ? {} : { attempts: request.attempts }),
    ...(timeout === undefined ? {} : { requestTimeout: timeout, slowestRate: 0 }),
  };
  return transport.attempts(`${what} at ${displayUrl(request.url)}`, own, (attempt) =>
    fetchOnce(transport, request, attempt),
  );
}

async function fetchOnce(
  transport: Transport,
  request: FetchRequest,
  attempt: Attempt,
): Promise<FetchResponse> {
  const { url, what, range, from } = request;
  const answer = await transport.open({
    url,
    what,
    headers: requestHeaders(request),
    ownHeaders: request.ownHeaders,
    trusted: trustedPlaces(request),
    from,
    signal: attempt.signal,
  });
  const conditional = request.ifNoneMatch !== undefined || request.ifModifiedSince !== undefined;
  const rest = {
    url: answer.url,
    etag: answer.header('etag'),
    lastModified: answer.header('last-modified'),
  };
  if (answer.status === 304 && conditional) {
    answer.discard();
    return { status: 304, body: new Uint8Array(), ...rest };
  }
  if (answer.status === 206 && range !== undefined)
    return { status: 206, body: await readPart(answer, request, range, attempt), ...rest };
  if (answer.status !== 200)
    throw statusError(answer, what, range === undefined ? '200' : '206 or 200');
  if (range === undefined)
    return { status: 200, body: await readAll(answer, request, attempt), ...rest };
  return { status: 206, body: await readSlice(answer, range, attempt), ...rest };
}

/** Where the content may come from: what is pinned, from anywhere. */
function trustedPlaces({ pinned = false, hasPinnedKey = false }: FetchRequest) {
  if (pinned) return 'anywhere';
  return hasPinnedKey ? 'over-https' : 'here';
}

function requestHeaders({ range, ifNoneMatch, ifModifiedSince }: FetchRequest): HeaderLine[] {
  const headers: HeaderLine[] = [];
  if (range !== undefined) headers.push(['range', `bytes=${range.start}-${range.end - 1}`]);
  if (ifNoneMatch !== undefined) headers.push(['if-none-match', ifNoneMatch]);
  if (ifModifiedSince !== undefined) headers.push(['if-modified-since', ifModifiedSince]);
  return headers;
}

function tooLarge(request: FetchRequest, found: string): DownloadError {
  const message = `${request.what}: expected at most ${request.maxBytes} bytes, found ${found} at ${displayUrl(request.url)}`;
  return new DownloadError('TOO_LARGE', message, {
    expected: `at most ${request.maxBytes}`,
    actual: found,
  });
}

async function readAll(
  answer: Exchange,
  request: FetchRequest,
  { signal, deadline }: Attempt,
): Promise<Uint8Array> {
  const announced = contentLength(answer);
  if (announced !== undefined && announced > request.maxBytes) {
    answer.discard();
    throw tooLarge(request, String(announced));
  }
  // An index of 100 MB is not held twice.
  const body = announced === undefined ? undefined : Buffer.allocUnsafeSlow(announced);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    if (size + chunk.length > Math.min(request.maxBytes, announced ?? Infinity))
      throw tooLarge(request, 'more');
    if (body === undefined) chunks.push(chunk);
    else body.set(chunk, size);
    size += chunk.length;
  }
  return body?.subarray(0, size) ?? Buffer.concat(chunks, size);
}

type Range = NonNullable<FetchRequest['range']>;

/** The body of a 206 answer, which must be the range that was asked for; shorter only where the file ends. */
async function readPart(
  answer: Exchange,
  request: FetchRequest,
  range: Range,
  attempt: Attempt,
): Promise<Uint8Array> {
  const given = contentRange(answer);
  if (
    given?.start !== range.start ||
    given.end > range.end ||
    (given.end < range.end && given.total !== undefined && given.end !== given.total)
  ) {
    answer.discard();
    const [expected, actual] = [
      `bytes ${range.start}-${range.end - 1}`,
      answer.header('content-range') ?? 'none',
    ];
    throw new DownloadError(
      'HTTP_STATUS',
      `${request.what}: expected the range ${expected}, found ${actual} at ${displayUrl(answer.url)}`,
      { expected, actual, status: 206 },
    );
  }
  const size = given.end - given.start;
  const body = await readAll(answer, { ...request, maxBytes: size }, attempt);
  if (body.length === size) return body;
  throw new DownloadError(
    'TRUNCATED',
    `${request.what}: expected ${size} bytes, found ${body.length} at ${displayUrl(answer.url)}`,
  );
}

/** The range out of an answer that ignored it; what follows is not read. */
async function readSlice(
  answer: Exchange,
  { start, end }: Range,
  { signal, deadline }: Attempt,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for await (const chunk of answer.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    if (at + chunk.length > start) chunks.push(chunk.subarray(Math.max(0, start - at), end - at));
    at += chunk.length;
    if (at >= end) break;
  }
  return Buffer.concat(chunks);
}
