// SPDX-License-Identifier: MIT
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { archiveStem } from '../../../../src/archives/names.js';
import { parsePax } from '../../../../src/archives/tar/pax.js';
import { PayloadError } from '../../../../src/errors.js';
import { collect } from '../../../fixtures/chunks.js';
import {
  gnuLong,
  paxHeader,
  TAR_END,
  tarArchive,
  tarMember,
} from '../../../fixtures/tar-builder.js';
import { opened, refusal, unpackedLines } from '../../../fixtures/unpacked.js';
import { sha256 } from '../../repodata/index-builder.js';

const LONG = `top/${'folder/'.repeat(20)}file`;

describe('unpackTar', () => {
  it('keeps files, modes and links, and drops the one folder that holds all', async () => {
    const archive = tarArchive([
      { name: 'top/', type: '5', mode: 0o755 },
      { name: 'top/a', content: 'alpha' },
      { name: 'top/run.sh', content: '#!/bin/sh', mode: 0o755 },
      { name: 'top/link', type: '2', target: '../elsewhere' },
      { name: 'top/empty/', type: '5' },
    ]);
    expect(await unpackedLines(archive)).toEqual([
      '644 a alpha',
      '644 link -> ../elsewhere',
      '755 run.sh #!/bin/sh',
    ]);
  });

  it.each([
    ['two folders', [{ name: 'a/x' }, { name: 'b/y' }], ['a/x', 'b/y']],
    [
      'a folder and a file beside it',
      [{ name: 'a/x' }, { name: 'package.xml' }],
      ['a/x', 'package.xml'],
    ],
    ['a folder and an empty one beside it', [{ name: 'a/x' }, { name: 'b/', type: '5' }], ['a/x']],
    ['one file alone', [{ name: 'a' }], ['a']],
  ])('drops nothing of %s', async (_, members, paths) => {
    expect((await unpackedLines(tarArchive(members))).map((line) => line.split(' ')[1])).toEqual(
      paths,
    );
  });

  it('reads names with ./ in front, and folders that only a slash marks', async () => {
    const archive = tarArchive([
      { name: './', type: '5' },
      { name: './top/', type: '\0', magic: '' },
      { name: './top/a', type: '\0', magic: '', content: 'a' },
    ]);
    expect(await unpackedLines(archive)).toEqual(['644 a a']);
  });

  it.each([
    ['the prefix of ustar', tarMember({ prefix: LONG.slice(0, -5), name: 'file', content: 'x' })],
    [
      'a pax header',
      Buffer.concat([
        paxHeader({ path: LONG, mtime: '1.5' }),
        tarMember({ name: 'short', content: 'x' }),
      ]),
    ],
    [
      'a GNU header',
      Buffer.concat([
        gnuLong('L', LONG),
        tarMember({ name: LONG.slice(0, 100), magic: 'ustar  \0', content: 'x' }),
      ]),
    ],
    [
      'both, of which pax holds',
      Buffer.concat([
        gnuLong('L', 'top/other'),
        paxHeader({ path: LONG }),
        tarMember({ name: 'short', content: 'x' }),
      ]),
    ],
  ])('reads a long name in %s', async (_, member) => {
    expect(await unpackedLines(tarArchive([member]))).toEqual([`644 ${LONG.slice(4)} x`]);
  });

  it('reads long targets and sizes from extended headers', async () => {
    const target = `../${'up/'.repeat(80)}x`;
    const archive = tarArchive([
      gnuLong('K', target),
      { name: 'k', type: '2' },
      paxHeader({ linkpath: target }),
      { name: 'p', type: '2', target: 'short' },
      paxHeader({ size: '5' }),
      { name: 's', content: 'alpha', size: '0' },
    ]);
    const [k, p, s] = await unpackedLines(archive);
    expect([k, p, s]).toEqual([
      `644 k -> ${sha256(target)}`,
      `644 p -> ${sha256(target)}`,
      '644 s alpha',
    ]);
  });

  it('reads sizes as GNU writes large ones, and numbers with other padding', async () => {
    const binary = Buffer.alloc(12);
    binary[0] = 0x80;
    binary[11] = 5;
    expect(
      await unpackedLines(
        tarArchive([
          { name: 'a', content: 'alpha', size: binary },
          { name: 'b', content: 'beta', size: '         4 ' },
          { name: 'c', size: '' },
        ]),
      ),
    ).toEqual(['644 a alpha', '644 b beta', '644 c ']);
  });

  it('takes hard links for the file that they name, as it was then', async () => {
    const archive = tarArchive([
      { name: 'a', content: 'old', mode: 0o755 },
      { name: 'b', type: '1', target: './a' },
      { name: 'a', content: 'new' },
      { name: 'c', type: '1', target: 'a' },
    ]);
    expect(await unpackedLines(archive)).toEqual(['644 a new', '755 b old', '644 c new']);
  });

  it('lets the last of several members with one name win', async () => {
    expect(
      await unpackedLines(
        tarArchive([
          { name: 'a', content: '1' },
          { name: 'd/', type: '5' },
          { name: 'a', type: '2', target: 'x' },
          { name: 'd', type: '5' },
        ]),
      ),
    ).toEqual(['644 a -> x']);
  });

  it('ignores global headers and volume labels, as git archive and GNU tar write them', async () => {
    expect(
      await unpackedLines(
        tarArchive([
          paxHeader({ comment: '0'.repeat(40) }, 'g'),
          { name: 'label', type: 'V' },
          { name: 'a', content: 'a' },
        ]),
      ),
    ).toEqual(['644 a a']);
  });

  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['an end alone', TAR_END],
  ])('finds no files in %s', async (_, archive) => {
    expect(await unpackedLines(archive)).toEqual([]);
  });

  it('takes the end of the data for the end of the archive', async () => {
    expect(await unpackedLines(tarMember({ name: 'a', content: 'a' }))).toEqual(['644 a a']);
  });

  it('reads the same from chunks of any size', async () => {
    const archive = tarArchive([
      paxHeader({ path: LONG }),
      { name: 'x', content: 'x'.repeat(1000) },
      { name: 'top/y', content: 'y' },
    ]);
    const whole = await unpackedLines(archive);
    for (const size of [1, 7, 511, 512, 513])
      expect(await unpackedLines(archive, size)).toEqual(whole);
  });

  it('ends with a typed error, or a list, whatever the bytes are', async () => {
    const archive = tarArchive([
      paxHeader({ path: 'top/long' }),
      { name: 'x', content: 'x' },
      gnuLong('K', 'target'),
      { name: 'top/l', type: '2' },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(archive.length - 1),
        fc.nat(255),
        fc.nat(archive.length),
        async (at, byte, length) => {
          const broken = Buffer.from(archive.subarray(0, length));
          if (at < length) broken[at] = byte;
          expect(await refusal(broken)).toMatch(
            /^(accepted|PAYLOAD_INVALID|UNSAFE_PATH|UNSUPPORTED_FORMAT|LIMIT_EXCEEDED)$/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('parsePax', () => {
  it.each([
    '',
    '5 a=\n',
    '6 a=b\n',
    '30 mtime=1350244992.023960108\n',
    '6 a=1\n6 a=2\n',
    '8 a==\n=\n',
  ])('reads %j', (text) => {
    expect(parsePax(Buffer.from(text))).toBeInstanceOf(Map);
  });

  it.each([
    'x',
    '6 a=b',
    '7 a=b\n',
    '5 a=b\n',
    '0 a=b\n',
    '-1 a=b\n',
    '3 a\n',
    '5 =ab\n',
    '2 ',
    '999999999 a=b\n',
    '06 a=b\n',
    ' 6 a=b\n',
  ])('takes nothing from %j', (text) => {
    expect(parsePax(Buffer.from(text))).toBeUndefined();
  });

  it('never throws', () => {
    expect(() => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
          parsePax(bytes);
        }),
      );
    }).not.toThrow();
  });
});

describe('openArchive', () => {
  const archive = tarArchive([{ name: 'a', content: 'a' }]);

  it.each([
    ['hello-1.0.tar.gz', gzipSync(archive)],
    ['hello.tzst', zstdCompressSync(archive)],
    ['v1.0', gzipSync(archive)],
    ['data', archive],
    ['misnamed.tar.xz', gzipSync(archive)],
  ])('opens %s by its bytes', async (name, bytes) => {
    expect((await collect((await opened(name, bytes))!.content)).equals(archive)).toBe(true);
  });

  it('is not misled by a name that looks like the magic of a compression', async () => {
    const bytes = tarArchive([{ name: 'BZhello/a', content: 'a' }]);
    expect((await collect((await opened('x.tar', bytes))!.content)).equals(bytes)).toBe(true);
  });

  it.each([
    ['hello.c', Buffer.from('int main;')],
    ['data.gz', gzipSync('no archive')],
    ['hello.jar', Buffer.from('PK\x03\x04')],
    ['empty', Buffer.alloc(0)],
    ['broken.gz', Buffer.from([0x1f, 0x8b, 0, 0])],
    ['zeros', Buffer.alloc(2048)],
  ])('takes %s for no archive', async (name, bytes) => {
    expect(await opened(name, bytes)).toBeUndefined();
  });

  it.each([
    ['hello.tar.gz', Buffer.from('<html>')],
    ['hello.tgz', Buffer.alloc(0)],
    ['hello.tar', gzipSync('no archive').subarray(5)],
  ])('refuses %s, which is none', async (name, bytes) => {
    await expect(opened(name, bytes)).rejects.toThrow(PayloadError);
  });

  it.each([
    ['hello-1.0.tar.gz', 'hello-1.0'],
    ['a.tgz', 'a'],
    ['v1.0', 'v1.0'],
    ['x.tar.zst', 'x'],
  ])('names what %s holds %s', (name, stem) => {
    expect(archiveStem(name)).toBe(stem);
  });
});
