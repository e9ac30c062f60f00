// SPDX-License-Identifier: MIT

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { gitEnvironment, type GitFault, type GitRequest } from '../fixtures/git-server.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const PACKAGES = ['1.0', '2.0', '3.0'].map((version) => hello(version));
const SUBJECTS = ['1.0', '2.0', '3.0'].map((version) => `feat: hello ${version}`);
const READ_ONLY = 'ghs_readOnlyTokenReadOnlyToken';

const isPushStart = ({ method, service }: GitRequest): boolean =>
  method === 'GET' && service === 'git-receive-pack';
const isPush = ({ method, service }: GitRequest): boolean =>
  method === 'POST' && service === 'git-receive-pack';

const HUMAN_COMMIT = `
blob=$(echo "$1" | git hash-object -w --stdin)
tree=$( (git ls-tree main; printf '100644 blob %s\\thuman-%s\\n' "$blob" "$1") | git mktree)
commit=$(git -c user.name=Human -c user.email=human@example.invalid commit-tree "$tree" -p main -m "docs: $1")
git update-ref refs/heads/main "$commit"
echo "$commit"`;

/** Somebody commits a file on the branch, in the repository itself; returns the commit. */
function humanCommit({ git }: Stage, text: string): string {
  return execFileSync('sh', ['-e', '-c', HUMAN_COMMIT, 'sh', text], {
    cwd: git.repoDir,
    env: gitEnvironment(git.repoDir),
    encoding: 'utf8',
  }).trim();
}

/** The branch is one line, holds each release once, and no tag or object is left beside it. */
function expectWhole(stage: Stage, subjects: readonly string[] = SUBJECTS): void {
  const releases = stage.subjects().filter((subject) => subject.startsWith('feat: hello'));
  expect(releases).toEqual(subjects);
  expect(stage.git.git('rev-list', '--merges', 'main')).toBe('');
  expect(stage.git.git('tag', '--no-merged', 'main')).toBe('');
  expect(stage.git.git('fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
}

function count(stage: Stage, matches: (request: GitRequest) => boolean): number {
  return stage.git.requests.filter(matches).length;
}

function codes({ report }: RunResult): string[] {
  return report.errors.map(({ code }: { code: string }) => code);
}

function statuses({ report }: RunResult): string[] {
  return report.releases.map(({ status }: { status: string }) => status);
}

/** A commit of no file, in the repository itself. */
function emptyCommit({ git }: Stage): string {
  return execFileSync(
    'sh',
    [
      '-e',
      '-c',
      'git -c user.name=Human -c user.email=human@example.invalid commit-tree "$(git mktree </dev/null)" -m empty',
    ],
    { cwd: git.repoDir, env: gitEnvironment(git.repoDir), encoding: 'utf8' },
  ).trim();
}

/** Does something at the first request that matches, before it is answered. */
function once(
  matches: (request: GitRequest) => boolean,
  action: () => GitFault | undefined,
): (request: GitRequest) => GitFault | undefined {
  let done = false;
  return (request) => {
    if (done || !matches(request)) return undefined;
    done = true;
    return action();
  };
}

describe('T27: somebody commits while the run works', () => {
  afterAll(removeRunDirectories);

  it('keeps the commit, builds on top of it, and publishes every version once', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer(PACKAGES, '1700000001');
      let human = '';
      stage.git.setFault(
        once(isPushStart, () => {
          human = humanCommit(stage, 'hello');
          return undefined;
        }),
      );
      const result = await stage.publish();
      expect({ code: result.code, errors: codes(result), tags: stage.tags() }).toEqual({
        code: 0,
        errors: [],
        tags: ['1.0', '2.0', '3.0'],
      });
      expectWhole(stage);
      expect(stage.git.git('merge-base', human, 'main')).toBe(human);
      expect(stage.git.git('ls-tree', '--name-only', 'main').split('\n')).toContain('human-hello');
      expect(stage.git.git('rev-parse', 'main')).toBe(result.outputs['commit']);
      expect(JSON.parse(result.outputs['published-versions']!)).toEqual(['2.0', '3.0']);
      // What was verified once is not fetched again.
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(2);
    });
  });

  it('and the index cannot be read again: the run fails, and says what is new and what it published', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer(PACKAGES, '1700000001');
      stage.git.setFault(
        once(isPushStart, () => {
          humanCommit(stage, 'hello');
          stage.yum.setMisbehave(({ url }) =>
            url.endsWith('repomd.xml') ? { status: 404 } : undefined,
          );
          return undefined;
        }),
      );
      const result = await stage.publish();
      expect({ code: result.code, errors: codes(result), tags: stage.tags() }).toEqual({
        code: 1,
        errors: ['HTTP_STATUS'],
        tags: ['1.0'],
      });
      expect(result.outputs).toMatchObject({
        'has-new': 'true',
        'new-versions': '["2.0","3.0"]',
        'latest-version': '1.0',
      });
      expect(statuses(result)).toEqual(['exists', 'skipped', 'skipped']);
    });
  });

  it('and the run is stopped while it waits: it ends at once', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      stage.git.setFault(
        once(isPushStart, () => {
          stage.git.git('update-ref', 'refs/heads/main', emptyCommit(stage));
          return undefined;
        }),
      );
      const result = await stage.publish(
        {},
        { kill: { onLine: /the remote moved meanwhile/, signal: 'SIGTERM' } },
      );
      expect({ code: result.code, errors: codes(result), tags: stage.tags() }).toEqual({
        code: 1,
        errors: ['ABORTED'],
        tags: [],
      });
      expect(statuses(result)).toEqual(['skipped']);
      expect(result.outputs['has-new']).toBe('true');
    });
  });

  it('and a release that git refuses, which was prepared meanwhile, spoils none before it', async () => {
    const folder = '/usr/src/hello-3.0';
    const hostile = hello('3.0', {
      files: [
        { path: folder, mode: 0o040755 },
        {
          path: `${folder}/.gitmodules`,
          content: '[submodule "../../x"]\n\tpath = x\n\turl = https://example.org\n',
        },
      ],
    });
    await onStage({ packages: [hello('0.5')], inputs: { 'push-batch': '1' } }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer([hello('0.5'), ...PACKAGES.slice(0, 2), hostile], '1700000001');
      stage.git.setFault(
        once(isPushStart, () => {
          humanCommit(stage, 'hello');
          return undefined;
        }),
      );
      const result = await stage.publish();
      const rows = result.report.releases.map(
        ({
          version,
          status,
          error,
        }: {
          version: string;
          status: string;
          error?: { code: string };
        }) => [version, status, error?.code],
      );
      expect(rows).toEqual([
        ['0.5', 'exists', undefined],
        ['1.0', 'published', undefined],
        ['2.0', 'published', undefined],
        ['3.0', 'failed', 'PUSH_REJECTED'],
      ]);
      expect({ code: result.code, tags: stage.tags() }).toEqual({
        code: 1,
        tags: ['0.5', '1.0', '2.0'],
      });
      expectWhole(stage, ['feat: hello 0.5', ...SUBJECTS.slice(0, 2)]);
    });
  });

  it('does so between two pushes, too, and when the commit undoes nothing of ours', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      let starts = 0;
      stage.git.setFault((request) => {
        if (isPushStart(request) && ++starts === 2) humanCommit(stage, 'between');
        return undefined;
      });
      const result = await stage.publish({ 'push-batch': '1' });
      expect({ code: result.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['1.0', '2.0', '3.0'],
      });
      expectWhole(stage);
      expect(stage.subjects().filter((subject) => subject === 'docs: between')).toHaveLength(1);
      expect(JSON.parse(result.outputs['published-versions']!)).toEqual(['1.0', '2.0', '3.0']);
    });
  });

  it('gives up after five lost races, with everything as the others left it', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer(PACKAGES, '1700000001');
      let tries = 0;
      stage.git.setFault((request) => {
        if (isPushStart(request)) humanCommit(stage, String(++tries));
        return undefined;
      });
      const result = await stage.publish();
      expect({ code: result.code, errors: codes(result), tries, tags: stage.tags() }).toEqual({
        code: 1,
        errors: ['NON_FAST_FORWARD'],
        tries: 5,
        tags: ['1.0'],
      });
      expectWhole(stage, SUBJECTS.slice(0, 1));
      expect(
        result.report.releases.filter(({ status }: { status: string }) => status === 'published'),
      ).toEqual([]);
    });
  });

  it('lets two runs that start together publish every version once', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      // Of one second both would make the same objects.
      const results = await Promise.all(
        ['1800000000', '1800000001'].map((SOURCE_DATE_EPOCH) =>
          stage.publish({ 'push-batch': '1' }, { env: { SOURCE_DATE_EPOCH } }),
        ),
      );
      expect(results.map(({ code }) => code)).toEqual([0, 0]);
      expect(stage.tags()).toEqual(['1.0', '2.0', '3.0']);
      expectWhole(stage);
      const published = results.flatMap(
        ({ outputs }) => JSON.parse(outputs['published-versions']!) as string[],
      );
      expect(published.sort()).toEqual(['1.0', '2.0', '3.0']);
    });
  });
});

describe('T28: a tag that somebody else makes while the run works', () => {
  afterAll(removeRunDirectories);

  it('stays where it is, is reported, and nothing is published beside it', async () => {
    await onStage({ packages: PACKAGES.slice(0, 1) }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer(PACKAGES, '1700000001');
      stage.git.setFault(
        once(isPushStart, () => {
          stage.git.git('tag', '2.0', 'main~1');
          return undefined;
        }),
      );
      const result = await stage.publish();
      expect(stage.git.git('rev-parse', '2.0')).toBe(stage.git.git('rev-parse', '1.0~1'));
      expect({ code: result.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['1.0', '2.0', '3.0'],
      });
      expectWhole(stage, ['feat: hello 1.0', 'feat: hello 3.0']);
      expect(
        result.report.releases.map(({ version, status }: { version: string; status: string }) => [
          version,
          status,
        ]),
      ).toEqual([
        ['1.0', 'exists'],
        ['2.0', 'exists'],
        ['3.0', 'published'],
      ]);
    });
  });
});

describe('a remote that refuses', () => {
  afterAll(removeRunDirectories);

  it('a token that may only read: AUTH with the permission to give, nothing published', async () => {
    await onStage({ packages: PACKAGES, git: { readOnlyToken: READ_ONLY } }, async (stage) => {
      const result = await stage.publish({ token: READ_ONLY });
      expect({
        code: result.code,
        errors: codes(result),
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, errors: ['AUTH'], refs: '' });
      expect(result.stdout).toMatch(/^::error title=AUTH::.*contents: write/m);
      expect(
        result.stdout
          .split('\n')
          .filter((line) => line.includes(READ_ONLY) && !line.startsWith('::add-mask::')),
      ).toEqual([]);
      expect(result.outputs).toMatchObject({ 'published-versions': '[]', tags: '[]' });
    });
  });

  it('a wrong token, and none: AUTH before anything is downloaded', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      for (const token of ['ghs_wrong', '']) {
        const result = await stage.publish({ token });
        expect({ code: result.code, errors: codes(result) }).toEqual({ code: 1, errors: ['AUTH'] });
        expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
      }
    });
  });

  it('a hook, as of a protected branch: PUSH_REJECTED with its words and a remedy, no ref changed', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setHook('pre-receive', 'echo "GH006: Protected branch update failed" >&2; exit 1');
      const result = await stage.publish();
      expect({
        code: result.code,
        errors: codes(result),
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, errors: ['PUSH_REJECTED'], refs: '' });
      expect(result.report.errors[0].message).toContain('GH006: Protected branch update failed');
      expect(result.stdout).toMatch(/^::error title=PUSH_REJECTED::.*protected branch/m);
      expect(count(stage, isPush)).toBe(1);
    });
  });

  it('a hook that refuses one tag: the atomic push leaves branch and tags of that batch alone, earlier batches stay', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setHook(
        'update',
        'case "$1" in refs/tags/2.0) echo "no such tag here" >&2; exit 1;; esac',
      );
      const result = await stage.publish({ 'push-batch': '1' });
      expect({ code: result.code, errors: codes(result), tags: stage.tags() }).toEqual({
        code: 1,
        errors: ['PUSH_REJECTED'],
        tags: ['1.0'],
      });
      expectWhole(stage, SUBJECTS.slice(0, 1));
      expect(
        result.report.releases.map(({ version, status }: { version: string; status: string }) => [
          version,
          status,
        ]),
      ).toEqual([
        ['1.0', 'published'],
        ['2.0', 'skipped'],
        ['3.0', 'skipped'],
      ]);
      expect(result.outputs).toMatchObject({
        'published-versions': '["1.0"]',
        'has-new': 'true',
        'latest-version': '1.0',
        commit: stage.git.git('rev-parse', 'main'),
      });
    });
  });

  it("a file over the host's limit: FILE_TOO_LARGE names what to set", async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setHook(
        'pre-receive',
        'echo "error: GH001: Large files detected. File archive/rpm/x.rpm is 150.00 MB; this exceeds GitHub\'s file size limit of 100.00 MB" >&2; exit 1',
      );
      const result = await stage.publish();
      expect({ code: result.code, errors: codes(result) }).toEqual({
        code: 1,
        errors: ['FILE_TOO_LARGE'],
      });
      expect(result.report.errors[0].remedy).toContain('archive-packages');
    });
  });
});

describe('T26: a push whose answer does not arrive', () => {
  afterAll(removeRunDirectories);

  it.each<[string, GitFault]>([
    ['was done, and its answer lost', 'lose-reply'],
    ['was not done, since the connection broke', 'reset'],
    ['was not done, since the server was busy', { status: 503 }],
  ])('that %s: the remote is asked, and every version is there once', async (_, fault) => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setFault(once(isPush, () => fault));
      const result = await stage.publish();
      expect({ code: result.code, errors: codes(result), tags: stage.tags() }).toEqual({
        code: 0,
        errors: [],
        tags: ['1.0', '2.0', '3.0'],
      });
      expectWhole(stage);
      expect(JSON.parse(result.outputs['published-versions']!)).toEqual(['1.0', '2.0', '3.0']);
      expect(stage.git.git('rev-parse', 'main')).toBe(result.outputs['commit']);
    });
  });

  it('asks again when the survey meets a busy server', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setFault(
        once(
          () => true,
          () => ({ status: 502 }),
        ),
      );
      const result = await stage.publish();
      expect({ code: result.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['1.0', '2.0', '3.0'],
      });
    });
  });
});
