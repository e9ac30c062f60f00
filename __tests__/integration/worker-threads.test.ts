// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Deflaters, workersHere } from '../../src/git/objects/deflaters.js';
import { PackWriter } from '../../src/git/objects/pack.js';
import { KIB, MIB } from '../../src/limits.js';
import { texts } from '../fixtures/header-builder.js';
import { before, OWN_PEAK } from '../fixtures/peak-memory.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { tarArchive } from '../fixtures/tar-builder.js';

const SCRIPT = resolve(import.meta.dirname, '../../dist/deflate-worker.js');
const LIMIT = 180_000;

afterAll(removeRunDirectories);

/** Text that no two files share, and that deflates as sources do. */
function text(seed: number, size: number): Buffer {
  const lines: string[] = [];
  for (let at = 0, length = 0; length < size; at++) {
    const line = `static int value_${seed}_${at} = ${Math.imul(seed + 1, at * 2_654_435_761) >>> 0};\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, size);
}

describe('packs that are deflated in threads', () => {
  const sizes = [
    0,
    1,
    5000,
    300_000,
    1_048_576,
    1_048_577,
    4_194_305,
    ...Array<number>(40).fill(70_000),
  ];
  const contents = sizes.map((size, at) => text(at, size));

  async function pack(deflaters: Deflaters): Promise<Buffer> {
    const path = join(makeRunDirectory(), 'one.pack');
    try {
      const writer = await PackWriter.create(path, deflaters);
      try {
        for (const content of contents) await writer.add('blob', content);
      } catch (error) {
        await writer.abandon();
        throw error;
      }
      await writer.finish();
      return readFileSync(path);
    } finally {
      await deflaters.close();
    }
  }

  it('are the same byte for byte with none, one and several', async () => {
    expect(existsSync(SCRIPT)).toBe(true);
    const alone = await pack(new Deflaters(0));
    for (const workers of [1, 2, 5])
      expect(
        alone.equals(await pack(new Deflaters(workers, { script: SCRIPT, startAfter: 0 }))),
      ).toBe(true);
  });

  it.each([
    [
      'dies over its work',
      "parentPort.on('message', () => process.exit(3)); parentPort.postMessage('ready');",
    ],
    ['cannot start', "throw new Error('no');"],
  ])('fail clearly when a thread %s', async (_, script) => {
    const folder = makeRunDirectory();
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const path = join(folder, 'worker.js');
    writeFileSync(path, `import { parentPort } from 'node:worker_threads';\n${script}\n`);
    await expect(pack(new Deflaters(1, { script: path, startAfter: 0 }))).rejects.toThrow(
      /^expected a worker thread to deflate \d+ objects, found that it ended: /,
    );
  });

  it('follow cores and memory', () => {
    expect([
      workersHere(1, 64 * 1024 * MIB),
      workersHere(2, 64 * 1024 * MIB),
      workersHere(64, 64 * 1024 * MIB),
      workersHere(64, 600 * MIB),
      workersHere(64, 100 * MIB),
    ]).toEqual([0, 1, 2, 1, 0]);
  });
});

describe('a source of 64 MiB in 4,000 files through the bundle', () => {
  let stage: Stage;

  beforeAll(async () => {
    const members = Array.from({ length: 4000 }, (_, at) => ({
      name: `big-1.0/folder${at % 50}/file${at}.c`,
      content: text(at, 16 * KIB),
    }));
    const entries = [texts(1018, ['big.tar.gz'])];
    const files = [
      { path: 'big.spec', content: 'Source0: big.tar.gz\n', flags: 32 },
      { path: 'big.tar.gz', content: gzipSync(tarArchive(members), { level: 1 }), flags: 0 },
    ];
    const listed = hello('1.0', { source: true, files, entries });
    stage = await openStage({ packages: [{ ...listed, arch: 'src' }] });
  }, LIMIT);
  afterAll(() => stage.close());

  /** Publishes into an empty mirror; how many threads there were, the commit, and the peak of memory in MiB. */
  async function publish(
    env: Record<string, string>,
  ): Promise<{ threads: number; tree: string; peak: number }> {
    const seen = join(makeRunDirectory(), 'seen');
    mkdirSync(seen);
    const watch = `import { writeFileSync } from 'node:fs'; import os from 'node:os'; import { isMainThread } from 'node:worker_threads'; import { syncBuiltinESMExports } from 'node:module';
      if (isMainThread) { let threads = 0; process.on('worker', () => threads++);
      if (process.env.TEST_CORES) { os.availableParallelism = () => Number(process.env.TEST_CORES); syncBuiltinESMExports(); }
      process.on('exit', () => writeFileSync(${JSON.stringify(join(seen, 'seen'))}, threads + ' ' + ${OWN_PEAK})); }`;
    const result = await stage.publish(
      { arch: 'src', 'dry-run': 'false' },
      {
        timeout: LIMIT,
        env,
        nodeOptions: before(watch),
      },
    );
    expect(result.code).toBe(0);
    const [threads = 0, peak = 0] = readFileSync(join(seen, 'seen'), 'utf8').split(' ').map(Number);
    const tree = stage.git.git('rev-parse', 'main^{tree}').trim();
    return { threads, tree, peak: peak / MIB };
  }

  it(
    `is the same with and without threads, in less than 256 MiB (this machine has ${availableParallelism()} cores)`,
    async () => {
      const two = await publish({ TEST_CORES: '2' });
      expect(two.threads).toBe(1);
      if (process.platform === 'linux') expect(two.peak).toBeLessThan(256);
      stage.git.git('update-ref', '-d', 'refs/heads/main');
      for (const tag of stage.git.git('tag').split('\n').filter(Boolean))
        stage.git.git('tag', '-d', tag);
      const one = await publish({ TEST_CORES: '1' });
      expect(one.threads).toBe(0);
      expect(one.tree).toBe(two.tree);
    },
    LIMIT,
  );
});
