// SPDX-License-Identifier: MIT
import { GitError, PayloadError } from '../../errors.js';
import { latin1 } from '../../text.js';
import type { FileMode, Oid, TreeEntry } from '../store.js';
import { unsafeNewName } from './names.js';
import { EMPTY_TREE, formatTree, hashObject } from './objects.js';

/** Something to put into a tree: bytes between slashes name its folders. */
export interface TreeFile {
  readonly path: Uint8Array;
  /** `040000` grafts a whole tree. */
  readonly mode: FileMode;
  readonly oid: Oid;
}

/** A tree object that is to be written. */
interface NewTree {
  readonly oid: Oid;
  readonly content: Uint8Array;
}

/** A tree and the objects that it newly needs, children before parents. */
export interface BuiltTree {
  readonly oid: Oid;
  readonly trees: readonly NewTree[];
}

/** Gives the entries of a tree. */
export type TreeReader = (oid: Oid) => Promise<readonly TreeEntry[]>;

/** One change of a tree: what shall be at the path, or nothing. */
export interface TreeEdit {
  readonly path: string | Uint8Array;
  readonly entry: { readonly mode: FileMode; readonly oid: Oid } | undefined;
}

interface Leaf {
  readonly mode: FileMode;
  readonly oid: Oid;
}
/** Names as latin1 text, so that bytes stay bytes. */
type Folder = Map<string, Leaf | Folder>;

/**
 * Nested tree objects for a list of files; the empty list gives the empty tree.
 * @throws PayloadError UNSAFE_PATH for a name that git or a file system would misread, a path that comes twice, or a file that is also a folder
 */
export function buildTree(files: Iterable<TreeFile>): BuiltTree {
  // Folders in the order of their making: no child comes before its parent. No recursion, since packages choose the depth.
  const top: Folder = new Map<string, Leaf | Folder>();
  const folders = [top];
  for (const file of files) place(top, folders, file);
  const trees: NewTree[] = [];
  const done = new Map<Folder, Oid>();
  for (const folder of folders.reverse())
    done.set(folder, newTree(folderEntries(folder, done), trees));
  return { oid: trees.at(-1)?.oid ?? EMPTY_TREE, trees };
}

function place(top: Folder, folders: Folder[], file: TreeFile): void {
  const parts = latin1(file.path).split('/');
  const last = parts.pop() ?? '';
  let folder = top;
  for (const part of parts) {
    let next = folder.get(part);
    if (next === undefined) {
      // Names of known folders were looked at when they came.
      verifyPart(part, file.path);
      next = new Map<string, Leaf | Folder>();
      folder.set(part, next);
      folders.push(next);
    }
    if (!(next instanceof Map)) throw unsafe(file.path, 'lies below a file or link');
    folder = next;
  }
  if (folder.has(last)) throw unsafe(file.path, 'comes twice, or is a file and a folder');
  verifyPart(last, file.path);
  folder.set(last, { mode: file.mode, oid: file.oid });
}

function folderEntries(folder: Folder, done: ReadonlyMap<Folder, Oid>): TreeEntry[] {
  return Array.from(folder, ([name, child]) => {
    const leaf: Leaf =
      child instanceof Map ? { mode: '040000', oid: done.get(child) ?? EMPTY_TREE } : child;
    return { ...leaf, name: Buffer.from(name, 'latin1') };
  });
}

function newTree(entries: readonly TreeEntry[], trees: NewTree[]): Oid {
  const content = formatTree(entries);
  const oid = hashObject('tree', content);
  trees.push({ oid, content });
  return oid;
}

/** The changes below one folder, by the first part of their paths. */
interface Changes {
  readonly here: Map<string, Leaf | undefined>;
  readonly below: Map<string, Changes>;
}

/**
 * The tree that `root` becomes by these edits. Whatever no edit names keeps its object; folders come and go as needed.
 * Trees on the way are read through `readTree`. An undefined `root` is the empty tree.
 * @throws GitError MIRROR_INVALID when a folder on the way is a file; PayloadError UNSAFE_PATH for unsafe names or edits that contradict each other
 */
export async function editTree(
  root: Oid | undefined,
  edits: readonly TreeEdit[],
  readTree: TreeReader,
): Promise<BuiltTree> {
  const changes: Changes = { here: new Map(), below: new Map() };
  for (const edit of edits) addChange(changes, edit);
  const trees: NewTree[] = [];
  const oid = await applyChanges({ oid: root, changes, readTree, trees, path: '' });
  return { oid: oid ?? newTree([], trees), trees };
}

function addChange(root: Changes, edit: TreeEdit): void {
  const path = typeof edit.path === 'string' ? Buffer.from(edit.path) : edit.path;
  const parts = splitPath(path);
  const last = parts.pop() ?? '';
  let changes = root;
  for (const part of parts) {
    if (changes.here.has(part)) throw unsafe(path, 'lies below a path that is edited, too');
    const next = changes.below.get(part) ?? { here: new Map(), below: new Map() };
    changes.below.set(part, next);
    changes = next;
  }
  if (changes.here.has(last) || changes.below.has(last)) throw unsafe(path, 'is edited twice');
  changes.here.set(last, edit.entry);
}

interface Step {
  readonly oid: Oid | undefined;
  readonly changes: Changes;
  readonly readTree: TreeReader;
  readonly trees: NewTree[];
  readonly path: string;
}

/** Undefined when nothing is left of the folder. */
async function applyChanges({
  oid,
  changes,
  readTree,
  trees,
  path,
}: Step): Promise<Oid | undefined> {
  const old = oid === undefined || oid === EMPTY_TREE ? [] : await readTree(oid);
  const entries = new Map(old.map((entry) => [latin1(entry.name), entry]));
  for (const [name, leaf] of changes.here) setEntry(entries, name, leaf);
  for (const [name, below] of changes.below) {
    const entry = entries.get(name);
    const inner = `${path}${name}/`;
    if (entry !== undefined && entry.mode !== '040000') {
      throw new GitError(
        'MIRROR_INVALID',
        `Expected a folder at ${JSON.stringify(inner)} in the mirror, found an entry of mode ${entry.mode}.`,
      );
    }
    const child = await applyChanges({
      oid: entry?.oid,
      changes: below,
      readTree,
      trees,
      path: inner,
    });
    setEntry(entries, name, child === undefined ? undefined : { mode: '040000', oid: child });
  }
  return entries.size === 0 ? undefined : newTree([...entries.values()], trees);
}

function setEntry(entries: Map<string, TreeEntry>, name: string, leaf: Leaf | undefined): void {
  if (leaf === undefined) entries.delete(name);
  else entries.set(name, { mode: leaf.mode, oid: leaf.oid, name: Buffer.from(name, 'latin1') });
}

/** Parts of a path as latin1 text. @throws PayloadError UNSAFE_PATH */
function splitPath(path: Uint8Array): string[] {
  const parts = latin1(path).split('/');
  for (const part of parts) verifyPart(part, path);
  return parts;
}

function verifyPart(part: string, path: Uint8Array): void {
  const problem = unsafeNewName(Buffer.from(part, 'latin1'));
  if (problem !== undefined) throw unsafe(path, `has a part that ${problem}`);
}

function unsafe(path: Uint8Array, problem: string): PayloadError {
  return new PayloadError(
    'UNSAFE_PATH',
    `The path ${JSON.stringify(Buffer.from(path).toString('utf8'))} ${problem}.`,
  );
}
