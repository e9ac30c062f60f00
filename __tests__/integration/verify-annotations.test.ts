// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { publishHello, verifyMirror } from '../fixtures/forged-mirror.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories, runAction } from '../fixtures/run-bundle.js';
import { PUBLISHER } from '../fixtures/small-repository.js';

describe('what verify found, for people', () => {
  let mirror: string;
  beforeAll(async () => {
    mirror = await publishHello();
  }, 120_000);
  afterAll(removeRunDirectories);

  const extra = (count: number, name = (at: number): string => `src/extra-${at}`): MirrorEditor => {
    const copy = MirrorEditor.copy(mirror);
    copy.retag('2.0', {
      files: Object.fromEntries(
        Array.from({ length: count }, (_, at) => [name(at), { content: `${at}\n` }]),
      ),
    });
    return copy;
  };
  const ofAction = async ({ path }: MirrorEditor): Promise<string[]> => {
    const { code, stdout } = await runAction({
      inputs: { mode: 'verify', repository: path, 'gpg-fingerprints': PUBLISHER.fingerprint },
    });
    expect(code).toBe(1);
    return stdout.split('\n');
  };

  it('is one annotation a group in a workflow, with its remedy, and one more for the whole', async () => {
    const lines = await ofAction(extra(12));
    const errors = lines.filter((line) => line.startsWith('::error'));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(
      /^::error title=finding%3A extra::extra \(12 times\): 2\.0: src\/extra-0, .* and 9 more: .*extra: Remove it/,
    );
    expect(lines.filter((line) => line.includes('extra (12 times)'))).toHaveLength(1);
  });

  it('escapes names, and cuts what is too long', async () => {
    const lines = await ofAction(
      extra(1, () => `src/a\n::error::evil\n##[error]evil${'x'.repeat(3000)}/${'y'.repeat(3000)}`),
    );
    expect(lines.filter((line) => /^::error::evil|##\[error\]evil/.test(line))).toEqual([]);
    const [first = ''] = lines.filter((line) => line.startsWith('::error title=finding'));
    expect(first).toContain('… (cut) …');
    expect(first.length).toBeLessThan(4096);
  });

  it('is printed once at a terminal', async () => {
    const { stdout, stderr } = await verifyMirror(extra(12).path);
    expect(`${stdout}${stderr}`.match(/extra \(12 times\)/g)).toHaveLength(1);
  });
});
