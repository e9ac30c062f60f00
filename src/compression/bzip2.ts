// SPDX-License-Identifier: MIT
import { PayloadError } from '../errors.js';
import type { HuffmanTable } from './huffman.js';
import { BitReader, readSymbol, readTable } from './huffman.js';
import type { ChunkReader } from './input.js';

const BLOCK_UNIT = 100_000;
const MAX_LEVEL = 9;
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** Symbols per selector, and how many selectors a block of 900,000 bytes can need. */
const GROUP = 50;
const MAX_SELECTORS = 18_002;
const OUTPUT_BYTES = 64 * 1024;
/** An encoded block: at most 20 bits a symbol, and some 50 KiB of tables and selectors. */
const encodedBlock = (level: number): number => level * BLOCK_UNIT * 2.5 + 64 * 1024;

/** CRC-32 as bzip2 computes it: the polynomial 0x04c11db7, most significant bit first. */
const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** What a block's bits say before the Burrows-Wheeler transform is undone. */
interface Block {
  readonly crc: number;
  readonly origin: number;
  readonly length: number;
}

/** Buffers for blocks: their bytes, and how often each byte is there. */
interface Work {
  /** As long as the stream's blocks may be. */
  readonly block: Uint32Array;
  readonly counts: Uint32Array;
  readonly what: string;
}

/**
 * Decodes one or several bzip2 streams, checking each block's and each stream's CRC. Memory is 4 bytes per byte of
 * a block (at most 3.6 MB), about as much of input, and 64 KiB of output, whatever the data says. No index leaves its
 * table; would one, it would read as 0, and the CRC would tell.
 *
 * @throws PayloadError PAYLOAD_INVALID for corrupt, truncated or trailing data.
 */
export async function* decodeBzip2(
  input: ChunkReader,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  // One allocation for all streams: an empty stream takes 14 bytes of input, and must not cost more than that.
  const block = new Uint32Array(MAX_LEVEL * BLOCK_UNIT);
  do yield* decodeStream(input, block, what);
  while (await input.more());
}

async function* decodeStream(
  input: ChunkReader,
  memory: Uint32Array,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  const magic = await input.take(4);
  const level = (magic[3] ?? 0) - 0x30;
  if (magic[0] !== 0x42 || magic[1] !== 0x5a || magic[2] !== 0x68 || level < 1 || level > MAX_LEVEL)
    throw bad(what, 'expected the begin of a bzip2 stream');
  const work: Work = {
    block: memory.subarray(0, level * BLOCK_UNIT),
    counts: new Uint32Array(256),
    what,
  };
  let streamCrc = 0;
  // Blocks begin at any bit: the bits of the byte that two blocks share stay in `bit`.
  for (let bit = 0; ;) {
    const bits = new BitReader(await input.fill(encodedBlock(level)), bit, what);
    const kind = bits.read(24) * 2 ** 24 + bits.read(24);
    if (kind === END_MAGIC) {
      if (bits.read32() !== streamCrc) throw bad(what, 'wrong CRC of the bzip2 stream');
      input.skip(bits.bytesTouched);
      return;
    }
    if (kind !== BLOCK_MAGIC) throw bad(what, 'expected a bzip2 block');
    const block = readBlock(bits, work);
    input.skip(bits.bytesDone);
    bit = bits.bitInByte;
    yield* writeBlock(block, work);
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ block.crc;
  }
}

function readBlock(bits: BitReader, work: Work): Block {
  const { what } = work;
  const crc = bits.read32();
  if (bits.read(1) === 1)
    throw bad(what, 'randomised blocks (bzip2 before 0.9.5) are not supported');
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const tableCount = bits.read(3);
  if (used.length === 0 || tableCount < 2 || tableCount > 6) throw bad(what, 'wrong bzip2 tables');
  const selectors = readSelectors(bits, tableCount, what);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, used.length + 2, what));
  const length = readSymbols({ bits, used, selectors, tables }, work);
  if (origin >= length) throw bad(what, 'wrong origin of a bzip2 block');
  return { crc, origin, length };
}

function readUsedBytes(bits: BitReader): number[] {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (((ranges >> (15 - range)) & 1) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++)
      if ((members >> (15 - member)) & 1) used.push(range * 16 + member);
  }
  return used;
}

/** Which table each group of symbols uses, as move-to-front ranks in unary. Selectors beyond the needed are dropped, as bzip2 1.0.8 does. */
function readSelectors(bits: BitReader, tableCount: number, what: string): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw bad(what, 'a bzip2 block without selectors');
  const ranks = [0, 1, 2, 3, 4, 5];
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let at = 0; at < count; at++) {
    let rank = 0;
    while (bits.read(1) === 1) if (++rank >= tableCount) throw bad(what, 'wrong bzip2 selector');
    const [table = 0] = ranks.splice(rank, 1);
    ranks.unshift(table);
    if (at < MAX_SELECTORS) selectors[at] = table;
  }
  return selectors;
}

/** Undoes Huffman coding, run-length coding of zero ranks and move-to-front; returns the block's length. */
function readSymbols(
  coded: {
    bits: BitReader;
    used: number[];
    selectors: Uint8Array;
    tables: readonly HuffmanTable[];
  },
  { block, counts, what }: Work,
): number {
  const { bits, selectors, tables } = coded;
  const ranks = Uint8Array.from(coded.used);
  const end = ranks.length + 1;
  counts.fill(0);
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (table === undefined) throw bad(what, 'a bzip2 block with too few selectors');
    for (let left = GROUP; left > 0; left--) {
      const symbol = readSymbol(bits, table);
      if (symbol <= 1) {
        // Bijective base 2: RUNA counts 1, RUNB 2, each digit worth twice the one before.
        run += weight << symbol;
        weight <<= 1;
        if (run > block.length) throw bad(what, 'a bzip2 block longer than announced');
        continue;
      }
      if (run > 0) {
        length = append({ block, counts, what }, ranks[0] ?? 0, length, run);
        run = 0;
        weight = 1;
      }
      if (symbol === end) return length;
      const byte = moveToFront(ranks, symbol - 1);
      if (length >= block.length) throw bad(what, 'a bzip2 block longer than announced');
      block[length++] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }
}

function moveToFront(ranks: Uint8Array, rank: number): number {
  const byte = ranks[rank] ?? 0;
  ranks.copyWithin(1, 0, rank);
  ranks[0] = byte;
  return byte;
}

function append({ block, counts, what }: Work, byte: number, length: number, run: number): number {
  if (length + run > block.length) throw bad(what, 'a bzip2 block longer than announced');
  block.fill(byte, length, length + run);
  counts[byte] = (counts[byte] ?? 0) + run;
  return length + run;
}

/** Undoes the Burrows-Wheeler transform and the outer run-length coding (4 equal bytes, then a count), and checks the CRC. */
function* writeBlock(
  { crc, origin, length }: Block,
  { block, counts, what }: Work,
): Generator<Uint8Array, void> {
  link(block, counts, length);
  let output = new Uint8Array(OUTPUT_BYTES);
  let filled = 0;
  let actual = -1;
  let next = (block[origin] ?? 0) >>> 8;
  let previous = -1;
  let equal = 0;
  for (let left = length; left > 0; left--) {
    const entry = block[next] ?? 0;
    const byte = entry & 0xff;
    next = entry >>> 8;
    let repeat = 1;
    let value = byte;
    if (equal === 4) {
      repeat = byte;
      value = previous;
      equal = 0;
      previous = -1;
    } else {
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
    }
    if (filled + repeat > OUTPUT_BYTES) {
      yield output.subarray(0, filled);
      output = new Uint8Array(OUTPUT_BYTES);
      filled = 0;
    }
    for (; repeat > 0; repeat--) {
      output[filled++] = value;
      actual = (actual << 8) ^ (CRC[((actual >>> 24) ^ value) & 0xff] ?? 0);
    }
  }
  if (~actual !== crc) throw bad(what, 'wrong CRC of a bzip2 block');
  if (filled > 0) yield output.subarray(0, filled);
}

/** Puts into the upper 24 bits of each entry where the next byte of the text is. */
function link(block: Uint32Array, counts: Uint32Array, length: number): void {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] ?? 0;
    counts[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at++) {
    const byte = (block[at] ?? 0) & 0xff;
    const place = counts[byte] ?? 0;
    counts[byte] = place + 1;
    block[place] = (block[place] ?? 0) | (at << 8);
  }
}

function bad(what: string, reason: string): PayloadError {
  return new PayloadError('PAYLOAD_INVALID', `${what}: ${reason}`);
}
