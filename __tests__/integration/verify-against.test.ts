// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { hello, helloFiles, PUBLISHER, signBoth } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const OTHER = makeKey('EdDSA');
const pins = `${PUBLISHER.fingerprint} ${OTHER.fingerprint}`;

function keyFile(): string {
  const path = join(makeRunDirectory(), 'KEY2');
  writeFileSync(path, makeCertificate({ key: OTHER }));
  return path;
}

/** Verifies one stage's mirror against the other's. */
const compare = (own: Stage, other: string, args: readonly string[] = []): Promise<RunResult> =>
  runCli([
    'verify',
    '--quiet',
    '--report',
    `${makeRunDirectory()}/report.json`,
    '--repository',
    own.git.repoDir,
    '--gpg-fingerprints',
    pins,
    '--against',
    other,
    ...args,
  ]);
const rows = ({ report }: RunResult): unknown[] =>
  report.findings.map(({ kind, tag, path, actual }: Record<string, string>) => [
    kind,
    tag,
    path,
    actual,
  ]);

afterAll(removeRunDirectories);

describe('verify --against', () => {
  it('is good where both have the same, and lists what only one has', async () => {
    await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (own) => {
      await onStage(
        {
          packages: [hello('1.0'), hello('3.0')],
          inputs: { 'tag-format': 'v{version}', 'source-directory': 'code' },
        },
        async (other) => {
          await own.publish();
          await other.publish();
          const result = await compare(own, other.git.repoDir);
          expect([result.code, rows(result)]).toEqual([0, []]);
          expect(result.report.residue).toEqual(
            expect.arrayContaining([
              expect.stringMatching(/only this mirror has.*hello-2\.0-1\.noarch/),
              expect.stringMatching(/has, and that were not compared: hello-3\.0-1\.noarch/),
            ]),
          );
        },
      );
    });
  });

  it('finds another content that is signed as well', async () => {
    const files = helloFiles('1.0').map((file) =>
      'content' in file && file.path.endsWith('hello.c') ? { ...file, content: 'evil\n' } : file,
    );
    await onStage({ packages: [hello('1.0')] }, async (own) => {
      await onStage({ packages: [hello('1.0', { files })] }, async (other) => {
        await own.publish();
        await other.publish();
        const result = await compare(own, other.git.repoDir);
        expect([result.code, rows(result)]).toEqual([
          1,
          [
            [
              'other-mirror',
              '1.0',
              'Source-Tree',
              expect.stringContaining(other.git.git('rev-parse', '1.0:src')),
            ],
            [
              'other-mirror',
              '1.0',
              'Content-Sha256',
              expect.stringContaining('(changed, and signed as well)'),
            ],
          ],
        ]);
        const accepted = await compare(own, other.git.repoDir, [
          '--accept-findings',
          'other-mirror:1.0',
        ]);
        expect([accepted.report.findings, accepted.report.accepted.length]).toEqual([[], 2]);
      });
    });
  });

  it('tells a release that another key signed again from one that changed', async () => {
    await onStage({ packages: [hello('1.0')] }, async (own) => {
      await onStage(
        {
          packages: [hello('1.0', { sign: signBoth(OTHER) })],
          inputs: { 'gpg-fingerprints': OTHER.fingerprint, gpgkey: keyFile() },
        },
        async (other) => {
          await own.publish();
          expect((await other.publish()).code).toBe(0);
          const result = await compare(own, other.git.repoDir);
          expect([result.code, rows(result)]).toEqual([
            1,
            [
              [
                'other-mirror',
                '1.0',
                'Signing-Key',
                expect.stringMatching(/re-signed: the content is the same/),
              ],
            ],
          ]);
        },
      );
    });
  });

  it('finds a release that the other mirror does not prove', async () => {
    await onStage({ packages: [hello('1.0')] }, async (own) => {
      await onStage({ packages: [hello('1.0')] }, async (other) => {
        await own.publish();
        await other.publish();
        other.git.git('read-tree', '1.0');
        other.git.git(
          'update-index',
          '--add',
          '--cacheinfo',
          `100644,${other.git.git('rev-parse', '1.0:src/install.sh')},src/hello.c`,
        );
        const forged = other.git.git(
          '-c',
          'user.name=x',
          '-c',
          'user.email=x@x',
          'commit-tree',
          '-m',
          other.git.git('log', '-1', '--format=%B', '1.0'),
          other.git.git('write-tree'),
        );
        other.git.git('update-ref', 'refs/tags/1.0', forged);
        const result = await compare(own, other.git.repoDir);
        expect([result.code, rows(result)]).toEqual([
          1,
          [['other-mirror', '1.0', 'proof', expect.stringMatching(/^failed/)]],
        ]);
      });
    });
  });

  it('needs a release that both have, another repository, and gives it no credentials of this one (T35)', async () => {
    await onStage({ packages: [hello('1.0')] }, async (own) => {
      await onStage({ packages: [hello('2.0')], git: { token: 'other' } }, async (other) => {
        await own.publish();
        await other.publish({ token: 'other' });
        const result = await compare(own, other.git.repoDir);
        expect([result.code, result.report.errors[0].message]).toEqual([
          1,
          expect.stringMatching(/nothing was compared/),
        ]);
        expect((await compare(own, own.git.repoDir)).code).toBe(2);
        other.git.requests.length = 0;
        const remote = await runCli(
          [
            'verify',
            '--quiet',
            '--report',
            `${makeRunDirectory()}/report.json`,
            '--repository',
            own.git.url,
            '--against',
            other.git.url,
          ],
          { env: { INPUT_TOKEN: TOKEN } },
        );
        expect(remote.code).toBe(1);
        expect(JSON.stringify(other.git.requests)).not.toContain(
          Buffer.from(`x-access-token:${TOKEN}`).toString('base64'),
        );
        expect(JSON.stringify(other.git.requests)).not.toContain(TOKEN);
      });
    });
  });
});
