// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { afterAll, describe, expect, it } from '@jest/globals';

import { int32, texts } from '../fixtures/header-builder.js';
import type { PackageFile, PackageSpec } from '../fixtures/rpm-builder.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  type ListedPackage,
  signBoth,
} from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

interface Row {
  readonly nevra: string;
  readonly tag: string;
  readonly status: string;
  readonly reason?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly remedy: string };
}

/** A release of `name` whose folder is its own. */
const release = (name: string, version: string, spec: PackageSpec = {}): ListedPackage =>
  hello(version, { name, ...spec });
const rows = ({ report }: RunResult): readonly Row[] => report.releases;
const listed = (stage: Stage, tree: string): string[] =>
  stage.git
    .git('ls-tree', '-r', '--name-only', '-z', tree)
    .split('\0')
    .filter((path) => path !== '');
const downloads = (stage: Stage): string[] =>
  stage.yum.requests
    .filter(({ url, range }) => url.endsWith('.rpm') && range === undefined)
    .map(({ url }) => decodeURIComponent(url.slice(1)));

/** The outcome in one value, for a message that explains itself. */
const outcome = (stage: Stage, result: RunResult) => ({
  code: result.code,
  errors: [...result.report.errors, ...rows(result).flatMap(({ error }) => error ?? [])].map(
    ({ code }: { code: string }) => code,
  ),
  tags: stage.tags(),
});

afterAll(removeRunDirectories);

describe('which packages become releases', () => {
  it('is said by globs, architectures, constraints and skip together; versions with ~, ^ and epochs get legal tags', async () => {
    const packages = [
      release('hello', '0.9'),
      release('hello', '1.0~rc1'),
      release('hello', '1.0'),
      release('hello', '1.0^git1', { arch: 'x86_64' }),
      release('hello', '1.1', { arch: 'aarch64' }),
      release('hello-dkms', '1.2'),
      release('hello', '2.0'),
      release('hello', '3.0', { release: '7' }),
      release('hello', '0.1', { epoch: 2 }),
      release('other', '1.5'),
      release('say-hello', '1.6'),
    ];
    await onStage({ packages }, async (stage) => {
      const result = await stage.publish({
        packages: 'hel?o\n hello-*',
        arch: 'noarch, x86_64',
        versions: '> 0.9, != 3.0-7',
        skip: '2.0\nhello-dkms-1.2-1.noarch',
        'tag-format': '{epoch}/{name}-{version}',
      });
      expect(outcome(stage, result)).toEqual({
        code: 0,
        errors: [],
        tags: ['0/hello-1.0', '0/hello-1.0%5Egit1', '0/hello-1.0%7Erc1', '2/hello-0.1'],
      });
      expect(rows(result).map(({ nevra, status }) => `${nevra} ${status}`)).toEqual([
        'hello-1.0~rc1-1.noarch published',
        'hello-1.0-1.noarch published',
        'hello-1.0^git1-1.x86_64 published',
        'hello-dkms-1.2-1.noarch skipped',
        'hello-2.0-1.noarch skipped',
        'hello-2:0.1-1.noarch published',
      ]);
      expect(rows(result)[3]!.reason).toContain('hello-dkms-1.2-1.noarch');
      expect(downloads(stage).sort()).toEqual([
        'hello-0.1-1.noarch.rpm',
        'hello-1.0-1.noarch.rpm',
        'hello-1.0^git1-1.x86_64.rpm',
        'hello-1.0~rc1-1.noarch.rpm',
      ]);
      expect(result.outputs).toMatchObject({
        'latest-version': '0.1',
        tags: JSON.stringify(
          ['0/hello-1.0~rc1', '0/hello-1.0', '0/hello-1.0^git1', '2/hello-0.1'].map((tag) =>
            tag.replace('~', '%7E').replace('^', '%5E'),
          ),
        ),
      });
      expect(stage.subjects().slice(-4)).toEqual(
        ['1.0~rc1', '1.0', '1.0^git1', '0.1'].map((version) => `feat: hello ${version}`),
      );
      expect(listed(stage, '2/hello-0.1:archive/rpm')).toContain('hello-1.0^git1-1.x86_64.rpm');
      expect(
        stage.git.git('log', '-1', '--format=%(trailers:key=Rpm-Nevra,valueonly)', 'main').trim(),
      ).toBe('hello-2:0.1-1.noarch');

      const again = await stage.publish({
        packages: 'hello*',
        arch: 'noarch x86_64',
        versions: '> 0.9, != 3.0-7',
        skip: '2.0 hello-dkms-1.2-1.noarch',
        'tag-format': '{epoch}/{name}-{version}',
      });
      expect({
        code: again.code,
        new: again.outputs['has-new'],
        downloads: downloads(stage),
      }).toEqual({ code: 0, new: 'false', downloads: [] });
    });
  });

  it('takes a renamed package for one history', async () => {
    await onStage(
      { packages: [release('hello', '1.0'), release('hello', '2.0')] },
      async (stage) => {
        expect(
          (await stage.publish({ packages: 'hello hellox', 'gpg-fingerprints': '' })).code,
        ).toBe(0);
        stage.offer(
          [release('hello', '1.0'), release('hello', '2.0'), release('hellox', '3.0')],
          '1800000000',
        );
        const result = await stage.publish({ packages: 'hello hellox' });
        expect(outcome(stage, result)).toEqual({
          code: 0,
          errors: [],
          tags: ['1.0', '2.0', '3.0'],
        });
        expect(stage.git.git('rev-list', '--first-parent', '--count', '2.0..3.0')).toBe('2');
        expect(listed(stage, '3.0:src')).toEqual(['hello.c', 'install.sh', 'only-3.0']);
        expect(listed(stage, '3.0:archive/rpm')).toContain('hello-2.0-1.noarch.rpm');
      },
    );
  });

  it.each([
    [
      'a name that is nearly right',
      { packages: 'helo-dmks' },
      /near names: hello-dkms/,
      /hello-dkms/,
    ],
    [
      'a name that is not there at all',
      { packages: 'zzzzzzzz' },
      /no such name/,
      /packages, arch and versions/,
    ],
    [
      'a right name in another architecture',
      { packages: 'hello-dkms', arch: 'x86_64 ppc64le' },
      /only arch noarch/,
      /Set arch to noarch/,
    ],
  ] as const)(
    '%s is PACKAGE_NOT_FOUND with what there is instead',
    async (_, inputs, message, remedy) => {
      await onStage(
        {
          packages: [
            release('hello', '1.0'),
            release('hello-dkms', '1.0'),
            release('unlike', '1.0'),
          ],
        },
        async (stage) => {
          const result = await stage.publish(inputs);
          expect(outcome(stage, result)).toEqual({
            code: 1,
            errors: ['PACKAGE_NOT_FOUND'],
            tags: [],
          });
          expect(result.report.errors[0]).toMatchObject({
            message: expect.stringMatching(message),
            remedy: expect.stringMatching(remedy),
          });
        },
      );
    },
  );
});

describe('two releases for one tag', () => {
  it('of one name: the lower is skipped with a warning that names the tag-format, and that tag-format separates them', async () => {
    await onStage(
      { packages: [hello('1.0', { release: '1' }), hello('1.0', { release: '2' })] },
      async (stage) => {
        const result = await stage.publish();
        expect(outcome(stage, result)).toEqual({ code: 0, errors: [], tags: ['1.0'] });
        expect(rows(result).map(({ nevra, status }) => `${nevra} ${status}`)).toEqual([
          'hello-1.0-1.noarch skipped',
          'hello-1.0-2.noarch published',
        ]);
        expect(result.report.warnings.join('\n')).toMatch(
          /hello-1\.0-1\.noarch is skipped: .*tag-format \{version\}-\{release\}/,
        );
        const again = await stage.publish();
        expect({ ...outcome(stage, again), new: again.outputs['has-new'] }).toEqual({
          code: 0,
          errors: [],
          tags: ['1.0'],
          new: 'false',
        });
        expect(rows(again)[0]!.reason).toContain('hello-1.0-2.noarch');
        const separated = await stage.publish({ 'tag-format': '{version}-{release}' });
        expect(outcome(stage, separated)).toEqual({ code: 0, errors: [], tags: ['1.0', '1.0-1'] });
      },
    );
  });

  it('of two architectures, and an epoch of 0 that the header states: one is published, and the next run knows it', async () => {
    await onStage(
      {
        packages: [
          hello('1.0', { epoch: 0 }),
          hello('1.0', { arch: 'x86_64' }),
          hello('2.0', { epoch: 0 }),
        ],
        inputs: { arch: 'noarch x86_64' },
      },
      async (stage) => {
        const result = await stage.publish();
        expect(outcome(stage, result)).toEqual({ code: 0, errors: [], tags: ['1.0', '2.0'] });
        expect(rows(result).map(({ status }) => status)).toEqual([
          'skipped',
          'published',
          'published',
        ]);
        expect(result.report.warnings.join('\n')).toContain('tag-format {version}.{arch}');
        const again = await stage.publish();
        expect({
          ...outcome(stage, again),
          new: again.outputs['has-new'],
          downloads: downloads(stage),
        }).toEqual({ code: 0, errors: [], tags: ['1.0', '2.0'], new: 'false', downloads: [] });
        expect(rows(again).map(({ status }) => status)).toEqual(['skipped', 'exists', 'exists']);
      },
    );
  });

  it("of two names: exit 1 before any download, and the remedy's tag-format helps", async () => {
    await onStage(
      {
        packages: [release('hello', '1.0'), release('hello-dkms', '1.0')],
        inputs: { packages: 'hello*' },
      },
      async (stage) => {
        const result = await stage.publish();
        expect(outcome(stage, result)).toEqual({ code: 1, errors: ['TAG_COLLISION'], tags: [] });
        expect(result.report.errors[0].remedy).toContain('{name}-{version}');
        expect(downloads(stage)).toEqual([]);
        expect(stage.git.git('for-each-ref')).toBe('');
        expect(outcome(stage, await stage.publish({ 'tag-format': '{name}-{version}' }))).toEqual({
          code: 0,
          errors: [],
          tags: ['hello-1.0', 'hello-dkms-1.0'],
        });
      },
    );
  });
});

describe('source-path', () => {
  const files: readonly PackageFile[] = [
    { path: '/usr/src/one-1.0', mode: 0o040755 },
    { path: '/usr/src/one-1.0/a.c', content: 'a' },
    { path: '/usr/src/two-1.0/deep/b.c', content: 'b' },
    { path: '/opt/vendor/source/c.c', content: 'c' },
    { path: '/etc/hello.conf', content: 'd' },
  ];

  it('with one match drops its name, with several keeps each', async () => {
    await onStage({ packages: [hello('1.0', { files })] }, async (stage) => {
      const several = await stage.publish();
      expect(outcome(stage, several)).toEqual({ code: 0, errors: [], tags: ['1.0'] });
      expect(listed(stage, 'main:src')).toEqual(['one-1.0/a.c', 'two-1.0/deep/b.c']);
      expect(
        stage.git
          .git('log', '-1', '--format=%(trailers:key=Source-Path,valueonly)')
          .trim()
          .split('\n'),
      ).toEqual(['usr/src/one-1.0', 'usr/src/two-1.0']);
    });
    await onStage(
      {
        packages: [hello('1.0', { files })],
        inputs: {
          'source-path': '/opt/*/source/',
          'source-directory': 'code/here',
          'archive-directory': 'kept',
        },
      },
      async (stage) => {
        expect(outcome(stage, await stage.publish())).toEqual({
          code: 0,
          errors: [],
          tags: ['1.0'],
        });
        expect(listed(stage, 'main').filter((path) => !path.startsWith('kept/'))).toEqual([
          'code/here/c.c',
        ]);
      },
    );
  });

  it('without a match ends the run with what folders there are', async () => {
    await onStage(
      { packages: [hello('1.0', { files })], inputs: { 'source-path': 'usr/share/*' } },
      async (stage) => {
        const result = await stage.publish();
        expect(outcome(stage, result)).toEqual({
          code: 1,
          errors: ['SOURCE_PATH_NOT_FOUND'],
          tags: [],
        });
        for (const folder of ['etc', 'opt/vendor', 'usr/src', 'usr/src/one-1.0'])
          expect(rows(result)[0]!.error!.message).toMatch(
            new RegExp(`(?<=[ "])${folder}(?=[",]|$)`),
          );
        expect(stage.git.git('for-each-ref')).toBe('');
      },
    );
  });
});

describe('archive-packages', () => {
  const packages = [hello('1.0')];

  it('header keeps lead, signatures and header; none keeps the checksum alone; both remember the package', async () => {
    for (const [kind, name, end] of [
      ['header', 'hello-1.0-1.noarch.rpm.header', packages[0]!.built.payloadStart],
      ['none', undefined, 0],
    ] as const) {
      await onStage({ packages, inputs: { 'archive-packages': kind } }, async (stage) => {
        expect(outcome(stage, await stage.publish())).toEqual({
          code: 0,
          errors: [],
          tags: ['1.0'],
        });
        expect(listed(stage, 'main:archive/rpm')).toEqual([
          ...(name === undefined ? [] : [name]),
          'hello-1.0-1.noarch.rpm.sha256',
        ]);
        const sha256 = createHash('sha256').update(packages[0]!.built.bytes).digest('hex');
        expect(
          stage.git.git('cat-file', 'blob', 'main:archive/rpm/hello-1.0-1.noarch.rpm.sha256'),
        ).toBe(sha256);
        expect(stage.git.git('cat-file', 'blob', 'main:archive/releases.json')).toContain(sha256);
        if (name === undefined) return;
        const part = packages[0]!.built.bytes.subarray(0, end);
        expect(stage.git.git('rev-parse', `main:archive/rpm/${name}`)).toBe(
          createHash('sha1').update(`blob ${end}\0`).update(part).digest('hex'),
        );
      });
    }
  });

  const md5 = (content: string | Uint8Array): string =>
    createHash('md5').update(content).digest('hex');
  it.each([
    [
      'no signature over the header alone',
      'NOT_COVERED',
      hello('1.0', { sign: (signed) => signBoth()(signed).slice(1) }),
    ],
    [
      'MD5 digests of its files',
      'WEAK_ALGORITHM',
      hello('1.0', {
        entries: [int32(5011, 1)],
        files: helloFiles('1.0').map((file) =>
          file.content === undefined
            ? file
            : { ...file, digest: file.content === '' ? md5('') : md5(file.content) },
        ),
      }),
    ],
  ] as const)(
    'header is refused for a package with %s, and says what to use instead',
    async (_, code, item) => {
      await onStage({ packages: [item] }, async (stage) => {
        const result = await stage.publish({ 'archive-packages': 'header' });
        expect(outcome(stage, result)).toEqual({ code: 1, errors: [code], tags: [] });
        expect(rows(result)[0]!.error!.remedy).toContain('archive-packages: full');
        expect(outcome(stage, await stage.publish())).toEqual({
          code: 0,
          errors: [],
          tags: ['1.0'],
        });
      });
    },
  );
});

describe('T21, T22: what a package may hold', () => {
  const FOLDER = '/usr/src/hello-1.0';
  const link = (name: string, target: string): PackageFile => ({
    path: `${FOLDER}/${name}`,
    target,
    mode: 0o120777,
  });

  it('links: kept as links with a warning for those that lead out; refused by choice, those within the source never', async () => {
    const inner = [link('inner', 'hello.c'), link('sub/up', '../hello.c')];
    await onStage(
      {
        packages: [
          hello('1.0', { files: [...helloFiles('1.0'), ...inner] }),
          hello('2.0', {
            files: [
              ...helloFiles('1.0'),
              link('out', '../../../etc/passwd'),
              link('root', '/etc/passwd'),
            ],
          }),
        ],
      },
      async (stage) => {
        const refused = await stage.publish({ symlinks: 'refuse' });
        expect(outcome(stage, refused)).toEqual({
          code: 1,
          errors: ['UNSAFE_PATH'],
          tags: ['1.0'],
        });
        expect(
          stage.git
            .git('ls-tree', '-r', '1.0:src')
            .split('\n')
            .filter((line) => line.startsWith('120000'))
            .map((line) => line.split('\t')[1]),
        ).toEqual(['inner', 'sub/up']);
        const kept = await stage.publish();
        expect(outcome(stage, kept)).toEqual({ code: 0, errors: [], tags: ['1.0', '2.0'] });
        expect(stage.git.git('cat-file', 'blob', '2.0:src/out')).toBe('../../../etc/passwd');
        expect(
          kept.report.warnings.filter((text: string) => text.includes('points outside the source')),
        ).toHaveLength(2);
        expect(kept.report.warnings.join('\n')).not.toContain('inner');
      },
    );
  });

  it('hard links are whole files, and names are bytes of any encoding', async () => {
    const name = Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9, 0xff]), Buffer.from('.c')]);
    const [content, other] = ['shared by two names\n', 'int x;\n'];
    const files: readonly PackageFile[] = [
      { path: FOLDER, mode: 0o040755 },
      { path: `${FOLDER}/first`, content, mode: 0o104755 },
      { path: `${FOLDER}/second`, content, mode: 0o104755 },
      { path: `${FOLDER}/x`, content: other },
    ];
    const members = [
      { name: `.${FOLDER}`, mode: 0o040755, inode: 1 },
      { name: `.${FOLDER}/first`, mode: 0o104755, inode: 2, links: 2 },
      { name: `.${FOLDER}/second`, mode: 0o104755, inode: 2, links: 2, content },
      { name: Buffer.concat([Buffer.from(`.${FOLDER}/`), name]), content: other, inode: 4 },
    ];
    const entries = [int32(1096, 1, 2, 2, 4), texts(1117, ['hello-1.0', 'first', 'second', name])];
    const item = hello('1.0', { files, members, entries });
    await onStage({ packages: [item] }, async (stage) => {
      expect(outcome(stage, await stage.publish())).toEqual({ code: 0, errors: [], tags: ['1.0'] });
      const tree = stage.git.git('ls-tree', 'main:src').split('\n');
      const blob = createHash('sha1').update(`blob ${content.length}\0${content}`).digest('hex');
      expect(tree).toEqual([
        `100644 blob ${createHash('sha1').update(`blob ${other.length}\0${other}`).digest('hex')}\t"caf\\351\\377.c"`,
        `100755 blob ${blob}\tfirst`,
        `100755 blob ${blob}\tsecond`,
      ]);
      const message = stage.git.git('log', '-1', '--format=%B');
      expect(message.match(/^Dropped-Mode: .*$/gm)).toEqual([
        'Dropped-Mode: 104755 first',
        'Dropped-Mode: 104755 second',
      ]);
      expect(fileName(item)).toBe('hello-1.0-1.noarch.rpm');
    });
  });
});
