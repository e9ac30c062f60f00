// SPDX-License-Identifier: MIT
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Batch } from '../../../../src/git/objects/deflate.js';
import { Deflaters } from '../../../../src/git/objects/deflaters.js';
import { formatCommit, formatTree, hashObject } from '../../../../src/git/objects/objects.js';
import { PackWriter } from '../../../../src/git/objects/pack.js';
import { KIB, MIB } from '../../../../src/limits.js';
import { execFileSync } from '../../../fixtures/commands.js';
import { noise } from '../../../fixtures/fetchers.js';

const WHO = 'x <x> 0 +0000';
/** Contents that differ, of few bytes when deflated. */
const blobs = (sizes: readonly number[]) => sizes.map((size, at) => Buffer.alloc(size, at));
async function* parts(...chunks: readonly Uint8Array[]) {
  yield* chunks;
}
async function* inParts(content: Uint8Array, size = 300_000) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
const wanted = () => true;

/** Deflates in this thread when it is told so, and remembers what it was given. */
class Observed extends Deflaters {
  readonly batches: number[][] = [];
  readonly buffers: ArrayBuffer[] = [];
  readonly sizes: number[] = [];
  readonly #wait: (() => void)[] = [];

  constructor(
    private readonly isHeld = false,
    private readonly wide = 1,
  ) {
    super(0);
  }

  override get width() {
    return this.wide;
  }

  /** Lets the oldest batch that waits be deflated. */
  release() {
    this.#wait.shift()?.();
  }

  override async deflate(batch: Batch) {
    this.batches.push(batch.entries.map(({ size }) => size));
    this.buffers.push(batch.content.buffer);
    this.sizes.push(batch.content.length);
    if (this.isHeld) await new Promise<void>((done) => this.#wait.push(done));
    return super.deflate(batch);
  }
}

/** Whether a promise is settled once all that is not held has been done. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const done = () => (settled = true);
  promise.then(done, done);
  for (let turn = 0; turn < 20 && !settled; turn++) await setImmediate();
  return settled;
}

const DESCRIPTORS = '/proc/self/fd';
const withDescriptors = existsSync(DESCRIPTORS) ? it : it.skip;
if (!existsSync(DESCRIPTORS))
  process.stderr.write(`SKIPPED: open files are listed in ${DESCRIPTORS}, which is of Linux\n`);

/** Whether this process has the file open. */
function isOpen(file: string): boolean {
  return readdirSync(DESCRIPTORS).some((descriptor) => {
    try {
      return readlinkSync(path.join(DESCRIPTORS, descriptor)) === file;
    } catch {
      return false;
    }
  });
}

describe('PackWriter, with git as the judge', () => {
  let folder = '';
  let count = 0;
  let file = '';
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' };
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pack-'));
    git('init', '--quiet', '--bare', '.');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    count += 1;
    file = path.join(folder, `${count}.pack`);
  });

  /** The ids that git finds in the pack, in its order: hashed by it, over type, size and content. */
  function judged(id: string): string[] {
    expect(git('index-pack', '--strict', file).trim()).toBe(id);
    const index = readFileSync(file.replace(/pack$/, 'idx'));
    return execFileSync('git', ['show-index'], { cwd: folder, env, input: index, encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, oid]) => oid!);
  }
  const ids = (contents: readonly Uint8Array[]) =>
    contents.map((content) => hashObject('blob', content));

  it('writes objects of all types in the order in which they came, and tells size and count', async () => {
    const blob = Buffer.from('text');
    const tree = formatTree([
      { mode: '100644', name: Buffer.from('a'), oid: hashObject('blob', blob) },
    ]);
    const commit = formatCommit({
      tree: hashObject('tree', tree),
      parents: [],
      author: WHO,
      committer: WHO,
      message: 'm\n',
    });
    const tag = Buffer.from(
      `object ${hashObject('commit', commit)}\ntype commit\ntag v1\ntagger ${WHO}\n\nm\n`,
    );
    const objects = [
      ['commit', commit],
      ['blob', blob],
      ['tag', tag],
      ['tree', tree],
    ] as const;
    const writer = await PackWriter.create(file, new Deflaters(0));
    for (const [type, content] of objects) await writer.add(type, content);
    expect(writer.objects).toBe(4);
    const id = await writer.finish();
    expect(judged(id)).toEqual(objects.map(([type, content]) => hashObject(type, content)));
    expect(writer.bytes).toBe(statSync(file).size);
    expect(readFileSync(file).toString('hex', writer.bytes - 20)).toBe(id);
  });

  it('puts small ones together up to a MiB, leaves larger ones alone, and streams those over 4 MiB', async () => {
    const sizes = [
      [0, 1, 15, 16, 2047, 2048],
      [MIB - 10],
      [100, MIB - 100],
      [MIB],
      [7],
      [MIB + 1],
      [8, MIB - 9],
      [4 * MIB],
      [6],
      [],
      [9],
    ];
    const contents = blobs(sizes.flatMap((group) => (group.length === 0 ? 4 * MIB + 1 : group)));
    const deflaters = new Observed();
    const writer = await PackWriter.create(file, deflaters);
    for (const content of contents) await writer.add('blob', content);
    const id = await writer.finish();
    expect(deflaters.batches).toEqual(sizes.filter((group) => group.length > 0));
    expect(judged(id)).toEqual(ids(contents));
  });

  it('fills the same few buffers again and again, and keeps none for a larger content', async () => {
    const deflaters = new Observed();
    const writer = await PackWriter.create(file, deflaters);
    const sizes = [MIB, 2 * MIB, MIB, 9, MIB, 3 * MIB, 5, MIB - 1, MIB, 2];
    for (const content of blobs(sizes)) await writer.add('blob', content);
    await writer.finish();
    const ofOneMib = deflaters.buffers.filter(({ byteLength }) => byteLength === MIB);
    expect([ofOneMib.length, new Set(ofOneMib).size <= deflaters.width + 2]).toEqual([8, true]);
    expect(deflaters.sizes.filter((size) => size !== MIB)).toEqual([2 * MIB, 3 * MIB]);
  });

  it('has as many batches under way as there are threads, and one that waits', async () => {
    const deflaters = new Observed(true, 2);
    const writer = await PackWriter.create(file, deflaters);
    const contents = blobs([MIB, MIB + 1, MIB + 2, MIB + 3]);
    for (const content of contents.slice(0, 2))
      expect(await isSettled(writer.add('blob', content))).toBe(true);
    const third = writer.add('blob', contents[2]!);
    expect(await isSettled(third)).toBe(false);
    deflaters.release();
    await third;
    const fourth = writer.add('blob', contents[3]!);
    expect(await isSettled(fourth)).toBe(false);
    deflaters.release();
    await fourth;
    deflaters.release();
    deflaters.release();
    await writer.finish();
    expect(deflaters.batches.flat()).toEqual(contents.map(({ length }) => length));
  });

  it('writes one batch behind the other, whichever is deflated first', async () => {
    const held: (() => void)[] = [];
    const deflaters = new Deflaters(0);
    const inThisThread = deflaters.deflate.bind(deflaters);
    deflaters.deflate = async (batch) => {
      if (held.length === 0) await new Promise<void>((done) => held.push(done));
      return inThisThread(batch);
    };
    const writer = await PackWriter.create(file, deflaters);
    const contents = [...blobs([MIB, 5]), Buffer.from('last')];
    for (const content of contents) await writer.add('blob', content);
    const finished = writer.finish();
    expect(await isSettled(finished)).toBe(false);
    held[0]!();
    expect(judged(await finished)).toEqual(ids(contents));
  });

  it.each([
    ['small', 500],
    ['of 4 MiB', 4 * MIB],
    ['of more', 4 * MIB + 1],
  ])(
    'puts a stream in its place when it is wanted, and nothing of it when it is not, fails or has another size (%s)',
    async (_, size) => {
      const content = Buffer.alloc(size, 'text');
      const oid = hashObject('blob', content);
      const fault = new Error('the source broke');
      async function* broken() {
        yield content.subarray(0, 100);
        throw fault;
      }
      const asked: string[] = [];
      const ask = (answer: boolean) => (id: string) => {
        asked.push(id);
        return answer;
      };
      const deflaters = new Observed();
      const writer = await PackWriter.create(file, deflaters);
      const around = [1, 2, 3, 4].map((at) => Buffer.from(`around ${at}`));
      await writer.add('blob', around[0]!);
      expect(await writer.addStream('blob', size, inParts(content), ask(false))).toBe(oid);
      await writer.add('blob', around[1]!);
      expect(await writer.addStream('blob', size, inParts(content), ask(true))).toBe(oid);
      expect([writer.objects, asked]).toEqual([3, [oid, oid]]);
      await writer.add('blob', around[2]!);
      await expect(writer.addStream('blob', size, broken(), ask(true))).rejects.toBe(fault);
      for (const other of [
        [],
        [content.subarray(1)],
        [content, Buffer.from('more'), Buffer.from('yet more')],
      ]) {
        const found = other.reduce((sum, { length }) => sum + length, 0);
        await expect(writer.addStream('blob', size, parts(...other), ask(true))).rejects.toThrow(
          `Expected ${size} bytes, found ${found}.`,
        );
      }
      await writer.add('blob', around[3]!);
      expect(judged(await writer.finish())).toEqual(
        ids([around[0]!, around[1]!, content, around[2]!, around[3]!]),
      );
      expect([writer.objects, asked]).toEqual([5, [oid, oid]]);
      expect(deflaters.batches.flat().includes(size)).toBe(size <= 4 * MIB);
    },
  );

  it('leaves nothing behind its end when what came last is taken back', async () => {
    const writer = await PackWriter.create(file, new Deflaters(0));
    await writer.add('blob', Buffer.from('before'));
    const content = Buffer.alloc(4 * MIB + 1, 'text');
    await writer.addStream('blob', content.length, inParts(content), () => false);
    expect(judged(await writer.finish())).toEqual(ids([Buffer.from('before')]));
    expect(writer.bytes).toBe(statSync(file).size);
  });

  it('reads a stream no faster than it is written', async () => {
    const chunk = noise(MIB, 1);
    const writer = await PackWriter.create(file, new Deflaters(0));
    let most = 0;
    async function* watched() {
      for (let given = 0; given < 8; given++) {
        most = Math.max(most, given * MIB - writer.bytes);
        yield chunk;
      }
    }
    await writer.addStream('blob', 8 * MIB, watched(), wanted);
    expect(most).toBeLessThan(3 * MIB);
    await writer.abandon();
  });

  it('deflates what gets smaller by it, on either way', async () => {
    const text = Buffer.alloc(4 * MIB + 1);
    const writer = await PackWriter.create(file, new Deflaters(0));
    await writer.add('blob', text);
    await writer.addStream('blob', text.length + 1, parts(text, Buffer.of(1)), wanted);
    await writer.add('blob', text.subarray(0, 100_000));
    await writer.finish();
    expect(statSync(file).size).toBeLessThan(60 * KIB);
  });

  it('fails for all who come later, and for who finishes, once a batch failed', async () => {
    const fault = new Error('a thread ended');
    const deflaters = new Deflaters(0);
    deflaters.deflate = () => Promise.reject(fault);
    const strays: unknown[] = [];
    const stray = (reason: unknown) => strays.push(reason);
    process.on('unhandledRejection', stray);
    const writer = await PackWriter.create(file, deflaters);
    const [first, second, large] = blobs([MIB, MIB, 4 * MIB + 1]);
    await writer.add('blob', first!);
    await expect(writer.add('blob', second!)).rejects.toBe(fault);
    await expect(writer.add('blob', large!)).rejects.toBe(fault);
    await expect(writer.addStream('blob', large!.length, parts(large!), wanted)).rejects.toBe(
      fault,
    );
    await expect(writer.finish()).rejects.toBe(fault);
    await setImmediate();
    process.off('unhandledRejection', stray);
    expect(strays).toEqual([]);
    expect(() => git('index-pack', file)).toThrow();
  });

  it('says so when the file becomes shorter than what was written', async () => {
    const writer = await PackWriter.create(file, new Deflaters(0));
    await writer.add('blob', Buffer.alloc(4 * MIB + 1));
    const expected = writer.bytes - 20;
    truncateSync(file, 1000);
    await expect(writer.finish()).rejects.toThrow(
      `The pack file ends at byte 1000, expected ${expected}.`,
    );
  });

  it('is given up only when what is under way has ended, whatever became of it', async () => {
    const deflaters = new Observed(true);
    const writer = await PackWriter.create(file, deflaters);
    await writer.add('blob', noise(MIB, 1));
    await writer.add('blob', Buffer.from('waits'));
    const abandoned = writer.abandon();
    expect(await isSettled(abandoned)).toBe(false);
    deflaters.release();
    await abandoned;
    expect(deflaters.batches).toEqual([[MIB]]);
  });

  withDescriptors('closes its file, however it ends', async () => {
    const deflaters = new Deflaters(0);
    const failing = new Deflaters(0);
    failing.deflate = () => Promise.reject(new Error('a thread ended'));
    for (const [end, by] of [
      ['finish', deflaters],
      ['finish', failing],
      ['abandon', deflaters],
      ['abandon', failing],
    ] as const) {
      rmSync(file, { force: true });
      const writer = await PackWriter.create(file, by);
      await writer.add('blob', Buffer.alloc(MIB));
      expect(isOpen(file)).toBe(true);
      const ended = await writer[end]().then(
        () => 'ended',
        () => 'failed',
      );
      expect([end, ended, isOpen(file)]).toEqual([
        end,
        by === failing && end === 'finish' ? 'failed' : 'ended',
        false,
      ]);
    }
  });

  it('writes over no file that is there', async () => {
    writeFileSync(file, 'another');
    await expect(PackWriter.create(file, new Deflaters(0))).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(readFileSync(file, 'utf8')).toBe('another');
  });
});
