// SPDX-License-Identifier: MIT
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Deflaters } from '../../src/git/objects/deflaters.js';
import { PackWriter } from '../../src/git/objects/pack.js';
import { KIB, MIB } from '../../src/limits.js';
import { spawnSync } from '../fixtures/commands.js';
import { texts } from '../fixtures/header-builder.js';
import { before, OWN_PEAK } from '../fixtures/peak-memory.js';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { tarArchive } from '../fixtures/tar-builder.js';
import { describeWithTools } from '../fixtures/tools.js';

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
});

/** A source of 64 MiB in 4,000 files. */
const archive = () =>
  tarArchive(
    Array.from({ length: 4000 }, (_, at) => ({
      name: `big-1.0/folder${at % 50}/file${at}.c`,
      content: text(at, 16 * KIB),
    })),
  );

describe.each([
  {
    name: 'big.tar.gz',
    tool: undefined,
    threads: 1,
    pack: (tar: Buffer) => gzipSync(tar, { level: 1 }),
  },
  // One thread deflates what the other has decoded.
  {
    name: 'big.tar.xz',
    tool: 'xz',
    threads: 2,
    pack: (tar: Buffer) =>
      spawnSync('xz', ['-0', '-c'], { input: tar, maxBuffer: 64 * MIB }).stdout,
  },
])(
  'a source of 64 MiB in 4,000 files through the bundle',
  ({ name, tool, threads: most, pack }) => {
    describeWithTools(tool === undefined ? [] : [tool], name, () => {
      let stage: Stage;

      beforeAll(async () => {
        const content = pack(archive());
        expect(content.length).toBeGreaterThan(2 * MIB);
        const entries = [texts(1018, [name])];
        const files = [
          { path: 'big.spec', content: `Source0: ${name}\n`, flags: 32 },
          { path: name, content, flags: 0 },
        ];
        const listed = hello('1.0', { source: true, files, entries });
        stage = await openStage({ packages: [{ ...listed, arch: 'src' }] });
      }, LIMIT);
      afterAll(() => stage.close());

      /** Runs the bundle on a machine of so many cores; how many threads there were, and the peak of memory in MiB. */
      async function watched<T extends { readonly code: number | null }>(
        cores: number,
        run: (options: {
          env: Record<string, string>;
          nodeOptions: string[];
          timeout: number;
        }) => Promise<T>,
      ): Promise<{ result: T; threads: number; peak: number }> {
        const seen = join(makeRunDirectory(), 'seen');
        const watch = `import { writeFileSync } from 'node:fs'; import os from 'node:os'; import { isMainThread } from 'node:worker_threads'; import { syncBuiltinESMExports } from 'node:module';
      if (isMainThread) { let threads = 0; process.on('worker', () => threads++);
      os.availableParallelism = () => Number(process.env.TEST_CORES); syncBuiltinESMExports();
      process.on('exit', () => writeFileSync(${JSON.stringify(seen)}, threads + ' ' + ${OWN_PEAK})); }`;
        const result = await run({
          timeout: LIMIT,
          env: { TEST_CORES: String(cores) },
          nodeOptions: before(watch),
        });
        const [threads = 0, peak = 0] = readFileSync(seen, 'utf8').split(' ').map(Number);
        return { result, threads, peak: peak / MIB };
      }

      async function publish(cores: number) {
        const { result, ...measured } = await watched(cores, (options) =>
          stage.publish({ arch: 'src', 'dry-run': 'false' }, options),
        );
        expect(result.code).toBe(0);
        return { ...measured, tree: stage.git.git('rev-parse', 'main^{tree}').trim() };
      }

      it(
        `is the same with and without threads, in less than 256 MiB (this machine has ${availableParallelism()} cores)`,
        async () => {
          const two = await publish(2);
          expect(two.threads).toBe(most);
          stage.git.git('update-ref', '-d', 'refs/heads/main');
          for (const tag of stage.git.git('tag').split('\n').filter(Boolean))
            stage.git.git('tag', '-d', tag);
          const one = await publish(1);
          expect(one.threads).toBe(0);
          expect(one.tree).toBe(two.tree);
          if (process.platform === 'linux') expect(Math.max(one.peak, two.peak)).toBeLessThan(256);
        },
        LIMIT,
      );

      it(
        'is proved the same by verify with and without them',
        async () => {
          const runs = [];
          for (const cores of [2, 1])
            runs.push(
              await watched(cores, (options) =>
                runCli(['verify', '--quiet', '--repository', stage.git.repoDir], options),
              ),
            );
          const [two, one] = runs.map(({ result: { code, stdout, stderr } }) => ({
            code,
            stdout,
            stderr,
          }));
          expect(two).toMatchObject({ code: 0 });
          expect(one).toEqual(two);
          expect(runs.map(({ threads }) => threads)).toEqual([most - 1, 0]);
          if (process.platform === 'linux')
            expect(Math.max(...runs.map(({ peak }) => peak))).toBeLessThan(256);
        },
        LIMIT,
      );
    });
  },
);
