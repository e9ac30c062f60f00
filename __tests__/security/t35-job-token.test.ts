// SPDX-License-Identifier: MIT
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';

import { type GitRecorder, recordPrograms } from '../fixtures/git-recorder.js';
import { startGitHubApi } from '../fixtures/github-api.js';
import { makeRunDirectory, removeRunDirectories, runAction } from '../fixtures/run-bundle.js';
import { describeWithTools } from '../fixtures/tools.js';

const base64 = (token: string): string => Buffer.from(`x-access-token:${token}`).toString('base64');
const JOB = 'ghs_CANARYcanaryCANARYcanary';

describeWithTools(
  ['git', 'ssh'],
  "T35: the job's token and the server that `repository` names",
  () => {
    let recorder: GitRecorder;
    beforeEach(() => {
      recorder = recordPrograms();
    });
    afterEach(() => {
      recorder.close();
    });
    afterAll(removeRunDirectories);

    /** Verifies a mirror on a server that nobody reaches; gives the report's warnings, and whether git had the token. */
    async function ask(
      repository: string,
      token: string,
      env: Readonly<Record<string, string | undefined>> = {},
    ): Promise<{ warnings: string[]; sent: boolean }> {
      const tempDir = makeRunDirectory();
      const { report } = await runAction({
        inputs: { mode: 'verify', repository, token },
        pathFirst: recorder.bin,
        tempDir,
        env: {
          GITHUB_SERVER_URL: 'https://github.example',
          HTTPS_PROXY: 'http://127.0.0.1:9',
          ...env,
        },
      });
      const calls = recorder.calls();
      expect(calls.length).toBeGreaterThan(0);
      return {
        warnings: report.warnings,
        sent: calls.some(({ env: seen }) => seen.includes(base64(token))),
      };
    }

    it('it stays away from another server, and the report says so with the remedy', async () => {
      const { warnings, sent } = await ask('https://git.other.example/acme/mirror', JOB);
      expect(sent).toBe(false);
      expect(warnings).toEqual([
        expect.stringMatching(
          /belongs to https:\/\/github\.example; it is not sent to git\.other\.example\. Set token to a personal one of git\.other\.example, or put the credential into repository/,
        ),
      ]);
      expect(warnings.join()).not.toContain(JOB);
    });

    it('it stays away where no job names its server', async () => {
      expect(
        (await ask('https://git.other.example/acme/mirror', JOB, { GITHUB_SERVER_URL: undefined }))
          .sent,
      ).toBe(false);
    });

    it.each([
      ['its own server', 'https://github.example/acme/mirror'],
      ['owner/name', 'acme/mirror'],
    ])('it goes to %s', async (_, repository) => {
      expect(await ask(repository, JOB)).toEqual({ warnings: [], sent: true });
    });

    it('a token that somebody chose goes to the server that they named', async () => {
      expect(await ask('https://git.other.example/acme/mirror', 'glpat-CANARYcanary')).toEqual({
        warnings: [],
        sent: true,
      });
    });

    it('a password in the URL is used, without a word', async () => {
      expect(await ask('https://me:secret@git.other.example/acme/mirror', JOB)).toEqual({
        warnings: [],
        sent: false,
      });
    });

    it('a token that may be one of the other server is not shown to the server of the job either', async () => {
      const api = await startGitHubApi({ token: JOB });
      try {
        const env = {
          GITHUB_API_URL: api.url,
          GITHUB_REPOSITORY: 'acme/mirror',
          GITHUB_EVENT_NAME: 'schedule',
        };
        expect((await ask('https://git.other.example/acme/mirror', JOB, env)).sent).toBe(false);
        expect(api.requests).toEqual([]);
      } finally {
        await api.close();
      }
    });
  },
);
