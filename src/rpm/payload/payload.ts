// SPDX-License-Identifier: MIT
import { ChunkReader } from '../../compression/input.js';
import { LIMITS } from '../../limits.js';
import type { HashName } from '../../openpgp/model.js';
import type { FileEntry, PackageFacts, PayloadFile } from '../model.js';
import { CpioReader } from './cpio.js';
import { hashOf, tee } from './digesting.js';
import { collect } from './kept-files.js';
import { readMember, type Receive } from './member.js';
import { openPayload } from './open-payload.js';
import { verifyInside } from './paths.js';
import { PayloadMap } from './payload-map.js';

/** How a payload is to be read. */
export interface PayloadOptions {
  /** Whether the content of this regular file is wanted; of others it is digested only. */
  readonly keep: (entry: FileEntry) => boolean;
  /** Digests wanted of the whole uncompressed payload, such as `sha256` for PAYLOADDIGESTALT. */
  readonly uncompressedDigests?: readonly HashName[];
  /** Largest content that {@link readPayload} keeps; `LIMITS.blobBytes` when absent. */
  readonly maxKeptBytes?: number;
}

/** What is known once the whole payload was read. */
export interface PayloadSummary {
  readonly uncompressedSize: number;
  /** Lower-case hex, by algorithm as asked for. */
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * Reads a package's payload and compares it with the header's file list; each file of the list comes exactly once:
 * those in the payload in its order (hard links when their content is known), then ghosts. rpm's own rules hold
 * (lib/rpmfi.c, iterReadArchiveNext): every member must be in the header, every file of the header but ghosts in the payload.
 * Beyond them, names must not lead out of the package, and types, sizes and link targets must be the header's. A wrong file digest is
 * reported, not thrown.
 *
 * @param payload - all bytes after the main header, compressed.
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, LIMIT_EXCEEDED, UNSUPPORTED_COMPRESSOR, UNSUPPORTED_FORMAT.
 */
export function readPayload(
  pkg: { readonly facts: PackageFacts },
  payload: AsyncIterable<Uint8Array>,
  options: PayloadOptions,
): AsyncGenerator<PayloadFile, PayloadSummary> {
  const limit = options.maxKeptBytes ?? LIMITS.blobBytes;
  return streamPayload(pkg, payload, {
    ...options,
    receive: (entry, chunks) => collect(entry, chunks, limit),
  });
}

/**
 * As {@link readPayload}, for contents of any size: each row has what `receive` made of the file's content.
 * @throws PayloadError as {@link readPayload}; what `receive` throws, unless the file's digest is wrong: then its row says so, and has no content
 */
export async function* streamPayload<T>(
  { facts }: { readonly facts: PackageFacts },
  payload: AsyncIterable<Uint8Array>,
  options: Omit<PayloadOptions, 'maxKeptBytes'> & { readonly receive: Receive<T> },
): AsyncGenerator<PayloadFile<T>, PayloadSummary> {
  verifyInside(
    facts.files.map(({ path }) => path),
    'the package',
  );
  const map = new PayloadMap(facts.files);
  const hashes = (options.uncompressedDigests ?? []).map((name) => [name, hashOf(name)] as const);
  const archive = new ChunkReader(
    tee(
      await openPayload(facts, payload),
      hashes.map(([, hash]) => hash),
    ),
  );
  try {
    const cpio = new CpioReader(archive, (index) => map.strippedSize(index));
    for (let member = await cpio.next(); member !== undefined; member = await cpio.next()) {
      yield* readMember({ cpio, member, map, facts, options });
    }
    map.verifyComplete();
    yield* map.ghosts();
  } finally {
    await archive.close();
  }
  return {
    uncompressedSize: archive.consumed,
    digests: Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest('hex')])),
  };
}
