// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { MirrorError } from '../../../src/errors.js';
import { type HeaderKind, parseHeader } from '../../../src/rpm/header.js';
import { parseLead } from '../../../src/rpm/lead.js';
import {
  binary,
  buildHeader,
  type HeaderSpec,
  I18N,
  int16,
  int32,
  INT64,
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

  it('answers any bytes, and any header with changed bytes, with a header or a typed error', () => {
    const kinds = fc.constantFrom<HeaderKind>('main', 'signature');
    const change = fc.tuple(fc.nat(main().length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        kinds,
        fc.uint8Array({ maxLength: 400 }),
        (kind, bytes) => void codeOf(() => parseHeader(bytes, kind)),
      ),
    );
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
  });
});
