// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  foundBy,
  publishHello,
  rawTree,
  recommit,
  treeEntries,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';

const LIMIT = 120_000;
type Entries = [string, string, string][];
const evilBlob = (m: MirrorEditor): string =>
  m.git(['hash-object', '-w', '--stdin'], 'int backdoor;\n');

const ROOTS: readonly (readonly [string, (m: MirrorEditor, entries: Entries) => Entries])[] = [
  [
    'an entry whose name holds a slash',
    (m, entries) => [...entries, ['100644', 'src/hello.c', evilBlob(m)]],
  ],
  ['an entry twice', (_, entries) => [...entries, entries.find(([, name]) => name === 'src')!]],
  [
    'an evil entry before the good one of the same name',
    (m, entries) => {
      const at = entries.findIndex(([, name]) => name === 'src');
      const evil = rawTree(m, [['100644', 'hello.c', evilBlob(m)]]);
      return [...entries.slice(0, at), ['40000', 'src', evil], ...entries.slice(at)];
    },
  ],
  ['a file and a folder of one name', (m, entries) => [...entries, ['100644', 'src', evilBlob(m)]]],
  ['entries out of order', (_, entries) => entries.toReversed()],
  [
    'a mode of old times',
    (_, entries) =>
      entries.map(([mode, name, oid]) => [mode === '40000' ? '040000' : mode, name, oid]),
  ],
  [
    'a spelling of .git',
    (m, entries) => [
      ['40000', '.GIT', rawTree(m, [['100644', 'config', evilBlob(m)]])],
      ...entries,
    ],
  ],
];

describe('T46: objects that git would refuse are findings', () => {
  let mirror: string;
  beforeAll(async () => {
    mirror = await publishHello();
  }, LIMIT);
  afterAll(removeRunDirectories);

  it.each(ROOTS)(
    'in the root of a tag: %s',
    async (_, change) => {
      const copy = MirrorEditor.copy(mirror);
      const tree = rawTree(copy, change(copy, treeEntries(copy, '2.0^{tree}')));
      const commit = recommit(copy, '2.0', { tree });
      copy.git(['update-ref', 'refs/tags/2.0', commit]);
      const result = await verifyMirror(copy.path);
      expect({
        code: result.code,
        kinds: new Set(
          foundBy(result)
            .filter(([, ref]) => ref === '2.0')
            .map(([kind]) => kind),
        ),
      }).toEqual({
        code: 1,
        kinds: new Set(['object']),
      });
    },
    LIMIT,
  );

  it.each(ROOTS)(
    'at the end of the branch: %s',
    async (_, change) => {
      const copy = MirrorEditor.copy(mirror);
      const tree = rawTree(copy, change(copy, treeEntries(copy, 'main^{tree}')));
      copy.git(['update-ref', 'refs/heads/main', recommit(copy, 'main', { tree })]);
      const result = await verifyMirror(copy.path);
      expect({
        code: result.code,
        some: [...result.report.findings, ...result.report.errors].length > 0,
      }).toEqual({ code: 1, some: true });
    },
    LIMIT,
  );

  it(
    'in the source folder of a tag',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      const source = rawTree(copy, [
        ...treeEntries(copy, '2.0:src'),
        ['100644', 'hello.c', evilBlob(copy)],
      ]);
      const root = treeEntries(copy, '2.0^{tree}').map(
        ([mode, name, oid]): [string, string, string] => [
          mode,
          name,
          name === 'src' ? source : oid,
        ],
      );
      copy.git([
        'update-ref',
        'refs/tags/2.0',
        recommit(copy, '2.0', { tree: rawTree(copy, root) }),
      ]);
      const result = await verifyMirror(copy.path);
      expect(result.code).toBe(1);
      expect(foundBy(result)).toContainEqual(['object', '2.0', expect.stringContaining('src')]);
    },
    LIMIT,
  );
});
