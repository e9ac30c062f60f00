// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { startGitHubApi } from '../fixtures/github-api.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const PACKAGES = [hello('1.0'), hello('2.0')];
const VERIFY = { mode: 'verify', baseurl: '', packages: '', gpgkey: '' };
const errors = ({ report }: RunResult): unknown[] =>
  report.errors.map(({ code, message }: { code: string; message: string }) => [code, message]);

/** Takes all tags away and puts the branch to an empty commit, as somebody would who wants the mirror forgotten. */
function wipe({ git }: Stage): void {
  for (const tag of git.git('tag', '--list').split('\n')) git.git('tag', '--delete', tag);
  const empty = git.git(
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@example.invalid',
    'commit-tree',
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    '-m',
    'x',
  );
  git.git('update-ref', 'refs/heads/main', empty);
}

describe('verify, where there is nothing to prove', () => {
  afterAll(removeRunDirectories);

  it('fails on a mirror that was wiped, and keeps the alarm open', async () => {
    const api = await startGitHubApi({ token: TOKEN });
    try {
      await onStage({ packages: PACKAGES }, async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        stage.git.git('hash-object', '-w', '-t', 'tree', '/dev/null');
        wipe(stage);
        const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
        for (const run of [1, 2]) {
          const result = await stage.publish({ ...VERIFY, 'alarm-issue': 'true' }, { env });
          expect({ run, code: result.code, errors: errors(result) }).toEqual({
            run,
            code: 1,
            errors: [
              ['MIRROR_INVALID', 'nothing was verified: expected tags of releases, found none'],
            ],
          });
          expect(result.summary).toContain('Not verified, see the error.');
          expect(result.summary).not.toContain('No findings');
          expect(api.issues.map(({ state }) => state)).toEqual(['open']);
        }
      });
    } finally {
      await api.close();
    }
  });

  it.each([
    ['an empty repository', [], {}, 'nothing was verified: expected tags of releases, found none'],
    [
      'a repository with other tags',
      ['v1'],
      {},
      'nothing was verified: expected tags of releases, found none, and 1 that is not of this tool',
    ],
  ])('fails on %s', async (_, tags, inputs, message) => {
    await onStage({}, async (stage) => {
      if (tags.length > 0) {
        const tree = stage.git.git('hash-object', '-w', '-t', 'tree', '/dev/null');
        const commit = stage.git.git(
          '-c',
          'user.name=x',
          '-c',
          'user.email=x@example.invalid',
          'commit-tree',
          tree,
          '-m',
          'x',
        );
        for (const ref of ['refs/heads/main', ...tags.map((tag) => `refs/tags/${tag}`)])
          stage.git.git('update-ref', ref, commit);
      }
      const result = await stage.publish({ ...VERIFY, ...inputs });
      expect({ code: result.code, errors: errors(result) }).toEqual({
        code: 1,
        errors: [['MIRROR_INVALID', message]],
      });
    });
  });

  it('fails when versions leaves out everything', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      await stage.publish();
      const result = await stage.publish({ ...VERIFY, versions: '>= 9' });
      expect({ code: result.code, errors: errors(result) }).toEqual({
        code: 1,
        errors: [
          [
            'MIRROR_INVALID',
            'nothing was verified: versions leaves out all 2 releases of the mirror',
          ],
        ],
      });
    });
  });
});

describe('verify, with a fingerprint that is not the one of the keys', () => {
  it('is one finding that names the input and both fingerprints, and calls no tag good', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      await stage.publish();
      const pin = '0123456789'.repeat(4);
      const result = await stage.publish({ ...VERIFY, 'gpg-fingerprints': pin });
      expect(result.code).toBe(1);
      expect(result.report.findings).toEqual([
        expect.objectContaining({
          kind: 'signature',
          expected: `a key of gpg-fingerprints (${pin})`,
          actual: PUBLISHER.fingerprint,
        }),
      ]);
      const reasons = result.report.releases.map(({ reason }: { reason: string }) => reason);
      expect(reasons.toSorted()).toEqual(['1 finding', 'not signed by a trusted key']);
    });
  });
});
