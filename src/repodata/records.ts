// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import type { Compression } from '../compression/index.js';
import { compressionOfName, decompress, detectCompression } from '../compression/index.js';
import { DownloadError, IntegrityError, PayloadError, RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';
import { isWeak, newHash, requireStrong, verifyChecksum } from './checksum.js';
import { resolveAll } from './hrefs.js';
import type { IndexFile, RepomdRecord } from './model.js';
import type { Primary, Selection } from './primary.js';
import { parsePrimary } from './primary.js';

/** Where a record comes from, and what is tolerated. */
export interface RecordSource {
  /** Tried in order until one has it. */
  readonly bases: readonly string[];
  readonly fetcher: Fetcher;
  readonly allowWeak: ReadonlySet<string> | undefined;
  readonly warn: (text: string) => void;
  readonly attempts?: number;
}

const SUFFIXES: Readonly<Record<Compression, string>> = {
  none: '',
  gzip: '.gz',
  xz: '.xz',
  lzma: '.lzma',
  bzip2: '.bz2',
  zstd: '.zst',
};

/**
 * Fetches a record and checks it by its checksum. A size that disagrees while the checksum holds is a warning (T3), as
 * in librepo.
 *
 * @throws DownloadError, RepodataError UNSAFE_PATH, WEAK_ALGORITHM, LIMIT_EXCEEDED, IntegrityError DIGEST_MISMATCH
 */
export async function readRecord(record: RepomdRecord, source: RecordSource): Promise<IndexFile> {
  const { type, size, checksum } = record;
  if (size !== undefined && size > LIMITS.recordBytes) {
    throw new RepodataError(
      'LIMIT_EXCEEDED',
      `${type}: expected at most ${LIMITS.recordBytes} bytes, repomd.xml declares ${size}`,
    );
  }
  requireStrong(checksum, type, source.allowWeak);
  const bytes = await fetchVerified(
    resolveAll(source.bases, record.href, record.base),
    record,
    source,
  );
  if (isWeak(checksum))
    source.warn(`${type} is checked by ${checksum.algorithm} only, as allow-weak permits`);
  if (size !== undefined && size !== bytes.length)
    source.warn(
      `${type}: expected ${size} bytes as declared, found ${bytes.length}; the checksum is right`,
    );
  return { type, archiveName: archiveName(record, bytes), bytes };
}

/**
 * Parses primary, which {@link readRecord} has checked. Open size and open checksum that disagree are warnings (T3).
 * @throws RepodataError PRIMARY_INVALID, XML_FORBIDDEN, LIMIT_EXCEEDED
 */
export async function readPrimary(
  file: IndexFile,
  record: RepomdRecord,
  {
    select,
    allowWeak,
    warn,
  }: Pick<RecordSource, 'allowWeak' | 'warn'> & { readonly select: Selection },
): Promise<Primary> {
  const named = compressionOfName(record.href);
  const kind = detectCompression(file.bytes) ?? 'none';
  if (named !== kind) warn(`${file.type}: its name says ${named}, its content is ${kind}`);
  const watched = watch(
    refuseTwice(openRecord(file, kind, record), file.archiveName, kind),
    record,
    warn,
  );
  try {
    const primary = await parsePrimary(watched, select, allowWeak);
    for (const text of primary.warnings) warn(text);
    return primary;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    throw new RepodataError(
      error.code === 'LIMIT_EXCEEDED' ? 'LIMIT_EXCEEDED' : 'PRIMARY_INVALID',
      error.message,
      { cause: error },
    );
  }
}

/** T6: a declared open size may be wrong, but not by more than what never counts as a bomb. */
function openRecord(
  file: IndexFile,
  kind: Compression,
  { openSize }: RepomdRecord,
): AsyncIterable<Uint8Array> {
  const maxBytes =
    openSize === undefined
      ? LIMITS.recordOpenBytes
      : Math.min(LIMITS.recordOpenBytes, openSize + LIMITS.ratioFloor);
  return decompress(kind, memorySource(file.bytes).stream(), { maxBytes, what: file.archiveName });
}

/** @throws RepodataError PRIMARY_INVALID for what is compressed inside of its compression, which neither yum nor dnf reads */
async function* refuseTwice(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  kind: Compression,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const inner = isFirst ? detectCompression(chunk) : undefined;
    if (inner !== undefined && inner !== 'none')
      throw new RepodataError(
        'PRIMARY_INVALID',
        `${name} is compressed twice: expected XML within ${kind}, found ${inner}`,
        {
          expected: 'XML',
          actual: inner,
          remedy:
            'No yum or dnf reads such an index. Tell the publisher to make it anew (createrepo_c), without compressing its files again.',
        },
      );
    isFirst = false;
    yield chunk;
  }
}

async function* watch(
  chunks: AsyncIterable<Uint8Array>,
  { type, openSize, openChecksum }: RepomdRecord,
  warn: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const hash = openChecksum === undefined ? undefined : newHash(openChecksum);
  let total = 0;
  for await (const chunk of chunks) {
    hash?.update(chunk);
    total += chunk.length;
    yield chunk;
  }
  if (openSize !== undefined && openSize !== total)
    warn(`${type}: expected ${openSize} bytes when open, found ${total}; the checksum is right`);
  const actual = hash?.digest('hex');
  if (actual !== openChecksum?.hex)
    warn(
      `${type}: expected open-checksum ${openChecksum?.hex ?? ''}, found ${actual ?? ''}; the checksum is right`,
    );
}

/** The first answer with the right checksum; otherwise what was wrong with the last. */
async function fetchVerified(
  urls: readonly string[],
  { type, checksum }: RepomdRecord,
  { fetcher, attempts, allowWeak }: RecordSource,
): Promise<Uint8Array> {
  let last: unknown;
  for (const url of urls) {
    try {
      const { body } = await fetcher.fetch({
        url,
        maxBytes: LIMITS.recordBytes,
        what: type,
        pinned: true,
        ...(attempts === undefined ? {} : { attempts }),
      });
      try {
        verifyChecksum(body, checksum, type, allowWeak);
      } catch (error) {
        throw withPage(error, body);
      }
      return body;
    } catch (error) {
      if (!isServersFault(error)) throw error;
      last = error;
    }
  }
  throw last;
}

/** A page for people has another checksum than the record, which is not what is to be said of it. */
function withPage(error: unknown, body: Uint8Array): unknown {
  if (!(error instanceof IntegrityError) || !isWebPage(body)) return error;
  return new IntegrityError(error.code, `${error.message}: it is ${WEB_PAGE.actual}`, {
    ...(error.expected === undefined ? {} : { expected: error.expected }),
    ...WEB_PAGE,
    cause: error,
  });
}

function isServersFault(error: unknown): boolean {
  return error instanceof IntegrityError || error instanceof DownloadError;
}

/** Never the server's own words: a record that is called like another file of the archive must not replace that. */
function archiveName({ type, href }: RepomdRecord, bytes: Uint8Array): string {
  const named = compressionOfName(href);
  return `${type}.xml${SUFFIXES[named === 'none' ? (detectCompression(bytes) ?? 'none') : named]}`;
}
