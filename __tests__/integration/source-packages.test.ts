// SPDX-License-Identifier: MIT
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { texts } from '../fixtures/header-builder.js';
import type { PackageFile } from '../fixtures/rpm-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, type ListedPackage } from '../fixtures/small-repository.js';
import { onStage, openStage, type Stage } from '../fixtures/stage.js';
import { tarArchive, type TarSpec } from '../fixtures/tar-builder.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';

const SOURCE = 1018;
const PATCH = 1019;
const INPUTS = { arch: 'src' };

/** A signed source package; files in `sources` and `patches` are listed as such, in rpm's order. */
function sourcePackage(
  version: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  { sources, patches = [] }: { sources: readonly string[]; patches?: readonly string[] },
): ListedPackage {
  const listed = Object.entries(files).map(([path, content]): PackageFile => ({
    path,
    content,
    flags: path.endsWith('.spec') ? 32 : 0,
  }));
  const entries = [
    texts(SOURCE, sources.toReversed()),
    ...(patches.length === 0 ? [] : [texts(PATCH, patches.toReversed())]),
  ];
  return { ...hello(version, { source: true, files: listed, entries }), arch: 'src' };
}

const tgz = (...members: readonly TarSpec[]): Buffer => gzipSync(tarArchive(members));
/** Paths of a tree with their modes, as `100644 src/a`. */
const files = ({ git }: Stage, tree: string, ...folders: string[]): string[] =>
  git
    .git('ls-tree', '-r', '--format=%(objectmode) %(path)', tree, '--', ...folders)
    .split('\n')
    .filter((line) => line !== '');
const message = ({ git }: Stage, tag: string): string => git.git('log', '-1', '--format=%B', tag);
const filesBlock = (stage: Stage, tag: string): string[] =>
  (/\nFiles\n-----\n([\s\S]*?)\n-----\n/.exec(message(stage, tag))?.[1] ?? '').split('\n');

/** Publishes and expects these tags. */
async function publishes(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  tags: readonly string[],
): Promise<void> {
  const { code, report } = await stage.publish({ ...INPUTS, ...inputs });
  expect({ code, errors: report.errors, tags: stage.tags() }).toEqual({
    code: 0,
    errors: [],
    tags,
  });
}

afterAll(removeRunDirectories);

describeWithTools(
  ['rpmbuild', 'rpmsign', 'gpg', 'createrepo_c', 'tar', 'xz'],
  'source packages of rpmbuild in a repository of createrepo_c',
  () => {
    let folder = '';
    let stage: Stage;
    let fingerprint = '';
    const trees = new Map<string, string>();

    /** Writes a source tree and packs it as Source0. */
    const makeSource = (version: string): void => {
      const top = join(folder, 'work', `hello-${version}`);
      mkdirSync(join(top, 'sub'), { recursive: true });
      writeFileSync(join(top, 'hello.c'), `const char version[] = "${version}";\n`);
      writeFileSync(join(top, 'common.h'), '#pragma once\n');
      writeFileSync(join(top, '.gitignore'), '*\n');
      writeFileSync(join(top, '.gitattributes'), '* text eol=crlf\n');
      writeFileSync(join(top, 'sub/configure'), '#!/bin/sh\n');
      chmodSync(join(top, 'sub/configure'), 0o755);
      symlinkSync('../hello.c', join(top, 'sub/link.c'));
      execFileSync('tar', [
        '-cJf',
        join(folder, `SOURCES/hello-${version}.tar.xz`),
        '-C',
        join(folder, 'work'),
        `hello-${version}`,
      ]);
    };

    const build = (version: string, lines: readonly string[]): void => {
      const spec = join(folder, 'hello.spec');
      const head = [
        'Name: hello',
        `Version: ${version}`,
        'Release: 1',
        'Summary: Hello',
        'License: MIT',
        'BuildArch: noarch',
        `Source0: https://example.org/hello-${version}.tar.xz`,
        ...lines,
      ];
      writeFileSync(
        spec,
        `${[...head, '%description', 'Hello.', '%prep', '%setup -q', '%files'].join('\n')}\n`,
      );
      execFileSync(
        'rpmbuild',
        [
          '-bs',
          '--quiet',
          '--define',
          `_topdir ${folder}`,
          '--define',
          '_source_filedigest_algorithm 8',
          spec,
        ],
        { stdio: 'pipe' },
      );
    };

    /** What git makes of what tar unpacks. */
    const treeByTar = (version: string): string => {
      const out = join(folder, `out-${version}`);
      mkdirSync(out);
      execFileSync('tar', [
        '-xf',
        join(folder, `SOURCES/hello-${version}.tar.xz`),
        '--strip-components=1',
        '-C',
        out,
      ]);
      const env = {
        ...process.env,
        GIT_DIR: join(folder, `git-${version}`),
        GIT_WORK_TREE: out,
        GIT_CONFIG_NOSYSTEM: '1',
        HOME: folder,
      };
      const git = (...args: string[]): string =>
        execFileSync('git', args, { env, encoding: 'utf8', cwd: out }).trim();
      git('init', '-q');
      writeFileSync(join(folder, `git-${version}`, 'info/attributes'), '* -text\n');
      git('add', '-f', '.');
      return git('write-tree');
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'source-packages-'));
      for (const name of ['SOURCES', 'home', 'repo'])
        mkdirSync(join(folder, name), { mode: 0o700 });
      writeFileSync(join(folder, 'SOURCES/fix.patch'), '--- a\n+++ b\n');
      writeFileSync(join(folder, 'SOURCES/hello.conf'), 'a=1\n');
      writeFileSync(
        join(folder, 'SOURCES/data.tar'),
        tarArchive([{ name: 'data/x', content: 'x' }]),
      );
      for (const version of ['1.0', '1.1']) makeSource(version);
      build('1.0', ['Source1: hello.conf', 'Patch0: fix.patch', 'Source2: data.tar']);
      build('1.1', ['Source1: hello.conf']);
      const env = { ...process.env, GNUPGHOME: join(folder, 'home') };
      execFileSync(
        'gpg',
        [
          '--batch',
          '--passphrase',
          '',
          '--quick-gen-key',
          'Packager <p@example.org>',
          'rsa2048',
          'sign',
          'never',
        ],
        { env, stdio: 'pipe' },
      );
      fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(
        execFileSync('gpg', ['--with-colons', '--list-keys'], {
          env,
          encoding: 'utf8',
          stdio: 'pipe',
        }),
      )![1]!;
      const packages = ['1.0', '1.1'].map((version) =>
        join(folder, `SRPMS/hello-${version}-1.src.rpm`),
      );
      execFileSync(
        'rpmsign',
        [
          '--addsign',
          '--define',
          `__gpg ${requireTool('gpg')!}`,
          '--define',
          `_gpg_name ${fingerprint}`,
          ...packages,
        ],
        { env, stdio: 'pipe' },
      );
      for (const file of packages)
        cpSync(file, join(folder, 'repo', file.slice(file.lastIndexOf('/') + 1)));
      execFileSync('createrepo_c', ['-q', join(folder, 'repo')], { stdio: 'pipe' });
      for (const version of ['1.0', '1.1']) trees.set(version, treeByTar(version));
      stage = await openStage();
      stage.yum.setFiles({
        KEY: execFileSync('gpg', ['--armor', '--export'], { env, stdio: ['pipe', 'pipe', 'pipe'] }),
      });
      stage.yum.setRoots(join(folder, 'repo'));
      await publishes(stage, { 'gpg-fingerprints': fingerprint }, ['1.0', '1.1']);
    }, 120_000);
    afterAll(async () => {
      await stage.close();
      execFileSync('gpgconf', ['--kill', 'all'], {
        env: { ...process.env, GNUPGHOME: join(folder, 'home') },
        stdio: 'pipe',
      });
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(['1.0', '1.1'])('have the tree of the unpacked archive in src at %s', (version) => {
      expect(stage.git.git('rev-parse', `${version}:src`)).toBe(trees.get(version));
      expect(message(stage, version)).toMatch(
        new RegExp(`^Source-Tree: ${trees.get(version)!}$`, 'm'),
      );
      const lines = stage.git.git('show', `${version}:archive/releases.json`).split('\n');
      expect(lines.find((line) => line.includes(`"tag":"${version}"`))).toContain(
        `"sourceTree":"${trees.get(version)!}"`,
      );
    });

    it('have spec, patches and further sources in packaging, and nothing of an earlier release', () => {
      expect(files(stage, '1.0', 'packaging')).toEqual(
        ['data.tar', 'fix.patch', 'hello.conf', 'hello.spec'].map(
          (name) => `100644 packaging/${name}`,
        ),
      );
      expect(files(stage, '1.1', 'packaging')).toEqual(
        ['hello.conf', 'hello.spec'].map((name) => `100644 packaging/${name}`),
      );
      expect(stage.git.git('show', '1.0:packaging/fix.patch')).toBe(
        readFileSync(join(folder, 'SOURCES/fix.patch'), 'utf8').trim(),
      );
    });

    it('say in the commit and the tag what was unpacked, and list every path that changed', () => {
      for (const text of [
        message(stage, '1.1'),
        stage.git.git('tag', '-l', '--format=%(contents)', '1.1'),
      ])
        expect(text).toMatch(/^Unpacked-From: hello-1\.1\.tar\.xz$/m);
      expect(message(stage, '1.1')).not.toMatch(/^Source-Path:/m);
      expect(filesBlock(stage, '1.1')).toEqual(
        [
          '- ?: archive/rpm/hello-1.1-1.src.rpm',
          '- ?: archive/rpm/hello-1.1-1.src.rpm.sha256',
          '- M: archive/releases.json',
          '- D: packaging/data.tar',
          '- D: packaging/fix.patch',
          '- M: packaging/hello.spec',
          '- M: src/hello.c',
        ].sort((a, b) => (a.slice(5) < b.slice(5) ? -1 : 1)),
      );
    });

    it('change nothing when the run is repeated', async () => {
      const before = stage.git.git('for-each-ref');
      await publishes(stage, { 'gpg-fingerprints': fingerprint }, ['1.0', '1.1']);
      expect(stage.git.git('for-each-ref')).toBe(before);
    });
  },
);

describe('unpack', () => {
  const archives = {
    'hello.spec': 'Name: hello\n',
    'fix.patch': 'x',
    'hello-1.0.tar.gz': tgz(
      { name: 'hello-1.0/hello.c', content: 'c' },
      { name: 'hello-1.0/run', mode: 0o4755 },
    ),
    'docs-2.tar.gz': tgz({ name: 'docs-2/index' }),
    'hello.conf': 'a=1\n',
  };
  const roles = {
    sources: ['hello-1.0.tar.gz', 'hello.conf', 'docs-2.tar.gz'],
    patches: ['fix.patch'],
  };

  it.each([
    [
      'main',
      ['100644 src/hello.c', '100755 src/run'],
      ['docs-2.tar.gz', 'fix.patch', 'hello.conf', 'hello.spec'],
      ['hello-1.0.tar.gz'],
    ],
    [
      'all',
      ['100644 src/docs-2/index', '100644 src/hello.c', '100755 src/run'],
      ['fix.patch', 'hello.conf', 'hello.spec'],
      ['hello-1.0.tar.gz', 'docs-2.tar.gz'],
    ],
    [
      'none',
      ['100644 src/docs-2.tar.gz', '100644 src/hello-1.0.tar.gz', '100644 src/hello.conf'],
      ['fix.patch', 'hello.spec'],
      [],
    ],
  ])('%s decides what becomes the source', async (unpack, source, packaging, from) => {
    await onStage({ packages: [sourcePackage('1.0', archives, roles)] }, async (stage) => {
      await publishes(stage, { unpack }, ['1.0']);
      expect(files(stage, '1.0', 'src')).toEqual(source);
      expect(files(stage, '1.0', 'packaging')).toEqual(
        packaging.map((name) => `100644 packaging/${name}`),
      );
      expect(
        [...message(stage, '1.0').matchAll(/^Unpacked-From: (.*)$/gm)].map(([, name]) => name),
      ).toEqual(from);
      expect(message(stage, '1.0').includes('Dropped-Mode: 104755 run')).toBe(unpack !== 'none');
    });
  });

  it('takes the files themselves where there is no archive', async () => {
    const plain = sourcePackage(
      '1.0',
      { 'hello.spec': 'Name: hello\n', 'hello.c': 'c', 'fix.patch': 'x', 'hello.zip': 'PK' },
      { sources: ['hello.c', 'hello.zip'], patches: ['fix.patch'] },
    );
    await onStage({ packages: [plain] }, async (stage) => {
      await publishes(stage, {}, ['1.0']);
      expect(files(stage, '1.0', 'src', 'packaging')).toEqual(
        ['packaging/fix.patch', 'packaging/hello.spec', 'src/hello.c', 'src/hello.zip'].map(
          (path) => `100644 ${path}`,
        ),
      );
    });
  });

  it.each([
    ['a name above the source', tgz({ name: 'hello-1.0/../../x' }), 'UNSAFE_PATH'],
    ['a .git', tgz({ name: 'hello-1.0/.git/config' }), 'UNSAFE_PATH'],
    [
      'a file below a link',
      tgz({ name: 'l', type: '2', target: '/etc' }, { name: 'l/passwd' }),
      'UNSAFE_PATH',
    ],
    ['a device', tgz({ name: 'hello-1.0/null', type: '3' }), 'PAYLOAD_INVALID'],
    ['a cut', tgz({ name: 'hello-1.0/x' }).subarray(0, -10), 'PAYLOAD_INVALID'],
    ['something else', Buffer.from('<html>'), 'PAYLOAD_INVALID'],
  ])(
    'refuses an archive with %s, and everything after it, but keeps what was complete (T20, T21, T41)',
    async (_, archive, code) => {
      const bad = sourcePackage(
        '1.1',
        { 'hello.spec': 'x', 'hello-1.1.tar.gz': archive },
        { sources: ['hello-1.1.tar.gz'] },
      );
      await onStage({ packages: [sourcePackage('1.0', archives, roles), bad] }, async (stage) => {
        const result = await stage.publish(INPUTS);
        expect([
          result.code,
          stage.tags(),
          result.report.releases.map(({ error }: { error?: { code: string } }) => error?.code),
          result.stdout.includes('hello-1.1'),
        ]).toEqual([1, ['1.0'], [undefined, code], true]);
      });
    },
  );
});

describe('the packaging directory', () => {
  const release = (version: string, extra: Readonly<Record<string, string>> = {}): ListedPackage =>
    sourcePackage(
      version,
      {
        'hello.spec': `Version: ${version}\n`,
        common: 'same',
        'h.tar.gz': tgz({ name: 'h/a', content: version }),
        ...extra,
      },
      { sources: ['h.tar.gz', 'common', ...Object.keys(extra)] },
    );

  it('of a backport goes with its src, and main keeps its own', async () => {
    const [old, backport, newest] = [
      release('1.0'),
      release('1.1', { only: '1.1' }),
      release('2.0'),
    ];
    await onStage({ packages: [old, newest] }, async (stage) => {
      await publishes(stage, {}, ['1.0', '2.0']);
      stage.offer([old, backport, newest], '1700000001');
      await publishes(stage, {}, ['1.0', '1.1', '2.0']);
      expect(files(stage, '1.1', 'packaging')).toEqual(
        ['common', 'hello.spec', 'only'].map((name) => `100644 packaging/${name}`),
      );
      expect(stage.git.git('rev-parse', '1.1^')).toBe(stage.git.git('rev-parse', '1.0^{commit}'));
      expect(filesBlock(stage, '1.1').filter((line) => !line.includes('archive/'))).toEqual([
        '- M: packaging/hello.spec',
        '- ?: packaging/only',
        '- M: src/a',
      ]);
      for (const folder of ['src', 'packaging'])
        expect(stage.git.git('rev-parse', `main:${folder}`)).toBe(
          stage.git.git('rev-parse', `2.0:${folder}`),
        );
    });
  });

  it('is left alone by other packages, whatever is there', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const blob = execFileSync('git', ['-C', stage.git.repoDir, 'hash-object', '-w', '--stdin'], {
        input: 'mine\n',
        encoding: 'utf8',
      }).trim();
      const tree = execFileSync('git', ['-C', stage.git.repoDir, 'mktree'], {
        input: `100644 blob ${blob}\tpackaging\n`,
        encoding: 'utf8',
      }).trim();
      const commit = execFileSync(
        'git',
        [
          '-C',
          stage.git.repoDir,
          '-c',
          'user.name=t',
          '-c',
          'user.email=t@example.org',
          'commit-tree',
          '-m',
          'mine',
          tree,
        ],
        { encoding: 'utf8' },
      ).trim();
      stage.git.git('update-ref', 'refs/heads/main', commit);
      const { code, report } = await stage.publish();
      expect([code, report.errors]).toEqual([0, []]);
      expect(stage.git.git('rev-parse', '1.0:packaging')).toBe(blob);
    });
  });
});
