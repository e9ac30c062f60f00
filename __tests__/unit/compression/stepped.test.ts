// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { type DecodeStep, SteppedDecoder } from '../../../src/compression/stepped.js';
import { KIB, MIB } from '../../../src/limits.js';
import { PLAIN, SAMPLES, ZEROS } from '../../fixtures/compressed.js';

const NOTHING = new Uint8Array(0);
const SLOW = SAMPLES.filter(({ kind }) => ['xz', 'lzma', 'bzip2'].includes(kind)) as {
  name: string;
  kind: 'xz' | 'lzma' | 'bzip2';
  bytes: Buffer;
}[];

const open = (kind: 'xz' | 'lzma' | 'bzip2') => new SteppedDecoder(kind, 'sample');

/** Steps without further input until there is no more. */
async function drain(decoder: SteppedDecoder, first: DecodeStep): Promise<DecodeStep[]> {
  const steps = [first];
  for (let last = first; last.state === 'more'; steps.push(last))
    last = await decoder.step(NOTHING, true);
  return steps;
}

describe.each(SLOW)('SteppedDecoder of $name', ({ kind, bytes }) => {
  it('gives all that one input holds, says where it ends and what was consumed', async () => {
    const step = await open(kind).step(bytes, true);
    expect(step).toMatchObject({ state: 'ended', waiting: 0 });
    expect(step).not.toHaveProperty('failure');
    expect(Buffer.from(step.bytes)).toEqual(PLAIN);
    expect(step.bytes.buffer.byteLength).toBeLessThanOrEqual(768 * 1024);
    // The end of a bzip2 stream is read behind its last chunk.
    const { end = 0, consumed = 0 } = step.chunks.at(-1) ?? {};
    expect([end, bytes.length - consumed]).toEqual([PLAIN.length, kind === 'bzip2' ? 11 : 0]);
  });

  it('starves at every byte that is lacking, and when it gets none', async () => {
    const decoder = open(kind);
    const starved = { bytes: new Uint8Array(0), chunks: [], waiting: 0, state: 'starved' };
    for (let at = 0; at < bytes.length; at++)
      expect(await decoder.step(bytes.subarray(at, at + 1), false)).toEqual(starved);
    for (let round = 0; round < 3; round++)
      expect(await decoder.step(NOTHING, false)).toEqual(starved);
    const last = await decoder.step(NOTHING, true);
    expect(last).toMatchObject({ state: 'ended', waiting: 0 });
    expect(Buffer.from(last.bytes)).toEqual(PLAIN);
  });

  it('is over behind its end, however often it is asked', async () => {
    const decoder = open(kind);
    await decoder.step(bytes, true);
    for (let round = 0; round < 3; round++)
      expect(await decoder.step(NOTHING, true)).toEqual({
        bytes: new Uint8Array(0),
        chunks: [],
        waiting: 0,
        state: 'ended',
      });
  });

  it.each<[string, Uint8Array]>([
    ['cut off', bytes.subarray(0, -1)],
    ['empty', NOTHING],
    ['followed by junk', Buffer.concat([bytes, Buffer.from('junk')])],
    ['something else', Buffer.from('something else')],
  ])('tells what is wrong, and holds on to it, when it is %s', async (_, input) => {
    const decoder = open(kind);
    for (const given of [input, NOTHING])
      expect(await decoder.step(given, true)).toMatchObject({
        state: 'ended',
        failure: { code: 'PAYLOAD_INVALID', message: expect.stringMatching(/^sample: ./) },
      });
  });
});

describe.each(['xz', 'bzip2'] as const)('SteppedDecoder of a run of zeros (%s)', (kind) => {
  it('gives little more than 512 KiB a step, chunk by chunk, until all is there', async () => {
    const decoder = open(kind);
    const steps = await drain(decoder, await decoder.step(ZEROS[kind], true));
    expect(steps.map(({ state }) => state)).toEqual([
      ...Array<string>(steps.length - 1).fill('more'),
      'ended',
    ]);
    let total = 0;
    for (const { bytes, chunks, state } of steps) {
      expect(bytes.length).toBeLessThanOrEqual(768 * KIB);
      if (state === 'more') expect(bytes.length).toBeGreaterThanOrEqual(512 * KIB);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      expect(chunks.at(-1)?.end ?? 0).toBe(bytes.length);
      const sizes = chunks.map(({ end }, at) => end - (chunks[at - 1]?.end ?? 0));
      expect(sizes.every((size) => size > 0 && size <= 256 * KIB)).toBe(true);
      total += bytes.length;
    }
    expect(total).toBe(8 * MIB);
  });

  it('says how much input it has not consumed while there is more', async () => {
    const decoder = open(kind);
    const input = Buffer.concat(Array<Buffer>(2000).fill(ZEROS[kind]));
    const { state, chunks, waiting } = await decoder.step(input, true);
    expect(state).toBe('more');
    expect(waiting + chunks.at(-1)!.consumed).toBe(input.length);
    expect(waiting).toBeGreaterThan(input.length / 2 - 1);
  });

  it('gives what came before a fault together with the fault', async () => {
    const decoder = open(kind);
    const faulty = Buffer.concat([ZEROS[kind], Buffer.from('BZx faulty')]);
    const steps = await drain(decoder, await decoder.step(faulty, true));
    expect(steps.at(-1)).toMatchObject({
      state: 'ended',
      failure: { code: 'PAYLOAD_INVALID' },
    });
    expect(steps.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(7 * MIB);
  });
});
