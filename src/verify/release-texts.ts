// SPDX-License-Identifier: MIT
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import { listChanges, type TreeChange } from '../git/objects/tree-changes.js';
import type { MirrorReader, Oid } from '../git/store.js';
import { checkDotGit } from '../rebuild/identity.js';
import type { Outcome } from '../rebuild/outcome.js';
import { checkMessage, checkRecord, checkTagObject, formOf } from '../rebuild/texts.js';
import { type Findings, orFinding } from './findings.js';
import { type ReleaseCase, unreadParent } from './scope.js';

interface TextParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly findings: Findings;
  /** The refs of the releases, by their commits. */
  readonly refs: ReadonlyMap<Oid, string>;
  /** True where only the commits of `tags` are read. */
  readonly isSingle: boolean;
  /** True where nothing is wrong with the folders: only then the list of changed files is looked at. */
  readonly isWhole: boolean;
}

/** The list's line, commit message and tag of a release, against what its package gives. */
export async function verifyTexts(
  item: ReleaseCase,
  { release, isOriginal }: NonNullable<Outcome['facts']>,
  parts: TextParts,
): Promise<void> {
  const { findings, isSingle, isWhole } = parts;
  if (item.record !== undefined) {
    const wrong = checkRecord({ item, release, isOriginal }, item.record);
    const path = `${item.shape.directories.archive}/releases.json`;
    if (wrong !== undefined) findings.add(item, { kind: 'metadata', path, ...wrong });
  }
  findings.add(item, ...checkDotGit(item, release));
  if (item.message === undefined) return;
  const changes = isWhole ? await readChanges(item, parts) : undefined;
  const isOwn = formOf(item) === 'own';
  if (!isOwn) findings.residue('the Files block of commits that the predecessor made');
  else if (!isWhole)
    findings.residue("the Files block of commits whose folders are not the package's");
  const before = findings.count;
  if (item.parents.length > 1 && isOwn)
    findings.add(item, {
      kind: 'tag',
      path: item.ref,
      expected: 'a commit with one parent',
      actual: `${item.parents.length} parents`,
    });
  findings.add(item, ...checkMessage({ item, release, isOriginal, changes }));
  if (findings.count === before && item.ref.startsWith('refs/tags/'))
    findings.add(item, ...checkTagObject(item, { isSingle }));
}

/** What the commit changes; undefined where its parent is not read, or with a finding where it cannot be. Of folders that are not the package's other findings tell. */
async function readChanges(
  item: ReleaseCase,
  { files, reader, findings, refs, isSingle }: TextParts,
): Promise<readonly TreeChange[] | undefined> {
  if (isSingle) return undefined;
  const [parent] = item.parents;
  const { value: changes, fault } = await orFinding(async () => {
    const before = parent === undefined ? undefined : (await reader.readCommit(parent)).tree;
    return listChanges(before, item.root, files);
  }, unreadParent(item));
  const ref = refs.get(parent ?? '');
  // A damaged object is one finding, at the release whose it is.
  const isSaid = ref !== undefined && findings.of({ ref }).failing > 0;
  if (fault !== undefined && isSaid)
    findings.residue('the Files block of commits whose parent has a finding, and cannot be read');
  else if (fault !== undefined) findings.add(item, fault);
  else if (changes === undefined)
    findings.add(item, {
      kind: 'metadata',
      path: 'Files',
      expected: 'as many changes as a release can bring',
      actual: 'more',
    });
  return changes;
}
