// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { EMPTY_TREE } from '../../../../src/git/objects/objects.js';
import { parseTree } from '../../../../src/git/objects/strict.js';
import {
  buildTree,
  type BuiltTree,
  editTree,
  type TreeEdit,
} from '../../../../src/git/objects/trees.js';
import type { Oid, TreeEntry } from '../../../../src/git/store.js';

const a = 'ce013625030ba8dba906f756967f9e9ca394464a';
const b = '257cc5642cb1a054f08cc83f2d943e56fd3ebe99';
const file = (path: string, oid = a): { path: Buffer; mode: '100644'; oid: string } => ({
  path: Buffer.from(path),
  mode: '100644',
  oid,
});

/** Trees in memory, and what was read of them. */
function memory(): {
  add(built: BuiltTree): Oid;
  read(oid: Oid): Promise<TreeEntry[]>;
  list(oid: Oid, prefix?: string): string[];
  reads: Oid[];
} {
  const trees = new Map<Oid, TreeEntry[]>();
  const reads: Oid[] = [];
  const list = (oid: Oid, prefix = ''): string[] =>
    (trees.get(oid) ?? []).flatMap((entry) => {
      const path = `${prefix}${Buffer.from(entry.name).toString()}`;
      return entry.mode === '040000' && trees.has(entry.oid) ? list(entry.oid, `${path}/`) : [path];
    });
  return {
    reads,
    list,
    add: (built) => {
      for (const { oid, content } of built.trees) trees.set(oid, parseTree(content));
      return built.oid;
    },
    read: async (oid) => {
      reads.push(oid);
      return trees.get(oid) ?? Promise.reject(new Error(`no tree ${oid}`));
    },
  };
}

describe('buildTree', () => {
  it('gives children before parents and the root last', () => {
    const built = buildTree([file('x/y/z'), file('a'), file('x/b')]);
    expect(
      built.trees.map(({ content }) =>
        parseTree(content).map(({ name }) => Buffer.from(name).toString()),
      ),
    ).toEqual([['z'], ['b', 'y'], ['a', 'x']]);
    expect(built.trees.at(-1)?.oid).toBe(built.oid);
  });

  it('gives the same tree in any order of files', () => {
    const files = ['a', 'a.b', 'a-b', 'a0/x', 'z/z/z'].map((path) => file(path));
    expect(buildTree([...files].reverse()).oid).toBe(buildTree(files).oid);
  });

  it('gives the empty tree for nothing', () => {
    expect(buildTree([]).oid).toBe(EMPTY_TREE);
  });

  it('grafts whole trees', () => {
    const inner = buildTree([file('q')]);
    expect(buildTree([{ path: Buffer.from('d'), mode: '040000', oid: inner.oid }]).oid).toBe(
      buildTree([file('d/q')]).oid,
    );
  });

  it('keeps names as bytes', () => {
    const path = Buffer.of(0x64, 0x2f, 0xff, 0xfe);
    expect(
      parseTree(buildTree([{ path, mode: '100644', oid: a }]).trees[0]!.content)[0]!.name,
    ).toEqual(new Uint8Array([0xff, 0xfe]));
  });

  it.each([
    ['a', 'a'],
    ['a', 'a/b'],
    ['a/b', 'a'],
  ])('refuses %j beside %j', (one, other) => {
    expect(() => buildTree([file(one), file(other)])).toThrow(
      expect.objectContaining({ code: 'UNSAFE_PATH' }),
    );
  });

  it('builds a tree 2,000 folders deep', () => {
    expect(buildTree([file(`${'d/'.repeat(2000)}f`)]).trees).toHaveLength(2001);
  });
});

describe('editTree', () => {
  const start = (): {
    store: ReturnType<typeof memory>;
    root: Oid;
    edit: (edits: TreeEdit[]) => Promise<string[]>;
  } => {
    const store = memory();
    const root = store.add(
      buildTree(['README', 'other/deep/file', 'a/b/src/old', 'a/b/keep'].map((path) => file(path))),
    );
    return {
      store,
      root,
      edit: async (edits) =>
        store.list(store.add(await editTree(root, edits, (oid) => store.read(oid)))),
    };
  };

  it('replaces a folder below folders and touches nothing else', async () => {
    const { store, root } = start();
    const src = store.add(buildTree([file('new', b)]));
    const built = await editTree(
      root,
      [{ path: 'a/b/src', entry: { mode: '040000', oid: src } }],
      (oid) => store.read(oid),
    );
    expect(store.list(store.add(built))).toEqual([
      'README',
      'a/b/keep',
      'a/b/src/new',
      'other/deep/file',
    ]);
    expect(built.trees).toHaveLength(3);
    // Only the trees on the way are read, never the ones beside it.
    expect(store.reads).toHaveLength(3);
  });

  it('makes folders that are not there and drops folders that become empty', async () => {
    const { edit } = start();
    expect(
      await edit([
        { path: 'new/x/y', entry: { mode: '100644', oid: b } },
        { path: 'other/deep/file', entry: undefined },
      ]),
    ).toEqual(['README', 'a/b/keep', 'a/b/src/old', 'new/x/y']);
  });

  it('begins with nothing', async () => {
    const store = memory();
    const built = await editTree(
      undefined,
      [{ path: 'a/b', entry: { mode: '100644', oid: a } }],
      (oid) => store.read(oid),
    );
    expect(built.oid).toBe(buildTree([file('a/b')]).oid);
    expect((await editTree(undefined, [], (oid) => store.read(oid))).oid).toBe(EMPTY_TREE);
  });

  it('gives the same tree for edits that change nothing', async () => {
    const { store, root } = start();
    expect(
      (await editTree(root, [{ path: 'nothing/here', entry: undefined }], (oid) => store.read(oid)))
        .oid,
    ).toBe(root);
  });

  it('refuses a folder that is a file in the mirror', async () => {
    const { edit } = start();
    await expect(edit([{ path: 'README/x', entry: { mode: '100644', oid: a } }])).rejects.toThrow(
      expect.objectContaining({ code: 'MIRROR_INVALID' }),
    );
  });

  it.each([
    ['x', 'x'],
    ['x', 'x/y'],
    ['x/y', 'x'],
  ])('refuses edits of %j and %j at once', async (one, other) => {
    const { edit } = start();
    const entry = { mode: '100644', oid: a } as const;
    await expect(
      edit([
        { path: one, entry },
        { path: other, entry },
      ]),
    ).rejects.toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
  });
});
