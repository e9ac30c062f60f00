// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { makeRunDirectory, removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const WARNING = /^GitHub switches scheduled workflows of public repositories off after 60 days/;

interface Scene {
  readonly stage: Stage;
  readonly api: GitHubApi;
  /** Runs as a schedule does; the event's payload says `isPrivate`, or nothing of it. */
  readonly scheduled: (options?: {
    env?: Readonly<Record<string, string>>;
    inputs?: Readonly<Record<string, string>>;
    isPrivate?: boolean | undefined;
  }) => Promise<RunResult>;
}

/** A mirror in acme/mirror whose newest commit is so many days old, and what a schedule of a workflow in `workflows` makes of it. */
async function onMirror(
  age: number,
  test: (scene: Scene) => Promise<void>,
  workflows = 'acme/mirror',
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN, repository: workflows });
  try {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      expect(
        (await stage.publish({}, { env: { SOURCE_DATE_EPOCH: String(NOW - age * DAY - 3600) } }))
          .code,
      ).toBe(0);
      await test({
        stage,
        api,
        scheduled: ({ env = {}, inputs = {}, ...said } = { isPrivate: false }) => {
          const event = join(makeRunDirectory(), 'event.json');
          writeFileSync(
            event,
            JSON.stringify(
              said.isPrivate === undefined
                ? { schedule: '17 3 * * *' }
                : { schedule: '17 3 * * *', repository: { private: said.isPrivate } },
            ),
          );
          const own = {
            GITHUB_SERVER_URL: stage.git.serverUrl,
            GITHUB_API_URL: api.url,
            GITHUB_REPOSITORY: workflows,
            GITHUB_EVENT_PATH: event,
          };
          return stage.publish(inputs, {
            env: {
              ...own,
              GITHUB_EVENT_NAME: 'schedule',
              GITHUB_WORKFLOW_REF: `${workflows}/.github/workflows/nightly.yml@refs/heads/main`,
              ...env,
            },
          });
        },
      });
    });
  } finally {
    await api.close();
  }
}

const warningOf = ({ report }: RunResult): string | undefined =>
  report.warnings.find((text: string) => WARNING.test(text));

describe('a schedule that GitHub is about to switch off', () => {
  afterAll(removeRunDirectories);

  it.each([
    [55, 'The newest commit of acme/mirror is 55 days old: nightly.yml has 5 days left.'],
    [70, 'The newest commit of acme/mirror is 70 days old: nightly.yml may stop any day.'],
  ])(
    'is warned of when the mirror had no commit for %i days: in report, summary and annotations, with the remedy',
    async (age, text) => {
      await onMirror(age, async ({ scheduled, api }) => {
        const result = await scheduled();
        expect({ code: result.code, warning: warningOf(result) }).toEqual({
          code: 0,
          warning: expect.stringContaining(text),
        });
        expect(warningOf(result)).toContain(
          'Push a commit to the default branch. Once it is switched off, no dispatch starts it either: first run gh workflow enable nightly.yml --repo acme/mirror',
        );
        expect(result.summary).toContain(`${age} days old: nightly.yml`);
        expect(result.stdout).toMatch(/^::warning::GitHub switches scheduled workflows/m);
        expect(api.requests).toEqual([]);
      });
    },
  );

  it('is left alone after 45 days, and asks nobody', async () => {
    await onMirror(45, async ({ scheduled, api }) => {
      expect(warningOf(await scheduled())).toBeUndefined();
      expect(warningOf(await scheduled({}))).toBeUndefined();
      expect(api.requests).toEqual([]);
    });
  });

  it('is warned of by check, verify and a run that fails, too', async () => {
    await onMirror(55, async ({ stage, scheduled }) => {
      for (const mode of ['check', 'verify'])
        expect(warningOf(await scheduled({ inputs: { mode }, isPrivate: false }))).toBeDefined();
      stage.yum.setFiles({});
      const failed = await scheduled();
      expect([failed.code, warningOf(failed)]).toEqual([1, expect.any(String)]);
    });
  });

  it('is safe once the run pushed something', async () => {
    await onMirror(55, async ({ stage, scheduled }) => {
      stage.offer([hello('1.0'), hello('2.0')], '1700000001');
      const dry = await scheduled({ inputs: { 'dry-run': 'true' }, isPrivate: false });
      expect([dry.outputs['has-new'], warningOf(dry)]).toEqual(['true', expect.any(String)]);
      const result = await scheduled();
      expect([result.outputs['tags'], warningOf(result)]).toEqual(['["2.0"]', undefined]);
      expect(warningOf(await scheduled())).toBeUndefined();
    });
  });

  it('does not exist in a private repository, by the event or else by the server', async () => {
    await onMirror(70, async ({ scheduled, api }) => {
      expect(warningOf(await scheduled({ isPrivate: true }))).toBeUndefined();
      expect(api.requests).toEqual([]);
      expect(warningOf(await scheduled({}))).toBeDefined();
      api.about.private = true;
      expect(warningOf(await scheduled({}))).toBeUndefined();
      expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
        new Array(2).fill('GET /api/v3/repos/acme/mirror'),
      );
    });
  });

  it('does not exist in a run that something else started', async () => {
    await onMirror(70, async ({ scheduled }) => {
      for (const GITHUB_EVENT_NAME of ['workflow_dispatch', 'push'])
        expect(
          warningOf(await scheduled({ env: { GITHUB_EVENT_NAME }, isPrivate: false })),
        ).toBeUndefined();
    });
  });

  it('is judged by the last push to the repository of the workflow, when the mirror lies in another', async () => {
    await onMirror(
      3,
      async ({ scheduled, api }) => {
        api.about.pushed_at = new Date((NOW - 52 * DAY - 3600) * 1000).toISOString();
        expect(warningOf(await scheduled())).toContain(
          'The newest commit of acme/workflows is 52 days old: nightly.yml has 8 days left. Push a commit to the default branch. Once it is switched off, no dispatch starts it either: first run gh workflow enable nightly.yml --repo acme/workflows',
        );
        api.about.pushed_at = new Date((NOW - 10 * DAY) * 1000).toISOString();
        expect(warningOf(await scheduled())).toBeUndefined();
      },
      'acme/workflows',
    );
  });

  it('never makes a run fail: a server that knows nothing is asked once', async () => {
    await onMirror(
      70,
      async ({ scheduled, api }) => {
        for (const status of [404, 500]) {
          api.requests.length = 0;
          api.setFault(() => ({ status }));
          const result = await scheduled();
          expect([result.code, warningOf(result), api.requests.length]).toEqual([0, undefined, 1]);
        }
        const anonymous = await scheduled({
          inputs: { token: '', repository: '' },
          env: { GITHUB_REPOSITORY: 'acme/mirror' },
          isPrivate: false,
        });
        expect(anonymous.report.errors.map(({ code }: { code: string }) => code)).toEqual(['AUTH']);
      },
      'acme/workflows',
    );
  });

  it('T33: names from the environment are no workflow commands', async () => {
    await onMirror(70, async ({ scheduled }) => {
      const result = await scheduled({
        env: {
          GITHUB_WORKFLOW_REF: 'acme/mirror/.github/workflows/x\n::error::y.yml@refs/heads/main',
        },
        isPrivate: false,
      });
      expect(warningOf(result)).toBeDefined();
      expect(result.stdout).not.toMatch(/^::error/m);
    });
  });
});
