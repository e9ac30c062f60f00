// SPDX-License-Identifier: MIT
import type { Compression } from '../../compression/index.js';
import { decompress } from '../../compression/index.js';
import { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { KIB, LIMITS } from '../../limits.js';
import { latin1 } from '../../text.js';
import type { FileEntry, PackageFacts } from '../model.js';

const COMPRESSORS: Readonly<Record<string, Compression>> = {
  gzip: 'gzip',
  bzip2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  zstd: 'zstd',
  none: 'none',
};
/** What a member takes besides name and content: header, NUL, `./`, padding. */
const MEMBER_OVERHEAD = 128;
/** Trailer, and padding to a tape block. */
const ARCHIVE_OVERHEAD = 64 * KIB;

/**
 * How the payload is compressed, by the header.
 * @throws PayloadError UNSUPPORTED_FORMAT, UNSUPPORTED_COMPRESSOR
 */
export function verifyFormat({ payload: { format, compressor } }: PackageFacts): Compression {
  if (format !== 'cpio')
    throw new PayloadError(
      'UNSUPPORTED_FORMAT',
      `payload: expected the format cpio, found ${JSON.stringify(format)}`,
    );
  const declared = Object.hasOwn(COMPRESSORS, compressor) ? COMPRESSORS[compressor] : undefined;
  if (declared === undefined)
    throw new PayloadError(
      'UNSUPPORTED_COMPRESSOR',
      `payload: unknown compressor ${JSON.stringify(compressor)}`,
    );
  return declared;
}

/** rpm reads a payload without compressor tag through zlib, which passes plain data on. */
export async function openPayload(
  facts: PackageFacts,
  payload: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const declared = verifyFormat(facts);
  const input = new ChunkReader(payload);
  const start = latin1((await input.fill(4)).subarray(0, 4));
  const kind = declared === 'gzip' && start === '0707' ? 'none' : declared;
  const announcedBytes = expectedSize(facts.files);
  return decompress(kind, untilEnd(input), {
    maxBytes: announcedBytes,
    announcedBytes,
    what: 'payload',
  });
}

/** All that is left; whoever ends early lets go of the source. */
async function* untilEnd(input: ChunkReader): AsyncGenerator<Uint8Array, void> {
  try {
    yield* input.rest();
  } finally {
    await input.close();
  }
}

/** Upper bound of the archive's size by the signed file list, so that a bomb ends where the header ends. */
function expectedSize(files: readonly FileEntry[]): number {
  const size = files.reduce(
    (sum, file) => sum + file.size + file.path.length + MEMBER_OVERHEAD,
    ARCHIVE_OVERHEAD,
  );
  return Math.min(size, LIMITS.payloadBytes);
}
