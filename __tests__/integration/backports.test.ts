// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { fileName, hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

/** The real case: 2.19.99.0 appears after 2.25.4.0. */
const [OLD, MIDDLE, NEWEST, BACKPORT, OLDEST] = [
  '2.18.0.0',
  '2.19.64.0',
  '2.25.4.0',
  '2.19.99.0',
  '1.0',
].map((version) => hello(version));
const BACKPORT_FILE = `archive/rpm/${fileName(BACKPORT!)}`;
const PACKAGES = 'feat: Update archive - packages';
const verify = (path: string, args: readonly string[] = []): Promise<RunResult> =>
  runCli([
    'verify',
    '--quiet',
    '--report',
    `${makeRunDirectory()}/report.json`,
    '--repository',
    path,
    ...args,
  ]);
const files = ({ git }: Stage, revision: string): string[] =>
  git.git('ls-tree', '-r', '--name-only', revision).split('\n');
const lines = ({ git }: Stage, revision: string): string[] =>
  git
    .git('show', `${revision}:archive/releases.json`)
    .split('\n')
    .map((line) => (JSON.parse(line) as { tag: string }).tag);
const parentOf = ({ git }: Stage, revision: string): string =>
  git.git('log', '-1', '--format=%P', revision);

/** A mirror of three releases, to which 2.19.99.0 has come. */
async function onBackport(
  inputs: Readonly<Record<string, string>>,
  test: (stage: Stage, result: RunResult) => Promise<void>,
): Promise<void> {
  await onStage({ packages: [OLD!, MIDDLE!, NEWEST!], inputs }, async (stage) => {
    expect((await stage.publish()).code).toBe(0);
    stage.offer([OLD!, MIDDLE!, BACKPORT!, NEWEST!], '1700000001');
    await test(stage, await stage.publish());
  });
}

afterAll(removeRunDirectories);

describe('a release that is older than the newest of its branch', () => {
  it('gets its tag, and leaves the source of the branch at the newest', async () => {
    await onBackport({}, async (stage, result) => {
      expect({ code: result.code, outputs: result.outputs }).toMatchObject({
        code: 0,
        outputs: {
          tags: '["2.19.99.0"]',
          'latest-version': '2.25.4.0',
          'has-new': 'true',
          commit: stage.git.git('rev-parse', 'main'),
        },
      });
      expect(stage.git.git('rev-parse', 'main:src')).toBe(
        stage.git.git('rev-parse', '2.25.4.0:src'),
      );
      expect(files(stage, '2.19.99.0')).toEqual(
        expect.arrayContaining([
          'src/hello.c',
          'src/only-2.19.99.0',
          BACKPORT_FILE,
          `${BACKPORT_FILE}.sha256`,
        ]),
      );
      expect(stage.git.git('log', '-1', '--format=%s', '2.19.99.0')).toBe('feat: hello 2.19.99.0');
    });
  });

  it('is committed on the greatest older tag: its tree with source, own package and own line', async () => {
    await onBackport({}, async (stage) => {
      expect(parentOf(stage, '2.19.99.0')).toBe(stage.git.git('rev-parse', '2.19.64.0^{commit}'));
      expect(lines(stage, '2.19.99.0')).toEqual(['2.18.0.0', '2.19.64.0', '2.19.99.0']);
      const changed = stage.git
        .git('diff', '--name-only', '2.19.64.0', '2.19.99.0')
        .split('\n')
        .filter((path) => !path.startsWith('src/'));
      expect(changed).toEqual(['archive/releases.json', BACKPORT_FILE, `${BACKPORT_FILE}.sha256`]);
      expect(stage.git.git('log', '-1', '--format=%B', '2.19.99.0')).toContain(
        `\n- ?: ${BACKPORT_FILE}\n`,
      );
    });
  });

  it('gives the branch package and line in one commit of its own, in the same push', async () => {
    await onBackport({}, async (stage) => {
      expect(stage.subjects().slice(-2)).toEqual(['feat: Update archive - repo files', PACKAGES]);
      expect(stage.git.git('diff', '--name-only', 'main~1', 'main').split('\n')).toEqual([
        'archive/releases.json',
        BACKPORT_FILE,
        `${BACKPORT_FILE}.sha256`,
      ]);
      expect(lines(stage, 'main')).toEqual(['2.18.0.0', '2.19.64.0', '2.19.99.0', '2.25.4.0']);
      expect(stage.git.git('rev-list', '--merges', '--all')).toBe('');
      expect(
        stage.git.requests.filter(
          ({ method, service }) => method === 'POST' && service === 'git-receive-pack',
        ),
      ).toHaveLength(1);
      expect(stage.git.git('fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
    });
  });

  it('is verified as every other release, and needs nothing more in the next run', async () => {
    await onBackport({}, async (stage) => {
      const result = await verify(stage.git.repoDir);
      expect({
        code: result.code,
        findings: result.report.findings,
        tags: result.report.releases.map(({ tag }: { tag: string }) => tag),
      }).toEqual({
        code: 0,
        findings: [],
        tags: ['2.18.0.0', '2.19.64.0', '2.19.99.0', '2.25.4.0'],
      });
      expect(result.report.residue).toContainEqual(
        expect.stringContaining('another index than the one that listed them'),
      );
      const refs = stage.git.git('for-each-ref');
      const again = await stage.publish();
      expect({
        code: again.code,
        hasNew: again.outputs['has-new'],
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 0, hasNew: 'false', refs });
    });
  });

  it('is the ground for the next backport of its line, also within one run', async () => {
    await onStage({ packages: [OLD!, NEWEST!] }, async (stage) => {
      await stage.publish();
      stage.offer([OLD!, MIDDLE!, BACKPORT!, NEWEST!], '1700000001');
      expect((await stage.publish()).code).toBe(0);
      expect(parentOf(stage, '2.19.64.0')).toBe(stage.git.git('rev-parse', '2.18.0.0^{commit}'));
      expect(parentOf(stage, '2.19.99.0')).toBe(stage.git.git('rev-parse', '2.19.64.0^{commit}'));
      expect(stage.subjects().slice(-2)).toEqual([PACKAGES, PACKAGES]);
      expect(lines(stage, '2.19.99.0')).toEqual(['2.18.0.0', '2.19.64.0', '2.19.99.0']);
      expect((await verify(stage.git.repoDir)).report.findings).toEqual([]);
    });
  });

  it('goes on with a newer one on the branch, in the same run', async () => {
    await onStage({ packages: [OLD!, NEWEST!] }, async (stage) => {
      await stage.publish();
      stage.offer([OLD!, BACKPORT!, NEWEST!, hello('3.0')], '1700000001');
      const result = await stage.publish();
      expect({ code: result.code, latest: result.outputs['latest-version'] }).toEqual({
        code: 0,
        latest: '3.0',
      });
      expect(stage.subjects().slice(-2)).toEqual([PACKAGES, 'feat: hello 3.0']);
      expect(stage.git.git('rev-parse', 'main')).toBe(stage.git.git('rev-parse', '3.0^{commit}'));
      expect(files(stage, 'main')).toContain(BACKPORT_FILE);
      expect((await verify(stage.git.repoDir)).report.findings).toEqual([]);
    });
  });
});

describe('a backport whose ground is gone', () => {
  /** A mirror of three releases; something happens to the tag below the backport while that is downloaded. */
  async function onLostGround(
    lose: (stage: Stage) => void,
    test: (stage: Stage, result: RunResult) => void,
  ): Promise<void> {
    await onStage({ packages: [OLD!, MIDDLE!, NEWEST!] }, async (stage) => {
      await stage.publish();
      stage.offer([OLD!, MIDDLE!, BACKPORT!, NEWEST!], '1700000001');
      let isLost = false;
      stage.git.setFault(() => {
        if (!isLost && stage.yum.requests.some(({ url }) => url.endsWith(fileName(BACKPORT!)))) {
          isLost = true;
          lose(stage);
        }
        return undefined;
      });
      test(stage, await stage.publish());
    });
  }

  it('is committed on the next older tag when somebody deleted the first meanwhile', async () => {
    await onLostGround(
      ({ git }) => {
        git.git('update-ref', '-d', 'refs/tags/2.19.64.0');
      },
      (stage, result) => {
        expect({
          code: result.code,
          tags: result.outputs['tags'],
          parent: parentOf(stage, '2.19.99.0'),
        }).toEqual({
          code: 0,
          tags: '["2.19.99.0"]',
          parent: stage.git.git('rev-parse', '2.18.0.0^{commit}'),
        });
        expect(result.report.warnings).toEqual([
          expect.stringMatching(
            /^hello-2\.19\.99\.0-1\.noarch is built on an older tag than 2\.19\.64\.0, on which nothing can be built: /,
          ),
        ]);
        expect(stage.git.git('rev-parse', 'main:src')).toBe(
          stage.git.git('rev-parse', '2.25.4.0:src'),
        );
      },
    );
  });

  it('is committed on what the branch was before its first release when no older tag is left', async () => {
    const lose = ({ git }: Stage): void => {
      for (const tag of ['2.18.0.0', '2.19.64.0']) git.git('update-ref', '-d', `refs/tags/${tag}`);
    };
    await onLostGround(lose, (stage, result) => {
      expect({
        code: result.code,
        parent: parentOf(stage, '2.19.99.0'),
        lines: lines(stage, '2.19.99.0'),
      }).toEqual({
        code: 0,
        parent: stage.git.git('rev-parse', '2.25.4.0~1'),
        lines: expect.arrayContaining(['2.19.99.0']),
      });
    });
  });

  it('passes over a tag that is no commit', async () => {
    await onStage({ packages: [OLD!, MIDDLE!, NEWEST!] }, async (stage) => {
      await stage.publish();
      stage.git.git(
        'update-ref',
        'refs/tags/2.19.64.0',
        stage.git.git('rev-parse', 'main:src/hello.c'),
      );
      stage.offer([OLD!, MIDDLE!, BACKPORT!, NEWEST!], '1700000001');
      const result = await stage.publish();
      expect({ code: result.code, parent: parentOf(stage, '2.19.99.0') }).toEqual({
        code: 0,
        parent: stage.git.git('rev-parse', '2.18.0.0^{commit}'),
      });
      expect(result.report.warnings.join()).toContain('is built on an older tag than 2.19.64.0');
    });
  });

  it('a foreign tag of numbers that is no commit stops nobody', async () => {
    await onStage({ packages: [OLD!] }, async (stage) => {
      await stage.publish();
      stage.git.git('update-ref', 'refs/tags/2026', stage.git.git('rev-parse', 'main:src/hello.c'));
      stage.offer([OLD!, NEWEST!], '1700000001');
      expect((await stage.publish()).code).toBe(0);
      expect(stage.tags()).toEqual(['2.18.0.0', '2.25.4.0', '2026']);
    });
  });
});

describe('a release that is older than all', () => {
  it('is committed on what the branch was before its first release', async () => {
    await onStage({ packages: [OLD!, NEWEST!] }, async (stage) => {
      await stage.publish();
      const ground = stage.git.git('rev-parse', '2.18.0.0~1');
      stage.offer([OLDEST!, OLD!, NEWEST!], '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        latest: result.outputs['latest-version'],
        parent: parentOf(stage, '1.0'),
      }).toEqual({ code: 0, latest: '2.25.4.0', parent: ground });
      expect(stage.git.git('log', '-1', '--format=%s', '1.0~1')).toBe(
        'feat: Update archive - GPG Public Key',
      );
      expect(lines(stage, '1.0')).toEqual(['1.0']);
      expect(lines(stage, 'main')).toEqual(['1.0', '2.18.0.0', '2.25.4.0']);
      expect(stage.git.git('rev-parse', 'main:src')).toBe(
        stage.git.git('rev-parse', '2.25.4.0:src'),
      );
      expect((await verify(stage.git.repoDir)).report.findings).toEqual([]);
      stage.offer([OLDEST!, hello('1.1'), OLD!, hello('0.9'), NEWEST!], '1700000002');
      expect((await stage.publish()).code).toBe(0);
      expect([parentOf(stage, '0.9'), parentOf(stage, '1.1')]).toEqual([
        ground,
        stage.git.git('rev-parse', '1.0^{commit}'),
      ]);
      expect((await verify(stage.git.repoDir)).report.findings).toEqual([]);
    });
  });

  it('has no parent where a release began the branch', async () => {
    await onStage({ packages: [OLD!, NEWEST!] }, async (stage) => {
      await stage.publish();
      // The history as another tool might have begun it: its first commit is a release.
      const git = (...args: string[]): string =>
        stage.git.git('-c', 'user.name=m', '-c', 'user.email=m@example', ...args);
      const first = git(
        'commit-tree',
        '2.18.0.0^{tree}',
        '-m',
        git('log', '-1', '--format=%B', '2.18.0.0'),
      );
      const second = git(
        'commit-tree',
        '2.25.4.0^{tree}',
        '-p',
        first,
        '-m',
        git('log', '-1', '--format=%B', '2.25.4.0'),
      );
      git('update-ref', 'refs/tags/2.18.0.0', first);
      git('update-ref', 'refs/tags/2.25.4.0', second);
      git('update-ref', 'refs/heads/main', second);
      stage.offer([OLDEST!, OLD!, NEWEST!], '1700000001');
      expect((await stage.publish()).code).toBe(0);
      expect(parentOf(stage, '1.0')).toBe('');
      expect(files(stage, '1.0')).toEqual([
        'archive/KEY',
        'archive/mirror.json',
        'archive/releases.json',
        'archive/rpm/hello-1.0-1.noarch.rpm',
        'archive/rpm/hello-1.0-1.noarch.rpm.sha256',
        'src/hello.c',
        'src/install.sh',
        'src/only-1.0',
      ]);
    });
  });
});

describe('line-branches', () => {
  const LINES = { 'line-branches': '2.19.*=release/2.19, 2.25.*=release/2.25' };
  const commitOf = ({ git }: Stage, ref: string): string => git.git('rev-parse', `${ref}^{commit}`);

  it('follow the newest release of their line, backports too', async () => {
    await onBackport(LINES, async (stage, result) => {
      expect(result.code).toBe(0);
      expect(commitOf(stage, 'refs/heads/release/2.19')).toBe(
        commitOf(stage, 'refs/tags/2.19.99.0'),
      );
      expect(commitOf(stage, 'refs/heads/release/2.25')).toBe(
        commitOf(stage, 'refs/tags/2.25.4.0'),
      );
      expect(stage.git.git('merge-base', '--is-ancestor', '2.19.64.0', 'release/2.19')).toBe('');
    });
  });

  it('are made for a line that is there already, without a new release', async () => {
    await onStage({ packages: [OLD!, MIDDLE!, NEWEST!] }, async (stage) => {
      await stage.publish();
      const result = await stage.publish(LINES);
      expect({ code: result.code, tags: result.outputs['tags'] }).toEqual({ code: 0, tags: '[]' });
      expect(commitOf(stage, 'refs/heads/release/2.19')).toBe(
        commitOf(stage, 'refs/tags/2.19.64.0'),
      );
    });
  });

  it('are verified with the branch', async () => {
    await onBackport(LINES, async (stage) => {
      const result = await verify(stage.git.repoDir);
      expect({ code: result.code, findings: result.report.findings }).toEqual({
        code: 0,
        findings: [],
      });
    });
  });
});

/** A person's commit on main that gives the mirror a workflow. */
function setWorkflow({ git }: Stage, text: string): void {
  const file = join(makeRunDirectory(), 'mirror.yml');
  writeFileSync(file, text);
  const blob = git.git('hash-object', '-w', file);
  const tip = git.git('rev-parse', 'main');
  git.git('read-tree', tip);
  git.git('update-index', '--add', '--cacheinfo', `100644,${blob},.github/workflows/mirror.yml`);
  const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
  const commit = git.git(
    ...person,
    'commit-tree',
    '-m',
    'ci: workflow',
    '-p',
    tip,
    git.git('write-tree'),
  );
  git.git('update-ref', 'refs/heads/main', commit);
}

// A token without Workflows: write may not push a ref whose .github/workflows is that of no branch; the stand-in enforces it.
describe('a mirror whose own workflows changed', () => {
  it('publishes backports, whose tree carries the workflows of the branch', async () => {
    await onStage({ packages: [MIDDLE!, NEWEST!] }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      setWorkflow(stage, 'one');
      stage.offer([MIDDLE!, BACKPORT!, NEWEST!], '1700000001');
      expect((await stage.publish()).report.errors).toEqual([]);
      setWorkflow(stage, 'two');
      stage.offer([MIDDLE!, BACKPORT!, hello('2.19.100.0'), NEWEST!], '1700000002');
      const result = await stage.publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(stage.git.git('show', '2.19.100.0:.github/workflows/mirror.yml')).toBe('two');
    });
  });

  it('a line branch that GitHub refuses is a warning with the remedy, and holds up nothing', async () => {
    await onStage({ packages: [hello('0.9')] }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      setWorkflow(stage, 'one');
      stage.offer([hello('0.9'), MIDDLE!], '1700000001');
      expect((await stage.publish()).code).toBe(0);
      setWorkflow(stage, 'two');
      stage.offer([hello('0.9'), MIDDLE!, NEWEST!], '1700000002');
      const result = await stage.publish({ 'line-branches': '2.19.*=release/2.19' });
      expect({ code: result.code, tags: result.outputs['tags'] }).toEqual({
        code: 0,
        tags: '["2.25.4.0"]',
      });
      expect(result.report.warnings).toEqual([
        expect.stringMatching(
          /^the remote did not take the line branch release\/2\.19, .*refusing to allow a GitHub App.*Workflows: write/,
        ),
      ]);
      expect(stage.git.git('branch', '--list', 'release/*')).toBe('');
    });
  });
});
