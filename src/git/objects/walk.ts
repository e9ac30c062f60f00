// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { latin1 } from '../../text.js';
import type { FileMode, Oid, TreeEntry } from '../store.js';

/** A file of a tree. */
export interface TreeFile {
  readonly mode: FileMode;
  readonly oid: Oid;
}

/** Where trees are read: a store, or a reader. It had better remember what it read lately, since a tree may hold the same folder often. */
export interface TreeSource {
  readTree(oid: Oid): Promise<readonly TreeEntry[]>;
}

/** What a tree unfolds to. */
export interface TreeSize {
  /** Files and folders, each as often as it stands in the tree. */
  readonly entries: number;
  /** Bytes of the paths of all of them, each with one for its end. */
  readonly pathBytes: number;
}

/** Sizes that are remembered: neighbouring releases share nearly all of their folders. */
const MOST_SIZES = 200_000;

/**
 * Walks trees that somebody else may have written (T51). Nine small objects can unfold to 10^8 paths, so each tree is measured
 * before anything of it is listed: once per tree id, whatever holds it. Per tree and in all walks together it must stay under LIMITS.
 */
export class TreeWalk {
  readonly #source: TreeSource;
  /** What each tree unfolds to, or why it is too much. */
  readonly #sizes = new Map<Oid, TreeSize | GitError>();
  #listed = 0;

  constructor(source: TreeSource) {
    this.#source = source;
  }

  /**
   * What a tree unfolds to; each tree object below it is read once.
   * @throws GitError LIMIT_EXCEEDED for more than a mirror holds; MIRROR_INVALID for what cannot be read
   */
  async measure(tree: Oid): Promise<TreeSize> {
    try {
      return await this.#measure(tree, 0);
    } catch (error) {
      // Depth is the one cap that depends on where a tree stands, so it is remembered for whole trees only.
      if (error instanceof GitError && error.code === 'LIMIT_EXCEEDED') this.#remember(tree, error);
      throw error;
    }
  }

  /**
   * All files below a tree by path; names keep their bytes as latin1, so that nothing collides.
   * @throws GitError as {@link measure}
   */
  async list(tree: Oid): Promise<Map<string, TreeFile>> {
    const { entries } = await this.measure(tree);
    this.#listed += entries;
    if (this.#listed > LIMITS.treeEntriesInAll)
      throw tooMuch(`${LIMITS.treeEntriesInAll} files and folders in all trees together`, tree);
    const files = new Map<string, TreeFile>();
    await this.#list(tree, '', files);
    return files;
  }

  async #measure(tree: Oid, depth: number): Promise<TreeSize> {
    const known = this.#sizes.get(tree);
    if (known instanceof GitError) throw known;
    if (known !== undefined) return known;
    if (depth > LIMITS.pathDepth) throw tooMuch(`${LIMITS.pathDepth} folders above a file`, tree);
    const size = { entries: 0, pathBytes: 0 };
    for (const { mode, name, oid } of await this.#source.readTree(tree)) {
      const below = mode === '040000' ? await this.#measure(oid, depth + 1) : ONE_FILE;
      const entries = below.entries + (mode === '040000' ? 1 : 0);
      size.entries += entries;
      size.pathBytes += below.pathBytes + entries * (name.length + 1);
      const excess = excessOf(size);
      if (excess === undefined) continue;
      const error = tooMuch(excess, tree);
      this.#remember(tree, error);
      throw error;
    }
    this.#remember(tree, size);
    return size;
  }

  async #list(tree: Oid, prefix: string, files: Map<string, TreeFile>): Promise<void> {
    for (const { mode, name, oid } of await this.#source.readTree(tree)) {
      const path = prefix + latin1(name);
      if (mode === '040000') await this.#list(oid, `${path}/`, files);
      else files.set(path, { mode, oid });
    }
  }

  #remember(tree: Oid, size: TreeSize | GitError): void {
    if (this.#sizes.size >= MOST_SIZES) this.#sizes.clear();
    this.#sizes.set(tree, size);
  }
}

const ONE_FILE: TreeSize = { entries: 1, pathBytes: 0 };

const walks = new WeakMap<TreeSource, TreeWalk>();

/** The walk of a store or reader: one for all who ask, so that all of them share sizes and the cap on everything. */
export function walkOf(source: TreeSource): TreeWalk {
  const walk = walks.get(source) ?? new TreeWalk(source);
  walks.set(source, walk);
  return walk;
}

function excessOf({ entries, pathBytes }: TreeSize): string | undefined {
  if (entries > LIMITS.treeEntries) return `${LIMITS.treeEntries} files and folders in one tree`;
  if (pathBytes > LIMITS.treePathBytes) return `${LIMITS.treePathBytes} bytes of paths in one tree`;
  return undefined;
}

function tooMuch(most: string, tree: Oid): GitError {
  return new GitError(
    'LIMIT_EXCEEDED',
    `Expected at most ${most}, found more in tree ${tree} of the mirror.`,
    { expected: `at most ${most}`, actual: `more in tree ${tree}` },
  );
}
