// SPDX-License-Identifier: MIT
import { afterEach, describe, expect, it } from '@jest/globals';

import { GitError } from '../../../../src/errors.js';
import { hashObject } from '../../../../src/git/objects/objects.js';
import { parseTree } from '../../../../src/git/objects/strict.js';
import { TreeWalk, walkOf } from '../../../../src/git/objects/walk.js';
import { LIMITS } from '../../../../src/limits.js';
import { type BombTree, nestedTrees } from '../../../fixtures/tree-bombs.js';

const BLOB = hashObject('blob', Buffer.alloc(0));
const lowered = LIMITS as Record<keyof typeof LIMITS, number>;
const original = { ...LIMITS };
afterEach(() => {
  Object.assign(lowered, original);
});

/** Trees by id, and how often they were read. */
function sourceOf(trees: readonly BombTree[]) {
  const contents = new Map(trees.map(({ oid, content }) => [oid, content]));
  const source = {
    reads: 0,
    readTree: async (oid: string) => {
      source.reads += 1;
      return parseTree(contents.get(oid) ?? Buffer.alloc(0));
    },
  };
  return source;
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'ok';
  } catch (error) {
    return error instanceof GitError ? error.code : String(error);
  }
}

describe('TreeWalk (T51)', () => {
  it('lists the files of a tree by path, and measures what it lists', async () => {
    const trees = nestedTrees(3, 3, BLOB);
    const walk = new TreeWalk(sourceOf(trees));
    const files = await walk.list(trees.at(-1)!.oid);
    const paths = [...files.keys()];
    expect([paths.length, paths[0], files.get(paths[0]!)]).toEqual([
      27,
      '00000000/00000000/00000000',
      { mode: '100644', oid: BLOB },
    ]);
    expect(await walk.measure(trees.at(-1)!.oid)).toEqual({
      entries: 3 + 9 + 27,
      pathBytes: 27 * '00000000/00000000/00000000/'.length + 9 * 18 + 3 * 9,
    });
  });

  it('refuses nine objects that unfold to 10^8 paths after it read each of them once', async () => {
    const trees = nestedTrees(10, 8, BLOB);
    const source = sourceOf(trees);
    const walk = new TreeWalk(source);
    expect(await codeOf(() => walk.list(trees.at(-1)!.oid))).toBe('LIMIT_EXCEEDED');
    // The trees that are too large themselves give up at the first of their folders.
    expect(source.reads).toBeLessThanOrEqual(8);
    expect(await codeOf(() => walk.list(trees.at(-1)!.oid))).toBe('LIMIT_EXCEEDED');
    expect(source.reads).toBeLessThanOrEqual(8);
    expect((await walk.list(trees[2]!.oid)).size).toBe(1000);
  });

  it('refuses long names that unfold to more than fits', async () => {
    const trees = nestedTrees(2, 15, BLOB, 'n'.repeat(4000));
    expect(await codeOf(() => new TreeWalk(sourceOf(trees)).list(trees.at(-1)!.oid))).toBe(
      'LIMIT_EXCEEDED',
    );
  });

  it('refuses folders deeper than a path may be, and remembers only that of the whole', async () => {
    const trees = nestedTrees(1, LIMITS.pathDepth + 2, BLOB);
    const walk = new TreeWalk(sourceOf(trees));
    expect([
      await codeOf(() => walk.list(trees.at(-1)!.oid)),
      await codeOf(() => walk.list(trees.at(-2)!.oid)),
    ]).toEqual(['LIMIT_EXCEEDED', 'ok']);
  });

  it('asks again for what could not be read', async () => {
    const trees = nestedTrees(1, 1, BLOB);
    const source = sourceOf(trees);
    const { readTree } = source;
    source.readTree = () => Promise.reject(new GitError('MIRROR_INVALID', 'not now'));
    const walk = new TreeWalk(source);
    expect(await codeOf(() => walk.list(trees[0]!.oid))).toBe('MIRROR_INVALID');
    source.readTree = readTree;
    expect(await codeOf(() => walk.list(trees[0]!.oid))).toBe('ok');
  });

  it('counts what all who use a source list together', async () => {
    lowered.treeEntriesInAll = 20;
    const trees = nestedTrees(3, 2, BLOB);
    const source = sourceOf(trees);
    const root = trees.at(-1)!.oid;
    expect([
      await codeOf(() => walkOf(source).list(root)),
      await codeOf(() => walkOf(source).list(root)),
    ]).toEqual(['ok', 'LIMIT_EXCEEDED']);
    expect(await codeOf(() => walkOf(sourceOf(trees)).list(root))).toBe('ok');
  });
});
