// SPDX-License-Identifier: MIT
import type { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { latin1 } from '../../text.js';

/** One member's header (cpio(5), "New ASCII Format"). */
export interface CpioMember {
  /** Name as stored, without its NUL; undefined in rpm's stripped format. */
  readonly name: Uint8Array | undefined;
  /** Stripped format only: index into the header's file list. */
  readonly index: number | undefined;
  /** st_mode as stored; undefined in the stripped format. */
  readonly mode: number | undefined;
  /** Bytes of content in the archive. */
  readonly size: number;
}

const NEWC = '070701';
const CRC = '070702';
const STRIPPED = '07070X';
const MAGIC_BYTES = 6;
/** Fields after the magic, each of 8 hexadecimal digits. */
const FIELDS = 13;
const DIGITS = 8;
const MODE = 1;
const FILE_SIZE = 6;
const NAME_SIZE = 11;
const CHECKSUM = 12;
const TRAILER = Buffer.from('TRAILER!!!');
const HEX = /^[0-9a-fA-F]+$/;

/**
 * Reads the members of a cpio archive one after the other: newc, crc (its sums are checked), and rpm's stripped
 * format for files of 4 GiB and more, which holds an index into the header's file list instead of name and mode.
 */
export class CpioReader {
  private offset = 0;
  private left = 0;
  /** Expected and actual sum of the content's bytes; `expected` is undefined outside the crc format. */
  private expectedSum: number | undefined;
  private sum = 0;

  /** @param strippedSize - size in the archive of the file with that index; throws for an index that does not exist. */
  constructor(
    private readonly input: ChunkReader,
    private readonly strippedSize: (index: number) => number,
  ) {}

  /**
   * The next member; content that was not read is skipped. Undefined after the trailer, behind which only zero bytes may follow.
   *
   * @throws PayloadError PAYLOAD_INVALID for anything else; UNSUPPORTED_FORMAT when the archive does not begin as one.
   */
  async next(): Promise<CpioMember | undefined> {
    await this.skip();
    const atStart = this.offset === 0;
    await this.align();
    const magic = text(await this.exactly(MAGIC_BYTES, 'a member'));
    if (magic === STRIPPED) return this.strippedMember();
    if (magic !== NEWC && magic !== CRC) {
      const message = `payload: expected a cpio member (${NEWC}, ${CRC} or ${STRIPPED}) at offset ${this.offset - MAGIC_BYTES}, found ${JSON.stringify(magic)}`;
      throw new PayloadError(atStart ? 'UNSUPPORTED_FORMAT' : 'PAYLOAD_INVALID', message);
    }
    return this.namedMember(magic === CRC);
  }

  /** True when all of the current member's content was read, and found to be whole. */
  get isRead(): boolean {
    return this.left === 0 && this.expectedSum === undefined;
  }

  /** Content of the current member, in chunks; nothing when it was read already. @throws PayloadError PAYLOAD_INVALID */
  async *content(): AsyncGenerator<Uint8Array, void> {
    while (this.left > 0) {
      const chunk = await this.input.some(this.left);
      if (chunk === undefined) throw invalid(`ends ${this.left} bytes before the end of a member`);
      this.left -= chunk.length;
      this.offset += chunk.length;
      if (this.expectedSum !== undefined) this.sum = addBytes(this.sum, chunk);
      yield chunk;
    }
    if (this.expectedSum !== undefined && this.expectedSum !== this.sum)
      throw invalid('holds a member with a wrong checksum');
    this.expectedSum = undefined;
  }

  private async skip(): Promise<void> {
    const content = this.content();
    while ((await content.next()).done !== true);
  }

  private async namedMember(hasSum: boolean): Promise<CpioMember | undefined> {
    const fields = await this.digits(FIELDS);
    const name = await this.name(numberAt(fields, NAME_SIZE));
    await this.align();
    const size = numberAt(fields, FILE_SIZE);
    const mode = numberAt(fields, MODE);
    if (TRAILER.equals(name)) {
      if (size !== 0) throw invalid('has a trailer with content');
      await this.end();
      return undefined;
    }
    this.left = size;
    this.sum = 0;
    // Only regular files have a sum; other members hold 0.
    this.expectedSum = hasSum && isRegular(mode) ? numberAt(fields, CHECKSUM) : undefined;
    return { name, index: undefined, mode, size };
  }

  private async strippedMember(): Promise<CpioMember> {
    const index = numberAt(await this.digits(1), 0);
    await this.align();
    this.left = this.strippedSize(index);
    return { name: undefined, index, mode: undefined, size: this.left };
  }

  private async name(size: number): Promise<Uint8Array> {
    if (size < 2 || size > LIMITS.pathBytes)
      throw invalid(`has a name of ${size} bytes; 2 to ${LIMITS.pathBytes} are expected`);
    const bytes = Uint8Array.from(await this.exactly(size, 'a name'));
    if (bytes.indexOf(0) !== size - 1)
      throw invalid('has a name that does not end with its only NUL');
    return bytes.subarray(0, size - 1);
  }

  private async digits(fields: number): Promise<string> {
    const digits = text(await this.exactly(fields * DIGITS, 'a header'));
    if (!HEX.test(digits))
      throw invalid(
        `has a header with other than hexadecimal digits at offset ${this.offset - fields * DIGITS}`,
      );
    return digits;
  }

  /** Members, names and contents begin at multiples of 4. */
  private async align(): Promise<void> {
    await this.exactly(-this.offset & 3, 'padding');
  }

  private async exactly(count: number, what: string): Promise<Uint8Array> {
    const bytes = await this.input.take(count);
    if (bytes.length < count)
      throw invalid(
        `ends within ${what} at offset ${this.offset + bytes.length}, without a trailer`,
      );
    this.offset += count;
    return bytes;
  }

  private async end(): Promise<void> {
    for (
      let chunk = await this.input.some();
      chunk !== undefined;
      chunk = await this.input.some()
    ) {
      if (chunk.some((byte) => byte !== 0)) throw invalid('has data after its trailer');
    }
  }
}

function numberAt(digits: string, field: number): number {
  return Number.parseInt(digits.slice(field * DIGITS, (field + 1) * DIGITS), 16);
}

function isRegular(mode: number): boolean {
  return (mode & 0o170000) === 0o100000;
}

function addBytes(sum: number, bytes: Uint8Array): number {
  let total = sum;
  for (const byte of bytes) total = (total + byte) >>> 0;
  return total;
}

function text(bytes: Uint8Array): string {
  return latin1(bytes);
}

function invalid(message: string): PayloadError {
  return new PayloadError('PAYLOAD_INVALID', `payload: the cpio archive ${message}`);
}
