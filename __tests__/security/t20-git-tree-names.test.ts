// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { unsafeName } from '../../src/git/objects/names.js';
import { formatTree, hashObject } from '../../src/git/objects/objects.js';
import { buildTree, editTree } from '../../src/git/objects/trees.js';
import { type GitBench, gitBench } from '../fixtures/git-bench.js';
import { describeWithTools } from '../fixtures/tools.js';

const oid = hashObject('blob', Buffer.from('x'));

/** Every spelling that git or a file system takes for `.git` (CVE-2014-9390, CVE-2019-1349, CVE-2019-1350, CVE-2019-1352). */
const DOT_GIT = [
  '.git',
  '.GIT',
  '.Git',
  '.gIt',
  'git~1',
  'GIT~1',
  '.git.',
  '.git ',
  '.git. . ',
  '.git::$INDEX_ALLOCATION',
  '.git:x',
  '.GIT::$INDEX_ALLOCATION',
  'git~1.',
  'git~1 ',
  'git~1:x',
  '.g\u200cit',
  '.git\u200d',
  '\u200e.git',
  '.g\u202ait',
  '.gi\u206ft',
  '.git\ufeff',
  '.\u200fGIT',
  'a\\.git',
  '.git\\x',
  'x\\git~1\\y',
  '\\.git',
];

describe('T20: a tree never holds a name that leaves it', () => {
  it.each([...DOT_GIT, '', '.', '..', 'a/b', '/', 'a\0b'])('formatTree refuses %j', (name) => {
    expect(() => formatTree([{ mode: '100644', name: Buffer.from(name), oid }])).toThrow(
      expect.objectContaining({ code: 'UNSAFE_PATH' }),
    );
  });

  it.each([...DOT_GIT, '', '.', '..', 'a\nb', 'a\x1bb', '\x7f'])(
    'buildTree and editTree refuse %j anywhere in a path',
    async (name) => {
      for (const path of [name, `${name}/x`, `x/${name}`, `x/${name}/y`]) {
        expect(() => buildTree([{ path: Buffer.from(path), mode: '100644', oid }])).toThrow(
          expect.objectContaining({ code: 'UNSAFE_PATH' }),
        );
        await expect(
          editTree(undefined, [{ path, entry: { mode: '100644', oid } }], () =>
            Promise.reject(new Error()),
          ),
        ).rejects.toMatchObject({ code: 'UNSAFE_PATH' });
      }
    },
  );

  it.each(['/etc/passwd', '../x', 'a//b', 'a/', 'a/../../b', './a'])(
    'the path %j is refused',
    (path) => {
      expect(() => buildTree([{ path: Buffer.from(path), mode: '100644', oid }])).toThrow(
        expect.objectContaining({ code: 'UNSAFE_PATH' }),
      );
    },
  );
});

describeWithTools(['git'], 'T20: git and we agree on names', () => {
  let bench: GitBench;
  let repo = '';
  beforeAll(() => {
    bench = gitBench();
    repo = bench.bare();
    bench.git(['-C', repo, 'hash-object', '-w', '--stdin'], 'x');
  });
  afterAll(() => bench.close());

  it.each([
    ...DOT_GIT,
    '.gitx',
    'git~2',
    '.gi',
    '..git',
    '.git\u00e9',
    'git',
    '.git~1',
    '. git',
    ' .git',
    'git~10',
    '.git\\',
    'x\\',
    '.gitmodules',
    '\u200d',
    '...',
    'a\\..',
  ])('on %j', (name) => {
    const raw = Buffer.concat([
      Buffer.from('100644 '),
      Buffer.from(name),
      Buffer.of(0),
      Buffer.from(oid, 'hex'),
    ]);
    const tree = bench.git(
      ['-C', repo, 'hash-object', '--literally', '-t', 'tree', '-w', '--stdin'],
      raw,
    );
    let refused = false;
    try {
      bench.git([
        '-C',
        repo,
        '-c',
        'fsck.gitmodulesParse=ignore',
        'fsck',
        '--strict',
        '--no-dangling',
        '--no-progress',
        tree,
      ]);
    } catch {
      refused = true;
    }
    expect({ name, refused: unsafeName(Buffer.from(name)) !== undefined }).toEqual({
      name,
      refused,
    });
    bench.git(['-C', repo, 'prune', '--expire=now', '--', oid]);
  });
});
