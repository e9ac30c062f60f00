// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { ByteReader } from '../../../src/rpm/reader.js';

const bytes = Uint8Array.from({ length: 12 }, (_, at) => (at === 5 ? 0 : 0x81 + at));
/** It lies within a longer buffer, whose other bytes are nobody's business. */
const around = new Uint8Array(20);
around.set(bytes, 4);
const reader = new ByteReader(around.subarray(4, 16), 'sample');
const outside = expect.objectContaining({ code: 'HEADER_BOUNDS' });

describe('ByteReader', () => {
  it.each([
    ['u16', 2, 0x8182],
    ['u32', 4, 0x81828384],
    ['i32', 4, 0x81828384 - 2 ** 32],
    ['u64', 8, 0x8182838485008788n],
  ] as const)('%s reads %d bytes, and none outside', (name, width, first) => {
    expect(reader[name](0)).toBe(first);
    expect(() => reader[name](12 - width)).not.toThrow();
    for (const offset of [13 - width, 12, 100, -1, -width])
      expect(() => reader[name](offset)).toThrow(outside);
  });

  it('gives ranges that lie inside, the empty one at the end among them', () => {
    expect([...reader.bytes(10, 2)]).toEqual([0x8b, 0x8c]);
    expect(reader.bytes(12, 0)).toHaveLength(0);
    for (const [offset, length] of [
      [11, 2],
      [13, 0],
      [-1, 1],
      [2, -1],
      [-4, -2],
    ] as const)
      expect(() => reader.bytes(offset, length)).toThrow(outside);
  });

  it.each([
    [0, 12, 5],
    [5, 6, 5],
    [0, 5, -1],
    [6, 12, -1],
  ])('finds the NUL from %d before %d at %d', (from, end, at) => {
    expect(reader.nul(from, end)).toBe(at);
  });

  it('finds a NUL at the very start', () => {
    expect(new ByteReader(new Uint8Array(1), 'sample').nul(0, 1)).toBe(0);
  });
});
