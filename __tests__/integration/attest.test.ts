// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { fileName, hello } from '../fixtures/small-repository.js';
import { onStage, TOKEN } from '../fixtures/stage.js';

const [ONE, TWO] = [hello('1.0'), hello('2.0')] as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const folderOf = (report: string): string => report.replace(/\.json$/, '-statements');

describe('statements', () => {
  afterAll(removeRunDirectories);

  it('one per published release lies beside the report: package digest, commit and source tree', async () => {
    await onStage({ packages: [ONE, TWO], inputs: { 'tag-format': '{name}/{version}' } }, async (stage) => {
      const { outputs } = await stage.publish();
      const folder = folderOf(outputs['report']!);
      expect(readdirSync(folder).sort()).toEqual(['hello%2F1.0.intoto.json', 'hello%2F2.0.intoto.json']);
      expect(JSON.parse(readFileSync(join(folder, 'hello%2F2.0.intoto.json'), 'utf8'))).toMatchObject({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ name: fileName(TWO), digest: { sha256: sha256(TWO.built.bytes) } }],
        predicate: {
          tag: 'hello/2.0',
          commit: { digest: { gitCommit: stage.git.git('rev-parse', 'hello/2.0^{commit}') } },
          source: { digest: { gitTree: stage.git.git('rev-parse', 'hello/2.0:src') } },
        },
      });
    });
  });

  it('there are none when nothing was published', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      for (const inputs of [{ 'dry-run': 'true' }, {}, {}]) {
        const { outputs } = await stage.publish(inputs);
        expect(existsSync(folderOf(outputs['report']!))).toBe(outputs['tags'] !== '[]');
      }
    });
  });

  it('the command line writes them beside --report', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const flags = ['--baseurl', stage.yum.url, '--packages', 'hello', '--gpgkey', `${stage.yum.url}/KEY`, '--repository', stage.git.url, '--report', 'out.json'];
      const { code, tempDir } = await runCli(['publish', ...flags], { env: { INPUT_TOKEN: TOKEN } });
      expect({ code, names: readdirSync(join(tempDir, 'work/out-statements')) }).toEqual({ code: 0, names: ['1.0.intoto.json'] });
    });
  });
});

describe('attest', () => {
  it('is refused before any request, with what to do instead; it is never ignored', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const result = await stage.publish({ attest: 'true' });
      expect({ code: result.code, requests: stage.yum.requests.length + stage.git.requests.length }).toEqual({ code: 2, requests: 0 });
      expect(result.stdout).toMatch(/^::error title=INPUT_CONFLICT::attest.*actions\/attest/m);
    });
  });
});
