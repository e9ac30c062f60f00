// SPDX-License-Identifier: MIT
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import {
  type Found,
  foundBy,
  proofsOf,
  publishHello,
  recommit,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { gitEnvironment } from '../fixtures/git-server.js';
import { type FileEdit, MirrorEditor } from '../fixtures/mirror-editor.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const LIMIT = 120_000;
const EVIL = { 'src/hello.c': { content: 'int backdoor;\n' } };
const REPO_FILES = { message: 'feat: Update archive - repo files\n' };
const PACKAGES = { message: 'feat: Update archive - packages\n' };
type Forgery = readonly [
  title: string,
  forge: (m: MirrorEditor) => void,
  found: Found,
  args?: readonly string[],
];

/** The list of a branch with a class that changed, which only the run says: nothing proves it. */
function otherClass(m: MirrorEditor, branch = 'main'): Record<string, FileEdit> {
  const list = m.bytes(`${branch}:archive/releases.json`).toString('utf8');
  return {
    'archive/releases.json': { content: list.replace('"unchanged"', '"withdrawn"') },
  };
}

/** mirror.json of the branch without its line branches. */
function withoutLines(m: MirrorEditor): Record<string, FileEdit> {
  const claims = JSON.parse(m.bytes('main:archive/mirror.json').toString('utf8')) as object;
  const content = `${JSON.stringify({ ...claims, lineBranches: [] }, null, 2)}\n`;
  return { 'archive/mirror.json': { content } };
}

const commitOf = (m: MirrorEditor, name: string): string =>
  m.git(['rev-parse', `${name}^{commit}`]);
const SUM = 'archive/rpm/hello-2.0-1.noarch.rpm.sha256';
const sumOf = (m: MirrorEditor, path: string): string => m.bytes(`2.0:${path}`).toString('latin1');

const FORGERIES: readonly Forgery[] = [
  [
    'a tag that says that it is of a tree, and is of a commit',
    (m) => {
      const text = `${m.git(['cat-file', 'tag', '2.0'])}\n`.replace('type commit', 'type tree');
      const args = ['hash-object', '-t', 'tag', '-w', '--stdin', '--literally'];
      m.write('refs/tags/2.0', `${m.git(args, text)}\n`);
    },
    ['object', '2.0', 'refs/tags/2.0'],
  ],
  [
    'the checksum of a package in capitals',
    (m) => {
      m.retag('2.0', { files: { [SUM]: { content: sumOf(m, SUM).toUpperCase() } } });
    },
    ['digest', '2.0', SUM],
  ],
  [
    'the checksum of the index with a name behind it',
    (m) => {
      const path = 'archive/repomd.xml.sha256';
      m.retag('2.0', { files: { [path]: { content: `${sumOf(m, path)}  repomd.xml\n` } } });
    },
    ['digest', '2.0', 'archive/repomd.xml.sha256'],
  ],
  [
    'a line branch that mirror.json is silent of, back at an older release',
    (m) => {
      m.commit({ ...withoutLines(m), ...otherClass(m) }, REPO_FILES);
      m.git(['update-ref', 'refs/heads/release/1', commitOf(m, '1.0')]);
    },
    ['missing', 'release/1', 'src/only-1.1'],
  ],
  ...[REPO_FILES, PACKAGES].map((how): Forgery => [
    `mirror.json alone, under “${how.message.trim()}”`,
    (m) => {
      m.commit(withoutLines(m), how);
    },
    ['content', 'main', 'archive/mirror.json'],
  ]),
  [
    'a list on a line branch in the place of its release’s',
    (m) => {
      m.commit(otherClass(m, 'release/1'), { branch: 'release/1' });
    },
    ['content', 'release/1', 'archive/releases.json'],
  ],
  [
    'a release commit on the branch that no tag has',
    (m) => {
      m.git([
        'update-ref',
        'refs/heads/main',
        recommit(m, '3.0', { tree: m.tree('main', otherClass(m)) }),
      ]);
    },
    ['branch', 'main', 'refs/heads/main'],
  ],
  [
    'the branch back at an older release, and a good refs/remotes/origin beside it',
    (m) => {
      m.git(['update-ref', 'refs/remotes/origin/main', commitOf(m, 'main')]);
      m.git(['update-ref', 'refs/heads/main', commitOf(m, '2.0')]);
    },
    ['missing', 'main', 'src/only-3.0'],
    ['--branch', 'main'],
  ],
  [
    'a graft that hides what a tag is of',
    (m) => {
      m.retag('2.0', { files: EVIL });
      m.write('info/grafts', `${commitOf(m, 'main')} ${commitOf(m, '2.0')}\n`);
    },
    ['content', '2.0', 'src/hello.c'],
  ],
  [
    'packed refs that say of a tag what its object does not',
    (m) => {
      const good = commitOf(m, '2.0');
      m.retag('2.0', { files: EVIL });
      const oid = m.git(['rev-parse', 'refs/tags/2.0']);
      m.git(['update-ref', '-d', 'refs/tags/2.0']);
      m.write(
        'packed-refs',
        `# pack-refs with: peeled fully-peeled sorted \n${oid} refs/tags/2.0\n^${good}\n`,
      );
    },
    ['content', '2.0', 'src/hello.c'],
  ],
  [
    'a tag of a good tag, whose outer name is another',
    (m) => {
      const args = ['tag', '-a', '-f', '-m', 'x', 'other', 'refs/tags/2.0'];
      m.git(args);
      m.git(['update-ref', 'refs/tags/2.0', m.git(['rev-parse', 'refs/tags/other'])]);
      m.git(['tag', '-d', 'other']);
    },
    ['tag', '2.0', 'refs/tags/2.0'],
  ],
  [
    'a page of notes that git reads as attributes',
    (m) => {
      const state = {
        url: 'https://example.com/x',
        file: '.gitattributes',
        etag: null,
        lastModified: null,
      };
      m.commit(
        {
          'archive/.gitattributes': { content: '*.rpm export-ignore\n' },
          'archive/release-notes.json': { content: `[\n  ${JSON.stringify(state)}\n]\n` },
        },
        { message: 'feat: Update archive - release notes\n' },
      );
    },
    ['extra', 'main', 'archive/.gitattributes'],
  ],
  [
    'a signature of the index that only a tag has',
    (m) => {
      m.retag('2.0', { files: { 'archive/repomd.xml.asc': { content: 'x' } } });
    },
    ['content', '2.0', 'archive/repomd.xml.asc'],
  ],
  [
    'an index of another tag',
    (m) => {
      const names = ['repomd.xml', 'primary.xml.gz', 'filelists.xml.gz', 'other.xml.gz'];
      const files = names.flatMap((name) =>
        [name, `${name}.sha256`].map((one) => [
          `archive/${one}`,
          { content: m.bytes(`3.0:archive/${one}`) },
        ]),
      );
      m.retag('2.0', { files: Object.fromEntries(files) as Record<string, FileEdit> });
    },
    ['content', '2.0', 'archive/repomd.xml'],
  ],
  [
    'records of the index that a tag has lost, with their checksums',
    (m) => {
      m.retag('2.0', {
        files: { 'archive/other.xml.gz': undefined, 'archive/other.xml.gz.sha256': undefined },
      });
    },
    ['missing', '2.0', 'archive/other.xml.gz'],
  ],
  [
    'a branch by the full name of a tag',
    (m) => {
      m.git([
        'update-ref',
        'refs/heads/refs/tags/2.0',
        m.git(['commit-tree', m.tree('2.0', EVIL)], 'x\n'),
      ]);
    },
    ['branch', 'refs/tags/2.0', 'refs/heads/refs/tags/2.0'],
  ],
];

describe('T45 to T50: what a third review forged', () => {
  let mirror: string;
  beforeAll(async () => {
    const all = ['1.0', '2.0', '3.0', '1.1'].map((version) => hello(version));
    mirror = await publishHello(
      all.map((_, at) => all.slice(0, at + 1)),
      { 'line-branches': '1.*=release/1' },
    );
  }, LIMIT);
  afterAll(removeRunDirectories);

  it.each(FORGERIES)(
    '%s',
    async (_title, forge, found, args = []) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path, args);
      expect({ code: result.code, found: foundBy(result) }).toEqual({
        code: 1,
        found: expect.arrayContaining([[...found]]),
      });
    },
    LIMIT,
  );

  it(
    'of a mirror whose history is cut off, nothing is said but that',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.write('shallow', `${commitOf(copy, '2.0')}\n`);
      const { code, report } = await verifyMirror(copy.path);
      expect([code, report.errors]).toEqual([
        1,
        [expect.objectContaining({ message: expect.stringContaining('shallow') })],
      ]);
    },
    LIMIT,
  );

  it(
    'a line that was given up stays where it is, and is no finding',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.commit({ ...withoutLines(copy), ...otherClass(copy) }, REPO_FILES);
      const result = await verifyMirror(copy.path);
      expect({ code: result.code, found: foundBy(result) }).toEqual({ code: 0, found: [] });
      copy.git(['update-ref', '-d', 'refs/heads/release/1']);
      expect((await verifyMirror(copy.path)).code).toBe(0);
    },
    LIMIT,
  );

  it(
    'a clone with its origin is as good as the mirror, and objects may lie in another repository',
    async () => {
      const home = makeRunDirectory();
      const clone = (name: string, ...args: string[]): string => {
        const path = join(home, name);
        execFileSync('git', ['clone', '--quiet', ...args, mirror, path], {
          env: gitEnvironment(home),
        });
        return path;
      };
      for (const path of [clone('whole'), clone('shared', '--shared', '--bare')]) {
        const result = await verifyMirror(path);
        expect({ code: result.code, found: foundBy(result) }).toEqual({ code: 0, found: [] });
      }
    },
    LIMIT,
  );
});

/** What the predecessor had beside the packages: folders kept by an empty file, pages of notes with their licence. */
const PREDECESSORS: Readonly<Record<string, FileEdit>> = {
  'archive/.gitkeep': { content: '' },
  'archive/rpm/.gitkeep': { content: '' },
  'src/.gitkeep': { content: '' },
  'archive/release-notes.rst': { content: 'Notes\n' },
  'archive/release-notes.rst.license': { content: 'SPDX-License-Identifier: CC-BY-4.0\n' },
};

describe('T50: the predecessor’s form, with .gitkeep and .license files and lost modes', () => {
  it(
    'is exit 0 with accept-findings: mode, also where this tool went on; what it does not have is extra',
    async () => {
      const [ONE, TWO, THREE] = [hello('1.0'), hello('2.0'), hello('3.0')] as const;
      await onStage({ packages: [ONE, TWO] }, async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        const m = MirrorEditor.open(stage.git.repoDir);
        const made = new Map(['1.0', '2.0'].map((tag) => [tag, commitOf(m, tag)]));
        for (const ref of ['refs/heads/main', 'refs/tags/1.0', 'refs/tags/2.0'])
          m.git(['update-ref', '-d', ref]);
        m.commit({ 'README.md': { content: '# hello\n' }, ...PREDECESSORS });
        for (const [tag, own] of made) {
          const tree = m.tree(own, {
            ...PREDECESSORS,
            'README.md': { content: '# hello\n' },
            'src/install.sh': { mode: '100644' },
            'archive/releases.json': undefined,
            'archive/mirror.json': undefined,
          });
          const text = `${m.git(['log', '-1', '--format=%B', own])}\n`;
          const message = text.slice(0, text.indexOf('\nRpm-Nevra'));
          const commit = m.git(['commit-tree', tree, '-p', 'main'], message);
          m.git(['update-ref', 'refs/heads/main', commit]);
          m.git(['update-ref', `refs/tags/${tag}`, commit]);
        }
        const before = m.git(['rev-parse', 'main']);
        stage.offer([ONE, TWO, THREE], '1700000001');
        expect((await stage.publish()).code).toBe(0);
        expect(stage.tags()).toEqual(['1.0', '2.0', '3.0']);
        const strict = await verifyMirror(m.path);
        expect([strict.code, new Set(foundBy(strict).map(([kind]) => kind))]).toEqual([
          1,
          new Set(['mode']),
        ]);
        const result = await verifyMirror(m.path, ['--accept-findings', 'mode']);
        expect([result.code, foundBy(result), proofsOf(result)]).toEqual([
          0,
          [],
          { '1.0': 'proved', '2.0': 'proved', '3.0': 'proved' },
        ]);
        m.commit({ 'archive/.gitkeep': { content: 'x' } });
        expect((await verifyMirror(m.path, ['--accept-findings', 'mode'])).code).toBe(1);
        m.git(['update-ref', '-d', 'refs/tags/3.0']);
        m.git(['update-ref', 'refs/heads/main', before]);
        expect((await verifyMirror(m.path, ['--accept-findings', 'mode'])).code).toBe(0);
      });
    },
    LIMIT,
  );
});
