// SPDX-License-Identifier: MIT
import type { AnyMirrorError } from '../errors.js';
import {
  DownloadError,
  IntegrityError,
  MirrorError,
  RepodataError,
  VerificationError,
} from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import { signatureForm } from '../openpgp/signature-file.js';
import { printableUrl, resolveHref, trimBase } from '../repodata/hrefs.js';
import type { MirrorList } from '../repodata/mirrorlist.js';
import { parseMetalink, parseMirrorlist, verifyListed } from '../repodata/mirrorlist.js';
import type {
  IndexFile,
  IndexPackage,
  Repomd,
  RepomdRecord,
  RepositoryIndex,
} from '../repodata/model.js';
import { type PackageAddress, packageAddresses } from '../repodata/package-address.js';
import type { Primary, Selection } from '../repodata/primary.js';
import type { RecordSource } from '../repodata/records.js';
import { readPrimary, readRecord } from '../repodata/records.js';
import { findRecord, parseRepomd } from '../repodata/repomd.js';
import { verifyNotOlder } from '../repodata/rollback.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';

/** How to read a repository's index. One of `bases`, `mirrorlist`, `metalink` says where. */
export interface IndexRequest {
  /** Base URLs, fallbacks for one another. */
  readonly bases?: readonly string[];
  readonly mirrorlist?: string | undefined;
  readonly metalink?: string | undefined;
  readonly fetcher: Fetcher;
  readonly select: Selection;
  /**
   * Judges repomd.xml by its detached signature (undefined: the repository has none; `instead` says what lies in its place) and throws to refuse.
   * Without it, repomd.xml.asc is not asked for.
   */
  readonly verifyRepomd?:
    | ((
        repomd: Uint8Array,
        signature: Uint8Array | undefined,
        instead: string | undefined,
      ) => Promise<void> | void)
    | undefined;
  /** The index of the last run; an older one is refused (T2). Leave it out to allow a rollback. */
  readonly previous?: Repomd | undefined;
  /** Whether the keys that `verifyRepomd` trusts are pinned: then a redirect to another https host is followed (T39). */
  readonly hasPinnedKey?: boolean;
  /** Weak checksum types to tolerate, by the names `md5` and `sha1`; each use is a warning. */
  readonly allowWeak?: ReadonlySet<string> | undefined;
}

/** repomd.xml of one base, judged. */
interface Head {
  readonly repomd: Repomd;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

type Reading = Head & {
  readonly primary: IndexFile;
  readonly content: Primary;
  readonly warnings: readonly string[];
};

/**
 * Reads one consistent index: repomd.xml (with signature, metalink and rollback checks), then primary, checked before
 * it is parsed. Bases are tried in order; one that is dead, wrong or older is passed over with a warning. A record that
 * does not match is fetched once more with its repomd.xml, for the repository may be in the middle of a publication (T3).
 *
 * @throws the error of the only base, or the gravest of all with every base named: DownloadError, RepodataError,
 * IntegrityError, or what `verifyRepomd` throws
 */
export async function loadIndex(request: IndexRequest): Promise<RepositoryIndex> {
  const list = await findBases(request);
  const failures: Failure[] = [];
  for (const base of list.bases) {
    try {
      const reading = await readBase(base, list, request);
      return assemble(base, list, reading, failures);
    } catch (error) {
      if (!(error instanceof MirrorError) || (error as AnyMirrorError).code === 'ABORTED')
        throw error;
      failures.push({ base, error: error as AnyMirrorError });
    }
  }
  throw summarize(failures);
}

/**
 * Fetches and checks further records for the archive, such as `['filelists', 'other']`. A wrong one is fetched once
 * more. One that the index does not list, or lists and does not serve (404), is left out; the latter with a warning.
 *
 * @throws DownloadError, RepodataError, IntegrityError DIGEST_MISMATCH
 */
export async function loadRecords(
  index: RepositoryIndex,
  types: readonly string[],
  { fetcher, allowWeak }: Pick<IndexRequest, 'fetcher' | 'allowWeak'>,
): Promise<{ readonly files: readonly IndexFile[]; readonly warnings: readonly string[] }> {
  const files: IndexFile[] = [];
  const warnings: string[] = [];
  for (const type of types) {
    const record = findRecord(index.repomd, type);
    if (record === undefined) continue;
    try {
      files.push(
        await readTwice(record, {
          bases: index.bases,
          fetcher,
          allowWeak,
          warn: (text) => warnings.push(text),
        }),
      );
    } catch (error) {
      if (!isAbsent(error)) throw error;
      warnings.push(
        `${record.href} is listed in repomd.xml, but the server does not have it; it is not archived`,
      );
    }
  }
  return { files, warnings };
}

/**
 * Addresses of a package by the bases that may serve it, best first.
 * @throws RepodataError UNSAFE_PATH, WEAK_ALGORITHM when the package must not be fetched
 */
export function packageUrls(
  index: Pick<RepositoryIndex, 'bases'>,
  found: IndexPackage,
): readonly PackageAddress[] {
  if (found.refused !== undefined) throw found.refused;
  return packageAddresses(index.bases, found);
}

async function findBases({
  bases,
  mirrorlist,
  metalink,
  fetcher,
}: IndexRequest): Promise<MirrorList> {
  if (bases !== undefined && bases.length > 0)
    return { bases: bases.slice(0, LIMITS.mirrors).map(trimBase), repomd: undefined };
  const url = metalink ?? mirrorlist;
  if (url === undefined)
    throw new RepodataError(
      'MIRRORLIST_INVALID',
      'expected base URLs, a mirror list or a metalink, found none',
    );
  const { body } = await fetcher.fetch({
    url,
    maxBytes: LIMITS.mirrorlistBytes,
    what: metalink === undefined ? 'mirrorlist' : 'metalink',
  });
  refusePage(
    body,
    metalink === undefined ? 'a mirror list' : 'a metalink',
    'MIRRORLIST_INVALID',
    url,
  );
  return metalink === undefined ? parseMirrorlist(body) : parseMetalink(body);
}

/** @throws RepodataError where a page for people came instead */
export function refusePage(
  bytes: Uint8Array,
  expected: string,
  code: 'REPOMD_INVALID' | 'MIRRORLIST_INVALID' | 'REPO_FILE_INVALID',
  url: string,
): void {
  if (isWebPage(bytes))
    throw new RepodataError(
      code,
      `expected ${expected}, found ${WEB_PAGE.actual} at ${printableUrl(url)}`,
      { expected, ...WEB_PAGE },
    );
}

async function readBase(base: string, list: MirrorList, request: IndexRequest): Promise<Reading> {
  try {
    return await readOnce(base, list, request);
  } catch (error) {
    if (!(error instanceof RaceError)) throw error;
  }
  try {
    return await readOnce(base, list, request);
  } catch (error) {
    throw error instanceof RaceError ? error.cause : error;
  }
}

async function readOnce(base: string, list: MirrorList, request: IndexRequest): Promise<Reading> {
  const head = await readHead(base, list, request);
  const record = findRecord(head.repomd, 'primary');
  if (record === undefined) {
    const found = head.repomd.records.map(({ type }) => type).join(', ');
    throw new RepodataError(
      'RECORD_MISSING',
      `repomd.xml lists no record "primary"; found: ${found === '' ? 'none' : found}`,
    );
  }
  const warnings = [...head.warnings];
  const source: RecordSource = {
    bases: [base],
    fetcher: request.fetcher,
    allowWeak: request.allowWeak,
    warn: (text) => warnings.push(text),
    ...patience(list),
  };
  let primary: IndexFile;
  try {
    primary = await readRecord(record, source);
  } catch (error) {
    if (error instanceof IntegrityError || isAbsent(error)) throw new RaceError(error);
    throw error;
  }
  const content = await readPrimary(primary, record, { ...source, select: request.select });
  return { ...head, primary, content, warnings };
}

async function readHead(base: string, list: MirrorList, request: IndexRequest): Promise<Head> {
  const url = resolveHref(base, 'repodata/repomd.xml');
  const { body: bytes, url: servedAt } = await request.fetcher.fetch({
    url,
    maxBytes: LIMITS.repomdBytes,
    what: 'repomd.xml',
    hasPinnedKey: request.hasPinnedKey === true && request.verifyRepomd !== undefined,
    ...patience(list),
  });
  refusePage(bytes, 'repomd.xml', 'REPOMD_INVALID', url);
  if (list.repomd !== undefined) verifyListed(bytes, list.repomd);
  const { signature, instead } =
    request.verifyRepomd === undefined ? NO_SIGNATURE : await readSignature(base, list, request);
  if (signature === undefined) verifySameHost(url, servedAt);
  try {
    await request.verifyRepomd?.(bytes, signature, instead);
  } catch (error) {
    // repomd.xml and its signature are two files, and one may be newer than the other for a moment.
    if (error instanceof VerificationError && error.code === 'BAD_SIGNATURE')
      throw new RaceError(error);
    throw error;
  }
  const repomd = parseRepomd(bytes);
  if (request.previous !== undefined) verifyNotOlder(repomd, request.previous);
  const warnings =
    instead === undefined
      ? []
      : [`repomd.xml.asc holds ${instead} and no OpenPGP data; the index counts as not signed`];
  return { repomd, bytes, signature, warnings };
}

/** T39: an index of another host is followed only where a pinned key signed it. */
function verifySameHost(asked: string, served: string): void {
  const [from, to] = [URL.parse(asked), URL.parse(served)];
  if (from === null || to === null || from.host === to.host) return;
  throw new DownloadError(
    'INSECURE_REDIRECT',
    `repomd.xml: expected the same host or a signed index, found a redirect from ${printableUrl(asked)} to ${printableUrl(served)}, and no signature`,
    { expected: 'the same host', actual: printableUrl(served) },
  );
}

interface FoundSignature {
  readonly signature: Uint8Array | undefined;
  /** What the file holds that is no OpenPGP data. */
  readonly instead: string | undefined;
}

const NO_SIGNATURE: FoundSignature = { signature: undefined, instead: undefined };

async function readSignature(
  base: string,
  list: MirrorList,
  { fetcher, hasPinnedKey = false }: Pick<IndexRequest, 'fetcher' | 'hasPinnedKey'>,
): Promise<FoundSignature> {
  const url = resolveHref(base, 'repodata/repomd.xml.asc');
  try {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: LIMITS.keyBytes,
      what: 'repomd.xml.asc',
      hasPinnedKey,
      ...patience(list),
    });
    if (signatureForm(body) !== 'none') return { signature: body, instead: undefined };
    const other = body.length === 0 ? 'nothing' : `${body.length} bytes of something else`;
    return { signature: undefined, instead: isWebPage(body) ? WEB_PAGE.actual : other };
  } catch (error) {
    if (isAbsent(error)) return NO_SIGNATURE;
    throw error;
  }
}

async function readTwice(record: RepomdRecord, source: RecordSource): Promise<IndexFile> {
  try {
    return await readRecord(record, source);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
  }
  return readRecord(record, source);
}

/** With others to fall back on, a dead base is not worth the usual number of attempts. */
function patience({ bases }: MirrorList): { attempts?: number } {
  return bases.length > 1 ? { attempts: 2 } : {};
}

/** A fault that a publication under way may have caused; the cause is what counts when it persists. */
class RaceError extends Error {
  constructor(override readonly cause: unknown) {
    super('the index changed while it was read', { cause });
  }
}

/** The server answers that there is no such file; object stores say 403 to those who may not list. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof DownloadError)) return false;
  return (
    error.code === 'NOT_FOUND' ||
    (error.code === 'HTTP_STATUS' && [403, 404, 410].includes(error.status ?? 0))
  );
}

interface Failure {
  readonly base: string;
  readonly error: AnyMirrorError;
}

function assemble(
  base: string,
  { bases }: MirrorList,
  reading: Reading,
  failures: readonly Failure[],
): RepositoryIndex {
  const failed = new Set(failures.map((failure) => failure.base));
  const others = bases.filter((other) => other !== base);
  return {
    baseUrl: printableUrl(base),
    bases: [
      base,
      ...others.filter((other) => !failed.has(other)),
      ...others.filter((other) => failed.has(other)),
    ],
    repomd: reading.repomd,
    repomdBytes: reading.bytes,
    signatureBytes: reading.signature,
    primary: reading.primary,
    packages: reading.content.packages,
    packageCount: reading.content.packageCount,
    names: reading.content.names,
    warnings: [
      ...failures.map(
        ({ base: skipped, error }) =>
          `${printableUrl(skipped)} is passed over: ${error.code}: ${error.message}`,
      ),
      ...reading.warnings,
    ],
  };
}

const FAMILIES = [VerificationError, IntegrityError, RepodataError, DownloadError] as const;

/** The gravest failure, worded for all: a refusal must not hide behind a mirror that is merely dead. */
function summarize(failures: readonly Failure[]): MirrorError {
  const first = failures[0];
  if (first === undefined)
    throw new RepodataError('MIRRORLIST_INVALID', 'expected base URLs, found none');
  if (failures.length === 1) return first.error;
  const gravest =
    FAMILIES.map((family) => failures.find(({ error }) => error instanceof family)?.error).find(
      (error) => error !== undefined,
    ) ?? first.error;
  const all = failures
    .map(({ base, error }) => `${printableUrl(base)}: ${error.code}: ${error.message}`)
    .join('; ');
  const message = `none of ${failures.length} bases serves a usable index: ${all}`;
  const details = {
    remedy: gravest.remedy,
    cause: gravest,
    ...(gravest.expected === undefined ? {} : { expected: gravest.expected }),
    ...(gravest.actual === undefined ? {} : { actual: gravest.actual }),
  };
  if (gravest instanceof VerificationError)
    return new VerificationError(gravest.code, message, details);
  if (gravest instanceof IntegrityError) return new IntegrityError(gravest.code, message, details);
  if (gravest instanceof RepodataError) return new RepodataError(gravest.code, message, details);
  if (gravest instanceof DownloadError)
    return new DownloadError(gravest.code, message, {
      ...details,
      ...(gravest.status === undefined ? {} : { status: gravest.status }),
    });
  return gravest;
}
