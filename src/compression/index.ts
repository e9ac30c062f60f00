// SPDX-License-Identifier: MIT
import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { type ThreadChoice, threadChoice, ThreadDecoding, threadFor } from './decode-thread.js';
import { DECODERS } from './decoders.js';
import { ChunkReader } from './input.js';

/** Every compression that is read; `lzma` is the older LZMA_alone format. */
export type Compression = 'none' | 'gzip' | 'xz' | 'lzma' | 'bzip2' | 'zstd';

/** What the output of {@link decompress} may be. */
export interface DecompressLimits {
  /** Bytes of output; one more is an error. */
  readonly maxBytes: number;
  /** Output that a signed header announces is no bomb, however well it compresses. */
  readonly announcedBytes?: number;
  /** What is being read, for messages. */
  readonly what: string;
}

/** Bytes that {@link detectCompression} wants to see, where there are so many. */
const MAGIC_BYTES = 13;

const MAGICS: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** The compression that the first bytes of a stream show ({@link MAGIC_BYTES} are enough); undefined when they show none. */
export function detectCompression(bytes: Uint8Array): Compression | undefined {
  for (const [kind, magic] of MAGICS)
    if (magic.every((byte, at) => bytes[at] === byte)) return kind;
  if (isSkippableFrame(bytes)) return 'zstd';
  return looksLikeLzmaAlone(bytes) ? 'lzma' : undefined;
}

/** RFC 8878, 3.1.2: a zstd stream may begin with a skippable frame. */
function isSkippableFrame(bytes: Uint8Array): boolean {
  return (
    ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18
  );
}

/** LZMA_alone has no magic: properties below 225, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size below 256 GiB or none (liblzma, alone_decoder.c). */
function looksLikeLzmaAlone(bytes: Uint8Array): boolean {
  if (bytes.length < MAGIC_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, MAGIC_BYTES);
  const dictionary = view.getUint32(1, true);
  const top = 2 ** (31 - Math.clz32(dictionary));
  const size = view.getBigUint64(5, true);
  return (
    view.getUint8(0) < 225 &&
    dictionary >= 4096 &&
    (dictionary === 0xffffffff || dictionary === top || dictionary === top * 1.5) &&
    (size === 0xffffffffffffffffn || size < 1n << 38n)
  );
}

const SUFFIXES: Readonly<Record<string, Compression>> = {
  gz: 'gzip',
  tgz: 'gzip',
  xz: 'xz',
  txz: 'xz',
  lzma: 'lzma',
  tlz: 'lzma',
  bz2: 'bzip2',
  tbz2: 'bzip2',
  tbz: 'bzip2',
  zst: 'zstd',
  tzst: 'zstd',
};

/** The compression that a file's suffix names; `none` for every other name. */
export function compressionOfName(fileName: string): Compression {
  const suffix = /\.([^./]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(SUFFIXES, suffix) ? (SUFFIXES[suffix] ?? 'none') : 'none';
}

/**
 * Decodes a whole stream in bounded memory, in chunks of at most 256 KiB (`none`: as they come). Truncation,
 * wrong checks and bytes after the end are errors; members, streams or frames in a row are one stream.
 *
 * @throws PayloadError PAYLOAD_INVALID for data that is not exactly such a stream, LIMIT_EXCEEDED for output
 * beyond `maxBytes`, beyond `LIMITS.compressionRatio` times the input (from `LIMITS.ratioFloor` or what is announced on), or a
 * dictionary beyond `LIMITS.dictionaryBytes` (zstd) or `LIMITS.lzmaDictionaryBytes`. Errors of the source pass as they are.
 * Long streams of the slow kinds are decoded in a worker thread (`choice`), with the same result.
 */
export async function* decompress(
  kind: Compression,
  source: AsyncIterable<Uint8Array>,
  limits: DecompressLimits,
  choice: ThreadChoice = threadChoice(),
): AsyncGenerator<Uint8Array, void> {
  const input = new ChunkReader(source);
  let total = 0;
  try {
    const { chunks, counter } = await startDecoding(kind, input, limits.what, choice);
    for await (const chunk of chunks) {
      total += chunk.length;
      checkLimits(total, counter.consumed, limits);
      yield chunk;
    }
  } finally {
    await input.close();
  }
}

/** Its chunks, and who counts the input that was consumed for them. */
async function startDecoding(
  kind: Compression,
  input: ChunkReader,
  what: string,
  choice: ThreadChoice,
): Promise<{
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly counter: { readonly consumed: number };
}> {
  if (kind === 'none') return { chunks: plain(input), counter: input };
  const script = await threadFor(kind, input, choice);
  if (script === undefined) return { chunks: DECODERS[kind](input, what), counter: input };
  const decoding = new ThreadDecoding(kind, input, what);
  return { chunks: decoding.chunks(script), counter: decoding };
}

async function* plain(input: ChunkReader): AsyncGenerator<Uint8Array, void> {
  for (let chunk = await input.some(); chunk !== undefined; chunk = await input.some()) yield chunk;
}

function checkLimits(
  output: number,
  input: number,
  { maxBytes, announcedBytes = 0, what }: DecompressLimits,
): void {
  if (output > maxBytes) {
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: more than the allowed ${maxBytes} bytes of output`,
      { expected: `at most ${maxBytes}` },
    );
  }
  if (output > Math.max(LIMITS.ratioFloor, announcedBytes, input * LIMITS.compressionRatio)) {
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: ${output} bytes of output from ${input} bytes of input look like a decompression bomb`,
    );
  }
}
