// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { startGitServer } from '../fixtures/git-server.js';
import { type GitHubApi, type StandInRuleset, startGitHubApi } from '../fixtures/github-api.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const READ_ONLY = 'ghs_readOnlyReadOnlyReadOnly';
const GIT = { publicRead: true, readOnlyToken: READ_ONLY };
const CHECK = { mode: 'check' };

describe('check asks whether a push would be let in', () => {
  afterAll(removeRunDirectories);

  it('with a token that may write it says so, and changes nothing, in an empty repository and in a mirror', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT }, async (stage) => {
      const empty = await stage.publish(CHECK);
      expect({
        code: empty.code,
        warnings: empty.report.warnings,
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 0, warnings: [], refs: '' });
      expect(empty.stdout).toContain('would take a push to main');
      await stage.publish();
      const before = stage.git.git('for-each-ref');
      expect((await stage.publish(CHECK)).stdout).toContain('would take a push to main');
      expect({
        refs: stage.git.git('for-each-ref'),
        posts: stage.git.requests.filter(
          ({ service, method }) => service === 'git-receive-pack' && method === 'POST',
        ),
      }).toEqual({ refs: before, posts: [] });
    });
  });

  it('with a token that may only read it fails, as publish would, and names the permission', async () => {
    await onStage(
      { packages: [hello('1.0')], git: GIT, inputs: { token: READ_ONLY } },
      async (stage) => {
        const result = await stage.publish(CHECK);
        expect({ code: result.code, errors: result.report.errors }).toEqual({
          code: 1,
          errors: [
            {
              code: 'AUTH',
              message: expect.stringMatching(/^publish could not push to main: /),
              remedy: expect.stringContaining('contents: write'),
            },
          ],
        });
        expect(result.stdout).toContain('publish would fail, see the error.');
      },
    );
  });

  it('without a token it asks nothing, since anybody may look, and says that it did not try', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT, inputs: { token: '' } }, async (stage) => {
      const result = await stage.publish(CHECK);
      expect({
        code: result.code,
        asked: stage.git.requests.filter(
          ({ service, url }) => service === 'git-receive-pack' || url.includes('receive-pack'),
        ),
      }).toEqual({ code: 0, asked: [] });
      expect(result.report.warnings).toEqual([
        'no token is given, so it was not tried whether a push would be let in. If token is a secret, check its name.',
      ]);
    });
  });

  it('with user and password in the URL, too', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT, inputs: { token: '' } }, async (stage) => {
      const result = await stage.publish({
        ...CHECK,
        repository: stage.git.url.replace('//', `//x-access-token:${TOKEN}@`),
      });
      expect({
        code: result.code,
        warnings: result.report.warnings,
        said: result.stdout.includes('would take a push to main'),
      }).toEqual({ code: 0, warnings: [], said: true });
    });
  });
});

describe('check tries the other inputs of publish', () => {
  afterAll(removeRunDirectories);

  it('a signing key that is none is wrong here, too, before any request', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const result = await stage.publish({ ...CHECK, 'signing-key': 'hello' });
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length,
      }).toEqual({ code: 2, requests: 0 });
      expect(result.stdout).toMatch(
        /^::error title=INPUT_INVALID::signing-key is no armored OpenPGP private key/m,
      );
    });
  });

  it('attestations without an identity are a warning', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const result = await stage.publish(
        { ...CHECK, attest: 'true' },
        { env: { GITHUB_SERVER_URL: stage.git.serverUrl } },
      );
      expect({ code: result.code, warned: result.report.warnings[0] }).toEqual({
        code: 0,
        warned: expect.stringMatching(/^publish would refuse the inputs: attest.*id-token: write/),
      });
    });
  });

  it('further remotes are asked for their refs, and pushed nothing; one that does not let in is a failure', async () => {
    const other = await startGitServer({ repository: 'other/mirror', token: 'right' });
    const withPassword = (password: string): string =>
      other.url.replace('//', `//x-access-token:${password}@`);
    try {
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        const good = await stage.publish({ ...CHECK, mirrors: withPassword('right') });
        expect({ code: good.code, warnings: good.report.warnings }).toEqual({
          code: 0,
          warnings: [],
        });
        expect(good.stdout).toContain(`The further remote ${other.url} answers`);
        const bad = await stage.publish({ ...CHECK, mirrors: withPassword('wrong') });
        expect({ code: bad.code, errors: bad.report.errors }).toEqual({
          code: 1,
          errors: [
            {
              code: 'AUTH',
              message: expect.stringContaining(
                `publish could not bring the mirror to the further remote ${other.url}: `,
              ),
              remedy: expect.stringContaining('Check user and password in this URL of mirrors'),
            },
          ],
        });
        other.setFault(() => 'hang');
        const silent = await stage.publish({ ...CHECK, mirrors: withPassword('right') });
        expect({ code: silent.code, errors: silent.report.errors }).toEqual({
          code: 1,
          errors: [
            expect.objectContaining({
              message: expect.stringMatching(
                /^publish could not bring the mirror to the further remote .*did not end within 15 seconds/,
              ),
            }),
          ],
        });
        expect(
          other.requests.filter(
            ({ service, url }) => service === 'git-receive-pack' || url.includes('receive-pack'),
          ),
        ).toEqual([]);
      });
    } finally {
      await other.close();
    }
  });
});

type BranchState = ReturnType<GitHubApi['branches']['get']>;
type TagRuleset = Partial<StandInRuleset>;

const TAG_RULESET: StandInRuleset = {
  name: 'Keep out',
  target: 'tag',
  enforcement: 'active',
  conditions: { ref_name: { include: ['refs/tags/*'], exclude: [] } },
  rules: [{ type: 'creation' }],
};

/** A stage whose git server has GitHub's API beside it. */
async function onGitHub(
  test: (scene: {
    stage: Stage;
    api: GitHubApi;
    check: (inputs?: Record<string, string>) => Promise<RunResult>;
  }) => Promise<void>,
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN });
  try {
    await onStage({ packages: [hello('1.0')], git: GIT }, async (stage) => {
      const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
      await test({
        stage,
        api,
        check: (inputs = {}) => stage.publish({ ...CHECK, ...inputs }, { env }),
      });
    });
  } finally {
    await api.close();
  }
}

describe('check asks GitHub whether the branch is protected', () => {
  afterAll(removeRunDirectories);

  // A row may be shorter: a function of three parameters would then be given jest's `done` and wait for it.
  it.each<[string, BranchState, TagRuleset?]>([
    ['a branch that is still to be begun', undefined],
    ['a free branch', { protected: false }],
    [
      // `protected` is true for rulesets as well (hub4j/github-api#2062).
      'rules that a push keeps',
      { protected: true, classic: false, rules: ['deletion', 'non_fast_forward'] },
    ],
    ['such rules, where protection says nothing', { protected: true, rules: ['deletion'] }],
    [
      'rules for the making of a branch that is there',
      { protected: true, classic: false, rules: ['creation', 'branch_name_pattern'] },
    ],
    [
      'a pattern that our messages keep',
      {
        rules: [
          {
            type: 'commit_message_pattern',
            parameters: { operator: 'starts_with', pattern: 'feat:' },
          },
        ],
      },
    ],
    [
      'a ruleset that this token may bypass',
      { rules: [{ type: 'pull_request', ruleset_id: 7 }] },
      { current_user_can_bypass: 'always', rules: [{ type: 'creation' }] },
    ],
    ['a ruleset for tags that is only tried', undefined, { enforcement: 'evaluate' }],
    [
      'a ruleset for other tags',
      undefined,
      { conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } } },
    ],
    [
      'a ruleset that leaves these tags out',
      undefined,
      { conditions: { ref_name: { include: ['~ALL'], exclude: ['refs/tags/1.*'] } } },
    ],
  ])('is content with %s', async (...[, state, ruleset]) => {
    await onGitHub(async ({ stage, api, check }) => {
      if (state?.protected !== undefined) await stage.publish();
      if (state !== undefined) api.branches.set('main', state);
      if (ruleset !== undefined) api.rulesets.set(7, { ...TAG_RULESET, ...ruleset });
      const result = await check();
      expect({ code: result.code, warnings: result.report.warnings }).toEqual({
        code: 0,
        warnings: [],
      });
      expect(result.stdout).toContain(
        'GitHub names no rule that keeps this token from pushing to main, nor from making the tag 1.0.',
      );
      expect(api.requests.every(({ method }) => method === 'GET')).toBe(true);
    });
  });

  it.each<[string, BranchState, Record<string, string>, RegExp]>([
    [
      'a classic protection',
      { protected: true, classic: true },
      {},
      /^main has a classic branch protection on GitHub, .*bypass it/,
    ],
    [
      'a classic protection that does not say so',
      { protected: true },
      {},
      /^main has a classic branch protection/,
    ],
    [
      'a ruleset for a branch that does not exist yet',
      { rules: ['pull_request', 'required_status_checks', 'deletion'] },
      {},
      /^GitHub may refuse this token a push to main: pull_request, required_status_checks\..*bypass list/,
    ],
    [
      'a rule against making the branch',
      { rules: ['creation'] },
      {},
      /^GitHub may refuse this token a push to main: creation\./,
    ],
    [
      'required signatures',
      { protected: false, rules: ['required_signatures'] },
      {},
      /Signed commits are required: set signing-key/,
    ],
    [
      'the branch that is named',
      { protected: true },
      { branch: 'release/1' },
      /^release\/1 has a classic branch protection/,
    ],
    [
      'a pattern that our messages do not keep',
      {
        rules: [
          {
            type: 'commit_message_pattern',
            parameters: { operator: 'contains', pattern: 'JIRA-' },
          },
        ],
      },
      {},
      /push to main: commit_message_pattern/,
    ],
  ])(
    'warns of %s, and says what to do',
    async (_, state, inputs: Record<string, string>, warning) => {
      await onGitHub(async ({ api, check }) => {
        if (state !== undefined) api.branches.set(inputs.branch ?? 'main', state);
        const result = await check(inputs);
        expect({ code: result.code, warnings: result.report.warnings }).toEqual({
          code: 0,
          warnings: [expect.stringMatching(warning)],
        });
      });
    },
  );

  it.each<[string, BranchState, RegExp, TagRuleset]>([
    [
      'a ruleset whose bypass list lacks the token',
      { rules: [{ type: 'pull_request', ruleset_id: 7 }] },
      /^GitHub refuses this token a push to main: pull_request of the ruleset "Keep out"$/,
      { current_user_can_bypass: 'never', rules: [] },
    ],
    [
      'a ruleset against new tags',
      undefined,
      /^GitHub refuses this token the new tag 1\.0: creation of the ruleset "Keep out"$/,
      { current_user_can_bypass: 'pull_requests_only' },
    ],
  ])('fails where publish would, for %s', async (_, state, message, ruleset) => {
    await onGitHub(async ({ api, check }) => {
      if (state !== undefined) api.branches.set('main', state);
      api.rulesets.set(7, { ...TAG_RULESET, ...ruleset });
      const result = await check();
      expect({ code: result.code, errors: result.report.errors }).toEqual({
        code: 1,
        errors: [
          {
            code: 'PUSH_REJECTED',
            message: expect.stringMatching(message),
            remedy: expect.stringContaining('bypass list'),
          },
        ],
      });
    });
  });

  it('says so where GitHub does not answer, and asks nothing without a token or beside GitHub', async () => {
    await onGitHub(async ({ stage, api, check }) => {
      api.setFault(() => ({ status: 403, message: 'Resource not accessible by integration' }));
      expect((await check()).report.warnings).toEqual([
        expect.stringMatching(
          /^GitHub does not say whether main is protected: .*not accessible by integration.*only shows at a real push/,
        ),
      ]);
      api.requests.length = 0;
      await check({ token: '' });
      await stage.publish(CHECK);
      expect(api.requests).toEqual([]);
    });
  });

  it('does not wait for a server that is silent', async () => {
    await onGitHub(async ({ api, check }) => {
      api.setFault(() => 'hang');
      const { code, report } = await check();
      expect({ code, warnings: report.warnings }).toEqual({
        code: 0,
        warnings: [expect.stringMatching(/^GitHub does not say whether main is protected: /)],
      });
      // Each question once.
      expect(api.requests).toHaveLength(3);
    });
  });
});
