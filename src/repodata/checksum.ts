// SPDX-License-Identifier: MIT
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';

import { IntegrityError, RepodataError } from '../errors.js';
import type { DownloadRequest } from '../net/fetcher.js';
import type { Checksum } from './model.js';

/** Name of a digest for `node:crypto` and for `allow-weak`. */
type DigestName = DownloadRequest['checksum']['algorithm'];

/** Digest and hex digits of each checksum type that createrepo and createrepo_c have ever written; createrepo's `sha` is SHA-1. */
const TYPES: ReadonlyMap<string, readonly [DigestName, number]> = new Map([
  ['md5', ['md5', 32]],
  ['sha', ['sha1', 40]],
  ['sha1', ['sha1', 40]],
  ['sha224', ['sha224', 56]],
  ['sha256', ['sha256', 64]],
  ['sha384', ['sha384', 96]],
  ['sha512', ['sha512', 128]],
]);
/** T4: collisions of these can be bought. */
const WEAK: ReadonlySet<DigestName> = new Set(['md5', 'sha1']);

/** A checksum of a known type and right length, in lower case; undefined for anything else. */
export function parseChecksum(type: string, value: string): Checksum | undefined {
  const algorithm = type.toLowerCase();
  const hex = value.toLowerCase();
  return hex.length === TYPES.get(algorithm)?.[1] && /^[0-9a-f]+$/.test(hex)
    ? { algorithm, hex }
    : undefined;
}

/**
 * The checksum as one to rely on (T4): sha224 and stronger, or what `allowWeak` names.
 * @throws RepodataError WEAK_ALGORITHM
 */
export function requireStrong(
  { algorithm, hex }: Checksum,
  what: string,
  allowWeak?: ReadonlySet<string>,
): DownloadRequest['checksum'] {
  const digest = TYPES.get(algorithm)?.[0];
  if (digest !== undefined && (!WEAK.has(digest) || allowWeak?.has(digest) === true))
    return { algorithm: digest, hex };
  throw new RepodataError(
    'WEAK_ALGORITHM',
    `${what}: expected a checksum of type sha256, sha384 or sha512, found ${algorithm}`,
    {
      expected: 'sha256, sha384 or sha512',
      actual: algorithm,
    },
  );
}

/** True for md5, sha and sha1 (T4). */
export function isWeak({ algorithm }: Checksum): boolean {
  const digest = TYPES.get(algorithm)?.[0];
  return digest === undefined || WEAK.has(digest);
}

/** Hex digest of bytes by the checksum's algorithm, to compare with its `hex`. */
export function digestLike(bytes: Uint8Array, checksum: Checksum): string {
  return newHash(checksum).update(bytes).digest('hex');
}

/** A hash of the checksum's algorithm, for data in pieces. */
export function newHash({ algorithm }: Checksum): Hash {
  return createHash(TYPES.get(algorithm)?.[0] ?? algorithm);
}

/**
 * Checks that `bytes` have the checksum that the index states.
 * @throws RepodataError WEAK_ALGORITHM, IntegrityError DIGEST_MISMATCH
 */
export function verifyChecksum(
  bytes: Uint8Array,
  checksum: Checksum,
  what: string,
  allowWeak?: ReadonlySet<string>,
): void {
  requireStrong(checksum, what, allowWeak);
  const actual = digestLike(bytes, checksum);
  if (actual === checksum.hex) return;
  throw new IntegrityError(
    'DIGEST_MISMATCH',
    `${what}: expected ${checksum.algorithm} ${checksum.hex}, found ${actual} (${bytes.length} bytes)`,
    {
      expected: checksum.hex,
      actual,
    },
  );
}
