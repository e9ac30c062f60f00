// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { NO_THREAD } from '../compression/decode-thread.js';
import { type Compression, decompress, detectCompression } from '../compression/index.js';
import type { ChunkReader } from '../compression/input.js';
import { PayloadError } from '../errors.js';
import { LIMITS, MIB } from '../limits.js';
import { latin1 } from '../text.js';
import { isZipInside, namedArchive } from './names.js';
import { BLOCK, parseTarHeader } from './tar/header.js';

type ArchiveFormat = 'tar' | 'zip' | 'rpm';

/** An archive whose compressions are undone as it is read. */
export interface OpenArchive {
  readonly format: ArchiveFormat;
  readonly content: AsyncIterable<Uint8Array>;
}

/** What a file is: compressions around an archive, the outermost first. */
interface Kind {
  readonly layers: readonly Compression[];
  readonly format: ArchiveFormat;
}

/** Compressions around one archive: a .tar.gz that was packed again, and once more. */
const MOST_LAYERS = 3;
/** So much of a file is looked at; a block of bzip2 must fit in, or nothing of it can be seen. */
const PROBE_BYTES = 2 * MIB;
const MAGICS: readonly (readonly [ArchiveFormat, string])[] = [
  // A first member, or the end of an archive without one.
  ['zip', 'PK\u0003\u0004'],
  ['zip', 'PK\u0005\u0006'],
  ['rpm', '\u00ed\u00ab\u00ee\u00db'],
];

/**
 * The archive that a file is, open; undefined when it is none, and then nothing of the input is consumed. The bytes decide: names lie about compressions.
 * What its name calls a tar archive must be an archive.
 * @throws PayloadError PAYLOAD_INVALID for a file that is only named so; LIMIT_EXCEEDED
 */
export async function openArchive(
  fileName: string,
  input: ChunkReader,
): Promise<OpenArchive | undefined> {
  const isNamed = namedArchive(fileName) === 'tar';
  const kind = (await identify(input)) ?? (isNamed ? await byName(fileName, input) : undefined);
  if (kind === undefined || (kind.format === 'zip' && isZipInside(fileName))) return undefined;
  const what = `archive ${JSON.stringify(fileName)}`;
  const decoded = kind.layers.reduce<AsyncIterable<Uint8Array>>(
    (chunks, layer) => decompress(layer, chunks, { maxBytes: LIMITS.unpackedBytes, what }),
    input.rest(),
  );
  return { format: kind.format, content: bounded(decoded, input, what) };
}

/** Looks at the begin of a file, through its compressions; most files show at once that they are no archive. */
async function identify(input: ChunkReader): Promise<Kind | undefined> {
  const head = (await input.fill(BLOCK)).subarray(0, BLOCK);
  const format = formatOf(head);
  if (format !== undefined) return { layers: [], format };
  if (detectCompression(head) === undefined) return undefined;
  return inside((await input.fill(PROBE_BYTES)).subarray(0, PROBE_BYTES), []);
}

async function inside(
  bytes: Uint8Array,
  around: readonly Compression[],
): Promise<Kind | undefined> {
  const compression = detectCompression(bytes);
  if (compression === undefined || around.length === MOST_LAYERS) return undefined;
  const layers = [...around, compression];
  const head = await begin(bytes, compression, BLOCK);
  const format = formatOf(head);
  if (format !== undefined) return { layers, format };
  if (detectCompression(head) === undefined) return undefined;
  return inside(await begin(bytes, compression, PROBE_BYTES), layers);
}

/** The first bytes behind a compression, as far as they can be seen. */
async function begin(
  bytes: Uint8Array,
  compression: Compression,
  count: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const source = memorySource(bytes).stream();
    const limits = { maxBytes: LIMITS.unpackedBytes, what: '' };
    for await (const chunk of decompress(compression, source, limits, NO_THREAD)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= count) break;
    }
  } catch (error) {
    // Cut off, or data that merely begins like a compressed stream.
    if (!(error instanceof PayloadError)) throw error;
  }
  return Buffer.concat(chunks).subarray(0, count);
}

/** Names can look like the magic of a compression: a header with a right checksum says more, so it is looked for first. */
function formatOf(bytes: Uint8Array): ArchiveFormat | undefined {
  if (parseTarHeader(bytes.subarray(0, BLOCK)) !== undefined) return 'tar';
  const start = latin1(bytes.subarray(0, 4));
  return MAGICS.find(([, magic]) => magic === start)?.[0];
}

/** What is called a tar archive may be an empty one, which is all zeros, or damaged, which its reader says best. */
async function byName(fileName: string, input: ChunkReader): Promise<Kind> {
  const head = (await input.fill(BLOCK)).subarray(0, BLOCK);
  const compression = detectCompression(head);
  if (compression !== undefined) return { layers: [compression], format: 'tar' };
  if (head.length > 0 && head.every((byte) => byte === 0)) return { layers: [], format: 'tar' };
  throw new PayloadError(
    'PAYLOAD_INVALID',
    `archive ${JSON.stringify(fileName)}: expected a tar archive by its name, found something else`,
  );
}

/** Compressions in one another multiply: together they may do what one may. */
async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  input: ChunkReader,
  what: string,
): AsyncGenerator<Uint8Array, void> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    const most = Math.max(LIMITS.ratioFloor, input.consumed * LIMITS.compressionRatio);
    if (total > Math.min(most, LIMITS.unpackedBytes)) {
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `${what}: ${total} bytes of output from ${input.consumed} bytes of input look like a decompression bomb`,
      );
    }
    yield chunk;
  }
}
