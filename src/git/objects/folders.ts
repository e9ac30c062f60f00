// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import type { FileMode, GitStore, Oid } from '../store.js';

/** A file of the mirror. */
export interface TreeFile {
  readonly mode: FileMode;
  readonly oid: Oid;
}

/** The tree at a path, or undefined when there is none. */
export async function findTree(store: GitStore, root: Oid, path: string): Promise<Oid | undefined> {
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

/** All files below a folder, as {@link flattenTree} gives them; none where there is no such folder. */
export async function readFolder(
  store: GitStore,
  root: Oid | undefined,
  path: string,
): Promise<Map<string, TreeFile>> {
  const tree = root === undefined ? undefined : await findTree(store, root, path);
  return tree === undefined ? new Map<string, TreeFile>() : flattenTree(store, tree);
}

/** All files below a tree by path; names keep their bytes as latin1, so that nothing collides. */
export async function flattenTree(store: GitStore, tree: Oid): Promise<Map<string, TreeFile>> {
  const files = new Map<string, TreeFile>();
  const walk = async (oid: Oid, prefix: string): Promise<void> => {
    for (const entry of await store.readTree(oid)) {
      const path = prefix + Buffer.from(entry.name).toString('latin1');
      if (entry.mode === '040000') await walk(entry.oid, `${path}/`);
      else files.set(path, { mode: entry.mode, oid: entry.oid });
    }
  };
  await walk(tree, '');
  return files;
}
