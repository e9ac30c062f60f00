// SPDX-License-Identifier: MIT
import { MirrorError, RepodataError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { MIB } from '../limits.js';
import type { Logger } from '../log.js';
import { createSelector, packageNotFound } from '../mirror/selection.js';
import type { PayloadPath } from '../mirror/source-path.js';
import type { Fetcher } from '../net/fetcher.js';
import { SignatureChecker } from '../openpgp/checker.js';
import { loadKeyring } from '../openpgp/keyring.js';
import type { Keyring, SignatureReport } from '../openpgp/model.js';
import { readFilelists } from '../repodata/filelists.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { findRecord } from '../repodata/repomd.js';
import { examineHeader } from '../rpm/evidence/examine.js';
import { listSignatures } from '../rpm/evidence/signatures.js';
import { checkIndexSignature } from '../survey/index-signature.js';
import { loadIndex, loadRecords } from '../upstream/index-client.js';
import { withNearRepository } from '../upstream/near-repository.js';
import type { UpstreamSource } from '../upstream/sources.js';
import { type Candidate, isPlainName, newestPackages, rankCandidates } from './candidates.js';
import { Headers, type Judged, releasesOf, sample } from './headers.js';
import { findKeys, type FoundKeys } from './keys.js';

/** A repository as somebody sees it who never saw it before. */
export interface Exploration {
  readonly index: RepositoryIndex;
  readonly keys: readonly FoundKeys[];
  /** Signatures of repomd.xml as publish would judge them, by the pinned keys alone where keys are pinned; undefined without repomd.xml.asc. */
  readonly indexSignatures: readonly SignatureReport[] | undefined;
  /** The same by all keys that were found. */
  readonly indexMakers: readonly SignatureReport[];
  /** The user said which keys are to be trusted. */
  readonly isPinned: boolean;
  /** What there is to choose from, best first. */
  readonly candidates: readonly Candidate[];
  /** What is to be mirrored: the user's choice, else the first candidate. */
  readonly chosen: readonly Candidate[];
  /** Signatures over the header of the newest chosen package; undefined when it could not be read. */
  readonly packageSignatures: readonly SignatureReport[] | undefined;
  /** All releases of the chosen packages that publish would take, oldest first. */
  readonly releases: readonly IndexPackage[];
  /** What publish would say of them: of all, or of the oldest, the newest and some between. Weak algorithms count as tolerated. */
  readonly judged: readonly Judged[];
  /** The .repo file says that the index is signed. */
  readonly isSaidSigned: boolean;
  /** Names of the index that no input can hold. */
  readonly oddNames: number;
}

export interface ExploreRequest {
  readonly options: Options;
  /** Undefined: any architecture. */
  readonly arch: readonly string[] | undefined;
  /** Undefined: where most of the source is. */
  readonly sourcePath: string | undefined;
  readonly source: UpstreamSource;
  readonly fetcher: Fetcher;
  readonly logger: Logger;
}

/** File lists are read whole up to this size, compressed and open; beyond it, headers of the likeliest packages tell. */
const FILELISTS = { bytes: 8 * MIB, openBytes: 512 * MIB };
/** Packages whose header is read to learn their files. */
const MOST_HEADERS = 8;

/**
 * Reads index, keys, file lists and the headers of a few packages; no package is downloaded, nothing is decided for good.
 * @throws DownloadError, RepodataError, IntegrityError, VerificationError
 */
export async function explore(request: ExploreRequest): Promise<Exploration> {
  const { source, fetcher, logger } = request;
  const options = { ...request.options, allowWeak: tolerant(request.options.allowWeak) };
  const index = await readIndex({ ...request, options });
  for (const warning of index.warnings) logger.warning(warning);
  const headers = new Headers(index, fetcher, options);
  const candidates = await rank(index, headers, request);
  const chosen = choose(candidates, options);
  const releases = releasesOf(index.packages, chosen, options);
  const sampled = sample(releases);
  await headers.readAll(sampled, logger);
  const keys = await findKeys(source, {
    ...request,
    base: index.bases[0],
    packages: chosen.map(({ name }) => name),
    signers: await signersOf(index, sampled, headers),
  });
  const checker = bind(await join(keys), options.allowWeak);
  const pins = options.gpgFingerprints;
  const rules = {
    options: { ...options, sourcePath: request.sourcePath ?? sourcePathOf(chosen, options) },
    checker: pins.size > 0 ? checker.restrictedTo(pins) : checker,
  };
  const newest = sampled.toSorted((a, b) => (a.buildTime ?? 0) - (b.buildTime ?? 0)).at(-1);
  const pkg = newest === undefined ? undefined : await headers.tryRead(newest);
  const evidence = pkg === undefined ? undefined : await examineHeader(pkg, checker.check);
  const names = new Set(index.packages.map(({ nevra }) => nevra.name));
  // First by all keys, since a signature of another index is refused, whoever made it.
  const indexMakers = await checkIndex(index, checker);
  return {
    index,
    keys,
    indexSignatures: indexMakers && (await checkIndex(index, rules.checker)),
    indexMakers: indexMakers ?? [],
    isPinned: pins.size > 0,
    candidates,
    chosen,
    packageSignatures: evidence?.signatures,
    releases,
    judged: await Promise.all(sampled.map((listed) => headers.judge(listed, rules))),
    isSaidSigned: source.isSigned,
    oddNames: [...names].filter((name) => !isPlainName(name)).length,
  };
}

/** What is weak is proposed to be allowed, by its name; that it is needed shows only where it is tolerated. */
function tolerant(given: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...given, 'md5', 'sha1', 'ripemd160', 'rsa512', 'dsa512']);
}

function bind(keyring: Keyring, allowWeak: ReadonlySet<string>): SignatureChecker {
  return new SignatureChecker(keyring, { allowWeak, now: Math.floor(Date.now() / 1000) });
}

/** One keyring of all. */
function join(keys: readonly FoundKeys[]): Promise<Keyring> {
  return loadKeyring(
    keys.flatMap(({ source: name, keyring: own }) =>
      own.certificates.map(({ fingerprint }) => ({
        name,
        bytes: Buffer.from(own.armored(fingerprint)),
      })),
    ),
  );
}

/** Key ids of all that signed index and packages, before any key is there. */
async function signersOf(
  { signatureBytes, repomdBytes }: RepositoryIndex,
  sampled: readonly IndexPackage[],
  headers: Headers,
): Promise<ReadonlySet<string>> {
  const nobody = bind(await loadKeyring([]), new Set());
  const reports: SignatureReport[] =
    signatureBytes === undefined
      ? []
      : [...(await nobody.checkDetached(signatureBytes, repomdBytes))];
  for (const found of sampled) {
    const pkg = await headers.tryRead(found);
    if (pkg === undefined) continue;
    for (const { packets } of listSignatures(pkg.signatureHeader))
      reports.push(...nobody.foresee(packets));
  }
  return new Set(reports.flatMap(({ keyId }) => keyId ?? []));
}

/** As the workflow will say it. */
function sourcePathOf(chosen: readonly Candidate[], { sourcePath }: Options): string {
  const globs = new Set(
    chosen.flatMap(({ source, arch }) => (source && arch !== 'src' ? [source.glob] : [])),
  );
  const [glob] = globs;
  return globs.size === 1 && glob !== undefined ? glob : sourcePath;
}

/** Without a choice of the user, the likeliest. */
function choose(candidates: readonly Candidate[], { packages }: Options): readonly Candidate[] {
  const isWanted = createSelector({ packages, arch: [''] });
  return packages.includes('*')
    ? candidates.slice(0, 1)
    : candidates.filter(({ name }) => isWanted({ name, arch: '' }));
}

/** @throws VerificationError BAD_SIGNATURE */
async function checkIndex(
  { signatureBytes, repomdBytes }: RepositoryIndex,
  checker: SignatureChecker,
): Promise<readonly SignatureReport[] | undefined> {
  return signatureBytes === undefined
    ? undefined
    : checkIndexSignature({ repomd: repomdBytes, signature: signatureBytes }, checker);
}

async function readIndex({
  options,
  arch,
  source,
  fetcher,
}: ExploreRequest): Promise<RepositoryIndex> {
  const isNamed = createSelector({ packages: options.packages, arch: [''] });
  const otherArchs = new Set<string>();
  const index = await loadIndex({
    bases: source.baseUrls,
    mirrorlist: source.mirrorlist,
    metalink: source.metalink,
    fetcher,
    select: ({ name, arch: found }) => {
      const isTaken = arch?.includes(found) ?? true;
      if (!isTaken && isNamed({ name, arch: '' })) otherArchs.add(found);
      return isTaken;
    },
    allowWeak: options.allowWeak,
    // Judged when the keys are known, some of which lie in the repository.
    verifyRepomd: options.repoGpgcheck === 'off' ? undefined : () => undefined,
  }).catch(async (error: unknown) => {
    throw await withNearRepository(error, {
      bases: source.baseUrls,
      fetcher,
      basearch: options.source.basearch,
    });
  });
  if (
    !index.packages.some(({ nevra: { name } }) => isPlainName(name) && isNamed({ name, arch: '' }))
  ) {
    if (index.packageCount === 0)
      throw new RepodataError(
        'PACKAGE_NOT_FOUND',
        `the index of ${index.baseUrl} lists no package`,
        { remedy: 'Check the URL; a publisher may keep each product in a repository of its own.' },
      );
    throw packageNotFound(
      { packages: options.packages, arch: arch ?? ['any'] },
      index.names.size > 0 ? index.names : index.packages.map(({ nevra }) => nevra.name),
      otherArchs,
    );
  }
  return index;
}

/** First by what the index says, then by the headers of the best, where no file list was to be had. */
async function rank(
  index: RepositoryIndex,
  headers: Headers,
  { options, fetcher, logger }: ExploreRequest,
): Promise<Candidate[]> {
  const isWanted = createSelector({ packages: options.packages, arch: [''] });
  const isAny = options.packages.includes('*');
  const lists = await listFiles(index, { options, fetcher }).catch((error: unknown) => {
    if (!(error instanceof MirrorError)) throw error;
    logger.warning(`the file lists of the repository cannot be used: ${error.message}`);
    return new Map<string, readonly PayloadPath[]>();
  });
  const known = (found: IndexPackage): readonly PayloadPath[] | undefined =>
    headers.files(found) ?? lists.get(found.checksum.hex);
  const first = rankCandidates(index.packages, known);
  const unknown = first.filter(
    ({ name, source }) => source === undefined && (isAny || isWanted({ name, arch: '' })),
  );
  for (const { newest } of unknown.slice(0, MOST_HEADERS)) await headers.tryRead(newest);
  return rankCandidates(index.packages, known);
}

async function listFiles(
  index: RepositoryIndex,
  { options, fetcher }: Pick<ExploreRequest, 'options' | 'fetcher'>,
): Promise<ReadonlyMap<string, readonly PayloadPath[]>> {
  const record = findRecord(index.repomd, 'filelists');
  if (record === undefined || (record.size ?? Infinity) > FILELISTS.bytes) return new Map();
  const {
    files: [file],
  } = await loadRecords(index, ['filelists'], { fetcher, allowWeak: options.allowWeak });
  if (file === undefined) return new Map();
  const ids = new Set(newestPackages(index.packages).map(({ checksum }) => checksum.hex));
  const lists = await readFilelists(file, ids, FILELISTS.openBytes);
  return new Map(
    [...lists].map(([id, list]) => [
      id,
      list.map(({ path, isDirectory }) => ({ path: Buffer.from(path), isDirectory })),
    ]),
  );
}
