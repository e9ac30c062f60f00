// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';

/** Reads big-endian numbers and byte ranges out of a buffer, never beyond its ends. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /** @param what - names the buffer in messages: `main header`. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** @throws RpmFormatError HEADER_BOUNDS */
  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset);
  }

  /** @throws RpmFormatError HEADER_BOUNDS */
  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset);
  }

  /** @throws RpmFormatError HEADER_BOUNDS */
  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset);
  }

  /** @throws RpmFormatError HEADER_BOUNDS */
  u64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset);
  }

  /** A view, not a copy. @throws RpmFormatError HEADER_BOUNDS */
  bytes(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Position of the next NUL at or after `offset` and before `end`; -1 when there is none. */
  nul(offset: number, end: number): number {
    const at = this.#bytes.indexOf(0, offset);
    return at >= 0 && at < end ? at : -1;
  }

  #check(offset: number, length: number): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.#bytes.length) return;
    throw new RpmFormatError(
      'HEADER_BOUNDS',
      `${this.#what}: ${length} bytes at offset ${offset} lie outside its ${this.#bytes.length} bytes`,
      { expected: `at most ${this.#bytes.length}`, actual: String(offset + length) },
    );
  }
}
