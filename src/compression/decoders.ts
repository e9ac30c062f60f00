// SPDX-License-Identifier: MIT
import { decodeBzip2 } from './bzip2.js';
import type { ChunkReader } from './input.js';
import { decodeLzma } from './lzma.js';
import { decodeGzip, decodeZstd } from './zlib.js';

/**
 * Decodes a stream to its end, in chunks of at most 256 KiB. Chunks that it `lends` may change once the next is asked for.
 * @throws PayloadError for what is not exactly such a stream
 */
type Decoder = (
  input: ChunkReader,
  what: string,
  lends?: boolean,
) => AsyncGenerator<Uint8Array, void>;

/** Decoders by what they read; the older LZMA_alone format is told from xz by its magic. */
export const DECODERS: Readonly<Record<'gzip' | 'xz' | 'lzma' | 'bzip2' | 'zstd', Decoder>> = {
  gzip: decodeGzip,
  xz: decodeLzma,
  lzma: decodeLzma,
  bzip2: decodeBzip2,
  zstd: decodeZstd,
};

export type DecodedKind = keyof typeof DECODERS;
