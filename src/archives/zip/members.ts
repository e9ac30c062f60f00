// SPDX-License-Identifier: MIT
import { crc32, inflateRawSync } from 'node:zlib';

import type { ChunkReader } from '../../compression/input.js';
import { decodeDeflate } from '../../compression/zlib.js';
import { PayloadError } from '../../errors.js';
import { KIB, LIMITS, MIB } from '../../limits.js';
import {
  FLAG,
  parseFields,
  SIGNATURE,
  SIZE,
  tailLengths,
  viewOf,
  type ZipFields,
} from './records.js';

/** Up to this size a member is inflated at once, which takes a tenth of the time. */
const AT_ONCE = MIB;
const WINDOW = 64 * KIB;
const METHODS: Readonly<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  99: 'AES',
};
const STORED = 0;
const DEFLATED = 8;
const DESCRIPTOR = Buffer.of(0x50, 0x4b, 0x07, 0x08);

/** A member as its local record has it; size and CRC are proved once its content was read. */
export interface ZipMember {
  readonly fields: ZipFields;
  /** Offset of the local record. */
  readonly offset: number;
  /** Size of the content where the record tells it before. */
  readonly size: number | undefined;
}

/** What a content turned out to be. */
interface Measured {
  crc: number;
  size: number;
  packedSize: number;
}

/**
 * Reads the members of a zip archive one after the other, as they lie there; nobody seeks. What the local records say is held against the contents here, and against
 * the central records by the caller: tools that read the one or the other see the same (APPNOTE.TXT 6.3.10, 4.3).
 */
export class ZipMembers {
  private readonly measured: Measured = { crc: 0, size: 0, packedSize: 0 };
  private current: ZipMember | undefined;

  constructor(
    private readonly input: ChunkReader,
    private readonly what: string,
  ) {}

  /** The next member, once the last one's content was read; undefined where the members end. @throws PayloadError */
  async next(): Promise<ZipMember | undefined> {
    const offset = this.input.consumed;
    const head = await this.input.fill(4);
    if (head.length < 4 || viewOf(head).getUint32(0, true) !== SIGNATURE.local) return undefined;
    const fields = parseFields(await this.record('local'), 'local');
    if (fields === undefined) throw this.invalid(`has a broken extra field at offset ${offset}`);
    this.verifyReadable(fields);
    const isAhead = (fields.flags & FLAG.descriptor) === 0;
    this.current = { fields, offset, size: isAhead ? fields.size : undefined };
    Object.assign(this.measured, { crc: 0, size: 0, packedSize: 0 });
    return this.current;
  }

  /** A record with its name, extra field and comment. @throws PayloadError */
  async record(kind: 'local' | 'central'): Promise<Uint8Array> {
    const fixed = (await this.input.fill(SIZE[kind])).subarray(0, SIZE[kind]);
    if (fixed.length < SIZE[kind]) throw this.invalid('ends within a record');
    const size = tailLengths(fixed, kind).reduce((sum, length) => sum + length, SIZE[kind]);
    const record = await this.input.take(size);
    if (record.length < size) throw this.invalid('ends within a record');
    return record;
  }

  /** Content of the current member, in chunks. @throws PayloadError where it is not what the archive says */
  async *content(): AsyncGenerator<Uint8Array, void> {
    if (this.current === undefined) throw this.invalid('has no member to read');
    const { fields, size } = this.current;
    const { measured } = this;
    const start = this.input.consumed;
    for await (const chunk of this.unpacked(fields, size)) {
      measured.crc = crc32(chunk, measured.crc);
      measured.size += chunk.length;
      if (measured.size > LIMITS.unpackedBytes) throw this.tooMuch();
      yield chunk;
    }
    measured.packedSize = this.input.consumed - start;
    if (size === undefined) await this.descriptor();
    else if (
      measured.crc !== fields.crc ||
      measured.size !== size ||
      measured.packedSize !== fields.packedSize
    )
      throw this.invalid('holds a member whose size or CRC-32 is not the recorded one');
  }

  /** Size and CRC-32 of the content that was read last. */
  get found(): Readonly<Measured> {
    return this.measured;
  }

  invalid(message: string): PayloadError {
    return new PayloadError('PAYLOAD_INVALID', `${this.what}: the zip archive ${message}`);
  }

  private unpacked(
    { method, packedSize, size: expected }: ZipFields,
    size: number | undefined,
  ): AsyncIterable<Uint8Array> {
    if (method === STORED)
      return size === undefined ? this.storedOpen() : this.stored(packedSize, expected);
    return size !== undefined && packedSize <= AT_ONCE && size <= AT_ONCE
      ? this.atOnce(packedSize, size)
      : decodeDeflate(this.input, this.what);
  }

  private async *stored(packedSize: number, size: number): AsyncGenerator<Uint8Array, void> {
    if (packedSize !== size) throw this.invalid('holds a stored member of two sizes');
    for (let left = size; left > 0;) {
      const chunk = await this.input.some(left);
      if (chunk === undefined) throw this.invalid('ends within a member');
      left -= chunk.length;
      yield chunk;
    }
  }

  private async *atOnce(packedSize: number, size: number): AsyncGenerator<Uint8Array, void> {
    const packed = await this.input.take(packedSize);
    if (packed.length < packedSize) throw this.invalid('ends within a member');
    let result: { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } };
    try {
      const options = { maxOutputLength: Math.max(size, 1), info: true };
      result = inflateRawSync(packed, options) as unknown as typeof result;
    } catch (cause) {
      throw new PayloadError(
        'PAYLOAD_INVALID',
        `${this.what}: the zip archive holds a member that is no deflate stream of ${size} bytes`,
        { cause },
      );
    }
    if (result.engine.bytesWritten !== packedSize)
      throw this.invalid('holds a member with data behind its end');
    yield result.buffer;
  }

  /** A stored member of unknown size ends at a descriptor that is right: what only looks like one has another CRC-32 or size. */
  private async *storedOpen(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const bytes = await this.input.fill(WINDOW);
      if (bytes.length === 0) throw this.invalid('ends within a member');
      const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(DESCRIPTOR);
      const { crc, size } = this.measured;
      if (at === 0 && this.descriptorSize(bytes, { crc, size, packedSize: size }) > 0) return;
      const end = at > 0 ? at : at === 0 ? 1 : Math.max(1, bytes.length - 3);
      this.input.skip(end);
      yield bytes.subarray(0, end);
    }
  }

  /** Behind the content: perhaps a signature, then CRC-32 and both sizes, of 32 or 64 bits. */
  private async descriptor(): Promise<void> {
    const bytes = await this.input.fill(24);
    const size = this.descriptorSize(bytes, this.measured);
    if (size === 0) throw this.invalid('holds a member without the data descriptor that it needs');
    this.input.skip(size);
  }

  private descriptorSize(bytes: Uint8Array, { crc, size, packedSize }: Measured): number {
    const view = viewOf(bytes);
    const begin = bytes.length >= 4 && view.getUint32(0, true) === SIGNATURE.descriptor ? 4 : 0;
    for (const [start, width] of [
      [begin, 4],
      [begin, 8],
      [0, 4],
      [0, 8],
    ] as const) {
      const end = start + 4 + 2 * width;
      if (end > bytes.length || view.getUint32(start, true) !== crc) continue;
      const read = (at: number): number =>
        width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
      if (read(start + 4) === packedSize && read(start + 4 + width) === size) return end;
    }
    return 0;
  }

  private verifyReadable({ flags, method }: ZipFields): void {
    const isEncrypted = (flags & (FLAG.encrypted | FLAG.strong | FLAG.masked)) !== 0;
    if (isEncrypted || (flags & FLAG.patch) !== 0 || (method !== STORED && method !== DEFLATED))
      throw new PayloadError(
        'UNSUPPORTED_FORMAT',
        `${this.what}: the zip archive holds a member that is ${isEncrypted ? 'encrypted' : `packed by ${METHODS[method] ?? `method ${method}`}`}, which is not unpacked`,
      );
  }

  private tooMuch(): PayloadError {
    return new PayloadError(
      'LIMIT_EXCEEDED',
      `${this.what}: more than the allowed ${LIMITS.unpackedBytes} bytes of output`,
    );
  }
}
