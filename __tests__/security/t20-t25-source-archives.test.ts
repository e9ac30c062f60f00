// SPDX-License-Identifier: MIT
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { openArchive } from '../../src/archives/open.js';
import { unpackTar } from '../../src/archives/tar/unpack.js';
import { ChunkReader } from '../../src/compression/input.js';
import { LIMITS } from '../../src/limits.js';
import { repeated } from '../fixtures/chunks.js';
import {
  gnuLong,
  paxHeader,
  tarArchive,
  tarMember,
  type TarSpec,
} from '../fixtures/tar-builder.js';
import { opened, refusal, sinkOf } from '../fixtures/unpacked.js';

const OK = { name: 'top/ok', content: 'ok' };
const nul = String.fromCharCode(0);

async function refuses(members: readonly (TarSpec | Uint8Array)[], code: string): Promise<void> {
  expect(await refusal(tarArchive([OK, ...members]))).toBe(code);
}

it('accepts the control', async () => {
  expect(await refusal(tarArchive([OK]))).toBe('accepted');
});

describe('T20: an archive with one unsafe name is refused as a whole', () => {
  const names = [
    '/etc/passwd',
    '//x',
    '../x',
    'top/../../x',
    'top/..',
    '..',
    'top/./x',
    'top//x',
    'top/a\nb',
    'top/\x7f',
    'top/.git/config',
    '.git',
    'top/.GIT/x',
    'top/git~1',
    'top/.git./x',
    'top/.git::$INDEX_ALLOCATION/x',
    'top/.g\u200cit/x',
    './../x',
    './/x',
  ];
  it.each(names)('%j in the header', async (name) => {
    await refuses([{ name }], 'UNSAFE_PATH');
  });
  it.each(names)('%j in a pax header', async (path) => {
    await refuses([paxHeader({ path }), { name: 'top/x' }], 'UNSAFE_PATH');
  });
  it.each(names)('%j in a GNU header', async (name) => {
    await refuses([gnuLong('L', name), { name: 'top/x' }], 'UNSAFE_PATH');
  });
  it.each(names)('%j as a folder', async (name) => {
    await refuses([{ name: `${name}/`, type: '5' }], 'UNSAFE_PATH');
  });
  it('a NUL, which hides the rest of a name from some tools', async () => {
    await refuses([paxHeader({ path: `top/x${nul}/../y` }), { name: 'top/x' }], 'UNSAFE_PATH');
  });
  it('an empty name', async () => {
    await refuses([{ name: '' }], 'UNSAFE_PATH');
  });
  it('an empty long name', async () => {
    await refuses([gnuLong('L', ''), { name: 'top/x' }], 'UNSAFE_PATH');
  });
  it('a name beyond the cap', async () => {
    await refuses(
      [paxHeader({ path: `top/${'x'.repeat(LIMITS.pathBytes)}` }), { name: 'x' }],
      'UNSAFE_PATH',
    );
  });
  it('.gitmodules as a link', async () => {
    await refuses([{ name: 'top/.gitmodules', type: '2', target: 'x' }], 'UNSAFE_PATH');
  });
});

describe('T21: nothing in an archive leads elsewhere', () => {
  it.each([
    [
      'a file below a link',
      [
        { name: 'top/l', type: '2', target: '/etc' },
        { name: 'top/l/passwd', content: 'x' },
      ],
      'UNSAFE_PATH',
    ],
    [
      'a link over the folder of a file',
      [{ name: 'top/d/x' }, { name: 'top/d', type: '2', target: '/etc' }],
      'UNSAFE_PATH',
    ],
    [
      'a folder over a link',
      [
        { name: 'top/l', type: '2', target: '/etc' },
        { name: 'top/l', type: '5' },
        { name: 'top/l/x' },
      ],
      'UNSAFE_PATH',
    ],
    [
      'a link over a folder',
      [
        { name: 'top/l', type: '5' },
        { name: 'top/l', type: '2', target: '/etc' },
      ],
      'UNSAFE_PATH',
    ],
    ['a file below a file', [{ name: 'top/ok/x' }], 'UNSAFE_PATH'],
    [
      'a hard link to outside',
      [{ name: 'top/h', type: '1', target: '/etc/passwd' }],
      'PAYLOAD_INVALID',
    ],
    ['a hard link upwards', [{ name: 'top/h', type: '1', target: '../top/ok' }], 'PAYLOAD_INVALID'],
    ['a hard link to nothing', [{ name: 'top/h', type: '1', target: '' }], 'PAYLOAD_INVALID'],
    [
      'a hard link to a later file',
      [{ name: 'top/h', type: '1', target: 'top/z' }, { name: 'top/z' }],
      'PAYLOAD_INVALID',
    ],
    [
      'a hard link to a folder',
      [
        { name: 'top/d', type: '5' },
        { name: 'top/h', type: '1', target: 'top/d' },
      ],
      'PAYLOAD_INVALID',
    ],
    ['a hard link to itself', [{ name: 'top/h', type: '1', target: 'top/h' }], 'PAYLOAD_INVALID'],
    [
      'a hard link with content',
      [{ name: 'top/h', type: '1', target: 'top/ok', content: 'other' }],
      'PAYLOAD_INVALID',
    ],
    [
      'a link with content',
      [{ name: 'top/l', type: '2', target: 'x', content: 'y' }],
      'PAYLOAD_INVALID',
    ],
    ['a link to nothing', [{ name: 'top/l', type: '2', target: '' }], 'PAYLOAD_INVALID'],
    [
      'a link with a NUL in its target',
      [paxHeader({ linkpath: `x${nul}y` }), { name: 'top/l', type: '2' }],
      'PAYLOAD_INVALID',
    ],
    ['a character device', [{ name: 'top/null', type: '3' }], 'PAYLOAD_INVALID'],
    ['a block device', [{ name: 'top/sda', type: '4' }], 'PAYLOAD_INVALID'],
    ['a fifo', [{ name: 'top/pipe', type: '6' }], 'PAYLOAD_INVALID'],
  ])('refuses %s', async (_, members, code) => {
    await refuses(members, code);
  });
});

describe('T25: what tools read differently is refused', () => {
  it.each([
    ['a sparse file of GNU', [{ name: 'top/s', type: 'S' }], 'UNSUPPORTED_FORMAT'],
    [
      'a sparse file of pax',
      [paxHeader({ 'GNU.sparse.major': '1' }), { name: 'top/s' }],
      'UNSUPPORTED_FORMAT',
    ],
    ['an unknown type', [{ name: 'top/x', type: 'Z' }], 'UNSUPPORTED_FORMAT'],
    ['a file from another volume', [{ name: 'top/x', type: 'M' }], 'PAYLOAD_INVALID'],
    ['a wrong checksum', [{ name: 'top/x', checksum: '000001\0 ' }], 'PAYLOAD_INVALID'],
    ['a size that is no number', [{ name: 'top/x', size: '12x45678901\0' }], 'PAYLOAD_INVALID'],
    ['a negative size', [{ name: 'top/x', size: Buffer.alloc(12, 0xff) }], 'PAYLOAD_INVALID'],
    [
      'a negative size in a pax header',
      [paxHeader({ size: '-1' }), { name: 'top/x' }],
      'PAYLOAD_INVALID',
    ],
    [
      'a global header that renames',
      [paxHeader({ path: 'top/y' }, 'g'), { name: 'top/x' }],
      'PAYLOAD_INVALID',
    ],
    [
      'a broken extended header',
      [tarMember({ type: 'x', content: '99 path=x\n' }), { name: 'top/x' }],
      'PAYLOAD_INVALID',
    ],
    ['an extended header that nothing follows', [paxHeader({ path: 'top/x' })], 'PAYLOAD_INVALID'],
    ['a long name that nothing follows', [gnuLong('L', 'top/x')], 'PAYLOAD_INVALID'],
    ['a folder with content', [{ name: 'top/d', type: '5', content: 'x' }], 'PAYLOAD_INVALID'],
    [
      'data behind the end',
      [Buffer.alloc(1024), { name: 'top/hidden', content: 'x' }],
      'PAYLOAD_INVALID',
    ],
    [
      'a lone block of zeros',
      [Buffer.alloc(512), { name: 'top/hidden', content: 'x' }],
      'PAYLOAD_INVALID',
    ],
  ])('%s', async (_, members, code) => {
    await refuses(members, code);
  });

  it.each([513, 514, 700, 1023])('an archive that ends after %i bytes', async (length) => {
    expect(
      await refusal(tarArchive([{ name: 'top/x', content: 'x'.repeat(100) }]).subarray(0, length)),
    ).toBe('PAYLOAD_INVALID');
  });
});

describe('T5, T6: an archive is bounded', () => {
  it.each([
    [
      'a file over the cap',
      [{ name: 'x', size: `${(LIMITS.blobBytes + 1).toString(8).padStart(11, '0')}\0` }],
    ],
    [
      'a file of many exabytes',
      [
        {
          name: 'x',
          size: Buffer.from([0x80, 0, 0, 0, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        },
      ],
    ],
    ['a long name over the cap', [gnuLong('L', 'x'.repeat(LIMITS.pathBytes + 1)), { name: 'x' }]],
    [
      'a pax header over the cap',
      [paxHeader({ comment: 'x'.repeat(LIMITS.tarHeaderBytes) }), { name: 'x' }],
    ],
    ['a pax header that claims more than there is', [{ type: 'x', size: '77777777777\0' }]],
  ])('%s is refused before it is read', async (_, members) => {
    await refuses(members, 'LIMIT_EXCEEDED');
  });

  it('an extended header just under the cap is read', async () => {
    expect(
      await refusal(
        tarArchive([paxHeader({ comment: 'x'.repeat(LIMITS.tarHeaderBytes - 100) }), OK]),
      ),
    ).toBe('accepted');
  });

  it('names end at their cap', async () => {
    const member = Buffer.concat([
      gnuLong('L', 'x'.repeat(LIMITS.pathBytes)),
      tarMember({ name: 'x' }),
    ]);
    const reading = unpackTar(repeated(member, LIMITS.tarNameBytes / LIMITS.pathBytes + 1), {
      what: 'archive',
      sink: sinkOf(() => undefined),
    });
    await expect(reading).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('a bomb ends at the ratio', async () => {
    const bomb = gzipSync(
      Buffer.concat([
        tarMember({ name: 'x', size: '00700000000\0' }),
        Buffer.alloc(LIMITS.ratioFloor + 512),
      ]),
      { level: 9 },
    );
    const archive = await opened('x.tar.gz', bomb);
    await expect(
      unpackTar(archive!.content, { what: 'archive', sink: sinkOf(() => undefined) }),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('compressions in one another do no more together than one may (T6)', async () => {
    // Neither layer is beyond the ratio by itself.
    const line = Buffer.from(Array.from({ length: 999 }, (_, at) => (at * at * 31) & 255));
    const zeros = Buffer.alloc(LIMITS.ratioFloor + 2 ** 20, line);
    const bomb = gzipSync(
      gzipSync(Buffer.concat([tarMember({ name: 'x', size: '00700000000\0' }), zeros]), {
        level: 9,
      }),
    );
    const archive = await opened('x.tar.gz', bomb);
    await expect(
      unpackTar(archive!.content, { what: 'archive', sink: sinkOf(() => undefined) }),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('an archive ends at the cap, however it is packed', async () => {
    const block = Buffer.alloc(2 ** 20);
    const chunks = repeated(block, LIMITS.unpackedBytes / block.length);
    const input = new ChunkReader(
      (async function* () {
        yield tarMember({ name: 'x', size: '77777777777\0' });
        yield* chunks;
      })(),
    );
    const archive = await openArchive('x', input);
    let read = 0;
    const reading = (async () => {
      for await (const chunk of archive!.content) read += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(read).toBe(LIMITS.unpackedBytes - block.length + 512);
  });
});
