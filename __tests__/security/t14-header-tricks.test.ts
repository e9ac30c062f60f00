// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { type ByteSource, memorySource } from '../../src/bytes.js';
import { MirrorError } from '../../src/errors.js';
import { parseHeader } from '../../src/rpm/header.js';
import { readPackage } from '../../src/rpm/read.js';
import {
  binary,
  buildHeader,
  type HeaderSpec,
  int32,
  STRING,
  text,
  texts,
} from '../fixtures/header-builder.js';
import { buildPackage, type PackageSpec } from '../fixtures/rpm-builder.js';

async function codeOf(source: ByteSource): Promise<string | undefined> {
  try {
    await readPackage(source);
    return undefined;
  } catch (error) {
    if (error instanceof MirrorError) return (error as MirrorError).code;
    throw error;
  }
}

const built = (spec: PackageSpec): Promise<string | undefined> =>
  codeOf(memorySource(buildPackage(spec).bytes));
const changed = (change: (spec: HeaderSpec) => Partial<HeaderSpec>): Promise<string | undefined> =>
  built({ header: (spec) => ({ ...spec, ...change(spec) }) });

describe('T14 header tricks', () => {
  it('control: the package that all these are made from is read', async () => {
    expect(await built({})).toBeUndefined();
  });

  it.each<[string, string, (spec: HeaderSpec) => Partial<HeaderSpec>]>([
    [
      'a tag outside the immutable region',
      'HEADER_BOUNDS',
      () => ({ dribbles: [text(1000, 'other')] }),
    ],
    ['bytes behind the immutable region', 'HEADER_BOUNDS', () => ({ behind: Buffer.alloc(16) })],
    [
      'a region that claims fewer entries than there are',
      'HEADER_BOUNDS',
      () => ({ trailer: { offset: -16 } }),
    ],
    [
      'a region that claims more entries than there are',
      'HEADER_BOUNDS',
      () => ({ trailer: { offset: -16 * 1000 } }),
    ],
    ['a region of a fraction of an entry', 'HEADER_BOUNDS', () => ({ trailer: { offset: -17 } })],
    ['a region of less than nothing', 'HEADER_BOUNDS', () => ({ trailer: { offset: 16 } })],
    ['a trailer of another region', 'HEADER_INVALID', () => ({ trailer: { tag: 62 } })],
    ['a trailer of another type', 'HEADER_INVALID', () => ({ trailer: { type: 4 } })],
    ['a region tag with a wrong count', 'HEADER_INVALID', () => ({ regionRow: { count: 32 } })],
    ['a trailer outside the store', 'HEADER_BOUNDS', () => ({ regionRow: { offset: 0x7ffffff0 } })],
    ['a trailer before the store', 'HEADER_BOUNDS', () => ({ regionRow: { offset: -16 } })],
    ['the region of a signature header', 'HEADER_BOUNDS', () => ({ region: 62 })],
    [
      'the region tag of an installed header (HEADERIMAGE)',
      'HEADER_BOUNDS',
      () => ({ region: 61 }),
    ],
    [
      'overlapping entries',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...text(5099, 'x'), offset: 0 }] }),
    ],
    [
      'an entry that begins outside the store',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...text(5099, 'x'), offset: 0xffffff }] }),
    ],
    [
      'an entry with a negative offset',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...text(5099, 'x'), offset: -8 }] }),
    ],
    [
      'a string without end',
      'HEADER_BOUNDS',
      ({ entries }) => ({
        entries: [...entries, { ...text(5099, 'x'), type: 7, statedType: STRING, count: 1 }],
        region: null,
      }),
    ],
    [
      'an array that ends outside the store',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...int32(5114, 6), count: 100 }] }),
    ],
    [
      'a huge count',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...int32(5114, 6), count: 0xffffffff }] }),
    ],
    [
      'no elements',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...int32(5114, 6), count: 0 }] }),
    ],
    [
      'a single string of two',
      'HEADER_BOUNDS',
      ({ entries }) => ({
        entries: [...entries, { ...texts(5099, ['x', 'y']), statedType: STRING }],
      }),
    ],
    [
      'numbers that are not aligned',
      'HEADER_BOUNDS',
      ({ entries }) => ({
        entries: [text(1000, 'hello'), { ...int32(1006, 1), offset: 7 }, ...entries.slice(2)],
      }),
    ],
    [
      'an unknown type',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...text(5099, 'x'), statedType: 10 }] }),
    ],
    [
      'a name that is a number',
      'HEADER_BOUNDS',
      ({ entries }) => ({
        entries: entries.map((entry) => (entry.tag === 1000 ? int32(1000, 7) : entry)),
      }),
    ],
    [
      'a second region within the first',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [binary(63, Buffer.alloc(16)), ...entries] }),
    ],
    [
      'a tag twice',
      'HEADER_INVALID',
      ({ entries }) => ({ entries: [...entries, text(1000, 'other')] }),
    ],
    [
      'data over the region trailer',
      'HEADER_BOUNDS',
      ({ entries }) => ({ entries: [...entries, { ...binary(9999, Buffer.alloc(8)), count: 16 }] }),
    ],
    ['another magic', 'BAD_MAGIC', () => ({ magic: Buffer.from('8eade80200000000', 'hex') })],
    ['more entries than rpm allows', 'LIMIT_EXCEEDED', () => ({ entryCount: 0x10000 })],
    ['more data than rpm allows', 'LIMIT_EXCEEDED', () => ({ dataLength: 0x10000001 })],
    ['no entries', 'HEADER_INVALID', () => ({ entries: [], region: null })],
  ])('%s: %s', async (_, code, change) => {
    expect(await changed(change)).toBe(code);
  });

  it.each<[string, string, Partial<HeaderSpec>]>([
    ['33 entries', 'LIMIT_EXCEEDED', { entryCount: 33 }],
    ['more than 64 MiB of data', 'LIMIT_EXCEEDED', { dataLength: 64 * 1024 * 1024 + 1 }],
    ['a tag twice', 'HEADER_INVALID', { entries: [int32(1000, 1), int32(1000, 1)] }],
  ])('in the signature header, %s: %s', async (_, code, change) => {
    expect(await built({ signatureHeader: (spec) => ({ ...spec, ...change }) })).toBe(code);
  });

  it('file lists that disagree with themselves: HEADER_INVALID', async () => {
    const codes = [
      built({ entries: [int32(1116, 0)] }),
      built({ entries: [int32(1116, 0, 9)] }),
      built({ entries: [int32(1028, 1, 2, 3)] }),
      built({ without: [1118] }),
      built({ without: [1000] }),
      built({ entries: [text(1001, Buffer.from([0xff]))] }),
    ];
    expect(await Promise.all(codes)).toEqual(codes.map(() => 'HEADER_INVALID'));
  });

  it('truncated anywhere before the payload: a typed error', async () => {
    const { bytes, payloadStart } = buildPackage();
    for (let length = 0; length < payloadStart; length++) {
      expect(await codeOf(memorySource(bytes.subarray(0, length)))).toMatch(
        /^(?:BAD_MAGIC|HEADER_BOUNDS)$/,
      );
    }
  });

  it('sizes that only the header claims are refused before anything is allocated', async () => {
    const { bytes, headerStart } = buildPackage({
      header: (spec) => ({ ...spec, dataLength: 0x10000000 }),
    });
    const reads: number[] = [];
    const source = memorySource(bytes);
    const watched: ByteSource = {
      ...source,
      read: (start, end) => {
        reads.push(end - start);
        return source.read(start, end);
      },
    };
    expect(await codeOf(watched)).toBe('HEADER_BOUNDS');
    expect(Math.max(...reads)).toBeLessThanOrEqual(headerStart);
  });

  it('a full index of entries over the same long string costs one look at it', () => {
    const long = 'x'.repeat(1024 * 1024);
    const entries = [
      text(1000, long),
      ...Array.from({ length: 60_000 }, (_, at) => ({ ...text(10_000 + at, ''), offset: 0 })),
    ];
    expect(() => parseHeader(buildHeader({ entries, region: null }), 'main')).toThrow(
      expect.objectContaining({ code: 'HEADER_BOUNDS' }),
    );
  });
});
