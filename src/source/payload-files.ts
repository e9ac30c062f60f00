// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { IntegrityError, PayloadError } from '../errors.js';
import { checkUncompressed, payloadDigests, uncompressedAlgorithms } from '../rpm/digests.js';
import type { FileEntry, PayloadFile } from '../rpm/model.js';
import { printable } from '../rpm/payload/paths.js';
import {
  type PayloadSummary,
  readPayload,
  type Receive,
  streamPayload,
} from '../rpm/payload/payload.js';
import type { RpmPackage } from '../rpm/read.js';

const MODE_BITS = 0o7000;
const REGULAR = 0o100000;

/** A regular file that lost its set-user-ID, set-group-ID or sticky bit, which git does not know. */
export interface DroppedMode {
  /** Octal, as the package has it. */
  readonly mode: string;
  /** Path in its directory of the mirror. */
  readonly path: Uint8Array;
}

/**
 * The files of a verified package's payload, each held against the signed header; its digest of the uncompressed payload, where it has one, holds as every other does.
 * @throws IntegrityError DIGEST_MISMATCH; PayloadError
 */
export function readVerifiedFiles(
  pkg: RpmPackage,
  bytes: ByteSource,
  keep: (entry: FileEntry) => boolean,
): AsyncGenerator<PayloadFile, void> {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  return verified(
    pkg,
    readPayload(pkg, bytes.stream(pkg.payloadStart), { keep, uncompressedDigests }),
  );
}

/**
 * As {@link readVerifiedFiles}, for contents of any size: `receive` gets each while it flows by, before its digest is known. Nothing of it may be published when this throws.
 * @param payload all bytes after the main header
 * @throws IntegrityError DIGEST_MISMATCH; PayloadError; what `receive` throws
 */
export function streamVerifiedFiles<T>(
  pkg: RpmPackage,
  payload: AsyncIterable<Uint8Array>,
  { keep, receive }: { keep: (entry: FileEntry) => boolean; receive: Receive<T> },
): AsyncGenerator<PayloadFile<T>, void> {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  return verified(pkg, streamPayload(pkg, payload, { keep, receive, uncompressedDigests }));
}

async function* verified<T>(
  pkg: RpmPackage,
  payload: AsyncGenerator<PayloadFile<T>, PayloadSummary>,
): AsyncGenerator<PayloadFile<T>, void> {
  try {
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        verifyUncompressed(pkg, step.value);
        return;
      }
      const { entry, digest } = step.value;
      if (digest === 'bad') {
        throw new IntegrityError(
          'DIGEST_MISMATCH',
          `${printable(entry.path)} is not the file that the signed header describes`,
          { expected: entry.digest },
        );
      }
      yield step.value;
    }
  } finally {
    // Whoever stops early must not leave a decoder, or the file below it, open.
    await payload.return({ uncompressedSize: 0, digests: {} });
  }
}

function verifyUncompressed({ header }: RpmPackage, { digests }: PayloadSummary): void {
  const bad = checkUncompressed(payloadDigests(header), digests).find(
    ({ status }) => status === 'bad',
  );
  if (bad !== undefined)
    throw new IntegrityError(
      'DIGEST_MISMATCH',
      `${bad.name} of the uncompressed payload: expected ${bad.expected}, found ${bad.actual}`,
      bad,
    );
}

/** What git drops of a regular file's mode; undefined when it drops nothing. */
export function droppedMode(path: Uint8Array, mode: number): DroppedMode | undefined {
  return (mode & MODE_BITS) === 0 ? undefined : { mode: (REGULAR | mode).toString(8), path };
}

/**
 * Says what leaves the source: a link is stored as a link and never followed (T21).
 * @returns a warning; undefined for a link that stays inside
 * @throws PayloadError UNSAFE_PATH instead, with `refuse`
 */
export function checkLink(
  path: Uint8Array,
  target: Uint8Array,
  symlinks: 'keep' | 'refuse',
): string | undefined {
  const text = Buffer.from(target).toString('latin1');
  let depth = Buffer.from(path).toString('latin1').split('/').length - 1;
  let leaves = text.startsWith('/');
  for (const part of text.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) leaves = true;
  }
  if (!leaves) return undefined;
  const message = `the link ${printable(path)} points outside the source, to ${printable(target)}`;
  if (symlinks === 'refuse')
    throw new PayloadError('UNSAFE_PATH', message, {
      remedy: 'Set symlinks: keep to store such links as links.',
    });
  return message;
}
