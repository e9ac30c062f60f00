// SPDX-License-Identifier: MIT
import type { ChunkReader } from '../../compression/input.js';
import type { PayloadError } from '../../errors.js';
import { SIGNATURE, SIZE, viewOf } from './records.js';

/** Where the central directory was read, and how many members it listed. */
export interface DirectoryFacts {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

type Refuse = (message: string) => PayloadError;

/** Longest part of the zip64 record that nobody here knows. */
const MOST_EXTENSION = 65_536;

/**
 * Reads what ends a zip archive: perhaps a digital signature and the zip64 records, the end record with its comment, and nothing behind (APPNOTE.TXT 6.3.10, 4.3.13 to 4.3.16).
 * What they say of the central directory must be so, or tools that seek would find another one.
 * @throws PayloadError PAYLOAD_INVALID
 */
export async function verifyDirectoryEnd(
  input: ChunkReader,
  facts: DirectoryFacts,
  refuse: Refuse,
): Promise<void> {
  if ((await signature(input)) === SIGNATURE.digital) {
    const head = viewOf(await exactly(input, 6, refuse));
    await exactly(input, head.getUint16(4, true), refuse);
  }
  const at = input.consumed;
  const has64 = (await signature(input)) === SIGNATURE.end64;
  if (has64) await verifyEnd64(input, { at, facts }, refuse);
  if ((await signature(input)) !== SIGNATURE.end) throw refuse('lacks its end record');
  const end = Uint8Array.from(await exactly(input, SIZE.end, refuse));
  await exactly(input, viewOf(end).getUint16(20, true), refuse);
  if (await input.more()) throw refuse('has data after its end');
  verifyEnd(viewOf(end), { facts, has64 }, refuse);
}

async function verifyEnd64(
  input: ChunkReader,
  { at, facts }: { at: number; facts: DirectoryFacts },
  refuse: Refuse,
): Promise<void> {
  const record = viewOf(Uint8Array.from(await exactly(input, SIZE.end64, refuse)));
  const extension = Number(record.getBigUint64(4, true)) + 12 - SIZE.end64;
  if (extension < 0 || extension > MOST_EXTENSION) throw refuse('has a broken zip64 record');
  await exactly(input, extension, refuse);
  const numbers = [24, 32, 40, 48].map((offset) => Number(record.getBigUint64(offset, true)));
  const expected = [facts.count, facts.count, facts.size, facts.start];
  const locator = viewOf(await exactly(input, SIZE.locator64, refuse));
  const isLocated =
    locator.getUint32(0, true) === SIGNATURE.locator64 &&
    Number(locator.getBigUint64(8, true)) === at;
  if (!isLocated || numbers.some((number, index) => number !== expected[index]))
    throw refuse('has a zip64 record of another central directory');
}

/** A field of all ones may send to the zip64 record, where there is one. */
function verifyEnd(
  end: DataView,
  { facts, has64 }: { facts: DirectoryFacts; has64: boolean },
  refuse: Refuse,
): void {
  const fields: readonly (readonly [found: number, expected: number, ones: number])[] = [
    [end.getUint16(4, true), 0, 0xffff],
    [end.getUint16(6, true), 0, 0xffff],
    [end.getUint16(8, true), facts.count, 0xffff],
    [end.getUint16(10, true), facts.count, 0xffff],
    [end.getUint32(12, true), facts.size, 0xffffffff],
    [end.getUint32(16, true), facts.start, 0xffffffff],
  ];
  if (fields.some(([found, expected, ones]) => found !== expected && !(has64 && found === ones)))
    throw refuse('has an end record of another central directory, or is one part of several');
}

async function signature(input: ChunkReader): Promise<number> {
  const head = await input.fill(4);
  return head.length < 4 ? 0 : viewOf(head).getUint32(0, true);
}

async function exactly(input: ChunkReader, count: number, refuse: Refuse): Promise<Uint8Array> {
  const bytes = await input.take(count);
  if (bytes.length < count) throw refuse('ends within its end record');
  return bytes;
}
