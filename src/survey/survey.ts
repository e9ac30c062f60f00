// SPDX-License-Identifier: MIT
import { detach } from '../bytes.js';
import { MirrorConflictError } from '../errors.js';
import { parseIdentity } from '../git/objects/objects.js';
import type { Options } from '../inputs/options.js';
import { GIB, LIMITS } from '../limits.js';
import type { Logger } from '../log.js';
import { notesFileName } from '../mirror/layout.js';
import type { TaggedRelease } from '../mirror/lines.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { type Plan, planReleases } from '../mirror/plan.js';
import { createSelector, nearestNames, packageNotFound } from '../mirror/selection.js';
import { formatTagName } from '../mirror/tag-names.js';
import type { Ports } from '../ports.js';
import type { RepositoryIndex } from '../repodata/model.js';
import { parseRepomd } from '../repodata/repomd.js';
import { ageDays } from '../repodata/rollback.js';
import { withoutZeroEpoch } from '../rpm/evr.js';
import { loadIndex } from '../upstream/index-client.js';
import { withNearRepository } from '../upstream/near-repository.js';
import { fetchKeys, resolveSource, type UpstreamSource } from '../upstream/sources.js';
import { requireFreeRefs, requireOwnNames } from './conflicts.js';
import { verifyRepomd } from './index-signature.js';
import { type MirrorState, readMirror } from './mirror-state.js';
import { type DatedRelease, dateRelease } from './newest.js';
import { establishTrust, type Trust } from './trust.js';

/** Everything that is known before the first package is downloaded. */
export interface Survey {
  readonly state: MirrorState;
  readonly index: RepositoryIndex;
  readonly trust: Trust;
  readonly plan: Plan;
  /** Every release that has a tag on the remote and is listed by the index or by releases.json, whatever `versions` says. */
  readonly tagged: readonly DatedRelease[];
  /** Whether the inputs select packages of this name and architecture. */
  readonly selects: (candidate: { readonly name: string; readonly arch: string }) => boolean;
}

/**
 * Reads mirror, keys and index (side by side), decides whom to trust, and plans.
 * @throws GitError, DownloadError, RepodataError, IntegrityError, VerificationError
 */
export async function takeSurvey(options: Options, ports: Ports): Promise<Survey> {
  const { fetcher, logger, store, report, clock } = ports;
  const source = await resolveSource(options, fetcher);
  const reading = readMirror(store, {
    branch: options.branch,
    archiveDirectory: options.directories.archive,
    notesFiles: options.releaseNotes.map((url) => notesFileName(url)),
  }).then((state) => {
    requireOwnNames(state, options);
    return state;
  });
  const trusting = Promise.all([
    reading,
    fetchKeys(source.keys, fetcher, { hasPinnedKey: options.gpgFingerprints.size > 0 }),
  ]).then(([state, keys]) => establishTrust(keys, state, { options, logger, now: clock.now() }));
  void reading.then(
    (state) => {
      noteSeen(ports, state);
    },
    () => undefined,
  );
  const [state, trust, index] = await allOrFirstFailure([
    reading,
    trusting,
    readIndex({ options, ports, source, reading, trusting }),
  ] as const);
  for (const warning of index.warnings) logger.warning(warning);
  describeIndex(index, { options, logger, report, now: clock.now() });
  const clash = options.lineBranches.find(({ branch }) => branch === state.branch);
  if (clash !== undefined)
    throw new MirrorConflictError(
      'INPUT_CONFLICT',
      `line-branches names ${clash.branch}, which is the branch of the mirror`,
    );
  const plan = planReleases({
    candidates: index.packages.map((found) => ({ ...found, nevra: withoutZeroEpoch(found.nevra) })),
    remoteTags: state.refs.tags,
    recorded: state.releases,
    options: {
      versions: options.versions,
      skip: options.skip,
      tagFormat: options.tagFormat,
      maxReleases: options.maxReleases,
    },
  });
  requireFreeRefs(plan, state, options);
  for (const warning of plan.warnings) logger.warning(warning);
  warnOfSize(plan, options, logger);
  return {
    state,
    index,
    trust,
    plan,
    tagged: listTagged(state, index, options),
    selects: createSelector(options),
  };
}

/** Remembers the end of the branch as it was before this run. */
export function noteSeen(
  { seen }: Pick<Ports, 'seen'>,
  { tip, tipCommit }: Pick<MirrorState, 'tip' | 'tipCommit'>,
): void {
  if (tip !== undefined) seen.tip = tip;
  const committed =
    tipCommit === undefined ? undefined : parseIdentity(tipCommit.committer)?.seconds;
  if (committed !== undefined) seen.committed = committed;
}

/** T24: an archive that nears what hosts take is better known before the push that fails. */
function warnOfSize({ releases }: Plan, { archivePackages }: Options, logger: Logger): void {
  if (archivePackages !== 'full' || !releases.some(({ status }) => status === 'new')) return;
  const bytes = releases
    .filter(({ status }) => status !== 'skipped')
    .reduce((sum, { indexPackage }) => sum + indexPackage.size, 0);
  if (bytes <= LIMITS.archiveBytes) return;
  logger.warning(
    `the archive will hold packages of ${Math.round(bytes / GIB)} GiB; git hosts ask for less than ${LIMITS.archiveBytes / GIB} GiB a repository. Set archive-packages: header to archive the signed headers alone`,
  );
}

interface IndexReading {
  readonly options: Options;
  readonly ports: Ports;
  readonly source: UpstreamSource;
  readonly reading: Promise<MirrorState>;
  readonly trusting: Promise<Trust>;
}

async function readIndex({
  options,
  ports,
  source,
  reading,
  trusting,
}: IndexReading): Promise<RepositoryIndex> {
  const previous = options.allowRollback
    ? undefined
    : await reading.then(({ contents }) => contents.get('repomd.xml'));
  const { select, otherArchs, unmatched } = selectionOf(options);
  const index = await loadIndex({
    bases: source.baseUrls,
    mirrorlist: source.mirrorlist,
    metalink: source.metalink,
    fetcher: ports.fetcher,
    select,
    allowWeak: options.allowWeak,
    hasPinnedKey: options.gpgFingerprints.size > 0,
    previous: previous === undefined ? undefined : parseRepomd(previous),
    verifyRepomd:
      options.repoGpgcheck === 'off'
        ? undefined
        : async (repomd, signature, instead) => {
            await verifyRepomd({
              repomd,
              signature,
              instead,
              isRequired: options.repoGpgcheck === 'required' || source.isSigned,
              state: await reading,
              checker: (await trusting).checker,
              logger: ports.logger,
            });
          },
  }).catch(async (error: unknown) => {
    const {
      source: { basearch },
      mode,
    } = options;
    throw mode === 'check'
      ? await withNearRepository(error, {
          bases: source.baseUrls,
          fetcher: ports.fetcher,
          basearch,
        })
      : error;
  });
  if (index.packages.length === 0) throw packageNotFound(options, index.names, otherArchs);
  for (const [wanted, near] of unmatched())
    ports.logger.warning(
      `packages: nothing in the index is called ${wanted}${near === undefined ? '' : `; perhaps you mean ${near}`}`,
    );
  return index;
}

interface NotedSelection {
  readonly select: ReturnType<typeof createSelector>;
  /** Architectures in which there are packages of the names asked for. */
  readonly otherArchs: ReadonlySet<string>;
  /** What was asked for and is not there, each with the nearest name that is; only `check` looks. */
  readonly unmatched: () => (readonly [wanted: string, near: string | undefined])[];
}

/** Names that are kept to compare with. */
const MOST_NAMES = 100_000;

/** The selection, which notes what the index has besides what was asked for. */
function selectionOf({ packages, arch, mode }: Options): NotedSelection {
  const select = createSelector({ packages, arch });
  const isNamed = createSelector({ packages, arch: [''] });
  const otherArchs = new Set<string>();
  const names = new Set<string>();
  // One name that is not there leaves nothing at all, which has an error of its own.
  const isCurious = mode === 'check' && packages.length > 1;
  return {
    select: (candidate) => {
      if (isCurious && names.size < MOST_NAMES) names.add(detach(candidate.name));
      if (select(candidate)) return true;
      if (isNamed({ name: candidate.name, arch: '' })) otherArchs.add(candidate.arch);
      return false;
    },
    otherArchs,
    unmatched: () => {
      if (!isCurious || names.size === MOST_NAMES) return [];
      const missing = packages.filter((wanted) => {
        const matches = createSelector({ packages: [wanted], arch: [''] });
        return ![...names].some((name) => matches({ name, arch: '' }));
      });
      return missing.map((wanted) => [wanted, nearestNames([wanted], names, 1)[0]] as const);
    },
  };
}

function describeIndex(
  index: RepositoryIndex,
  {
    options,
    logger,
    report,
    now,
  }: Pick<Ports, 'logger' | 'report'> & { options: Options; now: number },
): void {
  const age = ageDays(index.repomd, now);
  report.repository = {
    url: index.baseUrl,
    revision: index.repomd.revision,
    signed: index.signatureBytes !== undefined,
    ageDays: age ?? null,
  };
  logger.info(
    `index of ${index.baseUrl}: revision ${index.repomd.revision || 'none'}, ${index.packageCount} packages, ${index.packages.length} of them selected`,
  );
  if (options.maxIndexAge > 0 && age !== undefined && age > options.maxIndexAge) {
    logger.warning(
      `the index is ${age} days old, more than max-index-age ${options.maxIndexAge}; the repository may be frozen`,
    );
  }
}

function listTagged(
  state: MirrorState,
  { packages }: RepositoryIndex,
  { tagFormat }: Options,
): DatedRelease[] {
  const { refs, releases } = state;
  const tagged = new Map<string, TaggedRelease>();
  for (const { nevra } of packages) {
    const tag = formatTagName(tagFormat, nevra);
    if (refs.tags.has(tag)) tagged.set(tag, { nevra, tag });
  }
  for (const { nevra: text, tag } of releases) {
    const nevra = tryParseNevra(text);
    if (nevra !== undefined && refs.tags.has(tag)) tagged.set(tag, { nevra, tag });
  }
  return [...tagged.values()].map((release) => dateRelease(release, state));
}

/** Waits for all, so that nothing goes on behind an error; the first failure in the order of causes wins. */
async function allOrFirstFailure<T extends readonly unknown[]>(promises: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
