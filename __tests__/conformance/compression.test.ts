// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Compression } from '../../src/compression/index.js';
import { compressionOfName, decompress, detectCompression } from '../../src/compression/index.js';
import { chunksOf, collect } from '../fixtures/chunks.js';
import { spawnSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';

const MIB = 1024 * 1024;

function run(command: string, input: Uint8Array): Buffer {
  const [tool = '', ...flags] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(tool, flags, { input, maxBuffer: 256 * MIB });
  if (status !== 0) throw new Error(`${command}: ${stderr.toString()}`);
  return stdout;
}

const open = (kind: Compression, bytes: Uint8Array, chunk?: number) =>
  collect(decompress(kind, chunksOf(bytes, chunk), { maxBytes: 256 * MIB, what: 'sample' }));

/** Bytes without pattern that are the same in every run. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, at) =>
    createHash('sha512').update(String(at)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const TEXT = Buffer.from(
  Array.from(
    { length: 60_000 },
    (_, at) => `static int field_${at % 977} = 0x${(at * 2654435761).toString(16)};\n`,
  ).join(''),
);
const INPUTS: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.from('x'),
  text: TEXT,
  noise: noise(300_000),
  zeros: Buffer.alloc(3 * MIB),
  runs: Buffer.concat(Array.from({ length: 3000 }, (_, at) => Buffer.alloc(at % 300, at))),
  mixture: Buffer.concat([
    TEXT.subarray(0, 200_000),
    noise(100_000),
    Buffer.alloc(200_000),
    TEXT.subarray(0, 500_000),
  ]),
};

const COMMANDS: Readonly<Record<string, Compression>> = {
  'gzip -c1': 'gzip',
  'gzip -c9': 'gzip',
  'xz -c0 -C none': 'xz',
  'xz -c6 -C crc32': 'xz',
  'xz -c6 -C crc64': 'xz',
  'xz -c9e -C sha256': 'xz',
  'xz -c --block-size=65536 -C sha256': 'xz',
  'xz -c -T2 --block-size=200000': 'xz',
  'xz -c --lzma2=preset=6,lc=0,lp=2,pb=4': 'xz',
  'xz -c --x86 --lzma2=preset=6': 'xz',
  'xz -c --delta=dist=4 --lzma2=preset=3': 'xz',
  'xz -c --format=lzma -1': 'lzma',
  'xz -c --format=lzma -9': 'lzma',
  'bzip2 -c1': 'bzip2',
  'bzip2 -c5': 'bzip2',
  'bzip2 -c9': 'bzip2',
};

describeWithTools(['xz', 'bzip2', 'gzip'], 'decompress against the tools', () => {
  for (const [command, kind] of Object.entries(COMMANDS)) {
    it.each(Object.keys(INPUTS))(`reads what ${command} makes of %s`, async (name) => {
      const plain = INPUTS[name]!;
      const packed = run(command, plain);
      expect(detectCompression(packed)).toBe(kind);
      expect((await open(kind, packed)).equals(plain)).toBe(true);
      expect((await open(kind, packed, 4093)).equals(plain)).toBe(true);
    });
  }

  it.each(['bzip2 -c1', 'xz -c0', 'gzip -c'])(
    'reads what %s makes of any bytes',
    async (command) => {
      const kind =
        COMMANDS[`${command}1`] ??
        compressionOfName(
          `x.${command.startsWith('bz') ? 'bz2' : command.startsWith('xz') ? 'xz' : 'gz'}`,
        );
      const runs = fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 400 })), {
        maxLength: 60,
      });
      await fc.assert(
        fc.asyncProperty(runs, fc.uint8Array({ maxLength: 200 }), async (parts, tail) => {
          const plain = Buffer.concat([
            ...parts.map(([byte, length]) => Buffer.alloc(length, byte)),
            tail,
          ]);
          expect((await open(kind, run(command, plain))).equals(plain)).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('reads bzip2 streams of different block sizes in a row', async () => {
    const packed = Buffer.concat([
      run('bzip2 -c1', TEXT),
      run('bzip2 -c9', INPUTS['noise']!),
      run('bzip2 -c3', Buffer.alloc(0)),
      run('bzip2 -c9', TEXT),
    ]);
    expect(
      (await open('bzip2', packed, 1000)).equals(Buffer.concat([TEXT, INPUTS['noise']!, TEXT])),
    ).toBe(true);
  });

  it('refuses what bzip2 -t refuses when one bit is flipped', async () => {
    const packed = run('bzip2 -c1', TEXT.subarray(0, 20_000));
    for (let at = 4; at < packed.length; at += Math.ceil(packed.length / 150)) {
      const copy = Buffer.from(packed);
      copy[at]! ^= 1 << (at % 8);
      const tool = spawnSync('bzip2', ['-t'], { input: copy }).status === 0;
      const ours = await open('bzip2', copy).then(
        () => true,
        () => false,
      );
      expect([at, ours]).toEqual([at, tool]);
    }
  });

  it('refuses what xz -t refuses when one bit is flipped', async () => {
    const packed = run('xz -c -C sha256', TEXT.subarray(0, 20_000));
    for (let at = 0; at < packed.length; at += Math.ceil(packed.length / 150)) {
      const copy = Buffer.from(packed);
      copy[at]! ^= 1 << (at % 8);
      const tool = spawnSync('xz', ['-t'], { input: copy }).status === 0;
      const ours = await open('xz', copy).then(
        () => true,
        () => false,
      );
      expect([at, ours]).toEqual([at, tool]);
    }
  });
});

describeWithTools(['zstd'], 'decompress against zstd', () => {
  it.each([
    'zstd -c1',
    'zstd -c19',
    'zstd -c --ultra -22',
    'zstd -c --long=27',
    'zstd -c --no-check',
    'zstd -c --fast=5',
  ])('reads what %s makes', async (command) => {
    for (const plain of Object.values(INPUTS))
      expect((await open('zstd', run(`${command} -q`, plain), 5000)).equals(plain)).toBe(true);
  });
});
