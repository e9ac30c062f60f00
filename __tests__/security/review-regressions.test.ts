// SPDX-License-Identifier: MIT
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import { buildPackage } from '../fixtures/rpm-builder.js';
import { removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER_KEY, repositoryFiles, signBoth } from '../fixtures/small-repository.js';
import { onStage, openStage } from '../fixtures/stage.js';

/** What a review of the whole once found open; each was shown with the bundle of that day. */
const STRANGER = makeKey('EdDSA');
const LIMIT = 120_000;

afterAll(removeRunDirectories);

describe('T16: a key that is not trusted', () => {
  it(
    'does not get into trust by lying beside the trusted one in a served key file',
    async () => {
      await onStage(
        { packages: [hello('1.0')], inputs: { 'gpg-fingerprints': '' } },
        async (stage) => {
          expect((await stage.publish()).code).toBe(0);
          const both = Buffer.concat([
            PUBLISHER_KEY,
            makeCertificate({ key: STRANGER, userId: 'Stranger <s@example.invalid>' }),
          ]);
          const offer = (packages: Parameters<typeof repositoryFiles>[0]): void => {
            stage.yum.setFiles({ ...repositoryFiles(packages), KEY: both });
          };
          offer([hello('1.0')]);
          expect((await stage.publish()).code).toBe(0);
          offer([hello('1.0'), hello('2.0', { sign: signBoth(STRANGER) })]);
          const third = await stage.publish();
          expect({
            code: third.code,
            error: third.report.releases.at(-1).error.code,
            tags: stage.tags(),
          }).toEqual({ code: 1, error: 'UNKNOWN_KEY', tags: ['1.0'] });
        },
      );
    },
    LIMIT,
  );
});

describe('T44: a tag that somebody else made', () => {
  it(
    'is not good because it brings its own key along',
    async () => {
      const [ours, theirs] = [
        await openStage({ packages: [hello('1.0')] }),
        await openStage({ inputs: { 'gpg-fingerprints': STRANGER.fingerprint } }),
      ];
      try {
        theirs.yum.setFiles({
          ...repositoryFiles([hello('2.0', { sign: signBoth(STRANGER) })]),
          KEY: makeCertificate({ key: STRANGER }),
        });
        expect([(await ours.publish()).code, (await theirs.publish()).code]).toEqual([0, 0]);
        ours.git.git('fetch', '--quiet', theirs.git.repoDir, 'refs/tags/2.0:refs/tags/2.0');
        const result = await runCli(['verify', '--repository', ours.git.repoDir, '--json']);
        const findings = JSON.parse(result.stdout).findings as { tag: string; kind: string }[];
        expect({
          code: result.code,
          tags: new Set(findings.map(({ tag }) => tag)),
          kinds: findings.some(({ kind }) => kind === 'signature'),
        }).toEqual({ code: 1, tags: new Set(['2.0']), kinds: true });
      } finally {
        await Promise.all([ours.close(), theirs.close()]);
      }
    },
    LIMIT,
  );
});

describe('line branches', () => {
  it(
    'go on following their line after the branch took other commits',
    async () => {
      await onStage(
        { packages: [hello('1.0')], inputs: { 'line-branches': '1.*=release/1' } },
        async (stage) => {
          expect((await stage.publish()).code).toBe(0);
          stage.offer([hello('1.0')], '1800000000');
          expect((await stage.publish()).code).toBe(0);
          stage.offer([hello('1.0'), hello('1.1')], '1800000001');
          const result = await stage.publish();
          expect({ code: result.code, at: stage.git.git('rev-parse', 'release/1') }).toEqual({
            code: 0,
            at: stage.git.git('rev-parse', '1.1^{commit}'),
          });
        },
      );
    },
    LIMIT,
  );

  it(
    'stay where somebody else moved them, and hold nobody up',
    async () => {
      await onStage(
        { packages: [hello('1.0')], inputs: { 'line-branches': '1.*=release/1' } },
        async (stage) => {
          expect((await stage.publish()).code).toBe(0);
          const foreign = stage.git.git(
            '-c',
            'user.name=a',
            '-c',
            'user.email=a@b',
            'commit-tree',
            '-p',
            'release/1',
            '-m',
            'by hand',
            'release/1^{tree}',
          );
          stage.git.git('update-ref', 'refs/heads/release/1', foreign);
          stage.offer([hello('1.0'), hello('1.1')], '1800000001');
          const result = await stage.publish();
          expect({
            code: result.code,
            at: stage.git.git('rev-parse', 'release/1'),
            tags: stage.tags(),
          }).toEqual({ code: 0, at: foreign, tags: ['1.0', '1.1'] });
          expect(result.report.warnings.join()).toContain('release/1');
        },
      );
    },
    LIMIT,
  );
});

describe('the branch', () => {
  it(
    'does not move back behind a newest release that upstream withdrew and no list knows',
    async () => {
      await onStage({ packages: [hello('9.0')] }, async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        // As the predecessor left it: a lightweight tag and no releases.json.
        const commit = stage.git.git('rev-parse', '9.0^{commit}');
        stage.git.git('update-ref', 'refs/tags/9.0', commit);
        const index = join(mkdtempSync(join(tmpdir(), 'review-')), 'index');
        const plumb = (...args: string[]): string =>
          stage.git.git('-c', 'user.name=a', '-c', 'user.email=a@b', ...args);
        process.env['GIT_INDEX_FILE'] = index;
        try {
          plumb('read-tree', 'main');
          plumb('rm', '--cached', '--quiet', 'archive/releases.json');
          stage.git.git(
            'update-ref',
            'refs/heads/main',
            plumb('commit-tree', '-p', 'main', '-m', 'as before', plumb('write-tree')),
          );
        } finally {
          delete process.env['GIT_INDEX_FILE'];
        }
        const before = stage.git.git('rev-parse', 'main:src');
        stage.offer([hello('1.0')], '1800000001');
        const result = await stage.publish();
        expect({
          code: result.code,
          tags: stage.tags(),
          src: stage.git.git('rev-parse', 'main:src'),
        }).toEqual({ code: 0, tags: ['1.0', '9.0'], src: before });
      });
    },
    LIMIT,
  );
});

describe('T20: inspect --extract', () => {
  it('writes no name that turns into another when it is decoded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'review-'));
    const name = '\ufeff../escaped.txt';
    writeFileSync(
      join(folder, 'bom.rpm'),
      buildPackage({ version: '1', files: [{ path: `/${name}`, content: 'x' }] }).bytes,
    );
    const result = await runCli(['inspect', 'bom.rpm', '--extract', 'box/out'], { cwd: folder });
    const found = {
      escaped: existsSync(join(folder, 'box/escaped.txt')),
      inside: existsSync(`${folder}/box/out/${name}`),
    };
    expect({ code: result.code, ...found }).toEqual({ code: 0, escaped: false, inside: true });
  });
});

describe('a flag', () => {
  it('is not taken for the value of the flag before it', async () => {
    const result = await runCli([
      'publish',
      '--title',
      '--dry-run',
      '--baseurl',
      'http://127.0.0.1:9',
      '--packages',
      'a',
      '--repository',
      'a/b',
    ]);
    expect({ code: result.code, says: /--title needs a value/.test(result.stderr) }).toEqual({
      code: 2,
      says: true,
    });
  });
});
