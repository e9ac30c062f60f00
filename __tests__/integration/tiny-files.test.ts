// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, it } from '@jest/globals';

import { MIB } from '../../src/limits.js';
import { texts } from '../fixtures/header-builder.js';
import { peakInto } from '../fixtures/peak-memory.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { tarArchive } from '../fixtures/tar-builder.js';

const LIMIT = 280_000;
const COUNT = 60_000;

describe('a source of many tiny files through the bundle', () => {
  afterAll(removeRunDirectories);

  it(
    `${COUNT} different files of 8 bytes take less than 256 MiB, and each is there`,
    async () => {
      const members = Array.from({ length: COUNT }, (_, at) => ({
        name: `tiny-1.0/folder${at % 300}/file${at}`,
        content: String(at).padStart(8, '0'),
      }));
      const listed = hello('1.0', {
        source: true,
        files: [
          { path: 'tiny.spec', content: 'Source0: tiny.tar.gz\n', flags: 32 },
          { path: 'tiny.tar.gz', content: gzipSync(tarArchive(members), { level: 1 }), flags: 0 },
        ],
        entries: [texts(1018, ['tiny.tar.gz'])],
      });
      await onStage({ packages: [{ ...listed, arch: 'src' }] }, async (stage) => {
        const peak = join(makeRunDirectory(), 'peak');
        const result = await stage.publish(
          { arch: 'src' },
          { timeout: LIMIT, nodeOptions: process.platform === 'linux' ? peakInto(peak) : [] },
        );
        expect(result.code).toBe(0);
        const listing = stage.git.git('ls-tree', '-r', 'main', 'src').trim().split('\n');
        const tiny = listing.filter((line) => /\/file\d+$/.test(line));
        expect(tiny).toHaveLength(COUNT);
        expect(new Set(tiny.map((line) => line.split(/\s/)[2])).size).toBe(COUNT);
        if (process.platform === 'linux')
          expect(Number(readFileSync(peak, 'utf8')) / MIB).toBeLessThan(256);
      });
    },
    LIMIT,
  );
});
