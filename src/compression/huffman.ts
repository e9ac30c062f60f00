// SPDX-License-Identifier: MIT
import { PayloadError } from '../errors.js';

/** Longest code of bzip2. */
const MAX_LENGTH = 20;
/** Codes up to this length are found by one look-up. */
const FAST_BITS = 10;

/** Reads bits, most significant first, from bytes that are all there. */
export class BitReader {
  /** Index of the next byte to load. */
  private at = 0;
  /** Loaded bits that were not read yet are the low `have` bits. */
  private held = 0;
  private have = 0;

  /** @param bit - bits of the first byte that are already read (0 to 7). */
  constructor(
    private readonly bytes: Uint8Array,
    bit: number,
    private readonly what: string,
  ) {
    if (bit > 0) this.read(bit);
  }

  /** The next `count` bits (1 to 24). @throws PayloadError PAYLOAD_INVALID at the end of the bytes. */
  read(count: number): number {
    const value = this.peek(count);
    this.drop(count);
    return value;
  }

  /** The next 32 bits as a signed number. */
  read32(): number {
    return (this.read(16) << 16) | this.read(16);
  }

  /** Shows `count` bits (1 to 24) without consuming them; zeros beyond the end. */
  peek(count: number): number {
    while (this.have < count) {
      this.held = ((this.held & 0xffffff) << 8) | (this.bytes[this.at++] ?? 0);
      this.have += 8;
    }
    return (this.held >>> (this.have - count)) & ((1 << count) - 1);
  }

  /** Consumes bits that {@link peek} showed. */
  drop(count: number): void {
    this.have -= count;
    if (this.at > this.bytes.length && this.bytesTouched > this.bytes.length) {
      throw new PayloadError('PAYLOAD_INVALID', `${this.what}: the bzip2 stream is cut off`);
    }
  }

  /** Bytes of which at least one bit was read. */
  get bytesTouched(): number {
    return this.at - (this.have >> 3);
  }

  /** Bytes of which all bits were read. */
  get bytesDone(): number {
    return this.at - ((this.have + 7) >> 3);
  }

  /** Bits read of the byte after {@link bytesDone}. */
  get bitInByte(): number {
    return (8 - (this.have & 7)) & 7;
  }
}

/** A canonical Huffman code with codes of 1 to 20 bits. */
export interface HuffmanTable {
  /** By the next {@link FAST_BITS} bits: symbol << 5 | length; 0 for longer codes. */
  readonly fast: Uint16Array;
  /** By length: one more than the last code of that length; -1 when there is none. */
  readonly limits: Int32Array;
  /** By length: what to add to a code to get its index in `symbols`. */
  readonly bases: Int32Array;
  /** Symbols by code. */
  readonly symbols: Uint16Array;
  readonly what: string;
}

/** Reads delta-coded code lengths of `count` symbols. @throws PayloadError PAYLOAD_INVALID for a length outside 1 to 20. */
export function readTable(bits: BitReader, count: number, what: string): HuffmanTable {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_LENGTH)
        throw new PayloadError('PAYLOAD_INVALID', `${what}: a bzip2 code length of ${length}`);
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return buildTable(lengths, what);
}

function buildTable(lengths: Uint8Array, what: string): HuffmanTable {
  const fast = new Uint16Array(1 << FAST_BITS);
  const limits = new Int32Array(MAX_LENGTH + 1).fill(-1);
  const bases = new Int32Array(MAX_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    bases[length] = index - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      // An over-full code would run out of its length; such codes are unreachable and harmless, as in bzip2.
      const shift = FAST_BITS - length;
      if (shift >= 0) fast.fill((symbol << 5) | length, code << shift, (code + 1) << shift);
      symbols[index++] = symbol;
      limits[length] = ++code;
    }
    code *= 2;
  }
  return { fast, limits, bases, symbols, what };
}

/** Reads one symbol. @throws PayloadError PAYLOAD_INVALID for bits that are no code of the table. */
export function readSymbol(bits: BitReader, table: HuffmanTable): number {
  const hit = table.fast[bits.peek(FAST_BITS)] ?? 0;
  if (hit !== 0) {
    bits.drop(hit & 31);
    return hit >> 5;
  }
  const next = bits.peek(MAX_LENGTH);
  for (let length = FAST_BITS + 1; length <= MAX_LENGTH; length++) {
    const code = next >>> (MAX_LENGTH - length);
    if (code < (table.limits[length] ?? -1)) {
      bits.drop(length);
      return table.symbols[code + (table.bases[length] ?? 0)] ?? invalid(table);
    }
  }
  return invalid(table);
}

function invalid(table: HuffmanTable): never {
  throw new PayloadError(
    'PAYLOAD_INVALID',
    `${table.what}: bits that are no code of the bzip2 block`,
  );
}
