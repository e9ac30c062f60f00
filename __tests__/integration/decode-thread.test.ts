// SPDX-License-Identifier: MIT
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from '@jest/globals';
import { build, type BuildOptions } from 'esbuild';

import type { ThreadChoice } from '../../src/compression/decode-thread.js';
import {
  type Compression,
  decompress,
  type DecompressLimits,
} from '../../src/compression/index.js';
import { LIMITS, MIB } from '../../src/limits.js';
import { endThreads, openThreads } from '../../src/threads.js';
import { chunksOf, collect, repeated } from '../fixtures/chunks.js';
import { spawnSync } from '../fixtures/commands.js';
import { PLAIN, SAMPLES, ZEROS } from '../fixtures/compressed.js';
import { amount, isQuick, oneOfEach } from '../fixtures/quick.js';
import { seededRandom } from '../fixtures/random.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { watchThreads } from '../fixtures/thread-watch.js';
import { describeWithTools } from '../fixtures/tools.js';

const root = resolve(import.meta.dirname, '../..');
const SCRIPT = join(root, 'dist/decode-worker.js');
const HERE: ThreadChoice = { script: undefined, startBytes: 0 };
const THREAD: ThreadChoice = { script: SCRIPT, startBytes: 0 };
const LIMITED: DecompressLimits = { maxBytes: 64 * MIB, what: 'sample' };
const ENDED = /^expected a worker thread to decode a stream, found that it ended: ./;

interface Sample {
  readonly name: string;
  readonly kind: Compression;
  readonly bytes: Buffer;
}

const SLOW: readonly Sample[] = SAMPLES.filter(({ kind }) => kind !== 'gzip' && kind !== 'zstd');
const again = (bytes: Buffer, times: number) => Buffer.concat(Array<Buffer>(times).fill(bytes));
const sample = (name: string) => SLOW.find((one) => one.name === name)!.bytes;
/** Streams in a row: more input than one step takes, and more output than one gives. */
const LONG: readonly Sample[] = [
  { name: 'long xz', kind: 'xz', bytes: again(sample('xz-crc64'), 1000) },
  { name: 'zeros in bzip2', kind: 'bzip2', bytes: again(ZEROS.bzip2, 2) },
  { name: 'long bzip2', kind: 'bzip2', bytes: again(sample('bzip2'), 1000) },
  { name: 'zeros in xz', kind: 'xz', bytes: again(ZEROS.xz, 2) },
];

afterAll(removeRunDirectories);

/** What becomes of a stream: its bytes, and how it ends. */
async function outcome(
  kind: Compression,
  source: AsyncIterable<Uint8Array>,
  limits: DecompressLimits,
  choice: ThreadChoice,
): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let end: unknown = 'end';
  try {
    for await (const chunk of decompress(kind, source, limits, choice)) parts.push(chunk);
  } catch (error) {
    const { code, message, constructor } = error as Error & { code?: string };
    end = { code, message, kind: constructor.name };
  }
  return { bytes: Buffer.concat(parts), end };
}

/** Whether a stream comes to the same in the thread as it does here, and how that ends. */
async function same(
  kind: Compression,
  source: () => AsyncIterable<Uint8Array>,
  limits: DecompressLimits = LIMITED,
  choice: ThreadChoice = THREAD,
): Promise<unknown> {
  const here = (await outcome(kind, source(), limits, HERE)) as { bytes: Buffer; end: unknown };
  const there = (await outcome(kind, source(), limits, choice)) as { bytes: Buffer; end: unknown };
  expect(there.end).toEqual(here.end);
  expect(there.bytes.length).toBe(here.bytes.length);
  expect(there.bytes.equals(here.bytes)).toBe(true);
  return (here.end as { code?: string }).code ?? here.end;
}

/** The numbers below `length` near its ends, and `between` of the others. */
function places(length: number, near: number, between: number): number[] {
  const step = Math.max(1, Math.floor((length - 2 * near) / between));
  return Array.from({ length }, (_, at) => at).filter(
    (at) => at < near || at >= length - near || (at - near) % step === 0,
  );
}

/** The bytes of each stream, of which one chunk each is read in turns. */
async function inTurns(streams: readonly AsyncGenerator<Uint8Array>[]): Promise<Buffer[]> {
  const parts = streams.map((): Uint8Array[] => []);
  const open = new Set(streams.keys());
  while (open.size > 0)
    for (const at of open) {
      const next = await streams[at]!.next();
      if (next.done === true) open.delete(at);
      else parts[at]!.push(next.value);
    }
  return parts.map((chunks) => Buffer.concat(chunks));
}

/** Keeps the thread open, so that not each of many streams starts one. */
async function withOpenThread(work: () => Promise<void>): Promise<void> {
  const held = decompress('bzip2', chunksOf(again(ZEROS.bzip2, 2)), LIMITED, THREAD);
  await held.next();
  try {
    await work();
  } finally {
    await held.return();
  }
}

const JUNK = ['x', 'junk', '\0\0\0\0', '\0', 'a longer text behind the end'] as const;

it('has the script of the thread beside the bundle', () => {
  expect(existsSync(SCRIPT)).toBe(true);
});

describe.each([...oneOfEach(SLOW, ({ kind }) => kind), ...oneOfEach(LONG, ({ kind }) => kind)])(
  'in the thread, as here: $name',
  ({ name, kind, bytes }) => {
    const isLong = LONG.some((one) => one.name === name);
    const damage = seededRandom(bytes.length);

    it('all of it, however it comes', async () => {
      const sizes = bytes.length > 10_000 ? [100, 65_536] : [1, 7, 100, 65_536];
      for (const size of sizes) {
        const { threads, left } = await watchThreads(async () => {
          expect(await same(kind, () => chunksOf(bytes, size))).toBe('end');
        });
        expect([threads.length, left]).toEqual([1, 0]);
      }
    });

    it('cut off', async () => {
      const [near, between] = isLong
        ? [amount(5, 1), amount(6, 1)]
        : [amount(60, 6), amount(30, 5)];
      await withOpenThread(async () => {
        for (const length of places(bytes.length, near, between)) {
          const isWhole =
            length > 0 && isLong && bytes.subarray(0, length).equals(bytes.subarray(-length));
          expect(await same(kind, () => chunksOf(bytes.subarray(0, length)))).toBe(
            isWhole ? 'end' : 'PAYLOAD_INVALID',
          );
        }
      });
    });

    it('with junk behind the end', async () => {
      await withOpenThread(async () => {
        for (const junk of JUNK.slice(isLong ? amount(0, 3) : 0))
          for (const size of isLong ? [65_536] : [1, bytes.length, 65_536])
            await same(kind, () => chunksOf(Buffer.concat([bytes, Buffer.from(junk)]), size));
      });
    });

    it('with damaged bytes', async () => {
      await withOpenThread(async () => {
        for (let round = isLong ? amount(8, 1) : amount(100, 12); round > 0; round--) {
          const copy = Buffer.from(bytes);
          for (let edit = damage.below(3); edit >= 0; edit--)
            copy[damage.below(copy.length)] = damage.below(256);
          await same(kind, () => chunksOf(copy, damage.pick([50, 4096, 65_536])));
        }
      });
    });

    it('with as much output as is allowed, and one byte more', async () => {
      const { length } = await collect(decompress(kind, chunksOf(bytes), LIMITED, HERE));
      await withOpenThread(async () => {
        for (const maxBytes of [length, length - 1, length >> 1, 0].slice(0, amount(4, 2)))
          expect(await same(kind, () => chunksOf(bytes), { what: 'sample', maxBytes })).toBe(
            maxBytes === length ? 'end' : 'LIMIT_EXCEEDED',
          );
      });
    });

    it('behind whose bytes the source fails', async () => {
      await withOpenThread(async () => {
        for (const length of places(bytes.length + 1, 1, amount(6, 1))) {
          const fault = new Error(`connection reset at ${length}`);
          const source = async function* () {
            yield* chunksOf(bytes.subarray(0, length), 4096);
            throw fault;
          };
          await same(kind, source);
          // Asked for more than there is to begin with, it fails before it is known to be long.
          await same(kind, source, LIMITED, { script: SCRIPT, startBytes: length + 1 });
          await expect(collect(decompress(kind, source(), LIMITED, THREAD))).rejects.toBe(fault);
        }
      });
    });
  },
);

/** Each costs some hundred MiB of zeros. */
const thoroughly = isQuick ? it.skip : it;

describe('limits in the thread, as here', () => {
  thoroughly.each(['xz', 'bzip2'] as const)(
    'stop an endless row of zeros by its ratio (%s)',
    async (kind) => {
      // Zeros in bzip2 come 180,000 from one, in xz 7,000.
      for (const choice of [{ script: SCRIPT, startBytes: 50_000 }, THREAD])
        expect(
          await same(
            kind,
            () => repeated(ZEROS[kind], 1_000_000),
            {
              what: 'bomb',
              maxBytes: Number.MAX_SAFE_INTEGER,
            },
            choice,
          ),
        ).toBe('LIMIT_EXCEEDED');
    },
  );

  thoroughly('take what was announced for no bomb', async () => {
    const announcedBytes = LIMITS.ratioFloor + 8 * MIB;
    expect(
      await same('bzip2', () => repeated(ZEROS.bzip2, 9), {
        what: 'x',
        maxBytes: announcedBytes,
        announcedBytes,
      }),
    ).toBe('end');
  });

  it('judge the same input and say the same, however the source comes', async () => {
    const bomb = again(ZEROS.xz, 100);
    const limits = { what: 'bomb', maxBytes: Number.MAX_SAFE_INTEGER };
    const said = new Set<string>();
    const ways = [
      [1e9, HERE],
      [7, THREAD],
      [1, HERE],
      [1000, { script: SCRIPT, startBytes: 100_000 }],
      [65_536, THREAD],
    ] as const;
    for (const [size, choice] of ways.slice(0, amount(ways.length, 2)))
      said.add(
        JSON.stringify(
          ((await outcome('xz', chunksOf(bomb, size), limits, choice)) as { end: unknown }).end,
        ),
      );
    expect([...said]).toEqual([expect.stringMatching(/look like a decompression bomb/)]);
  });

  it('take a source of single bytes, however long', async () => {
    const bytes = again(sample('xz-none'), 400);
    expect(await same('xz', () => chunksOf(bytes, 1))).toBe('end');
  });
});

describe('a thread', () => {
  const zeros = () => chunksOf(again(ZEROS.bzip2, 3), 10);

  it.each<[string, number, Compression, Buffer, ThreadChoice]>([
    [
      'is started for a stream that is long enough',
      1,
      'xz',
      sample('xz-none'),
      { script: SCRIPT, startBytes: sample('xz-none').length },
    ],
    [
      'is not started for one that is a byte too short',
      0,
      'xz',
      sample('xz-none'),
      { script: SCRIPT, startBytes: sample('xz-none').length + 1 },
    ],
    [
      'is not started for what has threads of its own',
      0,
      'gzip',
      SAMPLES.find(({ kind }) => kind === 'gzip')!.bytes,
      THREAD,
    ],
    ['is not started for what is not compressed', 0, 'none', PLAIN, THREAD],
    ['is not started where there is no script', 0, 'xz', sample('xz-none'), HERE],
  ])('%s', async (_, count, kind, bytes, choice) => {
    const { result, threads, left } = await watchThreads(() =>
      collect(decompress(kind, chunksOf(bytes, 100), LIMITED, choice)),
    );
    expect(result).toEqual(PLAIN);
    expect([threads.length, left]).toEqual([count, 0]);
  });

  it.each([1, 2, 5, 40])(
    'ends with its reader, who stops after chunk %d, and lets go of the source once',
    async (most) => {
      let closed = 0;
      const { threads, left } = await watchThreads(async () => {
        let seen = 0;
        for await (const chunk of decompress(
          'bzip2',
          chunksOf(again(ZEROS.bzip2, 20_000), 1000, () => closed++),
          LIMITED,
          THREAD,
        )) {
          expect(chunk.length).toBeGreaterThan(0);
          if (++seen === most) break;
        }
      });
      expect([threads.length, left, closed]).toEqual([1, 0, 1]);
    },
  );

  it('serves two streams in turns, and ends with the later', async () => {
    const { threads, left } = await watchThreads(async () => {
      const [first, second] = await inTurns([
        decompress('bzip2', zeros(), LIMITED, THREAD),
        decompress('xz', chunksOf(again(sample('xz-crc32'), 500)), LIMITED, THREAD),
      ]);
      expect(first!.equals(Buffer.alloc(24 * MIB))).toBe(true);
      expect(second!.equals(again(PLAIN, 500))).toBe(true);
    });
    expect([threads.length, left]).toEqual([1, 0]);
  });

  it('goes on with one stream when the reader of the other stops', async () => {
    const { threads, left } = await watchThreads(async () => {
      const stopped = decompress('bzip2', zeros(), LIMITED, THREAD);
      const read = decompress('xz', chunksOf(again(sample('xz-crc32'), 500)), LIMITED, THREAD);
      await stopped.next();
      const { value } = await read.next();
      await stopped.return();
      const rest = await collect(read);
      expect(Buffer.concat([value as Uint8Array, rest]).equals(again(PLAIN, 500))).toBe(true);
    });
    expect([threads.length, left]).toEqual([1, 0]);
  });

  it('decodes streams while another is read, one after the other', async () => {
    const { threads, left } = await watchThreads(async () => {
      let rounds = 0;
      for await (const chunk of decompress('bzip2', zeros(), LIMITED, THREAD)) {
        expect(chunk.every((byte) => byte === 0)).toBe(true);
        if (++rounds > 20) break;
        for (const { kind, bytes } of SLOW)
          expect(await collect(decompress(kind, chunksOf(bytes), LIMITED, THREAD))).toEqual(PLAIN);
      }
    });
    expect([threads.length, left]).toEqual([1, 0]);
  });

  it('whose place another takes never decodes the middle of a stream', async () => {
    const pool = await openThreads(SCRIPT, 1);
    const request = {
      stream: 7,
      opens: undefined,
      input: new Uint8Array(sample('bzip2')),
      isLast: true,
    };
    await expect(Promise.resolve(pool.exec('decode', [request]))).rejects.toThrow(
      'expected an open stream, found nothing',
    );
    const opens = { kind: 'bzip2', what: 'sample' };
    expect(await pool.exec('decode', [{ ...request, opens }])).toMatchObject({ state: 'ended' });
    await pool.exec('drop', [7]);
    await expect(Promise.resolve(pool.exec('decode', [request]))).rejects.toThrow('an open stream');
    await endThreads(pool);
  });
});

describeWithTools(['xz', 'bzip2'], 'a thread for a stream within another', () => {
  it.each(['xz', 'bzip2'] as const)('serves both (within %s)', async (kind) => {
    const plain = again(PLAIN, 400);
    const outer = spawnSync(kind, ['-1', '-c'], { input: again(sample('xz-crc64'), 400) }).stdout;
    const nested = (choice: ThreadChoice, bytes: Buffer = outer, size = 5000) =>
      decompress('xz', decompress(kind, chunksOf(bytes, size), LIMITED, choice), LIMITED, choice);
    const { result, threads, left } = await watchThreads(() => collect(nested(THREAD)));
    expect(result.equals(plain)).toBe(true);
    expect([threads.length, left]).toEqual([1, 0]);
    for (const length of places(outer.length, 1, amount(6, 1))) {
      const [here, there] = await Promise.all(
        [HERE, THREAD].map((choice) =>
          collect(nested(choice, outer.subarray(0, length))).catch(String),
        ),
      );
      expect(there).toEqual(here);
    }
  });
});

/** Scripts of threads that die, by how: each answers `steps` requests first. */
const deaths: readonly (readonly [how: string, script: string])[] = [
  [
    'dies over its work',
    "parentPort.on('message', () => process.exit(3)); parentPort.postMessage('ready');",
  ],
  [
    'fails over its work',
    "parentPort.on('message', () => { throw new Error('no'); }); parentPort.postMessage('ready');",
  ],
  ['cannot start', "throw new Error('no');"],
  ['ends at once', ''],
  [
    'refuses its work',
    "parentPort.on('message', ({ id }) => id === undefined ? process.exit() : parentPort.postMessage({ id, result: null, error: { message: 'no' } })); parentPort.postMessage('ready');",
  ],
];

describe('a thread that dies', () => {
  function choose(script: string): ThreadChoice {
    const folder = makeRunDirectory();
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const path = join(folder, 'worker.js');
    writeFileSync(path, `import { parentPort } from 'node:worker_threads';\n${script}\n`);
    return { script: path, startBytes: 0 };
  }

  /** Answers so many requests with a byte, and dies over the next, or once it has nothing to do. */
  const dying = (steps: number, isIdle: boolean) =>
    choose(`let left = ${String(steps)};
      parentPort.on('message', ({ id }) => {
        if (left-- === 0) process.exit(3);
        const step = { bytes: new Uint8Array(1), chunks: [{ end: 1, consumed: 1 }], waiting: 0, state: 'more' };
        parentPort.postMessage({ id, result: step, error: null });
        if (left === 0 && ${String(isIdle)}) setTimeout(() => process.exit(3), 20);
      });
      parentPort.postMessage('ready');`);
  const stream = (choice: ThreadChoice, onEnd?: () => void) =>
    decompress('xz', chunksOf(again(sample('xz-none'), 500), 1000, onEnd), LIMITED, choice);
  const message = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: unknown) => (error as Error).message,
    );

  it.each([...deaths, ['is not there', undefined] as const])(
    'is a clear error when it %s',
    async (_, script) => {
      const choice =
        script === undefined ? { script: '/nowhere/worker.js', startBytes: 0 } : choose(script);
      let closed = 0;
      const { result, threads } = await watchThreads(() =>
        message(collect(stream(choice, () => closed++))),
      );
      expect(result).toMatch(ENDED);
      expect([threads.length, closed]).toEqual([1, 1]);
      while (threads[0]!.threadId !== -1) await sleep(5);
    },
  );

  it.each([1, 2, 3])('is one behind the %d steps that it gave', async (steps) => {
    const open = stream(dying(steps, false));
    for (let at = 0; at < steps; at++) expect((await open.next()).value).toEqual(new Uint8Array(1));
    expect(await message(open.next())).toMatch(ENDED);
    expect(await open.next()).toEqual({ done: true, value: undefined });
  });

  it.each(['goes on', 'stops'])(
    'while it had nothing to do holds no reader up, who %s',
    async (what) => {
      const { left } = await watchThreads(async () => {
        const open = stream(dying(2, true));
        await open.next();
        await sleep(200);
        if (what === 'stops') await open.return();
        else expect(await message(collect(open))).toMatch(ENDED);
      });
      expect(left).toBe(0);
    },
  );

  it('takes all its streams with it, and none that is opened later', async () => {
    const { threads, left } = await watchThreads(async () => {
      const choice = dying(3, false);
      const streams = [stream(choice), stream(choice), stream(choice)];
      const ends = streams.map((one) => message(collect(one)));
      expect(await Promise.all(ends.slice(1))).toEqual([
        expect.stringMatching(ENDED),
        expect.stringMatching(ENDED),
      ]);
      expect((await collect(stream(THREAD))).equals(again(PLAIN, 500))).toBe(true);
      expect(await ends[0]).toMatch(ENDED);
    });
    expect([threads.length, left]).toEqual([2, 0]);
  });

  it('over a stream that nobody reads holds up none of the others', async () => {
    const choice = dying(4, false);
    const { threads, left } = await watchThreads(async () => {
      const [unread, read] = [stream(choice), stream(choice)];
      await unread.next();
      expect(await message(collect(read))).toMatch(ENDED);
      expect((await collect(stream(THREAD))).equals(again(PLAIN, 500))).toBe(true);
      expect(await message(collect(unread))).toMatch(ENDED);
    });
    expect([threads.length, left]).toEqual([2, 0]);
  });
});

/** Runs by itself, with what the bundle has beside it: how many threads each piece of work started, and what was left of them. */
const CHILD = `
import { decompress, threadChoice } from './door.mjs';
let started = 0, left = 0;
process.on('worker', (worker) => { started++; left++; worker.once('exit', () => left--); });
const bytes = Buffer.from(process.argv[2], 'base64');
const long = (length) => async function* () { for (let at = 0; at < length; at += bytes.length) yield bytes.subarray(0, length - at); };
const limits = { maxBytes: 1e12, announcedBytes: 1e12, what: 'sample' };
const said = {};
async function run(name, source, most = Infinity, choice = threadChoice(1)) {
  started = 0;
  let end = 'end';
  let chunks = 0;
  try { for await (const chunk of decompress('xz', source(), limits, choice)) if (++chunks >= most) break; }
  catch (error) { end = error.code ?? error.message.slice(0, 50); }
  said[name] = [started, left, end];
}
await run('long', long(bytes.length * Math.ceil(2 ** 20 / bytes.length)), 100);
await run('exact', long(2 ** 20));
await run('short', long(2 ** 20 - 1));
await run('no room', long(2 ** 20), Infinity, threadChoice(0));
await run('stopped', long(2 ** 21), 1);
await run('failing', async function* () { yield* long(2 ** 21)(); throw new Error('reset'); }, Infinity);
console.log(JSON.stringify(said));
`;

describe('a process with such streams', () => {
  it('starts a thread from 1 MiB of input on, and ends by itself', async () => {
    const folder = makeRunDirectory();
    const script: string = '../../scripts/build.mjs';
    const { BUNDLING } = (await import(script)) as { BUNDLING: BuildOptions };
    await build({
      ...BUNDLING,
      stdin: {
        contents:
          "export { decompress } from './src/compression/index.ts'; export { threadChoice } from './src/compression/decode-thread.ts';",
        resolveDir: root,
      },
      write: true,
      outfile: join(folder, 'door.mjs'),
    });
    // The thread's script is found beside the bundle.
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'decode-worker.js'),
      `import ${JSON.stringify(pathToFileURL(SCRIPT).href)};`,
    );
    copyFileSync(join(root, 'dist/liblzma.wasm'), join(folder, 'liblzma.wasm'));
    writeFileSync(join(folder, 'child.mjs'), CHILD);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'child.mjs'), sample('xz-crc64').toString('base64')],
      { timeout: 60_000 },
    );
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout.toString())).toEqual({
      long: [1, 0, 'end'],
      exact: [1, 0, 'PAYLOAD_INVALID'],
      short: [0, 0, 'PAYLOAD_INVALID'],
      'no room': [0, 0, 'PAYLOAD_INVALID'],
      stopped: [1, 0, 'end'],
      failing: [1, 0, 'reset'],
    });
  });
});
