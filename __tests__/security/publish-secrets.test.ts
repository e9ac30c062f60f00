// SPDX-License-Identifier: MIT
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { makeRunDirectory, removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, TOKEN } from '../fixtures/stage.js';

const PACKAGES = ['1.0', '2.0'].map((version) => hello(version));
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
const HEADER = 'header-s3cret-header-s3cret';
const FORMS = [TOKEN, BASIC, Buffer.from(TOKEN).toString('base64'), HEADER];

afterAll(removeRunDirectories);

/** Those of the secrets' forms that a text holds. */
function shown(text: string): string[] {
  return FORMS.filter((form) => text.includes(form));
}

/** All that a runner would keep of a run; the lines that tell it what to mask must name the secret. */
function kept({ stdout, stderr, summary, report, outputs }: RunResult): string {
  return [stdout, stderr, summary, JSON.stringify([report, outputs])]
    .join('\n')
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

describe('T35: the token of a run', () => {
  it('is masked in all its forms before anything else is said', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const { stdout } = await stage.publish({
        'http-headers': `X-Vendor: ${HEADER}`,
        'dry-run': 'true',
      });
      const lines = stdout.split('\n');
      const said = lines.findIndex((line) => line !== '' && !line.startsWith('::add-mask::'));
      expect(lines.slice(0, said)).toEqual(
        expect.arrayContaining([TOKEN, BASIC, HEADER].map((secret) => `::add-mask::${secret}`)),
      );
    });
  });

  it('stands in no message of a remote that refuses', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.git.setHook('pre-receive', `echo "your token ${TOKEN} (${BASIC}) is bad" >&2; exit 1`);
      const result = await stage.publish({}, { env: { RUNNER_DEBUG: '1' } });
      expect({
        code: result.code,
        error: result.report.errors[0].code,
        shown: shown(kept(result)),
      }).toEqual({ code: 1, error: 'PUSH_REJECTED', shown: [] });
    });
  });
});

describe('T31: configuration of others', () => {
  it("the user's git configuration, GIT_ variables and templates change nothing and start nothing", async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const tempDir = makeRunDirectory();
      const marker = join(tempDir, 'marker');
      const evil = join(tempDir, 'evil');
      mkdirSync(join(tempDir, 'home'));
      writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >>"${marker}"\nexit 1\n`);
      chmodSync(evil, 0o755);
      const hooks = join(tempDir, 'hooks');
      mkdirSync(hooks);
      for (const hook of ['pre-push', 'reference-transaction', 'post-index-change']) {
        writeFileSync(join(hooks, hook), readFileSync(evil));
        chmodSync(join(hooks, hook), 0o755);
      }
      const config = `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${evil}\n\tsshCommand = ${evil}\n[credential]\n\thelper = ${evil}\n[url "ext::${evil} "]\n\tinsteadOf = http://\n[protocol]\n\tallow = always\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = ${evil}\n[fetch]\n\tpruneTags = true\n`;
      writeFileSync(join(tempDir, 'home/.gitconfig'), config);
      const env = {
        GIT_CONFIG_GLOBAL: join(tempDir, 'home/.gitconfig'),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.hooksPath',
        GIT_CONFIG_VALUE_0: hooks,
        GIT_DIR: tempDir,
        GIT_ASKPASS: evil,
        GIT_EXEC_PATH: tempDir,
        GIT_TRACE: '1',
        GIT_PROXY_COMMAND: evil,
        GIT_EXTERNAL_DIFF: evil,
      };
      const result = await stage.publish({}, { tempDir, env });
      expect({ code: result.code, tags: stage.tags(), isStarted: existsSync(marker) }).toEqual({
        code: 0,
        tags: ['1.0', '2.0'],
        isStarted: false,
      });
    });
  });
});
