// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { afterAll, describe, expect, it } from '@jest/globals';

import { KIB, MIB } from '../../src/limits.js';
import { peakInto } from '../fixtures/peak-memory.js';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello, helloFiles } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

/** Megabytes of noise in each release; it is in the source and in the archived package, so that the pack has twice as much. */
const SIZES = [90, 60, 40, 30, 20, 10];
const LIMIT = 300_000;

// Half a gigabyte is too much for every change of a line; .ci/run sets RUN_SLOW.
const isWanted = process.env['RUN_SLOW'] === '1' && process.platform === 'linux';
if (!isWanted)
  process.stderr.write('SKIPPED: a pack of 500 MB needs RUN_SLOW=1, and Linux to measure memory\n');

(isWanted ? describe : describe.skip)('verify on a mirror whose pack has 500 MB', () => {
  afterAll(removeRunDirectories);

  it(
    'proves it in less than 300 MiB of memory',
    async () => {
      const packages = SIZES.map((size, at) => {
        const version = `${String(at + 1)}.0`;
        return hello(version, {
          files: [
            ...helloFiles(version),
            { path: `/usr/src/hello-${version}/noise`, content: randomBytes(size * MIB) },
          ],
        });
      });
      await onStage({ packages, git: { config: { 'core.compression': '0' } } }, async (stage) => {
        const published = await stage.publish({}, { timeout: LIMIT });
        expect(published.code).toBe(0);
        stage.git.git('repack', '-a', '-d', '-q', '--window=0');
        const packed =
          Number(/size-pack: (\d+)/.exec(stage.git.git('count-objects', '-v'))![1]) * KIB;
        expect(packed).toBeGreaterThan(499e6);

        const peak = `${makeRunDirectory()}/peak`;
        const nodeOptions = peakInto(peak);
        const report = `${makeRunDirectory()}/report.json`;
        const result = await runCli(
          ['verify', '--quiet', '--report', report, '--repository', stage.git.repoDir],
          { nodeOptions, timeout: LIMIT },
        );
        expect({ code: result.code, tags: result.report.releases.length }).toEqual({
          code: 0,
          tags: SIZES.length,
        });
        expect(Number(readFileSync(peak, 'utf8'))).toBeLessThan(300 * MIB);
      });
    },
    LIMIT,
  );
});
