// SPDX-License-Identifier: MIT
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { filesHolding, type GitRecorder, recordPrograms } from '../fixtures/git-recorder.js';
import { type GitServer, startGitServer } from '../fixtures/git-server.js';
import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { type SigningBench, signingBench } from '../fixtures/signing-keys.js';
import { hello } from '../fixtures/small-repository.js';
import { type SshServer, startSshServer } from '../fixtures/ssh-server.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const PASSWORD = 'glpatCANARYcanaryCANARY';
const PASSPHRASE = 'CANARY-passphrase-of-the-key';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const formsOf = (user: string, secret: string): string[] => [
  secret,
  base64(secret),
  base64(`${user}:${secret}`),
];
const MAIN = formsOf('x-access-token', TOKEN);
const OTHER = formsOf('me', PASSWORD);

describeWithTools(
  ['git', 'gpg', 'ssh', 'ssh-keygen', 'sshd'],
  'T35, T36: a run with every credential there is',
  () => {
    let bench: SigningBench;
    let recorder: GitRecorder;
    let ssh: SshServer;
    let other: GitServer;
    let api: GitHubApi;
    let keys: string[];
    beforeEach(async () => {
      [bench, recorder] = [signingBench(), recordPrograms()];
      [ssh, other, api] = await Promise.all([
        startSshServer(),
        startGitServer({ repository: 'other/mirror', token: 'nobody has it' }),
        startGitHubApi({ token: TOKEN }),
      ]);
    });
    afterEach(async () => {
      bench.close();
      recorder.close();
      ssh.close();
      await Promise.all([other.close(), api.close()]);
    });
    afterAll(removeRunDirectories);

    /** Publishes with all of it; the https mirror refuses the password, so that messages of failures are in the log, too. */
    async function publish(stage: Stage): Promise<RunResult> {
      const signingKey = bench.makePgpKey('ed25519', PASSPHRASE);
      // Lines of the keys, of which one alone would do harm.
      keys = [...signingKey.split('\n'), ...ssh.key.split('\n')].filter(
        (line) => line.length > 40 && !line.startsWith('-----'),
      );
      return stage.publish(
        {
          'signing-key': signingKey,
          'signing-key-passphrase': PASSPHRASE,
          'ssh-key': ssh.key,
          'ssh-known-hosts': ssh.knownHosts,
          'create-releases': 'true',
          'alarm-issue': 'true',
          mirrors: `${ssh.url} ${other.url.replace('//', `//me:${PASSWORD}@`)}`,
        },
        {
          pathFirst: recorder.bin,
          env: {
            GITHUB_SERVER_URL: stage.git.serverUrl,
            GITHUB_API_URL: api.url,
            RUNNER_DEBUG: '1',
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'CANARY-id-token',
          },
        },
      );
    }

    it('shows none of them in arguments, the log with debug on, the report, objects, releases, issues and left-over files', async () => {
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        const result = await publish(stage);
        expect(result.report.errors.map(({ code }: { code: string }) => code)).toEqual(['AUTH']);
        expect({
          code: result.code,
          ssh: ssh.git('tag', '--list'),
          releases: api.releases.length,
          issues: api.issues.length,
        }).toEqual({ code: 1, ssh: '1.0', releases: 1, issues: 1 });
        const secrets = [...MAIN, ...OTHER, PASSPHRASE, ...keys];
        const leaks = (text: string): string[] => secrets.filter((secret) => text.includes(secret));

        const calls = recorder.calls();
        expect(new Set(calls.map(({ program }) => program))).toEqual(new Set(['git', 'ssh']));
        for (const { args } of calls) expect(leaks(args)).toEqual([]);
        expect(
          leaks(
            result.stdout.replace(/^::add-mask::.*$/gm, '') +
              result.stderr +
              result.summary +
              JSON.stringify(result.report),
          ),
        ).toEqual([]);
        expect(leaks(stage.git.git('cat-file', '--batch-all-objects', '--batch'))).toEqual([]);
        expect(
          leaks(
            JSON.stringify([
              api.releases.map(({ assets, ...rest }) => [
                rest,
                assets.map(({ bytes }) => bytes.toString('latin1')),
              ]),
              api.issues,
            ]),
          ),
        ).toEqual([]);
        expect(filesHolding(result.tempDir, secrets)).toEqual([]);
        expect(
          readdirSync(join(result.tempDir, 'temp')).filter((name) => !/report/.test(name)),
        ).toEqual([]);
      });
    });

    it('tells the runner to mask each of them', async () => {
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        const masks = (await publish(stage)).stdout
          .split('\n')
          .filter((line) => line.startsWith('::add-mask::'))
          .map((line) => line.slice(12));
        expect(masks).toEqual(expect.arrayContaining([...MAIN, ...OTHER, PASSPHRASE, ...keys]));
      });
    });

    it('gives each child its own credential and no other', async () => {
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        await publish(stage);
        const holds = (env: string, secrets: readonly string[]): boolean =>
          secrets.some((secret) => env.includes(secret));
        const calls = recorder.calls();
        for (const { env } of calls) {
          expect(holds(env, [PASSPHRASE, ...keys, 'CANARY-id-token'])).toBe(false);
          expect(env).not.toMatch(/^(INPUT_|GITHUB_|ACTIONS_)/m);
          expect(holds(env, MAIN) && holds(env, OTHER)).toBe(false);
          if (env.includes(other.url) || env.includes(ssh.url))
            expect(holds(env, MAIN)).toBe(false);
          if (env.includes(stage.git.url) || env.includes(ssh.url))
            expect(holds(env, OTHER)).toBe(false);
        }
        for (const { program, env } of calls)
          if (program === 'ssh') expect(holds(env, [...MAIN, ...OTHER])).toBe(false);
        expect(calls.some(({ env }) => holds(env, MAIN))).toBe(true);
        expect(calls.some(({ env }) => holds(env, OTHER))).toBe(true);
        for (const { authorization } of other.requests)
          expect(authorization.map((value) => value.replace(/^basic /i, ''))).toEqual([
            base64(`me:${PASSWORD}`),
          ]);
      });
    });
  },
);

describeWithTools(['git'], 'T31: a further remote on this machine', () => {
  it('runs its own hooks without any secret in their environment', async () => {
    const local = await startGitServer({ repository: 'local/mirror' });
    try {
      local.setHook('pre-receive', `env > "${local.repoDir}/seen"`);
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        const result = await stage.publish({
          mirrors: local.repoDir,
          'http-headers': 'X-Secret: CANARYheader',
        });
        expect({ code: result.code, tags: local.git('tag', '--list') }).toEqual({
          code: 0,
          tags: '1.0',
        });
        const seen = execFileSync('cat', [join(local.repoDir, 'seen')], { encoding: 'utf8' });
        expect(seen).toContain('GIT_DIR');
        expect(
          [...MAIN, 'CANARYheader', 'INPUT_'].filter((secret) => seen.includes(secret)),
        ).toEqual([]);
      });
    } finally {
      await local.close();
    }
  });
});
