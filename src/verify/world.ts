// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import { MirrorFiles } from '../git/objects/mirror-files.js';
import type { MirrorRefs, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { globTest } from '../mirror/accepted-findings.js';
import { nevraKey, tryParseNevra } from '../mirror/nevra.js';
import { parseReleaseMessage } from '../mirror/records/message-parser.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import { isReleaseTagName } from '../mirror/tag-names.js';
import type { VerifyPorts } from '../ports.js';
import { ArchivedKeys } from '../rebuild/keys.js';
import { compareEvr } from '../rpm/evr.js';
import { Claims, type Shape } from './claims.js';
import { Findings } from './findings.js';
import { type Branch, chooseBranch, readBranch, shortName } from './refs/refs.js';
import {
  type BrokenCase,
  type CaseParts,
  claimedNevra,
  isWanted,
  type OtherTag,
  readCommitCase,
  readList,
  readTagCase,
  type ReleaseCase,
} from './scope.js';

/** What is read of a mirror before anything is proved. */
export interface World {
  readonly options: Options;
  readonly ports: VerifyPorts;
  readonly files: MirrorFiles;
  readonly findings: Findings;
  readonly claims: Claims;
  readonly keys: ArchivedKeys;
  readonly refs: MirrorRefs;
  /** Undefined where only the commits of `tags` are read. */
  readonly branch: Branch | undefined;
  /** How the end of the branch says that the mirror is made. */
  readonly shape: Shape | undefined;
  /** releases.json at the end of the branch. */
  readonly records: readonly ReleaseRecord[];
}

/** The same where the whole branch is read. */
export interface BranchWorld extends World {
  readonly branch: Branch;
}

/** The releases that are looked at, and the tags that are none. */
export interface Scope {
  /** In EVR order. */
  readonly cases: readonly ReleaseCase[];
  readonly broken: readonly BrokenCase[];
  readonly others: readonly OtherTag[];
  /** Tags that record a release under another name: aliases of proved ones, or wrong. */
  readonly aliases: readonly ReleaseCase[];
  /** Releases that `versions` leaves out. */
  readonly leftOut: readonly ReleaseCase[];
  /** Recorded releases that have no tag. */
  readonly lost: readonly ReleaseRecord[];
}

/** Reads refs, the branch and its claims. @throws GitError */
export async function openWorld(options: Options, ports: VerifyPorts): Promise<World> {
  const { reader, report } = ports;
  const files = new MirrorFiles(reader);
  const findings = new Findings(report, options);
  const claims = new Claims(files, options);
  const keys = new ArchivedKeys(files);
  const refs = await reader.readRefs();
  const world = { options, ports, files, findings, claims, keys, refs };
  if (options.tags.length > 0)
    return { ...world, branch: undefined, shape: undefined, records: [] };
  requireRefs(refs);
  const branch = await readBranch(chooseBranch(refs, options), { reader, refs, findings });
  const shape = await claims.of(branch.root);
  const path = `${shape.directories.archive}/releases.json`;
  const { records, fault } = await readList(files, branch.root, path);
  if (fault !== undefined) findings.add(branch, fault);
  return { ...world, branch, shape, records };
}

/** Sorts all tags, or those of `tags`, into releases and others. @throws GitError when nothing is left to prove */
export async function readScope(world: World): Promise<Scope> {
  const { options, refs, records } = world;
  const lines = new Map(records.map((record) => [record.tag, record]));
  const parts: CaseParts = { ...world, reader: world.ports.reader, fallback: world.shape, lines };
  const chosen = options.tags.length > 0 ? chooseTags(options.tags, refs) : tagsOf(refs);
  const cases: ReleaseCase[] = [];
  const broken: BrokenCase[] = [];
  const others: OtherTag[] = [];
  const aliases: ReleaseCase[] = [];
  const leftOut: ReleaseCase[] = [];
  for (const [ref, oid] of chosen) {
    world.ports.signal.throwIfAborted();
    const found =
      ref === 'HEAD' ? await readHead(oid, world, parts) : await readTagCase(ref, oid, parts);
    if ('fault' in found) broken.push(found);
    else if (!('text' in found)) others.push(found);
    else if (isAliasName(found)) aliases.push(found);
    else (isWanted(found, options) ? cases : leftOut).push(found);
  }
  const lost = records.filter(({ tag }) => !refs.refs.has(`refs/tags/${tag}`));
  requireReleases({ cases, broken, others, aliases, leftOut, lost });
  return { cases: inOrder(cases), broken, others, aliases, leftOut, lost };
}

/** A name that no record has and that no release would get. */
function isAliasName({ ref, tag, record, listed, shape }: ReleaseCase): boolean {
  return (
    ref !== 'HEAD' &&
    record === undefined &&
    listed === undefined &&
    !shape.tagFormats.some((format) => isReleaseTagName(format, tag))
  );
}

function inOrder(cases: readonly ReleaseCase[]): ReleaseCase[] {
  return cases
    .map((item) => ({ item, nevra: claimedNevra(item) }))
    .sort((a, b) => compareEvr(a.nevra, b.nevra) || (a.item.ref < b.item.ref ? -1 : 1))
    .map(({ item }) => item);
}

function tagsOf({ refs }: MirrorRefs): [string, Oid][] {
  return [...refs].filter(([ref]) => ref.startsWith('refs/tags/'));
}

/** @throws GitError for a name or glob that no tag has */
function chooseTags(wanted: readonly string[], refs: MirrorRefs): [string, Oid][] {
  const all = tagsOf(refs);
  const chosen = new Map<string, Oid>();
  for (const item of wanted) {
    if (item === 'HEAD' && refs.checkedOut !== undefined) {
      chosen.set('HEAD', refs.checkedOut);
      continue;
    }
    const matches = globTest(item, { isFlat: true });
    const found = all.filter(([ref]) => matches(shortName(ref)));
    if (found.length === 0)
      throw new GitError(
        'MIRROR_INVALID',
        item === 'HEAD'
          ? 'tags: HEAD stands for the commit that is checked out, and there is none'
          : `tags: expected a tag that ${JSON.stringify(item)} names, found none`,
        {
          remedy:
            'Name a tag of the mirror; in a shallow clone fetch it first (with actions/checkout: ref).',
        },
      );
    for (const [ref, oid] of found) chosen.set(ref, oid);
  }
  return [...chosen];
}

/** The release that the checked-out commit is, or, where it is none, the greatest in its releases.json. @throws GitError */
async function readHead(oid: Oid, world: World, parts: CaseParts): Promise<ReleaseCase> {
  const commit = await world.ports.reader.readCommit(oid);
  const shape = await world.claims.of(commit.tree);
  const list = await readList(
    world.files,
    commit.tree,
    `${shape.directories.archive}/releases.json`,
  );
  const message = parseReleaseMessage(commit.message);
  const nevra = message?.trailers?.get('Rpm-Nevra')?.[0];
  const record =
    message === undefined
      ? greatest(list.records)
      : list.records.find((line) => nevraKey(line.nevra) === nevraKey(nevra ?? ''));
  const tag = record?.tag ?? message?.metadata?.get('Version') ?? 'HEAD';
  const found = await readCommitCase({ ref: 'HEAD', tag, oid, object: undefined, commit }, parts);
  return message === undefined ? { ...found, listed: record } : found;
}

/** The record of the greatest release of a list. */
export function greatest(records: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return records
    .flatMap((record) => {
      const nevra = tryParseNevra(record.nevra);
      return nevra === undefined ? [] : [{ record, nevra }];
    })
    .sort((a, b) => compareEvr(a.nevra, b.nevra))
    .at(-1)?.record;
}

/** Where there is nothing to prove, nothing is proved: a mirror that was wiped is not a good one. @throws GitError MIRROR_INVALID */
function requireReleases({ cases, broken, others, leftOut, lost, aliases }: Scope): void {
  if (cases.length + broken.length + lost.length > 0) return;
  if (leftOut.length > 0)
    throw new GitError(
      'MIRROR_INVALID',
      `nothing was verified: versions leaves out all ${leftOut.length} releases of the mirror`,
      { remedy: 'Widen versions.' },
    );
  throw nothing(others.length + aliases.length);
}

/** @throws GitError MIRROR_INVALID for a repository without any tag or branch */
function requireRefs({ refs }: MirrorRefs): void {
  if (refs.size === 0) throw nothing(0);
}

function nothing(others: number): GitError {
  const rest =
    others === 0 ? '' : `, and ${others} that ${others === 1 ? 'is' : 'are'} not of this tool`;
  return new GitError(
    'MIRROR_INVALID',
    `nothing was verified: expected tags of releases, found none${rest}`,
    {
      remedy:
        'Check repository, branch and archive-directory. If this was a mirror, its tags are gone.',
    },
  );
}
