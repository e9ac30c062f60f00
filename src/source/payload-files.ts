// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';

import type { ByteSource } from '../bytes.js';
import { IntegrityError, PayloadError } from '../errors.js';
import { checkBothForms, payloadDigests, uncompressedAlgorithms } from '../rpm/evidence/digests.js';
import type { DigestReport, FileEntry, PayloadFile } from '../rpm/model.js';
import type { Receive } from '../rpm/payload/member.js';
import { printable } from '../rpm/payload/paths.js';
import { type PayloadSummary, readPayload, streamPayload } from '../rpm/payload/payload.js';
import type { RpmPackage } from '../rpm/read.js';
import { latin1 } from '../text.js';
import { describeOdd, isOddAlternative } from '../trust/policy.js';

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
 * The files of a verified package's payload, each held against the signed header; its digest of the uncompressed payload, where it has one, holds as every other does,
 * unless it is alone in being wrong (see {@link isOddAlternative}).
 * @throws IntegrityError DIGEST_MISMATCH; PayloadError
 */
export function readVerifiedFiles(
  pkg: RpmPackage,
  bytes: ByteSource,
  keep: (entry: FileEntry) => boolean,
): AsyncGenerator<PayloadFile, void> {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  const form = new CompressedForm(pkg, bytes.stream(pkg.payloadStart));
  return verified(readPayload(pkg, form.chunks(), { keep, uncompressedDigests }), { form });
}

/**
 * As {@link readVerifiedFiles}, for contents of any size: `receive` gets each while it flows by, before its digest is known. Nothing of it may be published when this throws.
 * @param payload all bytes after the main header
 * @throws IntegrityError DIGEST_MISMATCH; PayloadError; what `receive` throws
 */
export function streamVerifiedFiles<T>(
  pkg: RpmPackage,
  payload: AsyncIterable<Uint8Array>,
  {
    keep,
    receive,
    warn,
  }: {
    readonly keep: (entry: FileEntry) => boolean;
    readonly receive: Receive<T>;
    readonly warn?: (text: string) => void;
  },
): AsyncGenerator<PayloadFile<T>, void> {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  const form = new CompressedForm(pkg, payload);
  const rows = streamPayload(pkg, form.chunks(), { keep, receive, uncompressedDigests });
  return verified(rows, { form, warn });
}

/** The payload as it is in the file, hashed as it is read where it has a digest in its other form, too. */
class CompressedForm {
  private readonly hashes: ReadonlyMap<string, Hash>;

  constructor(
    private readonly pkg: RpmPackage,
    private readonly payload: AsyncIterable<Uint8Array>,
  ) {
    this.hashes = new Map(
      uncompressedAlgorithms(pkg.header).map((name) => [name, createHash(name)]),
    );
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of this.payload) {
      for (const hash of this.hashes.values()) hash.update(chunk);
      yield chunk;
    }
  }

  check(uncompressed: PayloadSummary['digests']): readonly DigestReport[] {
    const compressed = Object.fromEntries(
      Array.from(this.hashes, ([name, hash]) => [name, hash.digest('hex')]),
    );
    return checkBothForms(payloadDigests(this.pkg.header), { compressed, uncompressed });
  }
}

interface Verifying {
  readonly form: CompressedForm;
  readonly warn?: ((text: string) => void) | undefined;
}

async function* verified<T>(
  payload: AsyncGenerator<PayloadFile<T>, PayloadSummary>,
  { form, warn }: Verifying,
): AsyncGenerator<PayloadFile<T>, void> {
  let filesGood = true;
  try {
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        const digests = form.check(step.value.digests);
        for (const digest of digests) verifyForm(digest, { digests, filesGood, warn });
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
      filesGood &&= digest === 'good' || entry.type !== 'file' || entry.ghost;
      yield step.value;
    }
  } finally {
    // Whoever stops early must not leave a decoder, or the file below it, open.
    await payload.return({ uncompressedSize: 0, digests: {} });
  }
}

/** @throws IntegrityError DIGEST_MISMATCH */
function verifyForm(
  digest: DigestReport,
  {
    digests,
    filesGood,
    warn,
  }: Pick<Verifying, 'warn'> & {
    readonly digests: readonly DigestReport[];
    readonly filesGood: boolean;
  },
): void {
  // The other form was judged with the bytes of the file.
  if (digest.status !== 'bad' || !digest.name.endsWith('ALT')) return;
  if (filesGood && isOddAlternative(digest, digests)) {
    warn?.(describeOdd(digest));
    return;
  }
  const { name, expected, actual } = digest;
  throw new IntegrityError(
    'DIGEST_MISMATCH',
    `${name} of the uncompressed payload: expected ${expected}, found ${actual}`,
    { expected, actual },
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
  const text = latin1(target);
  let depth = latin1(path).split('/').length - 1;
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
