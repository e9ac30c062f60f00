// SPDX-License-Identifier: MIT
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, helloFiles, type ListedPackage } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

/** A git that writes down its first argument. */
function countingGit(): { readonly pathFirst: string; readonly calls: (name: string) => number } {
  const [pathFirst, list] = [makeRunDirectory(), join(makeRunDirectory(), 'calls')];
  writeFileSync(
    join(pathFirst, 'git'),
    `#!/bin/sh\nprintf '%s\\n' "$1" >>'${list}'\nPATH=\${PATH#*:} exec git "$@"\n`,
  );
  chmodSync(join(pathFirst, 'git'), 0o755);
  const calls = (name: string): number =>
    readFileSync(list, 'utf8')
      .split('\n')
      .filter((line) => line === name).length;
  return { pathFirst, calls };
}

const versions = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${at + 1}.0`);

/** git's own check refuses it; the file that all releases share lies in its pack when it is the first. */
const hostile = (version: string): ListedPackage =>
  hello(version, {
    files: [
      ...helloFiles(version),
      {
        path: `/usr/src/hello-${version}/.gitmodules`,
        content: '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n',
      },
    ],
  });

function release(version: string, guilty: readonly string[]): ListedPackage {
  return guilty.includes(version) ? hostile(version) : hello(version);
}

function expectHistory(stage: Stage, good: readonly string[]): void {
  expect(stage.tags()).toEqual(good);
  if (good.length === 0) return;
  expect(stage.git.git('fsck', '--strict', '--full', '--connectivity-only')).not.toMatch(
    /error|missing/,
  );
  for (const [at, version] of good.entries()) {
    expect(stage.git.git('show', `${version}:src/hello.c`)).toContain(version);
    if (at > 0) stage.git.git('merge-base', '--is-ancestor', good[at - 1]!, version);
  }
  stage.git.git('merge-base', '--is-ancestor', good.at(-1)!, 'main');
}

describe("git's own check of objects", () => {
  afterAll(removeRunDirectories);

  it.each([
    ['1', 7, 7],
    ['3', 7, 3],
    ['10', 7, 1],
  ])('with push-batch %s is made for %i releases in %i processes', async (batch, count, groups) => {
    const packages = versions(count).map((version) => hello(version));
    await onStage({ packages, inputs: { 'push-batch': batch } }, async (stage) => {
      const { pathFirst, calls } = countingGit();
      expect((await stage.publish({}, { pathFirst })).code).toBe(0);
      expectHistory(stage, versions(count));
      // One more for the archive, with which the branch begins.
      expect(calls('index-pack')).toBe(groups + 1);
    });
  });

  it.each([
    ['the first', ['1.0']],
    ['one in the middle', ['2.0']],
    ['the last of a group', ['3.0']],
    ['the first of the second group', ['4.0']],
    ['the very last', ['5.0']],
    ['two in a row', ['2.0', '3.0']],
    ['all of a group', ['1.0', '2.0', '3.0']],
  ])('finds %s that it refuses, and that alone', async (_, guilty) => {
    const all = versions(5);
    const good = all.filter((version) => !guilty.includes(version));
    const packages = all.map((version) => release(version, guilty));
    await onStage({ packages, inputs: { 'on-refused': 'continue' } }, async (stage) => {
      const { code, report } = await stage.publish();
      expect({
        code,
        rows: report.releases.map(
          (row: { version: string; status: string; error?: { code: string } }) => [
            row.version,
            row.status,
            row.error?.code,
          ],
        ),
      }).toEqual({
        code: 1,
        rows: all.map((version) =>
          guilty.includes(version)
            ? [version, 'failed', 'PUSH_REJECTED']
            : [version, 'published', undefined],
        ),
      });
      expectHistory(stage, good);
    });
  });

  it('without on-refused: continue keeps what was complete before the guilty one', async () => {
    const packages = versions(5).map((version) => release(version, ['3.0']));
    await onStage({ packages }, async (stage) => {
      const { code, report } = await stage.publish();
      expect(code).toBe(1);
      expect(report.releases.map(({ status }: { status: string }) => status)).toEqual([
        'published',
        'published',
        'failed',
        'skipped',
        'skipped',
      ]);
      expectHistory(stage, ['1.0', '2.0']);
    });
  });

  it('gives the same commits whatever the size of a group, also around one that was refused', async () => {
    const packages = versions(5).map((version) => release(version, ['2.0']));
    const tips: string[] = [];
    await onStage({ packages, inputs: { 'on-refused': 'continue' } }, async (stage) => {
      for (const batch of ['1', '2', '5']) {
        const repository = join(makeRunDirectory(), 'mirror.git');
        execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
        const env = { SOURCE_DATE_EPOCH: '1800000000' };
        await stage.publish({ repository, 'push-batch': batch }, { env });
        tips.push(execFileSync('git', ['-C', repository, 'for-each-ref'], { encoding: 'utf8' }));
      }
    });
    expect(tips[0]).toContain('refs/tags/5.0');
    expect(new Set(tips).size).toBe(1);
  });
});
