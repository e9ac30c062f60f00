// SPDX-License-Identifier: MIT
import { type FileHandle, open } from 'node:fs/promises';

import type { ByteSource } from '../bytes.js';

const CHUNK = 1 << 18;

/** A local file as a {@link ByteSource}; `close` ends it. @throws what `open(2)` says */
export async function openFileSource(
  path: string,
): Promise<ByteSource & { close(): Promise<void> }> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  const source = {
    size,
    read: (start: number, end: number) => readRange(file, start, Math.min(end, size)),
    async *stream(start = 0, end = size) {
      const stop = Math.min(end, size);
      for (let at = start; at < stop; at += CHUNK)
        yield await readRange(file, at, Math.min(at + CHUNK, stop));
    },
    close: () => file.close(),
  };
  return source;
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}
