// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { fileName, hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const [OLD, NEW, BACKPORT] = ['1.0', '3.0', '2.0'].map((version) => hello(version));
const INDEX = 'feat: Update archive - repo files';
const at = ({ git }: Stage, revision: string): Record<string, unknown> =>
  JSON.parse(git.git('show', `${revision}:archive/mirror.json`)) as Record<string, unknown>;
/** Puts files on the branch, as a person would; removes those that are undefined. */
function commit({ git }: Stage, files: Readonly<Record<string, string | undefined>>): void {
  for (const [path, content] of Object.entries(files)) {
    git.git('read-tree', 'main');
    if (content === undefined) git.git('--work-tree', '.', 'update-index', '--force-remove', path);
    else {
      // The content of a blob that is there already is enough.
      const oid = git.git('rev-parse', content);
      git.git('update-index', '--add', '--cacheinfo', `100644,${oid},${path}`);
    }
    const made = git.git(
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@x',
      'commit-tree',
      '-p',
      'main',
      '-m',
      'by hand',
      git.git('write-tree'),
    );
    git.git('update-ref', 'refs/heads/main', made);
  }
}

afterAll(removeRunDirectories);

describe('archive/mirror.json', () => {
  it('is written with the index by a run that publishes, and stands in the tree of every release', async () => {
    await onStage(
      { packages: [OLD!], inputs: { title: 'Hello', 'line-branches': '1.*=line/1' } },
      async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        const expected = {
          schema: 1,
          packages: ['hello'],
          arch: ['noarch'],
          title: 'Hello',
          tagFormats: ['{version}'],
          sourcePaths: ['usr/src/*'],
          unpacks: ['main'],
          dotGit: 'refuse',
          directories: { source: 'src', archive: 'archive', packaging: 'packaging' },
          archivePackages: 'full',
          lineBranches: [{ pattern: '1.*', branch: 'line/1' }],
        };
        expect([at(stage, '1.0'), Object.keys(at(stage, 'main'))]).toEqual([
          expected,
          Object.keys(expected),
        ]);
        expect(stage.git.git('log', '-1', '--format=%s', 'main', '--', 'archive/mirror.json')).toBe(
          INDEX,
        );
      },
    );
  });

  it('keeps what was used, and is not touched by a run that publishes nothing', async () => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      const tip = stage.git.git('rev-parse', 'main');
      expect((await stage.publish({ 'source-path': 'usr/src/hello*', title: 'Other' })).code).toBe(
        0,
      );
      expect(stage.git.git('rev-parse', 'main')).toBe(tip);
      stage.offer([OLD!, NEW!], '1700000001');
      expect(
        (await stage.publish({ 'source-path': 'usr/src/hello*', 'archive-packages': 'header' }))
          .code,
      ).toBe(0);
      expect([at(stage, '1.0'), at(stage, '3.0')]).toMatchObject([
        { sourcePaths: ['usr/src/*'], archivePackages: 'full' },
        { sourcePaths: ['usr/src/*', 'usr/src/hello*'], archivePackages: 'header' },
      ]);
    });
  });

  it('comes into a mirror that lacks it with its next release, also where the index did not change', async () => {
    await onStage({ packages: [OLD!, NEW!] }, async (stage) => {
      await stage.publish({ 'max-releases': '1' });
      commit(stage, { 'archive/mirror.json': undefined });
      expect((await stage.publish()).code).toBe(0);
      expect([at(stage, '3.0'), stage.subjects().slice(-2)]).toMatchObject([
        { packages: ['hello'] },
        [INDEX, 'feat: hello 3.0'],
      ]);
    });
  });

  it('that is broken stops the run before any change', async () => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      commit(stage, { 'archive/mirror.json': 'main:src/hello.c' });
      const refs = stage.git.git('for-each-ref');
      stage.offer([OLD!, NEW!], '1700000001');
      const { code, report } = await stage.publish();
      expect([code, report.errors, stage.git.git('for-each-ref')]).toMatchObject([
        1,
        [{ code: 'MIRROR_INVALID', message: expect.stringContaining('mirror.json') }],
        refs,
      ]);
    });
  });
});

describe('a backport', () => {
  it("takes the branch's mirror.json, keys and workflows, lists them, and is verified", async () => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      commit(stage, {
        '.github/workflows/old.yml': 'main:src/hello.c',
        '.github/workflows/mirror.yml': 'main:src/hello.c',
      });
      stage.offer([OLD!, NEW!], '1700000001');
      await stage.publish();
      commit(stage, {
        '.github/workflows/old.yml': undefined,
        '.github/workflows/mirror.yml': 'main:src/install.sh',
        '.github/FUNDING.yml': 'main:src/install.sh',
      });
      stage.offer([OLD!, BACKPORT!, NEW!], '1700000002');
      expect((await stage.publish({ title: 'Later' })).code).toBe(0);
      const id = (revision: string): string => stage.git.git('rev-parse', revision);
      for (const path of ['.github/workflows', 'archive/mirror.json', 'archive/KEY'])
        expect([path, id(`2.0:${path}`)]).toEqual([path, id(`main:${path}`)]);
      expect(stage.git.git('ls-tree', '-r', '--name-only', '2.0', '.github')).toBe(
        '.github/workflows/mirror.yml',
      );
      expect(stage.git.git('log', '-1', '--format=%B', '2.0')).toContain(
        [
          '- ?: .github/workflows/mirror.yml',
          '- M: archive/mirror.json',
          '- M: archive/releases.json',
          `- ?: archive/rpm/${fileName(BACKPORT!)}`,
        ].join('\n'),
      );
      const verified = await runCli([
        'verify',
        '--quiet',
        '--report',
        `${makeRunDirectory()}/report.json`,
        '--repository',
        stage.git.repoDir,
      ]);
      expect([verified.code, verified.report.findings]).toEqual([0, []]);
    });
  });
});

describe('what the mirror holds against the inputs', () => {
  it.each([
    [
      'none of its names',
      { packages: 'other' },
      /packages is other, and the mirror in repository holds hello/,
    ],
    [
      'a tag that is named as a branch',
      { 'line-branches': '1.*=3.0' },
      /3\.0 would have the name of a/,
    ],
    ['the branch as a line branch', { 'line-branches': '1.*=main' }, /line-branches names main/],
  ])('%s: exit 2 before any change', async (_, inputs, message) => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      const refs = stage.git.git('for-each-ref');
      stage.offer([OLD!, NEW!, hello('1.0', { name: 'other' })], '1700000001');
      const { code, report } = await stage.publish(inputs);
      expect([code, report.errors, stage.git.git('for-each-ref')]).toMatchObject([
        2,
        [{ code: 'INPUT_CONFLICT', message: expect.stringMatching(message) }],
        refs,
      ]);
    });
  });

  it('two tags that would differ in case alone: exit 2 before either is made', async () => {
    await onStage(
      { packages: [hello('1.0RC'), { ...hello('1.0rc'), file: 'other.rpm' }] },
      async (stage) => {
        const { code, report } = await stage.publish();
        expect([code, report.errors, stage.git.git('for-each-ref')]).toMatchObject([
          2,
          [{ code: 'INPUT_CONFLICT', message: expect.stringMatching(/in case alone/) }],
          '',
        ]);
      },
    );
  });

  it('an old name among packages is enough', async () => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      stage.offer([OLD!, hello('3.0', { name: 'hallo' })], '1700000001');
      expect((await stage.publish({ packages: 'hello hallo' })).code).toBe(0);
      expect(at(stage, '3.0')['packages']).toEqual(['hello', 'hallo']);
    });
  });
});
