// SPDX-License-Identifier: MIT
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import { listChanges, type TreeChange } from '../git/objects/tree-changes.js';
import type { MirrorReader } from '../git/store.js';
import { checkDotGit } from '../rebuild/identity.js';
import type { Outcome } from '../rebuild/outcome.js';
import { checkMessage, checkRecord, checkTagObject, formOf } from '../rebuild/texts.js';
import { NOWHERE } from './claims.js';
import { type Findings, orFinding } from './findings.js';
import type { ReleaseCase } from './scope.js';

interface TextParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly findings: Findings;
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
  const { value: changes } = isWhole
    ? await orFinding(async () => changesOf(item, parts), NOWHERE)
    : {};
  const before = findings.count;
  if (item.parents.length > 1 && formOf(item) === 'own')
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

/** What the commit changes; undefined where its parent is not read. Of folders that are not the package's other findings tell. */
async function changesOf(
  { root, parents }: ReleaseCase,
  { files, reader, isSingle }: TextParts,
): Promise<TreeChange[] | undefined> {
  if (isSingle) return undefined;
  const [parent] = parents;
  const before = parent === undefined ? undefined : (await reader.readCommit(parent)).tree;
  return listChanges(before, root, files);
}
