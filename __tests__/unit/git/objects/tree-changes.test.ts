// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { listChanges } from '../../../../src/git/objects/tree-changes.js';
import type { TreeFile } from '../../../../src/git/objects/walk.js';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];

/** Trees by id, as name → mode and id; says which were read. */
function source(trees: Record<string, Record<string, [TreeFile['mode'], string]>>) {
  const read: string[] = [];
  return {
    read,
    folder: async (oid: string) => {
      read.push(oid);
      const tree = Object.entries(trees[oid] ?? {});
      return new Map(tree.map(([name, [mode, id]]) => [name, { mode, oid: id }]));
    },
  };
}

const shown = async (
  trees: Parameters<typeof source>[0],
  before: string | undefined,
  after: string | undefined,
) =>
  (await listChanges(before, after, source(trees)))?.map(
    ({ letter, path }) => `${letter} ${Buffer.from(path).toString('latin1')}`,
  );

describe('listChanges', () => {
  it.each<
    [
      string,
      Record<string, [TreeFile['mode'], string]>,
      Record<string, [TreeFile['mode'], string]>,
      string[],
    ]
  >([
    ['nothing', { f: ['100644', A] }, { f: ['100644', A] }, []],
    ['another content', { f: ['100644', A] }, { f: ['100644', B] }, ['M f']],
    ['another mode alone', { f: ['100644', A] }, { f: ['100755', A] }, ['M f']],
    ['a file that becomes a link', { f: ['100644', A] }, { f: ['120000', B] }, ['M f']],
    ['a new file', {}, { f: ['100644', A] }, ['? f']],
    ['a file that goes', { f: ['100644', A] }, {}, ['D f']],
    ['a new submodule', {}, { s: ['160000', A] }, ['? s']],
    ['a folder that comes', {}, { d: ['040000', 'one'] }, ['? d/x', '? d/y']],
    ['a folder that goes', { d: ['040000', 'one'] }, {}, ['D d/x', 'D d/y']],
    [
      'a folder that changes',
      { d: ['040000', 'one'] },
      { d: ['040000', 'two'] },
      ['M d/x', 'D d/y', '? d/z'],
    ],
    [
      'a file in place of a folder',
      { d: ['040000', 'one'] },
      { d: ['100644', A] },
      ['D d/x', 'D d/y', '? d'],
    ],
    [
      'a folder in place of a file',
      { d: ['100644', A] },
      { d: ['040000', 'one'] },
      ['? d/x', '? d/y', 'D d'],
    ],
    ['a name of any bytes', {}, { '\xff\xfe': ['100644', A] }, ['? \xff\xfe']],
  ])('tells of %s', async (_, before, after, expected) => {
    const trees = {
      before,
      after,
      one: { x: ['100644', A], y: ['100644', A] },
      two: { x: ['100644', B], z: ['100644', A] },
    } as Parameters<typeof source>[0];
    expect(await shown(trees, 'before', 'after')).toEqual(expected);
  });

  it('takes an absent tree for an empty one, on either side', async () => {
    const trees = { t: { f: ['100644', A] } } as Parameters<typeof source>[0];
    expect(await shown(trees, undefined, 't')).toEqual(['? f']);
    expect(await shown(trees, 't', undefined)).toEqual(['D f']);
    expect(await shown(trees, undefined, undefined)).toEqual([]);
  });

  it('enters no folder whose id is the same, and reads nothing for two trees with one id', async () => {
    const trees = source({
      before: { same: ['040000', 'one'], f: ['100644', A] },
      after: { same: ['040000', 'one'], f: ['100644', B] },
      one: { x: ['100644', A] },
    });
    await listChanges('before', 'after', trees);
    expect(trees.read).toEqual(['before', 'after']);
    await listChanges('one', 'one', trees);
    expect(trees.read).toHaveLength(2);
  });

  it('gives up beyond a number of changes, and reads no further folder then', async () => {
    const trees = source({
      before: {},
      after: { d: ['040000', 'one'], e: ['040000', 'two'], f: ['040000', 'one'] },
      one: { x: ['100644', A], y: ['100644', A] },
      two: { z: ['100644', A] },
    });
    expect(await listChanges('before', 'after', trees, 5)).toHaveLength(5);
    expect(await listChanges('before', 'after', trees, 4)).toBeUndefined();
    trees.read.length = 0;
    expect(await listChanges('before', 'after', trees, 2)).toBeUndefined();
    expect(trees.read).toEqual(['before', 'after', 'one', 'two']);
  });
});
