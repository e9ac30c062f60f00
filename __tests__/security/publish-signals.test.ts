// SPDX-License-Identifier: MIT
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const VERSIONS = ['1.0', '1.1', '2.0', '2.1'];
const PACKAGES = VERSIONS.map((version) => hello(version));
const SUBJECTS = [
  'feat: Update archive - repo files',
  'feat: Update archive - GPG Public Key',
  ...VERSIONS.map((version) => `feat: hello ${version}`),
];

afterAll(removeRunDirectories);

/** Tags and branch agree: each tag is a release on the branch, each release on the branch has its tag. */
function expectComplete(stage: Stage): void {
  const refs = stage.git
    .git('for-each-ref', '--format=%(refname)')
    .split('\n')
    .filter((line) => line !== '');
  if (refs.length === 0) return;
  expect(stage.subjects()).toEqual(SUBJECTS.slice(0, 2 + stage.tags().length));
  expect(stage.tags()).toEqual(VERSIONS.slice(0, stage.tags().length));
  expect(stage.git.git('fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
}

describe('T26: a run that is stopped while it downloads', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
    'by %s ends the push under way, says so, tidies up and exits with 1',
    async (signal) => {
      await onStage({ packages: PACKAGES, inputs: { 'push-batch': '1' } }, async (stage) => {
        const tempDir = makeRunDirectory();
        let isSlow = true;
        stage.yum.setMisbehave(({ url }) =>
          isSlow && url.includes('2.0') ? { delay: 3000 } : undefined,
        );
        const stopped = await stage.publish(
          {},
          { tempDir, kill: { onLine: /\[2 of 4\]/, signal } },
        );
        expect({ code: stopped.code, signal: stopped.signal }).toEqual({ code: 1, signal: null });
        expectComplete(stage);
        expect(stage.tags()).not.toContain('2.0');
        expect(JSON.parse(stopped.outputs['tags']!)).toEqual(stage.tags());
        // Said once, and of the run: no release has failed.
        expect(stopped.stdout.match(/^::error title=ABORTED::/gm)).toHaveLength(1);
        const statuses = stopped.report.releases.map(({ status }: { status: string }) => status);
        expect(statuses).not.toContain('failed');
        expect(stopped.outputs['has-new']).toBe('true');
        expect(
          readdirSync(join(tempDir, 'temp')).filter((name) => !/(\.json|-statements)$/.test(name)),
        ).toEqual([]);
        isSlow = false;
        const next = await stage.publish();
        expect({ code: next.code, tags: stage.tags() }).toEqual({ code: 0, tags: VERSIONS });
        expectComplete(stage);
      });
    },
  );
});

describe('T26: a verification that is stopped', () => {
  it('has proved nothing: exit 1 with ABORTED, and no tag is called good', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      const tempDir = makeRunDirectory();
      const bin = join(tempDir, 'bin');
      mkdirSync(bin);
      // Reading takes long enough to be stopped.
      const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
      writeFileSync(
        join(bin, 'git'),
        `#!/bin/sh\ncase "$*" in *cat-file*) sleep 2 ;; esac\nexec '${git}' "$@"\n`,
        { mode: 0o755 },
      );
      const stopped = await stage.publish(
        { mode: 'verify' },
        { tempDir, pathFirst: bin, kill: { onLine: /to verify$/, signal: 'SIGTERM' } },
      );
      expect({
        code: stopped.code,
        codes: stopped.report.errors.map(({ code }: { code: string }) => code),
        proved: stopped.report.releases.filter(
          ({ proof }: { proof?: string }) => proof === 'proved',
        ),
      }).toEqual({ code: 1, codes: ['ABORTED'], proved: [] });
      expect(stopped.summary).toContain('Not verified, see the error.');
    });
  });
});
