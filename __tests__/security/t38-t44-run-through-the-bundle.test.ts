// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { fileName, hello, PUBLISHER } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = ['1.0', '2.0', '3.0'].map((version) => hello(version));
const statuses = ({ report }: RunResult): unknown[] =>
  report.releases.map(
    ({ version, status, error }: { version: string; status: string; error?: { code: string } }) => [
      version,
      status,
      error?.code,
    ],
  );
const readManifest = (name: string): Record<string, Record<string, string>> =>
  JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as never;

afterAll(removeRunDirectories);

describe('T38: a server that breaks in the middle of a run', () => {
  it('leaves the releases before it published, and the next run goes on there', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setMisbehave(({ url }) =>
        url.endsWith(fileName(PACKAGES[1]!)) ? { html: true } : undefined,
      );
      const broken = await stage.publish();
      expect({ code: broken.code, tags: stage.tags(), rows: statuses(broken) }).toEqual({
        code: 1,
        tags: ['1.0'],
        rows: [
          ['1.0', 'published', undefined],
          ['2.0', 'failed', 'SIZE_MISMATCH'],
          ['3.0', 'skipped', undefined],
        ],
      });
      stage.yum.setMisbehave((_, n) => (n === 1 ? { status: 503, retryAfter: '0' } : undefined));
      const next = await stage.publish();
      expect({ code: next.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['1.0', '2.0', '3.0'],
      });
    });
  });

  it('is told from one that is gone for good', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setMisbehave(({ url }) =>
        url.endsWith(fileName(PACKAGES[2]!)) ? { status: 404 } : undefined,
      );
      const result = await stage.publish({ 'push-batch': '1' });
      expect({ code: result.code, tags: stage.tags(), last: statuses(result).at(-1) }).toEqual({
        code: 1,
        tags: ['1.0', '2.0'],
        last: ['3.0', 'failed', expect.stringMatching(/^(NOT_FOUND|HTTP_STATUS)$/)],
      });
      expect(
        stage.yum.requests.filter(({ url }) => url.endsWith(fileName(PACKAGES[2]!))),
      ).toHaveLength(1);
    });
  });
});

describe('T39: a redirect', () => {
  it.each([
    [
      'to a link-local address',
      () => 'http://169.254.169.254/latest/meta-data',
      'INSECURE_REDIRECT',
    ],
    ['without an end', (url: string) => `${url}/repodata/repomd.xml`, 'INSECURE_REDIRECT'],
    [
      'to another host for what no checksum pins',
      (url: string) => `${url.replace('127.0.0.1', 'localhost')}/other`,
      'INSECURE_REDIRECT',
    ],
  ])('%s is not followed', async (_, target, code) => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      stage.yum.setMisbehave(({ url }) =>
        url.endsWith('/repomd.xml') ? { redirect: target(stage.yum.url) } : undefined,
      );
      const result = await stage.publish();
      expect([
        result.code,
        result.report.errors.map((error: { code: string }) => error.code),
        stage.git.git('for-each-ref'),
      ]).toEqual([1, [code], '']);
      expect(
        stage.yum.requests.filter(({ url }) => url.endsWith('/repomd.xml')).length,
      ).toBeLessThanOrEqual(6);
    });
  });

  it('to another host is followed for bytes that a checksum pins', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      stage.yum.setMisbehave(({ url, headers }) =>
        url.endsWith('.rpm') && headers.host?.startsWith('127') === true
          ? { redirect: `${stage.yum.url.replace('127.0.0.1', 'localhost')}${url}` }
          : undefined,
      );
      expect([(await stage.publish()).code, stage.tags()]).toEqual([0, ['1.0']]);
    });
  });
});

describe('T42: a wrong clock', () => {
  const clock = (seconds: number): string[] => [
    '--import',
    `data:text/javascript,const now=Date.now,start=now();Date.now=()=>${seconds * 1000}+now()-start`,
  ];

  it('that stands before the signature refuses it and says why', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      const result = await stage.publish({}, { nodeOptions: clock(1_000_000_000) });
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 1,
        refs: '',
      });
      expect(result.stdout).toMatch(
        /^::error title=KEY_INVALID::.*after today \(2001-09-09\); is this machine's clock right/m,
      );
    });
  });

  it('that is decades ahead turns no good signature bad', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      const result = await stage.publish({}, { nodeOptions: clock(4_000_000_000) });
      expect([result.code, stage.tags(), stage.git.git('log', '-1', '--format=%ct')]).toEqual([
        0,
        ['1.0'],
        expect.stringMatching(/^40000000/),
      ]);
    });
  });

  it.each(['yesterday', '-5', '1e9'])('SOURCE_DATE_EPOCH=%j is wrong input', async (epoch) => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      const result = await stage.publish({}, { env: { SOURCE_DATE_EPOCH: epoch } });
      expect([result.code, stage.yum.requests.length, stage.git.requests.length]).toEqual([
        2, 0, 0,
      ]);
    });
  });

  it.each(['0', '4102444800'])(
    'SOURCE_DATE_EPOCH=%j dates commits and decides nothing',
    async (epoch) => {
      await onStage(
        { packages: [hello('1.0'), hello('2.0', { sign: () => [] })] },
        async (stage) => {
          const result = await stage.publish({}, { env: { SOURCE_DATE_EPOCH: epoch } });
          expect(statuses(result)).toEqual([
            ['1.0', 'published', undefined],
            ['2.0', 'failed', 'NO_SIGNATURE'],
          ]);
          expect(new Set(stage.git.git('log', '--format=%ct').split('\n'))).toEqual(
            new Set([epoch]),
          );
        },
      );
    },
  );
});

describe('T43: our own supply chain', () => {
  it('runs no install scripts, has few dependencies of exact versions, and locks them all by checksum', () => {
    const manifest = readManifest('package.json');
    expect(
      Object.keys(manifest['scripts']!).filter((name) =>
        /^(?:pre|post)?(?:install|prepare|pack|publish)/.test(name),
      ),
    ).toEqual([]);
    // Of others' scripts only the one that brings Node 24; npm asks about each that is not named.
    const allowed = Object.entries(manifest['allowScripts']!).filter(([, isAllowed]) => isAllowed);
    expect(allowed.map(([name]) => name)).toEqual(['node']);
    // dist holds what it needs: the npm package installs nothing else.
    expect(manifest['dependencies']).toBeUndefined();
    for (const version of Object.values({
      ...manifest['devDependencies'],
    }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const { packages } = readManifest('package-lock.json') as unknown as {
      packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean }>;
    };
    expect(
      Object.entries(packages)
        .filter(
          ([name, { integrity, link, inBundle }]) =>
            name !== '' && link !== true && inBundle !== true && !/^sha512-/.test(integrity ?? ''),
        )
        .map(([name]) => name),
    ).toEqual([]);
  });

  it('gives every direct dependency a reason in docs/dependencies.md', () => {
    const reasons = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
    const { devDependencies } = readManifest('package.json');
    expect(
      Object.keys(devDependencies!).filter((name) => !reasons.includes(`\`${name}\``)),
    ).toEqual([]);
  });
});

describe('T44: any tag again from its package, offline', () => {
  it('verify proves every tag of a clone without any server, and finds the one that was changed', async () => {
    await onStage({ packages: PACKAGES.slice(0, 2) }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      const clone = join(makeRunDirectory(), 'clone.git');
      execFileSync('git', ['clone', '--quiet', '--mirror', stage.git.repoDir, clone]);
      await Promise.all([stage.yum.close(), stage.git.close()]);
      const verify = () =>
        runCli([
          'verify',
          `--repository=${pathToFileURL(clone).href}`,
          `--gpg-fingerprints=${PUBLISHER.fingerprint}`,
          '--json',
        ]);
      const good = await verify();
      expect([good.code, JSON.parse(good.stdout)]).toEqual([
        0,
        expect.objectContaining({ findings: [] }),
      ]);
      const git = (...args: string[]): string =>
        execFileSync(
          'git',
          ['-C', clone, '-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args],
          { encoding: 'utf8' },
        ).trim();
      const other = git(
        'commit-tree',
        '2.0^{tree}',
        '-p',
        '1.0~1',
        '-m',
        git('log', '-1', '--format=%B', '1.0'),
      );
      git(
        'tag',
        '--force',
        '--annotate',
        '--cleanup=verbatim',
        '-m',
        git('tag', '-l', '--format=%(contents)', '1.0'),
        '1.0',
        other,
      );
      const bad = await verify();
      expect(bad.code).toBe(1);
      expect(
        (JSON.parse(bad.stdout) as { findings: { tag: string }[] }).findings.map(({ tag }) => tag),
      ).toContain('1.0');
    });
  });
});
