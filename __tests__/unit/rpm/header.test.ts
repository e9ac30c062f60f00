// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { MirrorError } from '../../../src/errors.js';
import { type HeaderKind, parseHeader } from '../../../src/rpm/header.js';
import { parseLead } from '../../../src/rpm/lead.js';
import {
  BIN,
  binary,
  buildHeader,
  type EntrySpec,
  type HeaderSpec,
  I18N,
  INT16,
  int16,
  int32,
  INT64,
  STRING,
  STRINGS,
  text,
  texts,
} from '../../fixtures/header-builder.js';
import { buildLead } from '../../fixtures/rpm-builder.js';

const ENTRIES = [
  texts(100, ['C']),
  text(1000, 'hello'),
  int32(1006, 4_000_000_000),
  int16(1030, 0o100644, 0o120777),
  { tag: 5008, type: INT64, value: [5n << 32n] },
  binary(1146, Buffer.from([1, 2])),
];
const main = (changes: Partial<HeaderSpec> = {}): Buffer =>
  buildHeader({ entries: ENTRIES, region: 63, ...changes });

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof MirrorError) return (error as MirrorError).code;
    throw error;
  }
}

describe('parseLead', () => {
  it('takes leads of rpm 3, 4 and 6', () => {
    expect(parseLead(buildLead())).toEqual({ major: 3, minor: 0 });
    expect(parseLead(buildLead({ major: 4 }))).toEqual({ major: 4, minor: 0 });
  });

  it.each([
    ['another magic', buildLead({ magic: 0x504b0304 })],
    ['version 2', buildLead({ major: 2 })],
    ['version 5', buildLead({ major: 5 })],
    ['a signature that is no header', buildLead({ signatureType: 1 })],
    ['95 bytes', buildLead().subarray(0, 95)],
    ['nothing', new Uint8Array()],
  ])('refuses %s with BAD_MAGIC', (_, bytes) => {
    expect(codeOf(() => parseLead(bytes))).toBe('BAD_MAGIC');
  });
});

describe('parseHeader', () => {
  it('gives each entry by its tag, numbers unsigned, strings without NUL', () => {
    const header = parseHeader(main(), 'main');
    expect(header.sealed).toBe(true);
    expect(header.strings(1000)).toEqual([Buffer.from('hello')]);
    expect(header.numbers(1006)).toEqual([4_000_000_000]);
    expect(header.numbers(1030)).toEqual([0o100644, 0o120777]);
    expect(header.numbers(5008)).toEqual([5 * 2 ** 32]);
    expect(header.binary(1146)).toEqual(Buffer.from([1, 2]));
    expect(header.get(1001)).toBeUndefined();
  });

  it('gives nothing for an entry of another type than asked for', () => {
    const header = parseHeader(main(), 'main');
    expect([header.numbers(1000), header.strings(1006), header.binary(1000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes a header of rpm 3, which no region seals', () => {
    const header = parseHeader(main({ region: null }), 'main');
    expect(header.sealed).toBe(false);
    expect(header.strings(1000)).toEqual([Buffer.from('hello')]);
  });

  it('takes a signature header whose region trailer says HEADERIMAGE, as old packages have it', () => {
    const bytes = buildHeader({ entries: [int32(1000, 5)], region: 62, trailer: { tag: 61 } });
    expect(parseHeader(bytes, 'signature').numbers(1000)).toEqual([5]);
  });

  it('takes entries behind the region in a signature header only', () => {
    const spec = { entries: [int32(1000, 5)], dribbles: [binary(1008, Buffer.alloc(4))] };
    expect(
      parseHeader(
        buildHeader({ ...spec, region: 62, trailer: { offset: -32 } }),
        'signature',
      ).binary(1008),
    ).toHaveLength(4);
    expect(
      codeOf(() =>
        parseHeader(buildHeader({ ...spec, region: 63, trailer: { offset: -32 } }), 'main'),
      ),
    ).toBe('HEADER_BOUNDS');
  });

  it('takes unknown tags of any type, and strings stored as another kind of string', () => {
    const header = parseHeader(
      buildHeader({
        entries: [{ tag: 1004, type: I18N, value: ['a'] }, texts(1007, ['b']), int32(9999, 1)],
        region: 63,
      }),
      'main',
    );
    expect(header.numbers(9999)).toEqual([1]);
    expect(header.strings(1007)).toEqual([Buffer.from('b')]);
  });

  const BEHIND = {
    entries: [int32(1000, 5)],
    dribbles: [binary(1008, Buffer.alloc(4))],
    region: 62,
  };
  const unsealed = (entry: Partial<EntrySpec>, kind: HeaderKind = 'main') =>
    parseHeader(
      buildHeader({
        entries: [{ tag: 1000, type: BIN, value: Buffer.from('abcd'), ...entry }],
        region: null,
      }),
      kind,
    );

  it.each<[string, () => unknown, string]>([
    ...[-24, -8, 16, -64].map((offset): [string, () => unknown, string] => [
      `a region of ${-offset / 16} entries`,
      () => parseHeader(buildHeader({ ...BEHIND, trailer: { offset } }), 'signature'),
      'HEADER_BOUNDS',
    ]),
    ...[-1, -16, 100].map((offset): [string, () => unknown, string] => [
      `a region whose trailer begins at ${offset}`,
      () => parseHeader(main({ regionRow: { offset } }), 'main'),
      'HEADER_BOUNDS',
    ]),
    ...([{ tag: 62 }, { tag: 61 }, { type: STRING }, { count: 15 }, { count: 17 }] as const).map(
      (trailer): [string, () => unknown, string] => [
        `a trailer with ${JSON.stringify(trailer)}`,
        () => parseHeader(main({ trailer }), 'main'),
        'HEADER_INVALID',
      ],
    ),
    ...([{ type: STRING }, { count: 15 }, { count: 17 }] as const).map(
      (regionRow): [string, () => unknown, string] => [
        `a region with ${JSON.stringify(regionRow)}`,
        () => parseHeader(main({ regionRow }), 'main'),
        'HEADER_INVALID',
      ],
    ),
    [
      'a string that does not end',
      () => unsealed({ statedType: STRINGS, count: 1 }),
      'HEADER_BOUNDS',
    ],
    [
      'a second string that does not end',
      () => unsealed({ statedType: STRINGS, count: 2, value: Buffer.from('a\0b') }),
      'HEADER_BOUNDS',
    ],
    [
      'a single string that is two',
      () => unsealed({ statedType: STRING, count: 2, value: Buffer.from('a\0b\0') }),
      'HEADER_BOUNDS',
    ],
    ['no type', () => unsealed({ statedType: 0 }), 'HEADER_BOUNDS'],
    ['a type beyond the last', () => unsealed({ statedType: 10 }), 'HEADER_BOUNDS'],
    ['a tag below those of packages', () => unsealed({ tag: 99 }), 'HEADER_BOUNDS'],
    ['a tag that is negative', () => unsealed({ tag: 0x80000000 }), 'HEADER_BOUNDS'],
    ['no element', () => unsealed({ count: 0 }), 'HEADER_BOUNDS'],
    ['more elements than bytes', () => unsealed({ count: 5 }), 'HEADER_BOUNDS'],
    ['a start at the end', () => unsealed({ offset: 4, count: 1 }), 'HEADER_BOUNDS'],
    ['a start behind the end', () => unsealed({ offset: 5, count: 1 }), 'HEADER_BOUNDS'],
    [
      'numbers at an odd place',
      () => unsealed({ statedType: INT16, offset: 1, count: 1 }),
      'HEADER_BOUNDS',
    ],
    [
      'a magic whose reserved bytes are not 0',
      () => parseHeader(main({ magic: Buffer.from('8eade80100000001', 'hex') }), 'main'),
      'BAD_MAGIC',
    ],
    [
      'bytes behind it',
      () => parseHeader(Buffer.concat([main(), Buffer.alloc(1)]), 'main'),
      'HEADER_BOUNDS',
    ],
    ['a byte less', () => parseHeader(main().subarray(0, -1), 'main'), 'HEADER_BOUNDS'],
  ])('refuses %s', (_, parse, code) => {
    expect(codeOf(parse)).toBe(code);
  });

  it('takes the last tag and the longest array that rpm takes, and no longer one', () => {
    expect(unsealed({ tag: 0x7fffffff }).binary(0x7fffffff)).toHaveLength(4);
    const many = (count: number, statedType = 2) =>
      unsealed({ statedType, value: Buffer.alloc(count), count });
    expect(many(0xfffff).numbers(1000)).toHaveLength(0xfffff);
    expect(codeOf(() => many(0x100000))).toBe('HEADER_BOUNDS');
    expect(many(0x100000, BIN).binary(1000)).toHaveLength(0x100000);
  });

  it.each([
    ['a char is no number', 1, undefined],
    ['numbers of one byte', 2, [0x61, 0x62, 0x63, 0x64]],
  ])('%s', (_, statedType, expected) => {
    expect(unsealed({ statedType }).numbers(1000)).toEqual(expected);
  });

  it('takes nothing but a string where the tag has a single one', () => {
    const typed = (entry: EntrySpec) =>
      codeOf(() => parseHeader(buildHeader({ entries: [entry], region: 63 }), 'main'));
    expect(typed(text(1000, 'a'))).toBeUndefined();
    expect(typed(int32(1000, 1))).toBe('HEADER_BOUNDS');
    expect(typed(text(1006, 'a'))).toBe('HEADER_BOUNDS');
    expect(typed(texts(1117, ['a']))).toBeUndefined();
  });

  it('answers any bytes, and any header with changed bytes, with a header or a typed error', () => {
    const kinds = fc.constantFrom<HeaderKind>('main', 'signature');
    const change = fc.tuple(fc.nat(main().length - 1), fc.nat(255));
    expect(() => {
      fc.assert(
        fc.property(
          kinds,
          fc.uint8Array({ maxLength: 400 }),
          (kind, bytes) => void codeOf(() => parseHeader(bytes, kind)),
        ),
      );
    }).not.toThrow();
    expect(() => {
      fc.assert(
        fc.property(
          kinds,
          fc.array(change, { maxLength: 4 }),
          fc.nat(main().length),
          (kind, changes, length) => {
            const bytes = main();
            for (const [at, value] of changes) bytes[at] = value;
            codeOf(() => parseHeader(bytes, kind));
            codeOf(() => parseHeader(bytes.subarray(0, length), kind));
          },
        ),
        { numRuns: 500 },
      );
    }).not.toThrow();
  });
});
