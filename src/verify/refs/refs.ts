// SPDX-License-Identifier: MIT
import { required } from '../../defect.js';
import { GitError } from '../../errors.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import type { Commit, MirrorReader, MirrorRefs, Oid } from '../../git/store.js';
import type { Options } from '../../inputs/options.js';
import { nearestNames } from '../../mirror/selection.js';
import { isReleaseTagName } from '../../mirror/tag-names.js';
import type { ForeignRow } from '../../report/report.js';
import type { CheckoutVerifier } from '../checkout.js';
import type { Shape } from '../claims.js';
import { faultOf, type Findings } from '../findings.js';
import { type OtherTag, peel } from '../scope.js';

const HEADS = 'refs/heads/';
const REMOTES = 'refs/remotes/origin/';

/** A commit of the branch's first-parent line, with what proofs need of it. */
export interface LineCommit {
  readonly oid: Oid;
  readonly commit: Commit;
}

/** The branch of the mirror. */
export interface Branch {
  /** Full name. */
  readonly ref: string;
  readonly tip: Oid;
  readonly root: Oid;
  /** The first-parent line from its end to its beginning, as far as it can be read. */
  readonly line: readonly LineCommit[];
}

/** The name of a branch or tag without its folder. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags|remotes\/origin)\//, '');
}

/** Full name of the branch: `branch`, else what the remote's HEAD stands for. @throws GitError BRANCH_NOT_FOUND */
export function chooseBranch({ refs, head }: MirrorRefs, { branch }: Options): string {
  const wanted = branch === undefined ? [head] : [`${REMOTES}${branch}`, `${HEADS}${branch}`];
  const found = wanted.find((ref) => ref !== undefined && refs.has(ref));
  if (found !== undefined) return found;
  const names = [...refs.keys()].filter((ref) => !ref.startsWith('refs/tags/')).map(shortName);
  const known = [...new Set(names)].sort().slice(0, 20).join(', ') || 'none';
  const [near] = branch === undefined ? [] : nearestNames([branch], names);
  throw new GitError(
    'BRANCH_NOT_FOUND',
    branch !== undefined
      ? `the mirror has no branch ${JSON.stringify(branch)}; it has ${known}`
      : `the mirror's HEAD ${head === undefined ? 'is detached' : `names ${shortName(head)}, which does not exist`}; its branches: ${known}`,
    {
      expected: branch ?? 'a branch',
      actual: known,
      remedy:
        near === undefined ? 'Set branch to the branch of the mirror.' : `Set branch to ${near}.`,
    },
  );
}

/** Reads a branch's first-parent line. What cannot be read of it is a finding, and the end of it. @throws GitError for the end of the branch itself */
export async function readBranch(
  ref: string,
  { reader, refs, findings }: { reader: MirrorReader; refs: MirrorRefs; findings: Findings },
): Promise<Branch> {
  const tip = required(refs.refs.get(ref), 'the branch that was chosen');
  const commit = await reader.readCommit(tip);
  const line: LineCommit[] = [{ oid: tip, commit }];
  for (let at = commit.parents[0]; at !== undefined && !refs.isShallow;) {
    try {
      const next: Commit = await reader.readCommit(at);
      line.push({ oid: at, commit: next });
      at = next.parents[0];
    } catch (error) {
      findings.add(
        { ref },
        faultOf(error, { kind: 'branch', path: `commit ${at}`, expected: 'its history' }),
      );
      break;
    }
  }
  return { ref, tip, root: commit.tree, line };
}

/** Ids of the owned folders of a tree, as one text; what is not there is empty. @throws GitError MIRROR_INVALID */
export async function ownedFolders(
  files: MirrorFiles,
  root: Oid,
  { directories, takesSources }: Pick<Shape, 'directories' | 'takesSources'>,
): Promise<string> {
  const { source, archive, packaging } = directories;
  const paths = takesSources ? [source, archive, packaging] : [source, archive];
  const found = await Promise.all(paths.map(async (path) => files.find(root, path)));
  return found.map((entry) => `${entry?.mode ?? ''} ${entry?.oid ?? ''}`).join('\n');
}

export interface RefParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly findings: Findings;
  readonly foreign: ForeignRow[];
  readonly shape: Shape;
  readonly checkout: CheckoutVerifier;
  /** Owned folders of proved releases, and of the branch's line. */
  readonly proved: ReadonlySet<string>;
  readonly ofBranch: ReadonlySet<string>;
  /** Full names of tags that are releases, and of the branches that the tool keeps. */
  readonly releases: ReadonlySet<string>;
}

/** Two refs that a person or a file system takes for one. */
export function checkNames(refs: Iterable<string>, { findings, releases }: RefParts): void {
  const names = [...refs];
  const tags = new Set(names.filter((ref) => ref.startsWith('refs/tags/')).map(shortName));
  for (const ref of names)
    if (!ref.startsWith('refs/tags/') && tags.has(shortName(ref)))
      findings.add(
        { ref },
        {
          kind: 'branch',
          path: ref,
          expected: 'a name that no tag has',
          actual: `refs/tags/${shortName(ref)}`,
        },
      );
  for (const twins of Map.groupBy(names, (ref) => ref.normalize('NFC').toLowerCase()).values()) {
    if (twins.length < 2) continue;
    const proved = twins.filter((ref) => releases.has(ref));
    const wrong = proved.length === 1 ? twins.filter((ref) => !releases.has(ref)) : twins.slice(1);
    for (const ref of wrong)
      findings.add(
        { ref },
        {
          kind: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
          path: ref,
          expected: 'a name that differs in more than case',
          actual: required(
            twins.find((other) => other !== ref),
            'another name',
          ),
        },
      );
  }
}

/** A tag that is no release: an alias of a proved one, or foreign, which must not look like a release. */
export async function checkOtherTag(
  { ref, tag, root }: OtherTag,
  { files, findings, foreign, shape, proved, checkout }: RefParts,
): Promise<void> {
  const looksLikeOne = shape.tagFormats.some((format) => isReleaseTagName(format, tag));
  try {
    const { isAlias, hasSource } =
      root === undefined
        ? { isAlias: false, hasSource: false }
        : await foldersOf(root, { files, shape, proved });
    foreign.push({ ref });
    if (isAlias && hasSource && root !== undefined) await checkout.verify({ ref }, root, shape);
    if (looksLikeOne || (hasSource && !isAlias))
      findings.add(
        { ref },
        {
          kind: 'tag',
          path: ref,
          expected: looksLikeOne ? `a release named ${tag}` : 'no source, or that of a release',
          actual: root === undefined ? 'no commit' : 'a commit that records no release',
        },
      );
  } catch (error) {
    findings.add({ ref }, faultOf(error, { kind: 'tag', path: ref, expected: 'a readable tag' }));
  }
}

async function foldersOf(
  root: Oid,
  { files, shape, proved }: Pick<RefParts, 'files' | 'shape' | 'proved'>,
): Promise<{ readonly isAlias: boolean; readonly hasSource: boolean }> {
  const owned = await ownedFolders(files, root, shape);
  const source = await files.find(root, shape.directories.source);
  return { isAlias: proved.has(owned), hasSource: source !== undefined };
}

/** A branch of somebody else, which must not pass for the mirror's. */
export async function checkForeignBranch(
  ref: string,
  oid: Oid,
  { reader, files, findings, foreign, shape, proved, ofBranch, checkout }: RefParts,
): Promise<void> {
  foreign.push({ ref });
  try {
    const { commit, type } = await peel(reader, oid);
    if (commit === undefined) {
      findings.add(
        { ref },
        { kind: 'branch', path: ref, expected: 'a commit', actual: `a ${type}` },
      );
      return;
    }
    const source = await files.find(commit.tree, shape.directories.source);
    if (source === undefined) return;
    const owned = await ownedFolders(files, commit.tree, shape);
    if (proved.has(owned) || ofBranch.has(owned)) {
      await checkout.verify({ ref }, commit.tree, shape);
      return;
    }
    findings.add(
      { ref },
      {
        kind: 'branch',
        path: ref,
        expected: 'the folders of a proved release, or no source',
        actual: `${shape.directories.source} ${source.oid}`,
      },
    );
  } catch (error) {
    findings.add(
      { ref },
      faultOf(error, { kind: 'branch', path: ref, expected: 'a branch that can be read' }),
    );
  }
}
