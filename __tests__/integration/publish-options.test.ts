// SPDX-License-Identifier: MIT
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { gitEnvironment } from '../fixtures/git-server.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { hello, PUBLISHER } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const VERSIONS = ['1.0', '1.1', '2.0', '2.1', '3.0'];
const PACKAGES = VERSIONS.map((version) => hello(version));
const EPOCH = '1800000000';

afterAll(removeRunDirectories);

function rows({ report }: RunResult): string[] {
  return report.releases.map(
    ({ version, status }: { version: string; status: string }) => `${version} ${status}`,
  );
}

function pushes({ git }: Stage): number {
  return git.requests.filter(
    ({ method, service }) => method === 'POST' && service === 'git-receive-pack',
  ).length;
}

describe('what a run takes on', () => {
  it('dry-run does everything but the push', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish({ 'dry-run': 'true' });
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 0,
        refs: '',
      });
      expect(stage.git.requests.filter(({ service }) => service === 'git-receive-pack')).toEqual(
        [],
      );
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(5);
      expect(rows(result)).toEqual(VERSIONS.map((version) => `${version} planned`));
      expect(result.report.releases[0]).toMatchObject({
        package: { signature: { fingerprint: PUBLISHER.fingerprint } },
        files: { added: 3 },
      });
      expect(result.outputs).toMatchObject({
        'has-new': 'true',
        'new-versions': JSON.stringify(VERSIONS),
        'published-versions': '[]',
        tags: '[]',
        'latest-version': '',
        commit: '',
      });
    });
  });

  it('dry-run finds what is wrong, too', async () => {
    await onStage({ packages: [PACKAGES[0]!, hello('2.0', { sign: () => [] })] }, async (stage) => {
      const result = await stage.publish({ 'dry-run': 'true' });
      expect({ code: result.code, rows: rows(result) }).toEqual({
        code: 1,
        rows: ['1.0 planned', '2.0 failed'],
      });
    });
  });

  it('max-releases takes the oldest, and the next run goes on; push-batch says how many go into a push', async () => {
    await onStage(
      { packages: PACKAGES, inputs: { 'max-releases': '2', 'push-batch': '1' } },
      async (stage) => {
        const first = await stage.publish();
        expect({ code: first.code, tags: stage.tags(), pushes: pushes(stage) }).toEqual({
          code: 0,
          tags: ['1.0', '1.1'],
          pushes: 2,
        });
        expect(rows(first)).toEqual([
          '1.0 published',
          '1.1 published',
          '2.0 planned',
          '2.1 planned',
          '3.0 planned',
        ]);
        expect(first.outputs).toMatchObject({
          'new-versions': JSON.stringify(VERSIONS),
          'published-versions': '["1.0","1.1"]',
          'latest-version': '1.1',
        });
        const second = await stage.publish({ 'max-releases': '0', 'push-batch': '2' });
        expect({ code: second.code, tags: stage.tags(), pushes: pushes(stage) }).toEqual({
          code: 0,
          tags: VERSIONS,
          pushes: 2,
        });
        expect(JSON.parse(second.outputs['new-versions']!)).toEqual(['2.0', '2.1', '3.0']);
      },
    );
  });

  it('pushes three releases at a time unless told otherwise, the archive with the first', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      expect({ pushes: pushes(stage), tags: stage.tags() }).toEqual({ pushes: 2, tags: VERSIONS });
      expect(stage.subjects()).toEqual([
        'feat: Update archive - repo files',
        'feat: Update archive - GPG Public Key',
        ...VERSIONS.map((version) => `feat: hello ${version}`),
      ]);
    });
  });

  it('versions narrows, skip holds back and is listed', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish({ versions: '>= 1.1, < 3', skip: 'hello-2.0-1' });
      expect({ code: result.code, tags: stage.tags(), rows: rows(result) }).toEqual({
        code: 0,
        tags: ['1.1', '2.1'],
        rows: ['1.1 published', '2.0 skipped', '2.1 published'],
      });
      expect(JSON.parse(result.outputs['new-versions']!)).toEqual(['1.1', '2.1']);
    });
  });

  it("a backport leaves the branch's source where it is", async () => {
    await onStage({ packages: [PACKAGES[0]!, PACKAGES[4]!] }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      const source = stage.git.git('rev-parse', 'main:src');
      stage.offer(PACKAGES, '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        tags: stage.tags(),
        source: stage.git.git('rev-parse', 'main:src'),
      }).toEqual({ code: 0, tags: VERSIONS, source });
      expect(stage.git.git('rev-parse', '1.1^{commit}~1')).toBe(
        stage.git.git('rev-parse', '1.0^{commit}'),
      );
      expect(stage.git.git('rev-parse', '2.1^{commit}~1')).toBe(
        stage.git.git('rev-parse', '2.0^{commit}'),
      );
      expect(
        stage.git
          .git('ls-tree', '--name-only', 'main:archive/rpm')
          .split('\n')
          .filter((name) => name.endsWith('.rpm')),
      ).toHaveLength(5);
      expect(result.outputs['latest-version']).toBe('3.0');
    });
  });

  it('a branch that does not exist: BRANCH_NOT_FOUND, exit 1; on an empty repository it is begun', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      expect((await stage.publish({ branch: 'trunk' })).code).toBe(0);
      expect(stage.git.git('for-each-ref', '--format=%(refname)').split('\n')).toEqual([
        'refs/heads/trunk',
        'refs/tags/1.0',
      ]);
      const result = await stage.publish({ branch: 'mian' });
      expect({
        code: result.code,
        errors: result.report.errors.map(({ code }: { code: string }) => code),
      }).toEqual({ code: 1, errors: ['BRANCH_NOT_FOUND'] });
      expect(result.report.errors[0].message).toContain('trunk');
    });
  });

  it('no package of that name: PACKAGE_NOT_FOUND names what is there', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish({ packages: 'helo' });
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 1,
        refs: '',
      });
      expect(result.report.errors[0]).toMatchObject({
        code: 'PACKAGE_NOT_FOUND',
        message: expect.stringContaining('hello'),
      });
    });
  });

  it('check plans the same and changes nothing', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      await stage.publish({ 'max-releases': '2' });
      const before = stage.git.git('for-each-ref');
      const result = await stage.publish({ mode: 'check' });
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 0,
        refs: before,
      });
      expect(rows(result)).toEqual([
        '1.0 exists',
        '1.1 exists',
        '2.0 planned',
        '2.1 planned',
        '3.0 planned',
      ]);
      expect(result.outputs).toMatchObject({
        'has-new': 'true',
        'new-versions': '["2.0","2.1","3.0"]',
        'published-versions': '[]',
        'latest-version': '1.1',
      });
      // Each new release is looked at, up to the end of its header.
      expect(
        stage.yum.requests
          .filter(({ url }) => url.endsWith('.rpm'))
          .map(({ url, range }) => [url, range])
          .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      ).toEqual(
        ['2.0', '2.1', '3.0'].map((version) => [
          `/hello-${version}-1.noarch.rpm`,
          expect.stringMatching(/^bytes=0-\d+$/),
        ]),
      );
    });
  });

  it('packages of two names for one tag end the run before any download', async () => {
    await onStage({ packages: [PACKAGES[0]!, hello('1.0', { name: 'hallo' })] }, async (stage) => {
      const result = await stage.publish({ packages: 'hello hallo' });
      expect({
        code: result.code,
        refs: stage.git.git('for-each-ref'),
        error: result.report.errors[0].code,
      }).toEqual({ code: 1, refs: '', error: 'TAG_COLLISION' });
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
    });
  });

  it('broken release notes hold nothing up', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      const result = await stage.publish({ 'release-notes': `${stage.yum.url}/gone.rst` });
      expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
      expect(result.report.warnings.join('\n')).toMatch(/release notes/);
      expect(result.stdout).toMatch(/^::warning::release notes/m);
    });
  });

  it('takes verified packages from the tool cache of the runner in the next run', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const tempDir = makeRunDirectory();
      await stage.publish({ 'dry-run': 'true' }, { tempDir });
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(5);
      const result = await stage.publish({}, { tempDir });
      expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 0, tags: VERSIONS });
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
    });
  });
});

describe('where a mirror can be', () => {
  const bare = (folder: string): string => {
    const path = join(folder, 'mirror.git');
    mkdirSync(path);
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], {
      env: gitEnvironment(folder),
    });
    return path;
  };
  const inside = (path: string, ...args: string[]): string =>
    execFileSync('git', ['-C', path, ...args], {
      env: gitEnvironment(path),
      encoding: 'utf8',
    }).trim();

  it.each<[string, (path: string) => string]>([
    ['an absolute path', (path) => path],
    ['a path that begins with a dot', () => './mirror.git'],
    ['a file URL', (path) => pathToFileURL(path).href],
  ])('%s, with a second run on top that does nothing', async (_, name) => {
    await onStage({ packages: PACKAGES.slice(0, 2) }, async (stage) => {
      const cwd = makeRunDirectory();
      const path = bare(cwd);
      const result = await stage.publish({ repository: name(path) }, { cwd });
      expect({
        code: result.code,
        errors: result.report.errors,
        tags: inside(path, 'tag'),
      }).toEqual({ code: 0, errors: [], tags: '1.0\n1.1' });
      const before = inside(path, 'for-each-ref');
      const again = await stage.publish({ repository: name(path) }, { cwd });
      expect({
        code: again.code,
        hasNew: again.outputs['has-new'],
        refs: inside(path, 'for-each-ref'),
      }).toEqual({ code: 0, hasNew: 'false', refs: before });
      expect(inside(path, 'fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
      expect(stage.git.requests).toEqual([]);
    });
  });

  it('owner/name on GITHUB_SERVER_URL, and GITHUB_REPOSITORY when nothing is said', async () => {
    await onStage({ packages: PACKAGES.slice(0, 2) }, async (stage) => {
      const env = { GITHUB_SERVER_URL: stage.git.serverUrl };
      expect(
        (await stage.publish({ repository: 'acme/mirror', 'max-releases': '1' }, { env })).code,
      ).toBe(0);
      expect((await stage.publish({ repository: '' }, { env })).code).toBe(0);
      expect(stage.tags()).toEqual(['1.0', '1.1']);
    });
  });

  it('a path where nothing is: exit 2 before any request', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await runCli(
        [
          'publish',
          '--baseurl',
          stage.yum.url,
          '--packages=hello',
          `--gpgkey=${stage.yum.url}/KEY`,
          '--repository=./missing.git',
        ],
        { inputs: { token: TOKEN } },
      );
      expect({ code: result.code, requests: stage.yum.requests }).toEqual({
        code: 2,
        requests: [],
      });
      expect(result.stderr).toMatch(/repository.*missing\.git/);
    });
  });
});

describe('the same inputs, start and SOURCE_DATE_EPOCH', () => {
  it('give the same commits, trees and tags in two empty repositories', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const paths = await Promise.all(
        ['a', 'b'].map(async (name) => {
          const folder = makeRunDirectory();
          const path = join(folder, `${name}.git`);
          execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], {
            env: gitEnvironment(folder),
          });
          // Other batches and another order of downloads must not show.
          const inputs =
            name === 'a' ? { 'push-batch': '1', concurrency: '1' } : { 'push-batch': '5' };
          const result = await stage.publish(
            { repository: path, ...inputs },
            { env: { SOURCE_DATE_EPOCH: EPOCH, TZ: name === 'a' ? 'UTC' : 'Asia/Kathmandu' } },
          );
          expect(result.code).toBe(0);
          return path;
        }),
      );
      const [a, b] = paths.map((path) =>
        execFileSync('git', ['-C', path, 'for-each-ref'], {
          env: gitEnvironment(path),
          encoding: 'utf8',
        }),
      );
      expect(a).toBe(b);
      expect(a!.trim().split('\n')).toHaveLength(1 + VERSIONS.length);
      const dates = execFileSync('git', ['-C', paths[0]!, 'log', '--format=%ct %at %s', 'main'], {
        env: gitEnvironment(paths[0]!),
        encoding: 'utf8',
      })
        .trim()
        .split('\n');
      expect(dates).toEqual([
        ...VERSIONS.toReversed().map((version) => `${EPOCH} 1700000000 feat: hello ${version}`),
        `${EPOCH} ${EPOCH} feat: Update archive - GPG Public Key`,
        `${EPOCH} ${EPOCH} feat: Update archive - repo files`,
      ]);
      expect(readFileSync(join(paths[0]!, 'HEAD'), 'utf8')).toBe('ref: refs/heads/main\n');
    });
  });
});
