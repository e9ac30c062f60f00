// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import type { FileMode, Oid } from '../store.js';
import { type TreeFile, type TreeSource, walkOf } from './walk.js';

export type { TreeFile } from './walk.js';

/** The tree at a path, or undefined when there is none. */
export async function findTree(
  store: TreeSource,
  root: Oid,
  path: string,
): Promise<Oid | undefined> {
  let tree: Oid | undefined = root;
  for (const segment of path.split('/')) {
    const entry: { readonly mode: FileMode; readonly oid: Oid } | undefined = (
      await store.readTree(tree)
    ).find(({ name }) => Buffer.from(name).equals(Buffer.from(segment)));
    if (entry === undefined) return undefined;
    if (entry.mode !== '040000')
      throw new GitError('MIRROR_INVALID', `${path} is not a folder in the mirror`, {
        remedy: 'Choose another directory input.',
      });
    tree = entry.oid;
  }
  return tree;
}

/** All files below a folder, as {@link TreeWalk.list} gives them; none where there is no such folder. @throws GitError as there */
export async function readFolder(
  store: TreeSource,
  root: Oid | undefined,
  path: string,
): Promise<Map<string, TreeFile>> {
  const tree = root === undefined ? undefined : await findTree(store, root, path);
  return tree === undefined ? new Map<string, TreeFile>() : walkOf(store).list(tree);
}
