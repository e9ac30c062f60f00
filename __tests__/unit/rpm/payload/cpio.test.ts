// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ChunkReader } from '../../../../src/compression/input.js';
import { PayloadError } from '../../../../src/errors.js';
import { CpioReader } from '../../../../src/rpm/payload/cpio.js';
import { chunksOf, collect } from '../../../fixtures/chunks.js';
import type { MemberSpec } from '../../../fixtures/cpio-builder.js';
import { cpioArchive, cpioMember, cpioSum, TRAILER } from '../../../fixtures/cpio-builder.js';

const noIndex = (): number => {
  throw new PayloadError('PAYLOAD_INVALID', 'no such file');
};

async function read(
  bytes: Uint8Array,
  options: { chunk?: number; sizes?: readonly number[]; skip?: boolean } = {},
) {
  const cpio = new CpioReader(
    new ChunkReader(chunksOf(bytes, options.chunk)),
    (index) => options.sizes?.[index] ?? noIndex(),
  );
  const rows: unknown[] = [];
  for (let member = await cpio.next(); member !== undefined; member = await cpio.next()) {
    const name =
      member.name === undefined ? member.index : Buffer.from(member.name).toString('latin1');
    rows.push(
      options.skip === true
        ? name
        : [name, member.mode, (await collect(cpio.content())).toString('latin1')],
    );
  }
  return rows;
}

const refused = (code: string) => expect.objectContaining({ code });
const edit = (archive: Buffer, at: number, text: string): Buffer => {
  const copy = Buffer.from(archive);
  copy.write(text, at, 'latin1');
  return copy;
};

const SAMPLE: readonly MemberSpec[] = [
  { name: './usr', mode: 0o040755 },
  { name: './usr/a', content: 'alpha' },
  { name: './usr/empty' },
  { name: './usr/link', mode: 0o120777, content: 'a' },
  { name: Buffer.from([0x2e, 0x2f, 0xff, 0xfe]), content: 'not UTF-8' },
];
const ROWS = [
  ['./usr', 0o040755, ''],
  ['./usr/a', 0o100644, 'alpha'],
  ['./usr/empty', 0o100644, ''],
  ['./usr/link', 0o120777, 'a'],
  ['./\u00ff\u00fe', 0o100644, 'not UTF-8'],
];

describe('CpioReader', () => {
  it.each([1, 3, 64, 65_536])('reads newc members from chunks of %d', async (chunk) => {
    expect(await read(cpioArchive(SAMPLE), { chunk })).toEqual(ROWS);
  });

  it('skips content that nobody reads', async () => {
    expect(await read(cpioArchive(SAMPLE), { skip: true })).toEqual(ROWS.map(([name]) => name));
  });

  it('reads an archive without members', async () => {
    expect(await read(TRAILER)).toEqual([]);
  });

  it('takes zeros behind the trailer and nothing else', async () => {
    expect(await read(Buffer.concat([TRAILER, Buffer.alloc(512)]))).toEqual([]);
    await expect(
      read(Buffer.concat([TRAILER, Buffer.alloc(512), Buffer.from('x')])),
    ).rejects.toEqual(refused('PAYLOAD_INVALID'));
    await expect(read(Buffer.concat([cpioArchive(SAMPLE), cpioArchive(SAMPLE)]))).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it('checks the sums of the crc format, read or skipped', async () => {
    const member = {
      magic: '070702',
      name: './a',
      content: 'some bytes',
      check: cpioSum('some bytes'),
    };
    expect(await read(cpioArchive([member]))).toEqual([['./a', 0o100644, 'some bytes']]);
    for (const skip of [false, true]) {
      await expect(read(cpioArchive([{ ...member, check: 1 }]), { skip })).rejects.toEqual(
        refused('PAYLOAD_INVALID'),
      );
    }
  });

  it('checks the sum of regular files only: other members have none', async () => {
    const member = { magic: '070702', name: './a', content: 'target', mode: 0o120777 };
    expect(await read(cpioArchive([member]))).toEqual([['./a', 0o120777, 'target']]);
  });

  it("reads rpm's stripped format with sizes from the header", async () => {
    const archive = cpioArchive([
      { index: 1, content: 'beta!' },
      { index: 0, content: '' },
    ]);
    expect(await read(archive, { sizes: [0, 5] })).toEqual([
      [1, undefined, 'beta!'],
      [0, undefined, ''],
    ]);
    await expect(read(archive, { sizes: [0] })).rejects.toEqual(refused('PAYLOAD_INVALID'));
  });

  it('refuses the archive cut off anywhere', async () => {
    const archive = cpioArchive(SAMPLE);
    for (let length = 0; length < archive.length; length++) {
      await expect(read(archive.subarray(0, length))).rejects.toEqual(refused('PAYLOAD_INVALID'));
    }
  });

  it.each([
    ['odc, which rpm does not read', '070707', 'UNSUPPORTED_FORMAT'],
    ['a tar archive', 'ustar\0', 'UNSUPPORTED_FORMAT'],
  ])('says that %s is another format', async (_, magic, code) => {
    await expect(read(edit(cpioArchive(SAMPLE), 0, magic))).rejects.toEqual(refused(code));
  });

  it('refuses another magic between members', async () => {
    const first = cpioMember(SAMPLE[0]!);
    await expect(
      read(Buffer.concat([first, Buffer.from('070799'), cpioArchive(SAMPLE)])),
    ).rejects.toEqual(refused('PAYLOAD_INVALID'));
  });

  it.each(['        ', '0x00001f', '+0000005', '-0000005', '0000000g', '00000 05'])(
    'refuses the number %j, which strtoul would take',
    async (digits) => {
      await expect(
        read(edit(cpioArchive([{ name: 'a', content: 'alpha' }]), 6 + 6 * 8, digits)),
      ).rejects.toEqual(refused('PAYLOAD_INVALID'));
    },
  );

  it.each([
    ['no name', { name: '', nameSize: 0 }],
    ['an empty name', { name: '' }],
    ['a name that is too long', { name: 'a'.repeat(5000) }],
    ['a name size that announces gigabytes', { name: 'a', nameSize: 0xffffffff }],
    ['a name with a NUL inside', { name: 'a\0b' }],
    ['a name without NUL at its end', { name: 'abc', nameSize: 3 }],
  ])('refuses %s', async (_, spec) => {
    await expect(read(cpioArchive([spec]))).rejects.toEqual(refused('PAYLOAD_INVALID'));
  });

  it('refuses a trailer with content', async () => {
    await expect(read(cpioMember({ name: 'TRAILER!!!', content: 'hidden' }))).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it('raises nothing but PayloadError, whatever the bytes', async () => {
    const archive = cpioArchive([...SAMPLE, { index: 0, content: 'xyz' }]);
    const damage = fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        damage,
        fc.integer({ min: 1, max: 300 }),
        fc.uint8Array({ maxLength: 20 }),
        async (edits, chunk, tail) => {
          const copy = Buffer.concat([archive, tail]);
          for (const [at, value] of edits) copy[at] = value;
          const result = await read(copy, { chunk, sizes: [3] }).catch((error: unknown) => error);
          expect(Array.isArray(result) || result instanceof PayloadError).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
