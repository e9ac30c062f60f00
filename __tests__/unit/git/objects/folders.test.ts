// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { findTree, readFolder } from '../../../../src/git/objects/folders.js';
import type { TreeEntry } from '../../../../src/git/store.js';

const entry = (name: string, oid: string, mode: TreeEntry['mode'] = '100644'): TreeEntry => ({
  name: Buffer.from(name),
  mode,
  oid,
});
const trees: Record<string, TreeEntry[]> = {
  root: [entry('ä', 'inner', '040000'), entry('file', 'f'), entry('link', 'l', '120000')],
  inner: [entry('deep', 'deep', '040000'), entry('a.c', 'a')],
  deep: [entry('b.c', 'b', '100755')],
};
const store = { readTree: async (oid: string) => trees[oid]! };

describe('findTree', () => {
  it.each([
    ['ä', 'inner'],
    ['ä/deep', 'deep'],
    ['other', undefined],
    ['ä/other/deep', undefined],
  ])('finds the folder %j', async (path, expected) => {
    expect(await findTree(store, 'root', path)).toBe(expected);
  });

  it.each(['file', 'link', 'ä/a.c', 'file/x'])('refuses %j, which is none', async (path) => {
    await expect(findTree(store, 'root', path)).rejects.toEqual(
      expect.objectContaining({
        code: 'MIRROR_INVALID',
        message: expect.stringContaining(`${path} is not a folder in the mirror`),
      }),
    );
  });
});

describe('readFolder', () => {
  it('gives the files below a folder, and none where there is no such folder or no tree at all', async () => {
    expect([...(await readFolder(store, 'root', 'ä'))]).toEqual([
      ['deep/b.c', { mode: '100755', oid: 'b' }],
      ['a.c', { mode: '100644', oid: 'a' }],
    ]);
    expect((await readFolder(store, 'root', 'other')).size).toBe(0);
    expect((await readFolder(store, undefined, 'ä')).size).toBe(0);
  });
});
