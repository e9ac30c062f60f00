// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { foundBy, proofsOf, verifyMirror } from '../fixtures/forged-mirror.js';
import { texts } from '../fixtures/header-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const PAYLOAD_DIGEST = 5092;
const PAYLOAD_DIGEST_ALT = 5097;
const WRONG = 'ab'.repeat(32);

async function expectProved({ git }: Stage, tags: readonly string[]): Promise<void> {
  const result = await verifyMirror(git.repoDir);
  expect([result.code, foundBy(result), proofsOf(result)]).toEqual([
    0,
    [],
    Object.fromEntries(tags.map((tag) => [tag, 'proved'])),
  ]);
}

afterAll(removeRunDirectories);

describe('what is odd, and good: published, and proved by verify', () => {
  it('two files of one base name in different folders, at once and in a later run: each is archived, the later by its NEVRA', async () => {
    const at = (version: string) => ({ ...hello(version), file: `v${version}/hello.rpm` });
    const [one, two, three] = [at('1.0'), at('2.0'), at('3.0')];
    await onStage({ packages: [one, two] }, async (stage) => {
      for (const packages of [
        [one, two],
        [one, two, three],
      ]) {
        stage.offer(packages, String(1_700_000_000 + packages.length));
        const { code, report } = await stage.publish();
        expect([code, report.errors]).toEqual([0, []]);
      }
      const names = stage.git.git('ls-tree', '--name-only', 'main:archive/rpm').trim().split('\n');
      expect(names.filter((name) => name.endsWith('.rpm'))).toEqual([
        'hello-2.0-1.noarch.rpm',
        'hello-3.0-1.noarch.rpm',
        'hello.rpm',
      ]);
      await expectProved(stage, ['1.0', '2.0', '3.0']);
    });
  });

  it('PAYLOADDIGESTALT that is wrong beside a good PAYLOADDIGEST is a warning', async () => {
    const odd = hello('1.0', { entries: [texts(PAYLOAD_DIGEST_ALT, [WRONG])] });
    await onStage({ packages: [odd] }, async (stage) => {
      const { code, report } = await stage.publish();
      expect([code, report.errors]).toEqual([0, []]);
      expect(report.warnings.join('\n')).toMatch(/PAYLOADDIGESTALT/);
      await expectProved(stage, ['1.0']);
    });
  });

  it.each([
    ['both wrong', [texts(PAYLOAD_DIGEST, [WRONG]), texts(PAYLOAD_DIGEST_ALT, [WRONG])]],
    ['PAYLOADDIGEST wrong', [texts(PAYLOAD_DIGEST, [WRONG])]],
  ])('the control, %s, is refused', async (_, entries) => {
    await onStage({ packages: [hello('1.0', { entries })] }, async (stage) => {
      const { code, report } = await stage.publish();
      expect([code, report.releases[0].error.code]).toEqual([1, 'DIGEST_MISMATCH']);
    });
  });
});
