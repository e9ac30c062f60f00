// SPDX-License-Identifier: MIT
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constants, crc32, gzipSync, zstdCompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

import type { Compression } from '../../src/compression/index.js';
import { decompress } from '../../src/compression/index.js';
import { LIMITS } from '../../src/limits.js';
import { readPayload } from '../../src/rpm/payload/payload.js';
import { chunksOf, collect } from '../fixtures/chunks.js';
import { spawnSync } from '../fixtures/commands.js';
import { ZEROS } from '../fixtures/compressed.js';
import { payloadFacts } from '../fixtures/payload-facts.js';
import { OWN_PEAK } from '../fixtures/peak-memory.js';

const MIB = 1024 * 1024;
const root = path.resolve(import.meta.dirname, '../..');
let folder = '';

/** Runs in a process of its own, where the peak of memory is the decoder's. */
const CHILD = `
import { readFileSync } from 'node:fs';
import { decompress } from './door.mjs';
const { kind, announcedBytes, maxBytes } = JSON.parse(process.argv[2]);
const bytes = readFileSync(new URL(kind, import.meta.url));
async function* again() { for (;;) yield bytes; }
let output = 0;
let code = 'none';
try {
  for await (const part of decompress(kind, again(), { maxBytes, announcedBytes, what: 'bomb' })) output += part.length;
} catch (error) {
  code = error.code;
}
console.log(JSON.stringify({ output, code, peak: ${OWN_PEAK} }));
`;

interface Bomb {
  readonly kind: string;
  readonly maxBytes: number;
  readonly announcedBytes?: number;
}

function explode(bomb: Bomb): { output: number; code: string; peak: number } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(folder, 'bomb.mjs'), JSON.stringify(bomb)],
    { timeout: 50_000 },
  );
  return JSON.parse(stdout.toString() || JSON.stringify({ code: stderr.toString() })) as {
    output: number;
    code: string;
    peak: number;
  };
}

/** One stream of each; the child repeats it without end. */
const STREAMS: Readonly<Record<string, () => Buffer>> = {
  gzip: () => gzipSync(Buffer.alloc(64 * MIB), { level: 9 }),
  // Larger than the largest window, so that all of it is used.
  zstd: () =>
    zstdCompressSync(Buffer.alloc(160 * MIB), { params: { [constants.ZSTD_c_windowLog]: 27 } }),
  xz: () => ZEROS.xz,
  bzip2: () => ZEROS.bzip2,
};
const KINDS = Object.keys(STREAMS);

describe('T6: decompression bombs', () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'bombs-'));
    await build({
      absWorkingDir: root,
      entryPoints: ['src/compression/index.ts'],
      outfile: path.join(folder, 'door.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    });
    copyFileSync(
      path.join(root, 'node_modules/node-liblzma/lib/wasm/liblzma.wasm'),
      path.join(folder, 'liblzma.wasm'),
    );
    writeFileSync(path.join(folder, 'bomb.mjs'), CHILD);
    for (const [kind, make] of Object.entries(STREAMS))
      writeFileSync(path.join(folder, kind), make());
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(KINDS)('an endless %s stream of zeros is stopped by its ratio, under 256 MiB', (kind) => {
    const { output, code, peak } = explode({ kind, maxBytes: Number.MAX_SAFE_INTEGER });
    expect(code).toBe('LIMIT_EXCEEDED');
    expect(output).toBeGreaterThan(LIMITS.ratioFloor - MIB);
    expect(peak).toBeLessThan(256 * MIB);
  });

  it.each(KINDS)(
    'an endless %s stream ends where the declared size ends, under 256 MiB',
    (kind) => {
      const maxBytes = 400 * MIB;
      const { output, code, peak } = explode({ kind, maxBytes, announcedBytes: maxBytes });
      expect(code).toBe('LIMIT_EXCEEDED');
      expect(output).toBeLessThanOrEqual(maxBytes);
      expect(output).toBeGreaterThan(maxBytes - MIB);
      expect(peak).toBeLessThan(256 * MIB);
    },
  );

  it('a payload larger than its header says ends there', async () => {
    const facts = payloadFacts([{ path: 'a', content: 'x' }], {
      payload: { format: 'cpio', compressor: 'zstd', size: 1e12 },
    });
    const bomb = zstdCompressSync(
      Buffer.concat([Buffer.from('070701'), Buffer.alloc(8 * MIB, '0')]),
    );
    await expect(
      collect(contents(readPayload({ facts }, chunksOf(bomb), { keep: () => true }))),
    ).rejects.toHaveProperty('code');
  });
});

async function* contents(files: ReturnType<typeof readPayload>): AsyncGenerator<Uint8Array, void> {
  for await (const { content } of files) if (content !== undefined) yield content;
}

describe('T6: dictionaries are capped before they are allocated', () => {
  /** An .xz stream up to its first block's header, with a dictionary of that size code (xz-file-format 5.3.1). */
  function xzWithDictionary(code: number): Buffer {
    const flags = Buffer.from([0, 0]);
    const header = Buffer.from([2, 0, 0x21, 1, code, 0, 0, 0]);
    return Buffer.concat([
      Buffer.from('fd377a585a00', 'hex'),
      flags,
      word(crc32(flags)),
      header,
      word(crc32(header)),
      Buffer.alloc(64),
    ]);
  }
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const lzmaWithDictionary = (size: number): Buffer =>
    Buffer.concat([Buffer.from([0x5d]), word(size), Buffer.alloc(8, 0xff), Buffer.alloc(64)]);
  const zstdWithWindow = (log: number): Buffer =>
    Buffer.concat([
      Buffer.from('28b52ffd00', 'hex'),
      Buffer.from([(log - 10) << 3]),
      Buffer.alloc(64),
    ]);
  const open = (kind: Compression, bytes: Buffer) =>
    collect(decompress(kind, chunksOf(bytes), { maxBytes: MIB, what: 'bomb' }));

  it.each<[string, Compression, Buffer]>([
    ['96 MiB in xz', 'xz', xzWithDictionary(29)],
    ['4 GiB in xz', 'xz', xzWithDictionary(40)],
    ['96 MiB in lzma', 'lzma', lzmaWithDictionary(96 * MIB)],
    ['4 GiB in lzma', 'lzma', lzmaWithDictionary(0xffffffff)],
    ['256 MiB in zstd', 'zstd', zstdWithWindow(28)],
    ['2 TiB in zstd', 'zstd', zstdWithWindow(41)],
  ])('refuses a dictionary of %s', async (_, kind, bytes) => {
    await expect(open(kind, bytes)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it.each<[string, Compression, Buffer]>([
    ['64 MiB in xz', 'xz', xzWithDictionary(28)],
    ['64 MiB in lzma', 'lzma', lzmaWithDictionary(64 * MIB)],
    ['128 MiB in zstd', 'zstd', zstdWithWindow(27)],
  ])(
    'takes a dictionary of %s and goes on to the data, which is damaged here',
    async (_, kind, bytes) => {
      await expect(open(kind, bytes)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
    },
  );

  it('reads what the largest window of zstd packs', async () => {
    const plain = Buffer.alloc(MIB, 'window');
    const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_windowLog]: 27 } });
    expect((await open('zstd', packed)).equals(plain)).toBe(true);
  });
});
