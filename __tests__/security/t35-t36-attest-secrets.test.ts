// SPDX-License-Identifier: MIT
import { afterAll, expect, it } from '@jest/globals';

import { filesHolding, recordPrograms } from '../fixtures/git-recorder.js';
import { inJob } from '../fixtures/job.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { IDENTITY, REQUEST_TOKEN, type SigstoreFault } from '../fixtures/sigstore.js';
import { hello } from '../fixtures/small-repository.js';
import { TOKEN } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const OPAQUE = 'opaque-identity-opaque-identity';
const SECRETS = [TOKEN, REQUEST_TOKEN, IDENTITY, IDENTITY.split('.')[2]!, OPAQUE];
const holding = (text: string): string[] => SECRETS.filter((secret) => text.includes(secret));

/** All that a runner would keep of a run; the lines that tell it what to mask must name the secret. */
function kept({ stdout, stderr, summary, outputs }: RunResult): string {
  return [stdout, stderr, summary, JSON.stringify(outputs)]
    .join('\n')
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

describeWithTools(['openssl'], 'T35, T36: a run that attests', () => {
  afterAll(removeRunDirectories);

  it('sends each secret to the one place that it is for, and keeps none', async () => {
    const recorder = recordPrograms(['git']);
    await inJob([hello('1.0')], async ({ api, sigstore, publish }) => {
      const result = await publish({}, { env: { RUNNER_DEBUG: '1' }, pathFirst: recorder.bin });
      expect({ code: result.code, stored: api.attestations.length }).toEqual({
        code: 0,
        stored: 1,
      });
      const sent = sigstore.requests.map(({ host, path, headers, body }) => [
        host.replace(/:.*/, ''),
        holding(path + headers + body),
      ]);
      expect(sent).toEqual([
        ['127.0.0.1', [REQUEST_TOKEN]],
        ['fulcio.sigstore.dev', [IDENTITY, IDENTITY.split('.')[2]]],
        ['rekor.sigstore.dev', []],
      ]);
      expect(api.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
        // Who may see the mirror is asked before anything is signed.
        ['/api/v3/repos/acme/mirror', `token ${TOKEN}`],
        ['/api/v3/repos/acme/mirror/attestations', `token ${TOKEN}`],
      ]);
      expect(holding(JSON.stringify(api.attestations))).toEqual([]);
      expect(holding(kept(result))).toEqual([]);
      expect(filesHolding(`${result.tempDir}/temp`, SECRETS)).toEqual([]);
      expect(
        recorder
          .calls()
          .flatMap(({ args, env }) =>
            holding(args + env).concat(env.match(/^ACTIONS_ID_TOKEN\w*/gm) ?? []),
          ),
      ).toEqual([]);
    }).finally(() => {
      recorder.close();
    });
  });

  it.each<readonly [string, string, SigstoreFault]>([
    [
      'Fulcio answers with the identity in its message',
      'fulcio',
      { status: 400, body: { message: `bad token ${IDENTITY}` } },
    ],
    [
      'the runner gives an identity of another form',
      '127',
      { status: 200, body: { value: OPAQUE } },
    ],
    [
      'the runner gives no identity',
      '127',
      { status: 403, body: { message: `not with ${REQUEST_TOKEN}` } },
    ],
  ])('shows none of them when %s', async (_, from, fault) => {
    await inJob([hello('1.0')], async ({ sigstore, publish }) => {
      sigstore.setFault(({ host }) => (host.startsWith(from) ? fault : undefined));
      const result = await publish({}, { env: { RUNNER_DEBUG: '1' } });
      expect({ code: result.code, errors: result.report.errors }).toEqual({
        code: 1,
        errors: [expect.objectContaining({ code: 'REMOTE_FAILED' })],
      });
      expect(holding(kept(result))).toEqual([]);
      expect(filesHolding(`${result.tempDir}/temp`, SECRETS)).toEqual([]);
    });
  });
});
