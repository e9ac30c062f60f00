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

/** Takes contents, each once, with the name under which it comes; what it makes of one stands for it from then on. */
export interface ContentSink<T> {
  /** Content that memory holds; nobody else changes it. */
  whole(content: Uint8Array, path: Uint8Array): Promise<T>;
  /** Content of any size, whose chunks are to be read to their end. */
  stream(size: number, chunks: AsyncIterable<Uint8Array>, path: Uint8Array): Promise<T>;
}

/** What is handed over to a sink. */
interface SunkFile {
  readonly path: Uint8Array;
  /** Bytes that the chunks give, exactly, or they throw. */
  readonly size: number;
}

/** Up to this size content is handed over whole. */
const WHOLE_BYTES = 1 << 22;

/** Hands content over to a sink, whole or as a stream. */
export async function sinkContent<T>(
  sink: ContentSink<T>,
  { path, size }: SunkFile,
  chunks: AsyncIterable<Uint8Array>,
): Promise<T> {
  if (size > WHOLE_BYTES) return sink.stream(size, chunks, path);
  let content: Uint8Array | undefined;
  let at = 0;
  for await (const chunk of chunks) {
    // Most files of a source come in one chunk, which needs no copy.
    if (chunk.length === size) content = chunk;
    else (content ??= new Uint8Array(size)).set(chunk, at);
    at += chunk.length;
  }
  return sink.whole(content ?? new Uint8Array(size), path);
}

const [DELETE, DOT, SPACE] = [0x7f, 0x2e, 0x20];

/** True for a name or path with a control character of ASCII. */
export function holdsControl(name: Uint8Array): boolean {
  for (const byte of name) if (byte < SPACE || byte === DELETE) return true;
  return false;
}

/** True for the names `.` and `..`. */
export function isDots(name: Uint8Array): boolean {
  return name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT));
}

/** A copy of its own: a part of a string keeps the whole string, perhaps all of an index, in memory. */
export function detach(text: string): string {
  return Buffer.from(text).toString();
}
