// SPDX-License-Identifier: MIT
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { cpioArchive } from '../fixtures/cpio-builder.js';
import { buildPackage } from '../fixtures/rpm-builder.js';
import { inspectBytes, RSAHEADER, signedIn } from '../fixtures/signed-packages.js';

/** Numbers at which counts, sizes and offsets change their meaning. */
const EDGES = [
  0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x0fffffff, 0x10000000, 0x7fffffff, 0x80000000,
  0xfffffff0, 0xffffffff,
];

const files = [
  { path: '/usr/src/a', mode: 0o040755 },
  { path: '/usr/src/a/b', content: 'content' },
  { path: '/usr/src/a/l', mode: 0o120777, target: 'b' },
];
const archive = cpioArchive(
  files.map(({ path, content = '', mode = 0o100644, target }, at) => ({
    name: `.${path}`,
    content: target ?? content,
    mode,
    inode: at + 1,
  })),
);
const PACKAGES = [
  buildPackage({ files, sign: signedIn(RSAHEADER) }),
  buildPackage({
    files,
    payload: gzipSync(archive),
    compressor: 'gzip',
    sign: signedIn(RSAHEADER),
  }),
  buildPackage({
    files,
    payload: zstdCompressSync(archive),
    compressor: 'zstd',
    payloadDigest: false,
    digests: false,
  }),
].map(({ bytes }) => bytes);

type Edit = (bytes: Buffer) => Buffer;
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Buffer, where: number): number => Math.floor(where * bytes.length);

/** A number overwritten, a byte, a piece cut out, doubled or moved, an end cut off. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(position, fc.constantFrom(...EDGES)).map(([where, value]): Edit => (bytes) => {
    if (bytes.length >= 4)
      bytes.writeUInt32BE(value, Math.min(at(bytes, where) & ~3, bytes.length - 4));
    return bytes;
  }),
  fc.tuple(position, fc.nat(255)).map(([where, value]): Edit => (bytes) => {
    if (bytes.length > 0) bytes[at(bytes, where)] = value;
    return bytes;
  }),
  fc.tuple(position, fc.nat(64)).map(
    ([where, length]): Edit =>
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, at(bytes, where)),
          bytes.subarray(at(bytes, where) + length),
        ]),
  ),
  fc.tuple(position, position, fc.nat(64)).map(
    ([from, to, length]): Edit =>
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, at(bytes, to)),
          bytes.subarray(at(bytes, from), at(bytes, from) + length),
          bytes.subarray(at(bytes, to)),
        ]),
  ),
  position.map(
    (where): Edit =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
);

describe('T14: a package with numbers, bytes and pieces exchanged', () => {
  it('control: as they were built they are accepted, but for the one without signature and digests', async () => {
    expect(
      await Promise.all(
        PACKAGES.map(async (bytes) =>
          (await inspectBytes(bytes)).reasons.map((reason) => reason.split(':')[0]),
        ),
      ),
    ).toEqual([[], [], ['NOT_COVERED', 'NOT_COVERED', 'NO_SIGNATURE']]);
  });

  it('gets a verdict, never an exception, and is accepted only as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PACKAGES),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (bytes, edits) => {
          const changed = edits.reduce<Buffer>((copy, change) => change(copy), Buffer.from(bytes));
          const { verdict, reasons } = await inspectBytes(changed);
          expect(
            reasons.filter((reason) => !/^[A-Z_]+: /.test(reason) || reason.startsWith('INTERNAL')),
          ).toEqual([]);
          // Lead and signature header are not signed; what is signed comes behind them.
          if (verdict === 'accept')
            expect(
              PACKAGES.some(
                (good) => changed.indexOf(good.subarray(good.indexOf('8eade801', 100, 'hex'))) >= 0,
              ),
            ).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
