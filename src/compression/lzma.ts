// SPDX-License-Identifier: MIT
import { PayloadError } from '../errors.js';
import { LIMITS, MIB } from '../limits.js';
import type { ChunkReader } from './input.js';
import type { Liblzma } from './liblzma.js';
import { acquireLiblzma, releaseLiblzma } from './liblzma.js';

/** Fields of `lzma_stream` (wasm32), as indices of 32-bit words. */
const STREAM_BYTES = 96;
const NEXT_IN = 0;
const AVAIL_IN = 1;
const NEXT_OUT = 4;
const AVAIL_OUT = 5;

const CONCATENATED = 0x08;
const RUN = 0;
const FINISH = 3;
const OK = 0;
const STREAM_END = 1;
const MEMORY_ERROR = 5;
const MEMORY_LIMIT = 6;
/** What liblzma's other results mean; `lzma/base.h`. */
const REASONS: Readonly<Record<number, string>> = {
  7: 'not in xz or lzma format',
  8: 'unsupported xz options',
  9: 'corrupt data, a wrong check, or bytes after the end',
  10: 'the stream is cut off',
};

const INPUT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 256 * 1024;
/** Everything but the dictionary: liblzma's own state is well below 1 MiB. */
const MEMORY = BigInt(LIMITS.lzmaDictionaryBytes + MIB);

/**
 * Decodes .xz (all checks, several streams, stream padding) or .lzma, which are told apart by their
 * magic as rpm does it, through liblzma's `lzma_auto_decoder`. Dictionaries are refused above
 * `LIMITS.lzmaDictionaryBytes` before they are allocated.
 *
 * @param lends for a reader that is done with a chunk when it asks for the next
 * @throws PayloadError PAYLOAD_INVALID for corrupt, truncated or trailing data, LIMIT_EXCEEDED for the dictionary.
 */
export async function* decodeLzma(
  input: ChunkReader,
  what: string,
  lends = false,
): AsyncGenerator<Uint8Array, void> {
  const lzma = await acquireLiblzma();
  const stream = lzma._malloc(STREAM_BYTES + INPUT_BYTES + OUTPUT_BYTES);
  try {
    lzma.HEAPU8.fill(0, stream, stream + STREAM_BYTES);
    check(lzma._lzma_auto_decoder(stream, MEMORY, CONCATENATED), what);
    yield* run({ lzma, stream, input, what, lends });
  } finally {
    lzma._lzma_end(stream);
    lzma._free(stream);
    releaseLiblzma(lzma);
  }
}

async function* run(job: {
  lzma: Liblzma;
  stream: number;
  input: ChunkReader;
  what: string;
  lends: boolean;
}): AsyncGenerator<Uint8Array, void> {
  const { lzma, stream, input, what, lends } = job;
  const word = stream >> 2;
  const from = stream + STREAM_BYTES;
  const to = from + INPUT_BYTES;
  let action = RUN;
  for (let ended = false; !ended;) {
    // The heap moves when it grows, so its views are read anew after every call.
    if (action === RUN && lzma.HEAPU32[word + AVAIL_IN] === 0) {
      // Always so many: how the source comes changes neither the chunks of output nor what was consumed for them.
      const chunk = await input.take(INPUT_BYTES);
      if (chunk.length === 0) action = FINISH;
      else lzma.HEAPU8.set(chunk, from);
      lzma.HEAPU32[word + NEXT_IN] = from;
      lzma.HEAPU32[word + AVAIL_IN] = chunk.length;
    }
    lzma.HEAPU32[word + NEXT_OUT] = to;
    lzma.HEAPU32[word + AVAIL_OUT] = OUTPUT_BYTES;
    ended = check(lzma._lzma_code(stream, action), what) === STREAM_END;
    const produced = OUTPUT_BYTES - (lzma.HEAPU32[word + AVAIL_OUT] ?? 0);
    const chunk = lzma.HEAPU8.subarray(to, to + produced);
    if (produced > 0) yield lends ? chunk : chunk.slice();
  }
}

function check(result: number, what: string): number {
  if (result === OK || result === STREAM_END) return result;
  if (result === MEMORY_LIMIT || result === MEMORY_ERROR) {
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: the dictionary of the lzma stream is larger than ${LIMITS.lzmaDictionaryBytes} bytes`,
    );
  }
  throw new PayloadError(
    'PAYLOAD_INVALID',
    `${what}: ${REASONS[result] ?? `liblzma failed with code ${result}`}`,
  );
}
