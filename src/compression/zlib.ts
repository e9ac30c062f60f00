// SPDX-License-Identifier: MIT
import type { Gunzip, InflateRaw, ZstdDecompress } from 'node:zlib';
import { constants, createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';

import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { ChunkReader } from './input.js';

type Engine = Gunzip | InflateRaw | ZstdDecompress;

/** Larger chunks are faster, but leave more garbage beside a large window. */
const GZIP_CHUNK = 128 * 1024;
const ZSTD_CHUNK = 32 * 1024;
const INPUT_BYTES = 64 * 1024;
/** pzstd writes a frame per 4 MiB and more: a stream with more frames only burns time. */
const MAX_FRAMES = 100_000;

/**
 * Decodes one or several gzip members (RFC 1952, 2.2). Zero bytes after the last one are padding, as for gzip(1).
 *
 * @throws PayloadError PAYLOAD_INVALID for corrupt, truncated or trailing data.
 */
export async function* decodeGzip(
  input: ChunkReader,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  yield* decodeOne(createGunzip({ chunkSize: GZIP_CHUNK }), input, what);
  // The engine reads on into further members by itself; it stops before a zero byte only.
  for (let rest = await input.some(); rest !== undefined; rest = await input.some()) {
    if (rest.some((byte) => byte !== 0))
      throw new PayloadError('PAYLOAD_INVALID', `${what}: bytes after the end of the gzip stream`);
  }
}

/**
 * Decodes zstd frames and skippable frames (RFC 8878, 3.1). Windows are refused above
 * `LIMITS.dictionaryBytes` before they are allocated.
 *
 * @throws PayloadError PAYLOAD_INVALID for corrupt, truncated or trailing data, LIMIT_EXCEEDED for the window.
 */
export async function* decodeZstd(
  input: ChunkReader,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  const params = { [constants.ZSTD_d_windowLogMax]: Math.log2(LIMITS.dictionaryBytes) };
  let frames = 0;
  do {
    if (++frames > MAX_FRAMES)
      throw new PayloadError('LIMIT_EXCEEDED', `${what}: more than ${MAX_FRAMES} zstd frames`);
    yield* decodeOne(createZstdDecompress({ chunkSize: ZSTD_CHUNK, params }), input, what);
  } while (await input.more());
}

/**
 * Decodes one raw deflate stream (RFC 1951), and leaves what follows it in the input: that end is the stream's own.
 *
 * @throws PayloadError PAYLOAD_INVALID for corrupt or truncated data.
 */
export function decodeDeflate(input: ChunkReader, what: string): AsyncGenerator<Uint8Array, void> {
  return decodeOne(createInflateRaw({ chunkSize: GZIP_CHUNK }), input, what);
}

/** Runs one engine until it or the input ends; what it did not take goes back to the input. */
async function* decodeOne(
  engine: Engine,
  input: ChunkReader,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  const feeding = feed(engine, input);
  feeding.catch((error: unknown) => engine.destroy(error as Error));
  try {
    for await (const chunk of engine) yield chunk as Uint8Array;
    await feeding;
  } catch (error) {
    throw translate(error, what);
  } finally {
    engine.destroy();
  }
}

/** One write at a time, so that `bytesWritten` tells where a finished engine stopped. */
async function feed(engine: Engine, input: ChunkReader): Promise<void> {
  const closed = new Promise((resolve) => engine.once('close', resolve));
  for (;;) {
    const chunk = await input.some(INPUT_BYTES);
    if (chunk === undefined) {
      engine.end();
      return;
    }
    const before = engine.bytesWritten;
    const written = new Promise((resolve) => engine.write(chunk, resolve));
    await Promise.race([written, closed]);
    const used = engine.bytesWritten - before;
    if (engine.readableEnded || engine.destroyed || used < chunk.length) {
      input.unread(chunk.subarray(used));
      return;
    }
  }
}

/** Errors of zlib and zstd become ours; those of the source pass. */
function translate(error: unknown, what: string): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string' || !/^(Z_|ZSTD_)/.test(code)) return error;
  if (/windowTooLarge|memory_allocation|Z_MEM_ERROR/.test(code)) {
    return new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: the window of the stream is larger than ${LIMITS.dictionaryBytes} bytes`,
      { cause: error },
    );
  }
  return new PayloadError('PAYLOAD_INVALID', `${what}: ${String(message)}`, { cause: error });
}
