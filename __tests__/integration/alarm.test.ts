// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const [ONE, TWO, THREE] = [hello('1.0'), hello('2.0'), hello('3.0')] as const;
const unsigned = (version: string): ReturnType<typeof hello> => hello(version, { sign: () => [] });

interface Scene {
  readonly stage: Stage;
  readonly api: GitHubApi;
  readonly publish: (inputs?: Readonly<Record<string, string>>) => Promise<RunResult>;
}

async function onGitHub(
  packages: readonly ReturnType<typeof hello>[],
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN });
  try {
    await onStage({ packages, inputs: { 'alarm-issue': 'true' } }, async (stage) => {
      const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
      await test({ stage, api, publish: (inputs = {}) => stage.publish(inputs, { env }) });
    });
  } finally {
    await api.close();
  }
}

const shape = ({ issues }: GitHubApi): unknown[] =>
  issues.map(({ state, comments }) => [state, comments.length]);

describe('alarm-issue', () => {
  afterAll(removeRunDirectories);

  it('opens one issue when a release is refused, keeps it while that lasts, and closes it when all is well', async () => {
    await onGitHub([ONE, unsigned('2.0')], async ({ stage, api, publish }) => {
      expect((await publish()).code).toBe(1);
      expect(shape(api)).toEqual([['open', 0]]);
      const [issue] = api.issues;
      expect(issue).toMatchObject({
        title: 'Mirror acme/mirror: publish needs attention',
        body: expect.stringMatching(
          /\*\*NO_SIGNATURE\*\* hello-2\.0-1\.noarch.*\w\. Only signed packages[\s\S]*actions\/runs\/1/,
        ),
      });

      expect((await publish()).code).toBe(1);
      expect(shape(api)).toEqual([['open', 0]]);

      stage.offer([ONE, hello('2.0'), unsigned('3.0')], '1700000001');
      expect((await publish()).code).toBe(1);
      expect(shape(api)).toEqual([['open', 1]]);
      expect(issue!.comments[0]).toContain('hello-3.0-1.noarch');

      stage.offer([ONE, TWO, THREE], '1700000002');
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([['closed', 2]]);
      expect(issue!.comments[1]).toContain('All is well again');
    });
  });

  it('opens another one when something fails after the first was closed', async () => {
    await onGitHub([unsigned('1.0')], async ({ stage, api, publish }) => {
      await publish();
      stage.offer([ONE], '1700000001');
      await publish();
      stage.offer([ONE, unsigned('2.0')], '1700000002');
      await publish();
      expect(shape(api)).toEqual([
        ['closed', 1],
        ['open', 0],
      ]);
    });
  });

  it('says nothing while all is well', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      expect((await publish()).code).toBe(0);
      expect(api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });
  });

  it('tells of a run that fails as a whole', async () => {
    await onGitHub([ONE], async ({ stage, api, publish }) => {
      stage.yum.setFiles({});
      expect((await publish()).code).toBe(1);
      expect(shape(api)).toEqual([['open', 0]]);
    });
  });

  it('tells of content that upstream replaced; acknowledged and closed by a person, it stays closed', async () => {
    await onGitHub([ONE], async ({ stage, api, publish }) => {
      await publish();
      stage.offer(
        [
          hello('1.0', {
            files: [
              { path: '/usr/src/hello-1.0', mode: 0o040755 },
              { path: '/usr/src/hello-1.0/hello.c', content: 'other' },
            ],
          }),
        ],
        '1700000001',
      );
      expect((await publish()).code).toBe(1);
      expect(api.issues[0]!.body).toContain(
        '**content-changed** the publisher replaced hello-1.0-1.noarch',
      );
      expect((await publish({ 'on-content-change': 'warn' })).code).toBe(0);
      expect(shape(api)).toEqual([['open', 1]]);
      api.issues[0]!.state = 'closed';
      expect((await publish({ 'on-content-change': 'warn' })).code).toBe(0);
      expect(shape(api)).toEqual([['closed', 1]]);
    });
  });

  it('does not take the issue of a stranger for its own', async () => {
    await onGitHub([unsigned('1.0')], async ({ api, publish }) => {
      await publish();
      const { body } = api.issues[0]!;
      api.issues.splice(0, 1, {
        ...api.issues[0]!,
        user: { type: 'User' },
        author_association: 'NONE',
      });
      await publish();
      expect(shape(api)).toEqual([
        ['open', 0],
        ['open', 0],
      ]);
      expect(api.issues[1]!.body).toBe(body);
    });
  });

  it('two mirrors in one repository have an issue each', async () => {
    await onGitHub([unsigned('1.0')], async ({ api, publish }) => {
      await publish();
      await publish({ 'archive-directory': 'second' });
      expect(shape(api)).toEqual([
        ['open', 0],
        ['open', 0],
      ]);
    });
  });

  it('closes the issue once the input that was wrong is corrected', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      expect((await publish({ packages: 'helo' })).code).toBe(1);
      expect(shape(api)).toEqual([['open', 0]]);
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([['closed', 1]]);
    });
  });

  it('names the mirror by its title, and says of a finding what was expected and what was found', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      await publish();
      expect(
        (
          await publish({
            mode: 'verify',
            'source-directory': 'elsewhere',
            title: 'Example Driver',
          })
        ).code,
      ).toBe(1);
      expect(api.issues[0]).toMatchObject({
        title: 'Mirror of Example Driver: verify needs attention',
        body: expect.stringMatching(/- \*\*\w+\*\* tag 1\.0: .*: expected .+, found .+/),
      });
    });
  });

  it('T34: a name from outside is no markup and no mention', async () => {
    await onGitHub([ONE, hello('2.0', { sign: () => [] })], async ({ api, publish }) => {
      await publish({ packages: 'hello @someone/**bold**', title: '@someone/**bold**' });
      expect(api.issues[0]!.title).not.toContain('@someone');
      expect(api.issues[0]!.body).not.toContain('@someone');
    });
  });

  it('is an error with the permission to set when it may not be written', async () => {
    await onGitHub([unsigned('1.0')], async ({ api, publish }) => {
      api.setFault(({ method }) =>
        method === 'POST'
          ? { status: 403, message: 'Resource not accessible by integration' }
          : undefined,
      );
      const result = await publish();
      expect(result.report.errors).toEqual([
        expect.objectContaining({ code: 'AUTH', remedy: expect.stringContaining('issues: write') }),
      ]);
    });
  });

  it('opens nothing in a dry run', async () => {
    await onGitHub([unsigned('1.0')], async ({ api, publish }) => {
      await publish({ 'dry-run': 'true' });
      expect(api.requests).toEqual([]);
    });
  });
});
