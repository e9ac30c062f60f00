// SPDX-License-Identifier: MIT
import type { Oid } from '../store.js';
import type { TreeFile } from './walk.js';

/** A path that two trees have differently: `M` changed (mode too), `?` new, `D` gone. */
export interface TreeChange {
  readonly letter: 'M' | '?' | 'D';
  readonly path: Uint8Array;
}

/** Gives the entries of a tree by name (latin1 of the bytes). */
export interface FolderSource {
  folder(oid: Oid): Promise<ReadonlyMap<string, TreeFile>>;
}

/** What one commit can change: see LIMITS.filesInPackage, old and new. */
const MOST_CHANGES = 2_000_000;

/**
 * The files that differ between two trees, an absent one being empty; folders with the same id are not entered. Undefined for more than any commit of this tool changes.
 * @throws GitError MIRROR_INVALID
 */
export async function listChanges(
  before: Oid | undefined,
  after: Oid | undefined,
  source: FolderSource,
  most: number = MOST_CHANGES,
): Promise<TreeChange[] | undefined> {
  const changes: TreeChange[] = [];
  await compare(before, after, { source, prefix: '', changes, most });
  return changes.length > most ? undefined : changes;
}

interface Step {
  readonly source: FolderSource;
  readonly prefix: string;
  readonly changes: TreeChange[];
  readonly most: number;
}

async function compare(before: Oid | undefined, after: Oid | undefined, step: Step): Promise<void> {
  if (before === after || step.changes.length > step.most) return;
  const [old, now] = [await entriesOf(before, step.source), await entriesOf(after, step.source)];
  for (const name of new Set([...old.keys(), ...now.keys()]))
    await compareEntry(name, { was: old.get(name), is: now.get(name) }, step);
}

async function compareEntry(
  name: string,
  { was, is }: { was: TreeFile | undefined; is: TreeFile | undefined },
  step: Step,
): Promise<void> {
  if (was?.oid === is?.oid && was?.mode === is?.mode) return;
  const path = step.prefix + name;
  const [oldTree, newTree] = [treeOf(was), treeOf(is)];
  if (oldTree !== undefined || newTree !== undefined)
    await compare(oldTree, newTree, { ...step, prefix: `${path}/` });
  const letter = LETTERS[`${isFile(was)} ${isFile(is)}`];
  if (letter !== undefined) step.changes.push({ letter, path: Buffer.from(path, 'latin1') });
}

/** By whether there was a file, and is one. */
const LETTERS: Readonly<Record<`${boolean} ${boolean}`, TreeChange['letter'] | undefined>> = {
  'true true': 'M',
  'false true': '?',
  'true false': 'D',
  'false false': undefined,
};

function isFile(entry: TreeFile | undefined): boolean {
  return entry !== undefined && entry.mode !== '040000';
}

function treeOf(entry: TreeFile | undefined): Oid | undefined {
  return entry?.mode === '040000' ? entry.oid : undefined;
}

async function entriesOf(
  tree: Oid | undefined,
  source: FolderSource,
): Promise<ReadonlyMap<string, TreeFile>> {
  return tree === undefined ? new Map<string, TreeFile>() : source.folder(tree);
}
