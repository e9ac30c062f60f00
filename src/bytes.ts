// SPDX-License-Identifier: MIT

/** Random access to bytes that do not change: a buffer, or a private file for what is too big for one. */
export interface ByteSource {
  /** Total number of bytes. */
  readonly size: number;
  /** Bytes `start` (inclusive) to `end` (exclusive), clamped to the size. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same range, in chunks of bounded size. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

const CHUNK = 1 << 18;

/** A {@link ByteSource} over a buffer, which the caller must not change afterwards. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    async *stream(start = 0, end = bytes.length) {
      const stop = Math.min(end, bytes.length);
      for (let at = start; at < stop; at += CHUNK)
        yield bytes.subarray(at, Math.min(at + CHUNK, stop));
    },
  };
}

/** A copy of its own: a part of a string keeps the whole string, perhaps all of an index, in memory. */
export function detach(text: string): string {
  return Buffer.from(text).toString();
}
