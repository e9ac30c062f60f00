// SPDX-License-Identifier: MIT
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { hashObject } from '../../src/git/objects/objects.js';
import { foundBy, proofsOf, verifyMirror } from '../fixtures/forged-mirror.js';
import { texts } from '../fixtures/header-builder.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, helloFiles, type ListedPackage } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { tarArchive, type TarSpec } from '../fixtures/tar-builder.js';
import { zipArchive } from '../fixtures/zip-builder.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

const SOURCE = 1018;
const SECRET = 'a line that must not be published\n';
const SPEC = 'Name: hello\n';
const IN_TOP: readonly TarSpec[] = [
  { name: 'hello-1.0/', type: '5' },
  { name: 'hello-1.0/.git', content: SECRET },
  { name: 'hello-1.0/hello.c', content: 'int x;\n' },
  { name: 'hello-1.0/lib/.GIT/', type: '5' },
  { name: 'hello-1.0/lib/.GIT/HEAD', content: SECRET },
  { name: 'hello-1.0/lib/.GIT/config', content: SECRET },
  { name: 'hello-1.0/lib/l.c', content: 'int y;\n' },
];
const tgz = (members: readonly TarSpec[]): Buffer => gzipSync(tarArchive(members));
const zip = (members: readonly TarSpec[]): Buffer =>
  zipArchive(
    members.map(({ name = '', content }) => ({
      name,
      ...(content === undefined ? {} : { content }),
    })),
  );

function sourcePackage(files: Files): ListedPackage {
  const listed = Object.entries({ ...files, 'hello.spec': SPEC }).map(([path, content]) => ({
    path,
    content,
    flags: path.endsWith('.spec') ? 32 : 0,
  }));
  const names = Object.keys(files).toReversed();
  const entries = names.length === 0 ? [] : [texts(SOURCE, names)];
  return { ...hello('1.0', { source: true, files: listed, entries }), arch: 'src' };
}

const binaryWith = (files: Files): ListedPackage =>
  hello('1.0', {
    files: Object.entries(files).map(([name, content]) => ({ path: `/usr/src/${name}`, content })),
  });

/** Publishes packages that hold such names with `dot-git: drop`. */
async function onDropped(
  [packages, inputs]: readonly [readonly ListedPackage[], Readonly<Record<string, string>>],
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  await onStage({ packages, inputs: { ...inputs, 'dot-git': 'drop' } }, async (stage) => {
    const { code, report } = await stage.publish();
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: [] });
    await test(stage);
  });
}

const source = ({ git }: Stage): string[] =>
  git.git('ls-tree', '-r', '--name-only', '1.0', 'src').trim().split('\n');

type Shape = readonly [
  name: string,
  make: (members: readonly TarSpec[]) => ListedPackage,
  inputs: Readonly<Record<string, string>>,
];
const SHAPES: readonly Shape[] = [
  ['a source package', (m) => sourcePackage({ 'hello-1.0.tar.gz': tgz(m) }), { arch: 'src' }],
  ['a zip in one', (m) => sourcePackage({ 'hello-1.0.zip': zip(m) }), { arch: 'src' }],
  [
    'an archive in a binary package',
    (m) => binaryWith({ 'hello-1.0.tar.gz': tgz(m) }),
    { 'source-path': '/usr/src/*' },
  ],
  [
    'a source package in a binary one',
    (m) =>
      binaryWith({
        'hello-1.0-1.src.rpm': sourcePackage({ 'hello-1.0.tar.gz': tgz(m) }).built.bytes,
      }),
    { 'source-path': '/usr/src/*' },
  ],
];
const DROPPED = ['.git', 'lib/.GIT'];

afterAll(removeRunDirectories);

describe('T20: .git in what is unpacked', () => {
  it.each(SHAPES)('%s: refused, and the remedy names what helps', async (_, make, inputs) => {
    await onStage({ packages: [make(IN_TOP)], inputs }, async (stage) => {
      const { code, report } = await stage.publish();
      const { error } = report.releases[0];
      expect([code, error.code]).toEqual([1, 'UNSAFE_PATH']);
      expect(error.remedy).toMatch(/dot-git: drop.*unpack: none/);
      expect(stage.tags()).toEqual([]);
    });
  });

  it.each(SHAPES)('%s: dropped, recorded everywhere, and proved by verify', async (_, ...given) => {
    const [make, inputs] = given;
    await onDropped([[make(IN_TOP)], inputs], async (stage) => {
      expect(source(stage)).toEqual(['src/hello.c', 'src/lib/l.c']);
      for (const ref of ['1.0^{commit}', '1.0'])
        expect(stage.git.git('cat-file', '-p', ref)).toMatch(
          /^Dropped-Dot-Git: \.git\nDropped-Dot-Git: lib\/\.GIT$/m,
        );
      const list = JSON.parse(stage.git.git('show', '1.0:archive/releases.json'));
      expect(list.droppedDotGit).toEqual(DROPPED);
      const objects = stage.git.git('cat-file', '--batch-all-objects', '--batch-check');
      expect(objects).not.toContain(hashObject('blob', Buffer.from(SECRET)));
      const result = await verifyMirror(stage.git.repoDir);
      expect([result.code, foundBy(result), proofsOf(result)]).toEqual([
        0,
        [],
        { '1.0': 'proved' },
      ]);
    });
  });

  it('several archives: each name below the folder of its archive', async () => {
    const other = [
      { name: 'data/.git', content: SECRET },
      { name: 'data/d', content: 'd' },
    ];
    const two = sourcePackage({ 'hello-1.0.tar.gz': tgz(IN_TOP), 'data.tar.gz': tgz(other) });
    await onDropped([[two], { arch: 'src', unpack: 'all' }], async (stage) => {
      const list = JSON.parse(stage.git.git('show', '1.0:archive/releases.json'));
      expect(list.droppedDotGit).toEqual([...DROPPED, 'data/.git']);
      const result = await verifyMirror(stage.git.repoDir);
      expect([result.code, foundBy(result)]).toEqual([0, []]);
    });
  });

  it.each(['../.git/x', '/.git/x', 'a//.git/x', 'a/.git/../../x', 'a/./.git/x', 'a\tb/.git/x'])(
    'drop is no way in: %j is refused all the same',
    async (name) => {
      const bad = sourcePackage({
        'hello-1.0.tar.gz': tgz([...IN_TOP, { name, content: 'x' }]),
      });
      await onStage({ packages: [bad], inputs: { arch: 'src', 'dot-git': 'drop' } }, async (s) => {
        const { code, report } = await s.publish();
        expect([code, report.releases[0].error.code]).toEqual([1, 'UNSAFE_PATH']);
      });
    },
  );
});

describe('T24: archives without a file', () => {
  const nothing: readonly TarSpec[] = [{ name: 'hello-1.0/', type: '5' }];
  const onlyGit: readonly TarSpec[] = [{ name: 'hello-1.0/.git/HEAD', content: SECRET }];
  it.each(
    SHAPES.flatMap(([name, make, inputs]) => [
      [name, 'folders alone', make(nothing), inputs] as const,
      [name, 'what is dropped alone', make(onlyGit), inputs] as const,
    ]),
  )('%s with %s is refused, and says so', async (_name, _what, pkg, inputs) => {
    await onStage({ packages: [pkg], inputs: { ...inputs, 'dot-git': 'drop' } }, async (stage) => {
      const { code, report } = await stage.publish();
      expect([code, report.releases[0].error.code]).toEqual([1, 'SOURCE_EMPTY']);
    });
  });

  it('a source package without an archive is published with its packaging, and proved', async () => {
    const pkg = sourcePackage({});
    await onStage({ packages: [pkg], inputs: { arch: 'src' } }, async (stage) => {
      const run = await stage.publish();
      expect([run.code, run.report.errors]).toEqual([0, []]);
      const result = await verifyMirror(stage.git.repoDir);
      expect([result.code, foundBy(result)]).toEqual([0, []]);
    });
  });
});

describe('T45: a mirror made with dot-git: drop', () => {
  const folder = hello('1.0', {
    files: [
      ...helloFiles('1.0'),
      { path: '/usr/src/hello-1.0/lib/.GIT/HEAD', content: SECRET },
    ].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  });
  const KINDS: readonly (readonly [string, ListedPackage, Readonly<Record<string, string>>])[] = [
    ['folder', folder, {}],
    ['archive', SHAPES[0]![1](IN_TOP), { arch: 'src' }],
  ];
  const RECORD = 'archive/releases.json';
  const edits: readonly (readonly [string, (m: MirrorEditor) => void, string])[] = [
    [
      'a removed trailer',
      (m) => {
        m.retag('1.0', { message: (text) => text.replace(/^Dropped-Dot-Git: lib.*\n/m, '') });
      },
      'Dropped-Dot-Git',
    ],
    [
      'a forged trailer',
      (m) => {
        m.retag('1.0', { message: (text) => text.replace('Git: lib/.GIT', 'Git: doc/.git') });
      },
      'Dropped-Dot-Git',
    ],
    [
      'a forged record',
      (m) => {
        const text = m.bytes(`1.0:${RECORD}`).toString().replace('lib/.GIT', 'doc/.git');
        m.retag('1.0', { files: { [RECORD]: { content: text } } });
        m.commit({ [RECORD]: { content: text } });
      },
      RECORD,
    ],
    [
      'a mirror.json that says refuse',
      (m) => {
        const text = m.bytes('1.0:archive/mirror.json').toString().replace('"drop"', '"refuse"');
        m.retag('1.0', { files: { 'archive/mirror.json': { content: text } } });
      },
      'archive/mirror.json',
    ],
  ];

  describe.each(KINDS)('of a %s', (_, pkg, inputs) => {
    let path = '';
    beforeAll(async () => {
      await onDropped([[pkg], inputs], async ({ git }) => {
        path = MirrorEditor.copy(git.repoDir).path;
        await Promise.resolve();
      });
    });

    it('is green without a flag and with the right one; another one is told of', async () => {
      for (const [args, code] of [
        [[], 0],
        [['--dot-git', 'drop'], 0],
        [['--dot-git', 'refuse'], 1],
      ] as const) {
        const result = await verifyMirror(path, args);
        expect([args, result.code]).toEqual([args, code]);
      }
    });

    it.each(edits)('%s is found', async (_name, edit, where) => {
      const mirror = MirrorEditor.copy(path);
      edit(mirror);
      const result = await verifyMirror(mirror.path);
      expect(result.code).toBe(1);
      expect(foundBy(result)).toContainEqual(['metadata', '1.0', where]);
    });
  });
});

describe('dot-git: drop leaves out so many names of a package, and not more', () => {
  const many = (count: number): readonly ListedPackage[] => {
    const names = Array.from({ length: count }, (_, at) => `d${at}/.git`);
    const members = names.map((name) => ({ name: `hello-1.0/${name}`, content: 'x' }));
    return [
      sourcePackage({ 'hello.tar.gz': tgz([...members, { name: 'hello-1.0/a.c', content: 'a' }]) }),
      binaryWith({
        ...Object.fromEntries(names.map((name) => [`hello-1.0/${name}`, 'x'])),
        'hello-1.0/a.c': 'a',
      }),
    ];
  };

  it.each([
    ['in an archive', 0, 'src'],
    ['in a folder', 1, 'noarch'],
  ] as const)('%s', async (_, at, arch) => {
    for (const [count, code, errors] of [
      [1000, 0, []],
      [1001, 1, ['LIMIT_EXCEEDED']],
    ] as const)
      await onStage(
        { packages: [many(count)[at]!], inputs: { arch, 'dot-git': 'drop' } },
        async (stage) => {
          const result = await stage.publish();
          const failed = result.report.releases.flatMap(
            ({ error }: { error?: { code: string } }) => error?.code ?? [],
          );
          expect({ code: result.code, failed }).toEqual({ code, failed: errors });
        },
      );
  });
});
