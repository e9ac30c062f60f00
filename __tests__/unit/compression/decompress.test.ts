// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Compression } from '../../../src/compression/index.js';
import {
  compressionOfName,
  decompress,
  detectCompression,
} from '../../../src/compression/index.js';
import { PayloadError } from '../../../src/errors.js';
import { chunksOf, collect, repeated } from '../../fixtures/chunks.js';
import { PLAIN, SAMPLES, ZEROS } from '../../fixtures/compressed.js';
import { amount } from '../../fixtures/quick.js';

const MIB = 1024 * 1024;
const limits = { maxBytes: 64 * MIB, what: 'sample' };
const open = (kind: Compression, bytes: Uint8Array, chunk?: number) =>
  collect(decompress(kind, chunksOf(bytes, chunk), limits));
/** Every length near the ends, where headers, indexes and checks are, and some between. */
const cuts = (length: number) =>
  Array.from({ length }, (_, at) => at).filter(
    (at) => at < 40 || at > length - 80 || at % 23 === 0,
  );
const refused = (code: string) => expect.objectContaining({ constructor: PayloadError, code });

describe('detectCompression', () => {
  it.each(SAMPLES)('sees $name', ({ kind, bytes }) => {
    expect(detectCompression(bytes)).toBe(kind);
    expect(detectCompression(bytes.subarray(0, 13))).toBe(kind);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(64)],
    ['a cpio archive', Buffer.from('07070100000000000000')],
    ['XML', Buffer.from('<?xml version="1.0" encoding="UTF-8"?>')],
    ['text', Buffer.from('BZ is not enough')],
    ['a tar archive', Buffer.from('neuron-2.1/\0\0\0\0\0\0\0\0\0')],
  ])('sees nothing in %s', (_, bytes) => {
    expect(detectCompression(bytes)).toBeUndefined();
  });

  it('sees a zstd stream that begins with a skippable frame', () => {
    expect(detectCompression(Buffer.from('532a4d1800000000', 'hex'))).toBe('zstd');
  });
});

describe('compressionOfName', () => {
  it.each<[string, Compression]>([
    ['primary.xml.gz', 'gzip'],
    ['a/b.tgz', 'gzip'],
    ['x.tar.xz', 'xz'],
    ['x.txz', 'xz'],
    ['x.lzma', 'lzma'],
    ['x.TAR.BZ2', 'bzip2'],
    ['x.tbz', 'bzip2'],
    ['x.xml.zst', 'zstd'],
    ['primary.xml', 'none'],
    ['gz', 'none'],
    ['x.constructor', 'none'],
    ['dir.gz/file', 'none'],
  ])('reads %s as %s', (name, kind) => {
    expect(compressionOfName(name)).toBe(kind);
  });
});

describe.each(SAMPLES)('decompress of $name', ({ kind, bytes }) => {
  it.each([1, 7, 100, 65_536])('gives the plain bytes from chunks of %d', async (size) => {
    expect(await open(kind, bytes, size)).toEqual(PLAIN);
  });

  it('refuses the stream when it is cut off', async () => {
    for (const length of cuts(bytes.length)) {
      await expect(open(kind, bytes.subarray(0, length))).rejects.toEqual(
        refused('PAYLOAD_INVALID'),
      );
    }
  });

  it.each(['x', 'junk', 'a longer text behind the end of the stream'])(
    'refuses %j behind the end',
    async (junk) => {
      for (const size of [1, bytes.length, 65_536]) {
        await expect(open(kind, Buffer.concat([bytes, Buffer.from(junk)]), size)).rejects.toEqual(
          refused('PAYLOAD_INVALID'),
        );
      }
    },
  );

  it('gives exactly maxBytes, and not one more', async () => {
    const exact = { what: 'sample', maxBytes: PLAIN.length };
    expect(await collect(decompress(kind, chunksOf(bytes), exact))).toEqual(PLAIN);
    const less = { what: 'sample', maxBytes: PLAIN.length - 1 };
    await expect(collect(decompress(kind, chunksOf(bytes), less))).rejects.toEqual(
      refused('LIMIT_EXCEEDED'),
    );
  });

  it('passes errors of the source on as they are', async () => {
    const fault = new Error('connection reset');
    const source = async function* () {
      yield bytes.subarray(0, 20);
      throw fault;
    };
    await expect(collect(decompress(kind, source(), limits))).rejects.toBe(fault);
  });

  it('closes the source when the reader stops early', async () => {
    let closed = 0;
    // A second one would be a fault behind LZMA_alone.
    const long = kind === 'lzma' ? bytes : Buffer.concat([bytes, bytes]);
    for await (const chunk of decompress(
      kind,
      chunksOf(long, 10, () => closed++),
      limits,
    )) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(1);
  });

  it('gives bytes or a PayloadError for any damage', async () => {
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 200 }), async (edits, size) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of edits) copy[at] = value;
        const result = await open(kind, copy, size).catch((error: unknown) => error);
        expect(Buffer.isBuffer(result) || result instanceof PayloadError).toBe(true);
      }),
      { numRuns: amount(150, 40) },
    );
  });

  it('gives bytes or a PayloadError for any bytes behind the magic', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.uint8Array({ maxLength: 300 }), async (kept, tail) => {
        const result = await open(kind, Buffer.concat([bytes.subarray(0, kept), tail]), 50).catch(
          (error: unknown) => error,
        );
        expect(Buffer.isBuffer(result) || result instanceof PayloadError).toBe(true);
      }),
      { numRuns: amount(150, 40) },
    );
  });
});

describe.each(SAMPLES.filter(({ kind }) => kind !== 'lzma'))(
  'decompress of several $name streams in a row',
  ({ kind, bytes }) => {
    it.each([1, 99, 65_536])('gives all of them from chunks of %d', async (size) => {
      expect(await open(kind, Buffer.concat([bytes, bytes, bytes]), size)).toEqual(
        Buffer.concat([PLAIN, PLAIN, PLAIN]),
      );
      expect(await open(kind, Buffer.concat([bytes, bytes]), bytes.length)).toEqual(
        Buffer.concat([PLAIN, PLAIN]),
      );
    });

    it('refuses the second when it is cut off', async () => {
      for (const length of cuts(bytes.length).slice(1)) {
        await expect(
          open(kind, Buffer.concat([bytes, bytes.subarray(0, length)]), 64),
        ).rejects.toEqual(refused('PAYLOAD_INVALID'));
      }
    });
  },
);

describe('decompress', () => {
  const sample = (name: string) => SAMPLES.find((entry) => entry.name === name)!.bytes;

  it('passes uncompressed data on, within maxBytes', async () => {
    expect(await open('none', PLAIN, 100)).toEqual(PLAIN);
    await expect(
      collect(decompress('none', chunksOf(PLAIN, 100), { what: 'x', maxBytes: 99 })),
    ).rejects.toEqual(refused('LIMIT_EXCEEDED'));
  });

  it('refuses a second stream behind LZMA_alone, which knows only one', async () => {
    await expect(open('lzma', Buffer.concat([sample('lzma'), sample('lzma')]))).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it.each(['xz-none', 'xz-crc64'])('takes xz stream padding in fours only (%s)', async (name) => {
    const padded = Buffer.concat([sample(name), Buffer.alloc(8), sample(name), Buffer.alloc(4)]);
    expect(await open('xz', padded)).toEqual(Buffer.concat([PLAIN, PLAIN]));
    await expect(open('xz', Buffer.concat([sample(name), Buffer.alloc(3)]))).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it.each([1, 65_536])(
    'takes zeros behind gzip, as gzip(1) does, and nothing behind them (chunks of %d)',
    async (size) => {
      expect(await open('gzip', Buffer.concat([sample('gzip'), Buffer.alloc(5000)]), size)).toEqual(
        PLAIN,
      );
      await expect(
        open('gzip', Buffer.concat([sample('gzip'), Buffer.alloc(5000), Buffer.from('x')]), size),
      ).rejects.toEqual(refused('PAYLOAD_INVALID'));
      await expect(
        open('gzip', Buffer.concat([sample('gzip'), Buffer.alloc(50), sample('gzip')]), size),
      ).rejects.toEqual(refused('PAYLOAD_INVALID'));
    },
  );

  it.each([1, 65_536])('skips skippable zstd frames anywhere (chunks of %d)', async (size) => {
    const skippable = Buffer.concat([Buffer.from('502a4d1805000000', 'hex'), Buffer.from('hello')]);
    const stream = Buffer.concat([
      skippable,
      sample('zstd'),
      skippable,
      skippable,
      sample('zstd'),
      skippable,
    ]);
    expect(await open('zstd', stream, size)).toEqual(Buffer.concat([PLAIN, PLAIN]));
    await expect(open('zstd', stream.subarray(0, -1), size)).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it.each([
    ['xz', 'xz-crc32'],
    ['xz', 'xz-crc64'],
    ['xz', 'xz-sha256'],
    ['bzip2', 'bzip2'],
    ['gzip', 'gzip'],
  ] as const)('notices a flipped bit of %s data by its check (%s)', async (kind, name) => {
    const copy = Buffer.from(sample(name));
    copy[copy.length >> 1]! ^= 0x10;
    await expect(open(kind, copy)).rejects.toEqual(refused('PAYLOAD_INVALID'));
  });

  it('yields chunks of bounded size however much one input byte expands', async () => {
    for (const kind of ['xz', 'bzip2'] as const) {
      for await (const chunk of decompress(kind, chunksOf(ZEROS[kind]), limits))
        expect(chunk.length).toBeLessThanOrEqual(256 * 1024);
    }
  });

  it.each(['xz', 'bzip2'] as const)(
    'stops an endless row of %s streams of zeros by its ratio',
    async (kind) => {
      const bomb = decompress(kind, repeated(ZEROS[kind], 1_000_000), {
        what: 'bomb',
        maxBytes: Number.MAX_SAFE_INTEGER,
      });
      let output = 0;
      const run = async () => {
        for await (const chunk of bomb) output += chunk.length;
      };
      await expect(run()).rejects.toEqual(refused('LIMIT_EXCEEDED'));
      expect(output).toBeLessThanOrEqual(160 * MIB);
    },
  );

  it('does not call announced output a bomb', async () => {
    const source = repeated(ZEROS.bzip2, 10);
    let output = 0;
    for await (const chunk of decompress('bzip2', source, {
      what: 'x',
      maxBytes: 80 * MIB,
      announcedBytes: 80 * MIB,
    }))
      output += chunk.length;
    expect(output).toBe(80 * MIB);
  });
});
