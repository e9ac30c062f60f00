// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { type Compression, decompress, detectCompression } from '../compression/index.js';
import { ChunkReader } from '../compression/input.js';
import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { BLOCK, parseTarHeader } from './header.js';

/** Suffixes of tar archives; what is so named must be one. */
const NAMED = /\.(?:tar(?:\.(?:gz|bz2|xz|zst|zstd|lzma))?|tgz|tbz2?|txz|tzst|tlz)$/i;
/** Suffixes of archives that are left packed. */
const OTHER = /\.(?:zip|7z|rar|jar|tar\.(?:lz|lzo|lz4|br|z)|taz)$/i;

/** True for the names of archives that are not unpacked, such as zip. */
export function isOtherArchive(fileName: string): boolean {
  return OTHER.test(fileName);
}

/** The name of an archive without what says that it is one. */
export function archiveStem(fileName: string): string {
  return fileName.replace(NAMED, '');
}

/**
 * The tar archive inside a file, open; undefined when the file is none. The bytes decide (a tar header after at most one layer of compression); what the
 * name calls a tar archive must be one.
 * @throws PayloadError PAYLOAD_INVALID for a file that is only named so; LIMIT_EXCEEDED
 */
export async function openTar(
  fileName: string,
  content: Uint8Array,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  // Names can look like the magic of a compression: a header with a right checksum says more.
  const compression = isTar(content) ? 'none' : detectCompression(content);
  if (
    compression !== undefined &&
    (NAMED.test(fileName) || (await beginsAsTar(content, compression)))
  )
    return open(content, compression, fileName);
  if (!NAMED.test(fileName)) return undefined;
  if (content.length > 0 && content.every((byte) => byte === 0))
    return open(content, 'none', fileName);
  throw new PayloadError(
    'PAYLOAD_INVALID',
    `archive ${JSON.stringify(fileName)}: expected a tar archive by its name, found something else`,
  );
}

function open(
  content: Uint8Array,
  compression: Compression,
  fileName: string,
): AsyncIterable<Uint8Array> {
  return decompress(compression, memorySource(content).stream(), {
    maxBytes: LIMITS.payloadBytes,
    what: `archive ${JSON.stringify(fileName)}`,
  });
}

async function beginsAsTar(content: Uint8Array, compression: Compression): Promise<boolean> {
  if (compression === 'none') return true;
  const reader = new ChunkReader(open(content, compression, ''));
  try {
    return isTar(await reader.fill(BLOCK));
  } catch (error) {
    // Data that merely begins like a compressed stream.
    if (error instanceof PayloadError) return false;
    throw error;
  } finally {
    await reader.close();
  }
}

function isTar(bytes: Uint8Array): boolean {
  return parseTarHeader(bytes.subarray(0, BLOCK)) !== undefined;
}
