// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { texts } from '../fixtures/header-builder.js';
import type { PackageSpec } from '../fixtures/rpm-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, helloFiles, type ListedPackage } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { tarArchive } from '../fixtures/tar-builder.js';

type Files = NonNullable<PackageSpec['files']>;

/** A release with further files: below the root, or below its source with `src:`. */
function release(version: string, further: Files, source = helloFiles(version)): ListedPackage {
  const root = `/usr/src/hello-${version}/`;
  const files = [
    ...source,
    ...further.map((file) => ({ ...file, path: file.path.replace(/^src:/, root) })),
  ];
  return hello(version, { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) });
}

afterAll(removeRunDirectories);

describe('T20 and T21: what is outside of the source is no matter', () => {
  it.each<[string, Files]>([
    ['a .git folder', [{ path: '/usr/share/x/.git/HEAD', content: 'ref' }]],
    ['a device', [{ path: '/dev/acme', mode: 0o020644 }]],
    ['a fifo', [{ path: '/run/acme', mode: 0o010644 }]],
    ['an odd name', [{ path: '/opt/a\tb', content: 'x' }]],
    ['the folder / itself', [{ path: '/', mode: 0o040755 }]],
    [
      'a file below a link',
      [
        { path: '/opt/l', mode: 0o120777, target: '/x' },
        { path: '/opt/l/f', content: 'x' },
      ],
    ],
    ['an empty folder beside the source', [{ path: '/usr/src/kernels', mode: 0o040755 }]],
  ])('%s', async (_, further) => {
    await onStage({ packages: [release('1.0', further)] }, async (stage) => {
      const run = await stage.publish();
      expect([run.code, run.report.releases[0].error]).toEqual([0, undefined]);
      expect(
        stage.git.git('ls-tree', '-r', '--name-only', '1.0', 'src').trim().split('\n'),
      ).toEqual(['src/hello.c', 'src/install.sh', 'src/only-1.0']);
    });
  });

  it.each<[string, string, Files]>([
    ['a .git folder', 'UNSAFE_PATH', [{ path: 'src:lib/.git/HEAD', content: 'ref' }]],
    ['a device', 'PAYLOAD_INVALID', [{ path: 'src:dev', mode: 0o020644 }]],
    ['an odd name', 'UNSAFE_PATH', [{ path: 'src:a\tb', content: 'x' }]],
  ])('inside of it, %s is refused, by publish and by check', async (_, code, further) => {
    await onStage({ packages: [release('1.0', further)] }, async (stage) => {
      for (const mode of ['publish', 'check']) {
        const run = await stage.publish({ mode });
        expect([mode, run.code, run.report.releases[0].error.code]).toEqual([mode, 1, code]);
      }
      expect(stage.tags()).toEqual([]);
    });
  });

  it('dot-git: drop publishes without it, and records it in commit, tag, releases.json and report', async () => {
    const further = [
      { path: 'src:.git', content: 'gitdir: x' },
      { path: 'src:lib/.GIT/HEAD', content: 'ref' },
      { path: 'src:lib/.GIT/config', content: 'x' },
      { path: 'src:lib/l.c', content: 'y' },
    ];
    await onStage({ packages: [release('1.0', further)] }, async (stage) => {
      const run = await stage.publish({ 'dot-git': 'drop' });
      expect([run.code, run.report.releases[0].droppedDotGit]).toEqual([0, ['.git', 'lib/.GIT']]);
      expect(stage.git.git('ls-tree', '-r', '--name-only', '1.0', 'src')).not.toMatch(/\.git/i);
      for (const ref of ['1.0^{commit}', '1.0'])
        expect(stage.git.git('cat-file', '-p', ref)).toMatch(
          /^Dropped-Dot-Git: \.git\nDropped-Dot-Git: lib\/\.GIT$/m,
        );
      const list = JSON.parse(stage.git.git('show', '1.0:archive/releases.json'));
      expect(list.droppedDotGit).toEqual(['.git', 'lib/.GIT']);
    });
  });

  it('a source without a file is refused', async () => {
    const empty = release('1.0', [{ path: '/usr/src/hello-1.0', mode: 0o040755 }], []);
    await onStage({ packages: [empty] }, async (stage) => {
      const run = await stage.publish();
      expect([run.code, run.report.releases[0].error.code]).toEqual([1, 'SOURCE_EMPTY']);
    });
  });
});

describe('T23 and T24: what is stored, and is told of', () => {
  it('names for Windows, attributes that change checkouts, and a source that lost most of its files', async () => {
    const many = Array.from({ length: 9 }, (_, n) => ({ path: `src:f${n}`, content: 'x' }));
    const odd = [
      { path: 'src:aux.c', content: 'x' },
      { path: 'src:a:b', content: 'x' },
      { path: 'src:dot.', content: 'x' },
      {
        path: 'src:.gitattributes',
        content: '# text\n*.c text eol=crlf\n/doc export-ignore\n*.x -text\n',
      },
    ];
    const packages = [release('1.0', [...many, ...odd]), release('2.0', [])];
    await onStage({ packages }, async (stage) => {
      const { code, report } = await stage.publish();
      expect([code, report.warnings]).toEqual([
        0,
        [
          expect.stringMatching(/\.gitattributes sets text, eol, export-ignore: /),
          expect.stringMatching(/3 paths of the source cannot be checked out on Windows: /),
          expect.stringMatching(/hello-2\.0-1\.noarch LOST MOST OF ITS SOURCE: 3 of the 16 files/),
        ],
      ]);
    });
  });
});

it('T24: attributes in an archive, under whatever name their content comes', async () => {
  const rules = '*.c text eol=crlf\n*.bin filter=lfs\n';
  const big = Buffer.alloc(64 * 1024 + 1, '# text\n');
  const archive = tarArchive([
    { name: 'hello-1.0/list', content: rules },
    { name: 'hello-1.0/a/.gitattributes', content: rules },
    { name: 'hello-1.0/b/.gitattributes', type: '1', target: 'hello-1.0/list' },
    { name: 'hello-1.0/c/.gitattributes', content: big },
    { name: 'hello-1.0/d/GITATT~1', content: '*.c ident\n' },
    { name: 'hello-1.0/e/gitattributes', content: rules },
    { name: 'hello-1.0/f/.gitattributes', content: '*.c diff=cpp\n' },
  ]);
  const files = [
    { path: 'hello.spec', content: 'Source0: hello.tar\n', flags: 32 },
    { path: 'hello.tar', content: archive, flags: 0 },
  ];
  const entries = [texts(1018, ['hello.tar'])];
  const packages = [{ ...hello('1.0', { source: true, files, entries }), arch: 'src' }];
  await onStage({ packages }, async (stage) => {
    const { code, report } = await stage.publish({ arch: 'src' });
    const told = (report.warnings as string[]).flatMap(
      (text) =>
        /^hello-1\.0-1\.src\.rpm: "?(.*?)"? (sets [^:]*|asks for Git LFS)/.exec(text)?.slice(1) ??
        [],
    );
    expect([code, told]).toEqual([
      0,
      [
        ...['a/.gitattributes', 'sets text, eol, filter', 'a/.gitattributes', 'asks for Git LFS'],
        ...['b/.gitattributes', 'sets text, eol, filter', 'b/.gitattributes', 'asks for Git LFS'],
        ...['c/.gitattributes', 'sets more than could be looked at'],
        ...['d/GITATT~1', 'sets ident'],
      ],
    ]);
  });
});

describe('T24: attributes that are a hard link', () => {
  const linked = (
    version: string,
    rules: string,
    further: readonly { readonly name: string; readonly content: string }[] = [],
  ) => {
    const top = `hello-${version}`;
    const archive = tarArchive([
      { name: `${top}/list`, content: rules },
      { name: `${top}/.gitattributes`, type: '1', target: `${top}/list` },
      { name: `${top}/version`, content: version },
      ...further.map(({ name, content }) => ({ name: `${top}/${name}`, content })),
    ]);
    const files = [
      { path: 'hello.spec', content: 'Source0: hello.tar\n', flags: 32 },
      { path: 'hello.tar', content: archive, flags: 0 },
    ];
    const entries = [texts(1018, ['hello.tar'])];
    return { ...hello(version, { source: true, files, entries }), arch: 'src' };
  };
  const told = ({ warnings }: { warnings: string[] }) =>
    warnings.filter((text) => text.includes('.gitattributes')).map((text) => text.split(':')[0]);

  it('are told of where an earlier run brought their content, which this one does not have', async () => {
    const inputs = { arch: 'src', 'max-releases': '1' };
    const packages = ['1.0', '2.0'].map((version) => linked(version, '*.c text\n'));
    await onStage({ packages, inputs }, async (stage) => {
      for (const version of ['1.0', '2.0']) {
        const { code, report } = await stage.publish();
        expect([code, told(report)]).toEqual([0, [`hello-${version}-1.src.rpm`]]);
      }
      expect(stage.tags()).toEqual(['1.0', '2.0']);
    });
  });

  it('leave the release guilty, and alone, of what git refuses beside them', async () => {
    const modules = '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n';
    const packages = ['1.0', '2.0', '3.0'].map((version) =>
      linked(
        version,
        `# ${version}\n*.c text\n`,
        version === '2.0' ? [{ name: '.gitmodules', content: modules }] : [],
      ),
    );
    const inputs = { arch: 'src', 'on-refused': 'continue' };
    await onStage({ packages, inputs }, async (stage) => {
      const { code, report } = await stage.publish();
      expect([
        code,
        report.releases.map(({ error }: { error?: { code: string } }) => error?.code),
      ]).toEqual([1, [undefined, 'PUSH_REJECTED', undefined]]);
      expect(stage.tags()).toEqual(['1.0', '3.0']);
    });
  });
});

describe('T29: a further release of a published version', () => {
  it('waits for a decision: the run never says that nothing is new, until skip or a format settles it', async () => {
    const bump = hello('1.0', { release: '2' });
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      await stage.publish();
      stage.offer([hello('1.0'), bump]);
      const waiting = await stage.publish();
      expect([
        waiting.code,
        waiting.report.releases[1].status,
        waiting.report.releases[1].waiting,
      ]).toEqual([0, 'skipped', true]);
      expect(waiting.stdout + waiting.summary).not.toContain('Nothing new');
      expect(waiting.summary).toContain('1 waiting for a decision');
      expect(waiting.report.warnings.join()).toContain('tag-format {version}-{release}');
      const skipped = await stage.publish({ skip: '1.0-2' });
      expect([skipped.code, skipped.summary.includes('Nothing new.')]).toEqual([0, true]);
      const separated = await stage.publish({ 'tag-format': '{version}-{release}' });
      expect([separated.code, stage.tags()]).toEqual([0, ['1.0', '1.0-2']]);
    });
  });
});
