// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';

import { diskFull, DownloadError, endOfRun, IntegrityError } from '../errors.js';
import type { Logger } from '../log.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';
import type { PackageCache } from './cache.js';
import type { Exchange } from './exchange.js';
import type { Download, DownloadRequest } from './fetcher.js';
import { type PrivateDirectory, type PrivateFile, Spool } from './private-file.js';
import {
  type Attempt,
  contentLength,
  contentRange,
  statusError,
  type Transport,
} from './transport.js';
import { displayUrl, type HeaderLine } from './urls.js';

/** What downloads need. */
export interface DownloadContext {
  readonly transport: Transport;
  readonly directory: PrivateDirectory;
  readonly cache: PackageCache;
  readonly logger: Logger;
  /** Bytes that one download may hold in memory. */
  readonly inMemory: number;
}

/** A download, and where its bytes lie if not in memory. */
export interface Stored {
  readonly download: Download;
  readonly file: PrivateFile | undefined;
}

/**
 * Fetches a package, from the cache or the network, and checks size and checksum; bytes that disagree are fetched once more.
 * @throws DownloadError, IntegrityError SIZE_MISMATCH, DIGEST_MISMATCH
 */
export async function downloadPackage(
  context: DownloadContext,
  request: DownloadRequest,
): Promise<Stored> {
  const { size, maxBytes, what } = request;
  if (size !== undefined && size > maxBytes)
    throw tooLarge(what, maxBytes, `${size} announced by the index`);
  const cached = await fromCache(context, request);
  if (cached !== undefined) return cached;
  try {
    return await fromNetwork(context, request, []);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    context.logger.info(`${error.message}; fetching it once more`);
    // A proxy on the way may have kept the old bytes.
    return fromNetwork(context, request, [['cache-control', 'no-cache']]);
  }
}

async function fromCache(
  context: DownloadContext,
  request: DownloadRequest,
): Promise<Stored | undefined> {
  const intake = new Intake(context, request);
  try {
    const bytes = await context.cache.find(request.checksum.hex.toLowerCase());
    if (bytes === undefined) return undefined;
    for await (const chunk of bytes) await intake.append(chunk);
    return await intake.finish(true);
  } catch (error) {
    await intake.discard();
    if (diskFull(error) !== undefined) throw error;
    context.logger.warning(
      `${request.what}: what the tool cache holds cannot be used and is ignored: ${(error as Error).message}`,
    );
    return undefined;
  }
}

async function fromNetwork(
  context: DownloadContext,
  request: DownloadRequest,
  headers: readonly HeaderLine[],
): Promise<Stored> {
  const intake = new Intake(context, request);
  try {
    const what = `${request.what} at ${displayUrl(request.url)}`;
    await context.transport.attempts(what, {}, (attempt) =>
      transfer({ context, request, intake, headers }, attempt),
    );
    return await intake.finish(false);
  } catch (error) {
    await intake.discard();
    throw error;
  }
}

interface Transfer {
  readonly context: DownloadContext;
  readonly request: DownloadRequest;
  readonly intake: Intake;
  readonly headers: readonly HeaderLine[];
}

/** One attempt: goes on where the last one broke off if the file is still the same one (RFC 9110, 13.1.5), or begins anew. */
async function transfer(
  { context, request, intake, headers }: Transfer,
  { signal, deadline }: Attempt,
): Promise<void> {
  if (intake.size > 0 && intake.size === request.size) return;
  const resume = resumption(intake);
  const { url, what, from } = request;
  const answer = await context.transport.open({
    url,
    what,
    headers: [...headers, ...resume],
    ownHeaders: request.ownHeaders,
    trusted: 'anywhere',
    from,
    signal,
  });
  const goesOn =
    resume.length > 0 && answer.status === 206 && contentRange(answer)?.start === intake.size;
  if (!goesOn) {
    await intake.reset();
    checkWhole(answer, what, resume.length > 0);
  }
  intake.validator = strongValidator(answer);
  const announced = contentLength(answer);
  if (announced !== undefined) await checkAnnounced(answer, intake.size + announced, request);
  for await (const chunk of answer.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    await intake.append(chunk);
    request.onProgress?.(intake.size);
  }
}

/** The headers that ask for the rest of the same file, where a part of it is there. */
function resumption({ size, validator }: Intake): HeaderLine[] {
  if (size === 0 || validator === undefined) return [];
  return [
    ['range', `bytes=${size}-`],
    ['if-range', validator],
  ];
}

/** An answer that begins anew has the whole file. */
function checkWhole(answer: Exchange, what: string, wasResumed: boolean): void {
  if (answer.status === 200) return;
  if (!wasResumed) throw statusError(answer, what, '200');
  answer.discard();
  throw new DownloadError('TRUNCATED', `${what}: the server cannot go on where it broke off`);
}

/** What If-Range may name: a strong ETag, or else the date. */
function strongValidator(answer: Exchange): string | undefined {
  const etag = answer.header('etag');
  return etag?.startsWith('"') === true ? etag : answer.header('last-modified');
}

async function checkAnnounced(
  answer: Exchange,
  total: number,
  request: DownloadRequest,
): Promise<void> {
  const error =
    request.size === undefined
      ? total > request.maxBytes
        ? tooLarge(request.what, request.maxBytes, String(total))
        : undefined
      : total === request.size
        ? undefined
        : sizeMismatch(request, String(total), await beginsAsPage(answer));
  if (error === undefined) return;
  answer.discard();
  throw error;
}

/** What was sent instead is looked into, so that it can be called by its name. */
async function beginsAsPage({ body }: Exchange): Promise<boolean> {
  try {
    for await (const chunk of body) return isWebPage(chunk);
  } catch {
    // The size has told enough.
  }
  return false;
}

function tooLarge(what: string, maxBytes: number, found: string): DownloadError {
  return new DownloadError(
    'TOO_LARGE',
    `${what}: expected at most ${maxBytes} bytes, found ${found}`,
    { expected: `at most ${maxBytes}`, actual: found },
  );
}

function sizeMismatch(request: DownloadRequest, actual: string, isPage: boolean): IntegrityError {
  const expected = String(request.size);
  const found = isPage ? `${WEB_PAGE.actual} (${actual})` : actual;
  return new IntegrityError(
    'SIZE_MISMATCH',
    `${request.what}: expected ${expected} bytes, found ${found} at ${displayUrl(request.url)}`,
    { expected, actual, ...(isPage ? { remedy: WEB_PAGE.remedy } : {}) },
  );
}

/** Takes bytes in: counts, hashes and stores them, and gives them out only when size and checksum agree. */
class Intake {
  /** What the server calls this version of the file. */
  validator: string | undefined;
  readonly #request: DownloadRequest;
  readonly #spool: Spool;
  #sha256!: Hash;
  #announced!: Hash;
  /** An HTML page instead of the file. */
  #isPage = false;

  constructor({ directory, inMemory }: DownloadContext, request: DownloadRequest) {
    this.#request = request;
    this.#spool = new Spool(directory, inMemory);
    this.#begin();
  }

  get size(): number {
    return this.#spool.size;
  }

  async append(chunk: Uint8Array): Promise<void> {
    const { size, maxBytes, what } = this.#request;
    if (this.size + chunk.length > (size ?? maxBytes))
      throw size === undefined
        ? tooLarge(what, maxBytes, 'more')
        : sizeMismatch(
            this.#request,
            'more',
            this.#isPage || (this.size === 0 && isWebPage(chunk)),
          );
    if (this.size === 0) this.#isPage = isWebPage(chunk);
    this.#sha256.update(chunk);
    if (this.#announced !== this.#sha256) this.#announced.update(chunk);
    await this.#spool.append(chunk).catch((cause: unknown) => {
      const end = endOfRun(cause);
      if (end !== undefined) throw end;
      const remedy = 'See that RUNNER_TEMP (or the folder for temporary files) can be written.';
      throw new DownloadError(
        'TOO_LARGE',
        `${what}: cannot be stored: ${(cause as Error).message}`,
        { cause, remedy },
      );
    });
  }

  async reset(): Promise<void> {
    this.validator = undefined;
    this.#isPage = false;
    this.#begin();
    await this.#spool.reset();
  }

  /** @throws IntegrityError */
  async finish(cached: boolean): Promise<Stored> {
    const { size, checksum, what, url } = this.#request;
    if (size !== undefined && this.size !== size)
      throw sizeMismatch(this.#request, String(this.size), this.#isPage);
    const actual = this.#announced.digest('hex');
    const sha256 = this.#announced === this.#sha256 ? actual : this.#sha256.digest('hex');
    const expected = checksum.hex.toLowerCase();
    if (actual !== expected) {
      throw new IntegrityError(
        'DIGEST_MISMATCH',
        `${what}: expected ${checksum.algorithm} ${expected}, found ${actual}${this.#isPage ? `, ${WEB_PAGE.actual},` : ''} at ${displayUrl(url)}`,
        { expected, actual, ...(this.#isPage ? { remedy: WEB_PAGE.remedy } : {}) },
      );
    }
    const { bytes, file } = this.#spool.finish();
    const release = async (): Promise<void> => {
      await file?.remove();
    };
    return { download: { bytes, sha256, cached, release }, file };
  }

  async discard(): Promise<void> {
    await this.#spool.discard();
  }

  #begin(): void {
    const { algorithm } = this.#request.checksum;
    this.#sha256 = createHash('sha256');
    this.#announced = algorithm === 'sha256' ? this.#sha256 : createHash(algorithm);
  }
}
