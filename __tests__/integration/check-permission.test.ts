// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const READ_ONLY = 'ghs_readOnlyReadOnlyReadOnly';
const GIT = { publicRead: true, readOnlyToken: READ_ONLY };
const CHECK = { mode: 'check' };

describe('check asks whether a push would be let in', () => {
  afterAll(removeRunDirectories);

  it('with a token that may write it says so, and changes nothing, in an empty repository and in a mirror', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT }, async (stage) => {
      const empty = await stage.publish(CHECK);
      expect({ code: empty.code, warnings: empty.report.warnings, refs: stage.git.git('for-each-ref') }).toEqual({ code: 0, warnings: [], refs: '' });
      expect(empty.stdout).toContain('would take a push to main');
      await stage.publish();
      const before = stage.git.git('for-each-ref');
      expect((await stage.publish(CHECK)).stdout).toContain('would take a push to main');
      expect({ refs: stage.git.git('for-each-ref'), posts: stage.git.requests.filter(({ service, method }) => service === 'git-receive-pack' && method === 'POST') }).toEqual({ refs: before, posts: [] });
    });
  });

  it('with a token that may only read it warns, and names the permission', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT, inputs: { token: READ_ONLY } }, async (stage) => {
      const result = await stage.publish(CHECK);
      expect(result.code).toBe(0);
      expect(result.report.warnings).toEqual([expect.stringMatching(/could not push to main: .*contents: write/)]);
    });
  });

  it('without a token it asks nothing: anybody may look', async () => {
    await onStage({ packages: [hello('1.0')], git: GIT, inputs: { token: '' } }, async (stage) => {
      const result = await stage.publish(CHECK);
      expect({ code: result.code, warnings: result.report.warnings, asked: stage.git.requests.filter(({ service, url }) => service === 'git-receive-pack' || url.includes('receive-pack')) }).toEqual({ code: 0, warnings: [], asked: [] });
    });
  });
});
