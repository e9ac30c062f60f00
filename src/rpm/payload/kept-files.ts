// SPDX-License-Identifier: MIT
import { PayloadError } from '../../errors.js';
import type { FileEntry } from '../model.js';
import { printable } from './paths.js';

/** A file's content in memory. @throws PayloadError LIMIT_EXCEEDED */
export async function collect(
  entry: FileEntry,
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  verifySize(entry, limit);
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @throws PayloadError LIMIT_EXCEEDED for a file that is larger than a file of the mirror may be */
export function verifySize(
  { path, size }: Pick<FileEntry, 'path' | 'size'>,
  limit: number,
  remedy = 'Set source-path to a folder without this file, or hold the package back with skip.',
): void {
  if (size <= limit) return;
  throw new PayloadError(
    'LIMIT_EXCEEDED',
    `payload: ${printable(path)} has ${size} bytes; a file of the mirror may have ${limit}`,
    {
      expected: `at most ${limit}`,
      actual: String(size),
      remedy,
    },
  );
}
