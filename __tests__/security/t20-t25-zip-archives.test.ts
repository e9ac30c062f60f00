// SPDX-License-Identifier: MIT
import { crc32 } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { unpackZip } from '../../src/archives/zip/unpack.js';
import { LIMITS } from '../../src/limits.js';
import { chunksOf } from '../fixtures/chunks.js';
import { linesOf, sinkOf } from '../fixtures/unpacked.js';
import { zipArchive, type ZipOptions, type ZipSpec } from '../fixtures/zip-builder.js';

const OK: ZipSpec = { name: 'top/ok', content: 'ok\n' };

const lines = async (archive: Uint8Array): Promise<string[]> =>
  linesOf(
    await unpackZip(chunksOf(archive), { what: 'archive', sink: sinkOf((content) => content) }),
  );

async function refusal(members: readonly ZipSpec[], options?: ZipOptions): Promise<string> {
  try {
    await lines(zipArchive([OK, ...members], options));
    return 'accepted';
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}

/** A unicode path field (0x7075) as Info-ZIP writes it. */
function unicode(name: string, of: string): Buffer {
  const path = Buffer.from(name);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + path.length, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(Buffer.from(of)), 5);
  return Buffer.concat([field, path]);
}

it('accepts the control, and archives without members', async () => {
  expect(await refusal([])).toBe('accepted');
  expect(await lines(zipArchive([], { comment: 'nothing' }))).toEqual([]);
});

describe('what a zip archive says is read as unzip reads it', () => {
  it.each<[string, ZipSpec, string[]]>([
    [
      'a deflated file',
      { name: 'top/a', content: 'a', deflate: true, mode: 0o100755 },
      ['755 a a'],
    ],
    [
      'a file whose size follows',
      { name: 'top/a', content: 'PK\x07\x08b', descriptor: true },
      ['644 a PK\x07\x08b'],
    ],
    [
      'a deflated one whose size follows',
      { name: 'top/a', content: 'b', deflate: true, descriptor: true },
      ['644 a b'],
    ],
    ['a link', { name: 'top/l', content: 'ok', mode: 0o120777 }, ['777 l -> ok']],
    ['a folder', { name: 'top/d/' }, []],
    ['a mode of 0', { name: 'top/a', content: 'a', mode: 0 }, ['644 a a']],
    ['a backslash of DOS', { name: 'top\\a', content: 'a', host: 0, mode: 0 }, ['644 a a']],
    [
      'a name in code page 437',
      { name: Buffer.from('top/gr\x81\xe1', 'latin1'), content: 'a', host: 0, mode: 0 },
      ['644 grüß a'],
    ],
    [
      'a name in UTF-8',
      { name: 'top/grüß', content: 'a', host: 0, mode: 0, flags: 1 << 11 },
      ['644 grüß a'],
    ],
    [
      'a name in a field of its own',
      { name: 'top/x', content: 'a', extra: unicode('top/grüß', 'top/x') },
      ['644 grüß a'],
    ],
    [
      'a name in a stale field',
      { name: 'top/x', content: 'a', extra: unicode('top/y', 'top/z') },
      ['644 x a'],
    ],
  ])('%s', async (_, spec, expected) => {
    expect(
      (await lines(zipArchive([OK, spec]))).filter((line) => !line.endsWith('ok ok\n')),
    ).toEqual(expected);
  });
});

describe('T20: a zip archive with one unsafe name is refused as a whole', () => {
  it.each([
    '/etc/passwd',
    '../x',
    'top/../../x',
    '..',
    'top/./x',
    'top//x',
    'top/a\nb',
    'top/a\0b',
    '',
    'top/.git/config',
    '.GIT/x',
    'top/git~1',
    'top/.git::$INDEX_ALLOCATION/x',
    'top/.g\u200cit/x',
  ])('%j', async (name) => {
    expect(await refusal([{ name, content: 'x' }])).toBe('UNSAFE_PATH');
    expect(
      await refusal([{ name: 'top/plain', content: 'x', extra: unicode(name, 'top/plain') }]),
    ).toBe('UNSAFE_PATH');
  });
  it.each(['..\\x', '\\x', 'top\\.git\\config'])('%j of DOS', async (name) => {
    expect(await refusal([{ name, content: 'x', host: 0, mode: 0 }])).toBe('UNSAFE_PATH');
  });
});

describe('T21: nothing in a zip archive leads elsewhere', () => {
  it.each<[string, ZipSpec[], string]>([
    [
      'a file below a link',
      [
        { name: 'top/l', content: '/etc', mode: 0o120777 },
        { name: 'top/l/passwd', content: 'x' },
      ],
      'UNSAFE_PATH',
    ],
    ['a file below a file', [{ name: 'top/ok/x', content: 'x' }], 'UNSAFE_PATH'],
    ['a name twice', [{ name: 'top/ok', content: 'other\n' }], 'PAYLOAD_INVALID'],
    [
      'a file over a folder',
      [{ name: 'top/d/' }, { name: 'top/d', content: 'x' }],
      'PAYLOAD_INVALID',
    ],
    ['a device', [{ name: 'top/d', mode: 0o020644 }], 'PAYLOAD_INVALID'],
    ['a fifo', [{ name: 'top/d', mode: 0o010644 }], 'PAYLOAD_INVALID'],
    ['a folder with content', [{ name: 'top/d/', content: 'x' }], 'PAYLOAD_INVALID'],
    ['a link without target', [{ name: 'top/l', mode: 0o120777 }], 'PAYLOAD_INVALID'],
    [
      'a link with a line end',
      [{ name: 'top/l', content: 'a\nb', mode: 0o120777 }],
      'PAYLOAD_INVALID',
    ],
    [
      'a link to far',
      [{ name: 'top/l', content: 'a'.repeat(LIMITS.linkTargetBytes + 1), mode: 0o120777 }],
      'PAYLOAD_INVALID',
    ],
    [
      '.gitmodules as a link',
      [{ name: 'top/.gitmodules', content: 'x', mode: 0o120777 }],
      'UNSAFE_PATH',
    ],
  ])('%s', async (_, members, code) => {
    expect(await refusal(members)).toBe(code);
  });
});

describe('T25: what tools would read differently is refused', () => {
  const member = { name: 'top/a', content: 'a' };
  it.each<[string, ZipSpec[], ZipOptions?]>([
    ['a member that the directory does not list', [{ ...member, hidden: true }]],
    ['another name in the directory', [{ ...member, central: { name: 'top/b' } }]],
    ['another CRC in the directory', [{ ...member, central: { crc: 1 } }]],
    ['another size in the directory', [{ ...member, central: { size: 2 } }]],
    ['a member listed twice', [{ ...member, central: { offset: 0 } }]],
    ['a wrong CRC', [{ ...member, local: { crc: 1 } }]],
    ['a wrong size', [{ ...member, deflate: true, local: { size: 2 } }]],
    ['a stored member of two sizes', [{ ...member, local: { size: 2 } }]],
    ['data behind a deflate stream', [{ ...member, deflate: true, local: { packedSize: 4 } }]],
    ['other data between members and directory', [member], { between: Buffer.from('x') }],
    ['data behind the end', [member], { after: Buffer.from('x') }],
    ['another archive behind the end', [member], { after: zipArchive([OK]) }],
    ['another number of members', [member], { end: { count: 1 } }],
    ['a directory elsewhere', [member], { end: { offset: 1 } }],
    ['a directory of another size', [member], { end: { size: 1 } }],
    ['a broken extra field', [{ ...member, extra: Buffer.of(1, 0, 9, 0, 1) }]],
    ['deflate that is none', [{ ...member, method: 8, content: '\xff\xff\xff' }]],
    [
      'deflate that is none, whose size follows',
      [{ ...member, method: 8, descriptor: true, content: '\xff\xff\xff' }],
    ],
  ])('%s', async (_, members, options = {}) => {
    expect(await refusal(members, options)).toBe('PAYLOAD_INVALID');
  });

  it('every cut is refused', async () => {
    const whole = zipArchive([
      OK,
      { ...member, deflate: true, descriptor: true },
      { ...member, name: 'top/c', descriptor: true },
    ]);
    for (let end = 4; end < whole.length; end++)
      await expect(lines(whole.subarray(0, end))).rejects.toMatchObject({
        code: 'PAYLOAD_INVALID',
      });
  });

  it.each<[string, Partial<ZipSpec>]>([
    ['an encrypted member', { flags: 1 }],
    ['a strongly encrypted member', { flags: 1 | 64 }],
    ['bzip2', { method: 12 }],
    ['a method that nobody knows', { method: 77 }],
  ])('%s is not unpacked', async (_, spec) => {
    expect(await refusal([{ ...member, ...spec }])).toBe('UNSUPPORTED_FORMAT');
  });
});

describe('T6: a bomb ends', () => {
  const zeros = Buffer.alloc(LIMITS.ratioFloor + 2 ** 20);
  it.each([false, true])('at the ratio (its size follows: %s)', async (descriptor) => {
    const halves = ['top/a', 'top/b'].map((name): ZipSpec => ({
      name,
      content: zeros.subarray(zeros.length / 2),
      deflate: true,
      descriptor,
    }));
    expect(await refusal(halves)).toBe('LIMIT_EXCEEDED');
  });
  it('at the largest file of the mirror', async () => {
    const archive = zipArchive([
      { name: 'a', content: 'ab' },
      { name: 'b', content: 'abc', descriptor: true },
    ]);
    for (const maxFileSize of [1, 2])
      await expect(
        unpackZip(chunksOf(archive), {
          what: 'archive',
          sink: sinkOf(() => undefined),
          maxFileSize,
        }),
      ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
