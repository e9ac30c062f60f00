// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { binary } from '../fixtures/header-builder.js';
import { makeCertificate, makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import type { PackageSpec } from '../fixtures/rpm-builder.js';
import { makeRunDirectory, removeRunDirectories, runAction } from '../fixtures/run-bundle.js';
import {
  hello,
  type ListedPackage,
  PUBLISHER,
  repositoryFiles,
  signBoth,
  signHeader,
} from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const SECOND = makeKey('RSA');
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const folder = '/usr/src/hello-1.5';
/** A release of hello 1.5 with further files. */
const holding = (...files: NonNullable<PackageSpec['files']>): ListedPackage =>
  hello('1.5', {
    files: [
      { path: folder, mode: 0o040755 },
      { path: `${folder}/hello.c`, content: 'x' },
      ...files,
    ],
  });

/** What publish refuses by index or header, and each input that it takes. */
const REFUSED: readonly (readonly [string, ListedPackage, Record<string, string>, string])[] = [
  ['unsigned', hello('1.5', { sign: () => [] }), {}, 'NO_SIGNATURE'],
  ['signed by a stranger', hello('1.5', { sign: signBoth(makeKey('EdDSA')) }), {}, 'UNKNOWN_KEY'],
  [
    'signed by a stranger over header and payload alone',
    hello('1.5', {
      sign: ({ header, payload }) => [
        binary(1002, makeSignature({ key: makeKey('EdDSA'), parts: [header, payload] })),
      ],
    }),
    {},
    'UNKNOWN_KEY',
  ],
  [
    'signed over the header, without a digest of the payload in it',
    hello('1.5', { sign: signHeader(), payloadDigest: false }),
    {},
    'NOT_COVERED',
  ],
  [
    'signed with SHA-1',
    hello('1.5', {
      sign: ({ header }) => [
        binary(268, makeSignature({ key: SECOND, parts: [header], hash: 'sha1' })),
      ],
    }),
    {},
    'WEAK_ALGORITHM',
  ],
  [
    'another package than the index says',
    { ...hello('1.4'), version: '1.5' },
    {},
    'INDEX_MISMATCH',
  ],
  [
    'with a device among the source',
    holding({ path: `${folder}/tty`, mode: 0o020666 }),
    {},
    'PAYLOAD_INVALID',
  ],
  [
    'with .. in a path',
    holding({ path: `${folder}/../../../etc/passwd`, content: 'x' }),
    {},
    'UNSAFE_PATH',
  ],
  [
    'with .git in the source',
    holding({ path: `${folder}/.git/config`, content: 'x' }),
    {},
    'UNSAFE_PATH',
  ],
  [
    'with a link that leaves the source, and symlinks: refuse',
    holding({ path: `${folder}/out`, mode: 0o120777, target: '/etc/passwd' }),
    { symlinks: 'refuse' },
    'UNSAFE_PATH',
  ],
  [
    'with an unknown compressor',
    hello('1.5', { compressor: 'brotli' }),
    {},
    'UNSUPPORTED_COMPRESSOR',
  ],
  [
    'with MD5 digests, and archive-packages: header',
    hello('1.5', {
      without: [5011],
      files: [{ path: `${folder}/hello.c`, content: 'x', digest: md5('x') }],
    }),
    { 'archive-packages': 'header' },
    'WEAK_ALGORITHM',
  ],
  [
    'without its source folder',
    hello('1.5', { files: [{ path: '/opt/x', content: 'x' }] }),
    {},
    'SOURCE_PATH_NOT_FOUND',
  ],
];

describe('check reads the header of every new release, and judges as publish does', () => {
  afterAll(removeRunDirectories);

  it.each(REFUSED)('%s', async (_, bad, inputs, code) => {
    const packages = [hello('1.0'), bad, hello('2.0')];
    await onStage({ packages, inputs }, async (stage) => {
      stage.yum.setFiles({
        ...repositoryFiles(packages),
        SECOND: makeCertificate({ key: SECOND }),
      });
      const keys = {
        gpgkey: `${stage.yum.url}/KEY ${stage.yum.url}/SECOND`,
        'gpg-fingerprints': `${PUBLISHER.fingerprint} ${SECOND.fingerprint}`,
      };
      const name = 'hello-1.5-1.noarch';
      const checked = await stage.publish({ ...keys, mode: 'check' });
      const states = (report: { releases: { status: string; error?: { code: string } }[] }) =>
        report.releases.map(({ status, error }) => error?.code ?? status);
      expect({ code: checked.code, states: states(checked.report) }).toEqual({
        code: 1,
        states: ['planned', code, 'planned'],
      });
      expect(checked.report.warnings).toContainEqual(
        expect.stringMatching(new RegExp(`would refuse 1 of 3 new releases.*skip: ${name}$`)),
      );
      expect(checked.stdout).toContain(
        'publish would refuse 1 of 3 new releases. 2 to be published, 1 would be refused.',
      );
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(3);
      expect(states((await stage.publish(keys)).report)[1]).toBe(code);
    });
  });

  it('more source than a release may bring, which no file says alone', async () => {
    const full = { content: 'x', size: 100 * 1024 * 1024 };
    for (const [count, code, status] of [
      [20, 0, 'planned'],
      [21, 1, 'failed'],
    ] as const) {
      const files = Array.from({ length: count }, (__, at) => ({
        path: `${folder}/part-${at}`,
        ...full,
      }));
      await onStage({ packages: [hello('1.5', { files })] }, async (stage) => {
        const checked = await stage.publish({ mode: 'check' });
        const [release] = checked.report.releases;
        expect([checked.code, release.status, release.error?.code]).toEqual([
          code,
          status,
          code === 0 ? undefined : 'LIMIT_EXCEEDED',
        ]);
      });
    }
  });

  it('is content once all that it named is held back', async () => {
    const packages = [hello('1.0'), hello('1.5', { sign: () => [] }), hello('2.0')];
    await onStage({ packages }, async (stage) => {
      const { report } = await stage.publish({ mode: 'check' });
      const skip = /skip: (.*)$/m.exec(report.warnings.at(-1))![1]!;
      expect((await stage.publish({ mode: 'check', skip })).code).toBe(0);
      expect((await stage.publish({ skip })).code).toBe(0);
      expect(stage.tags()).toEqual(['1.0', '2.0']);
    });
  });

  it.each([
    ['does not say where headers end', () => ''],
    ['says too little', (end: number) => `<rpm:header-range start="1" end="${end - 40}"/>`],
    ['says nonsense', () => '<rpm:header-range start="1" end="999999999999"/>'],
  ])('where the index %s, too', async (_, range) => {
    const packages = [hello('1.0'), hello('1.5', { sign: () => [] }), hello('2.0')];
    await onStage({ packages }, async (stage) => {
      stage.yum.setFiles(
        repositoryFiles(packages, {
          primary: (xml) =>
            xml.replaceAll(/<rpm:header-range start="\d+" end="(\d+)"\/>/g, (__, end: string) =>
              range(Number(end)),
            ),
        }),
      );
      const { code, report } = await stage.publish({ mode: 'check' });
      expect({
        code,
        status: report.releases.map(({ status }: { status: string }) => status),
      }).toEqual({ code: 1, status: ['planned', 'failed', 'planned'] });
    });
  });

  it('says for each release what only the payload shows, and people that once', async () => {
    const packages = [hello('1.0'), hello('2.0'), hello('3.0')];
    await onStage({ packages }, async (stage) => {
      const { code, report, summary } = await stage.publish({ mode: 'check' });
      expect({ code, tags: report.notChecked.map(({ tag }: { tag: string }) => tag) }).toEqual({
        code: 0,
        tags: ['1.0', '2.0', '3.0'],
      });
      expect(report.notChecked[0].reason).toMatch(/^the payload: its digests/);
      expect(summary).toContain('and 2 other packages: the payload');
      expect(summary).toContain('Checked, nothing was changed. 3 to be published.');
    });
  });

  it('shows how far it is, and stops at a server that does not answer any more', async () => {
    const packages = Array.from({ length: 120 }, (_, at) =>
      hello(`1.${at}`, { files: [{ path: `/usr/src/hello-1.${at}/a.c`, content: 'a' }] }),
    );
    await onStage({ packages }, async (stage) => {
      const good = await stage.publish({ mode: 'check' });
      expect(good.stdout).toMatch(
        /reading the header of 120 new releases\n[^]*headers: 100 of 120\n/,
      );
      expect(good.code).toBe(0);
      expect(stage.yum.peak()).toBeLessThanOrEqual(8);
      stage.yum.setMisbehave(({ url }) => (url.endsWith('.rpm') ? { status: 503 } : undefined));
      const bad = await stage.publish({ mode: 'check' });
      expect(bad.code).toBe(1);
      expect(bad.report.errors[0]).toMatchObject({ code: 'HTTP_STATUS' });
      expect(stage.yum.requests.length).toBeLessThan(60);
    });
  }, 90_000);
});

describe('check finds what keeps a repository on this machine from taking a push', () => {
  afterAll(removeRunDirectories);

  const run = async (repository: string, mode: string, url: string, path?: string) =>
    runAction({
      inputs: {
        baseurl: url,
        packages: 'hello',
        gpgkey: `${url}/KEY`,
        'gpg-fingerprints': PUBLISHER.fingerprint,
        repository,
        mode,
      },
      ...(path === undefined ? {} : { pathFirst: path }),
    });
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-C', cwd, ...args], { encoding: 'utf8' });

  it('a branch that is checked out, before anything is downloaded; another, or a setting, lets in', async () => {
    await onStage({ packages: [hello('1.0')] }, async ({ yum }) => {
      const work = makeRunDirectory();
      git(work, 'init', '-q', '-b', 'main');
      for (const mode of ['check', 'publish']) {
        yum.requests.length = 0;
        const refused = await run(work, mode, yum.url);
        expect({ code: refused.code, errors: refused.report.errors }).toEqual({
          code: 1,
          errors: [
            {
              code: 'PUSH_REJECTED',
              message: expect.stringMatching(
                /is no bare repository: its branch main is checked out/,
              ),
              remedy: expect.stringMatching(/git init --bare.*updateInstead/),
            },
          ],
        });
        if (mode === 'publish')
          expect(yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
      }
      git(work, 'config', 'receive.denyCurrentBranch', 'updateInstead');
      expect((await run(work, 'check', yum.url)).code).toBe(0);
      expect((await run(work, 'publish', yum.url)).code).toBe(0);
      expect(existsSync(join(work, 'src/hello.c'))).toBe(true);
    });
  });
});
