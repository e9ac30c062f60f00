// SPDX-License-Identifier: MIT
import type { AnyMirrorError } from '../errors.js';
import { IntegrityError, MirrorError, RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { printableUrl, trimBase } from '../repodata/hrefs.js';
import type { MirrorList } from '../repodata/mirrorlist.js';
import { parseMetalink, parseMirrorlist } from '../repodata/mirrorlist.js';
import type { IndexFile, IndexPackage, RepomdRecord, RepositoryIndex } from '../repodata/model.js';
import { type PackageAddress, packageAddresses } from '../repodata/package-address.js';
import type { Primary } from '../repodata/primary.js';
import type { RecordSource } from '../repodata/records.js';
import { readPrimary, readRecord } from '../repodata/records.js';
import { findRecord } from '../repodata/repomd.js';
import { type Failure, summarize } from './index-failures.js';
import {
  type Head,
  type IndexRequest,
  isAbsent,
  patience,
  RaceError,
  readHead,
  refusePage,
} from './repomd-client.js';

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
      if (!(error instanceof MirrorError)) throw error;
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

async function readTwice(record: RepomdRecord, source: RecordSource): Promise<IndexFile> {
  try {
    return await readRecord(record, source);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
  }
  return readRecord(record, source);
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
