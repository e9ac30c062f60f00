// SPDX-License-Identifier: MIT
import type { PublicKey } from './algorithms/public-key.js';
import type { HashName, SignaturePolicy } from './model.js';

/** An algorithm that a signature rests on and that is too weak, by the name that `allow-weak` knows: `sha1`, `rsa1024`. */
export interface Weakness {
  readonly name: string;
  readonly tolerated: boolean;
}

const WEAK_HASHES: ReadonlySet<HashName> = new Set(['md5', 'sha1', 'ripemd160']);
/** NIST SP 800-131A allows no shorter RSA and DSA keys. */
const MIN_BITS = 2048;

/** What is weak in a signature with this hash by these keys (T15). */
export function findWeaknesses(
  hash: HashName,
  keys: readonly PublicKey[],
  policy: SignaturePolicy,
): Weakness[] {
  const hashes = WEAK_HASHES.has(hash)
    ? [{ name: hash, tolerated: policy.allowWeak.has(hash) }]
    : [];
  const strengths = keys.flatMap(({ strength }) => strength ?? []);
  const named = new Map(
    strengths
      .filter(({ bits }) => bits < MIN_BITS)
      .map((strength) => [`${strength.family}${strength.bits}`, strength]),
  );
  return [
    ...hashes,
    ...[...named].map(([label, { family, bits }]) => ({
      name: label,
      tolerated: isAllowed(policy, family, bits),
    })),
  ];
}

/** `rsa1024` in `allow-weak` allows RSA keys of at least 1024 bits. */
function isAllowed({ allowWeak }: SignaturePolicy, family: string, bits: number): boolean {
  return [...allowWeak].some(
    (name) =>
      name.startsWith(family) &&
      /^\d+$/.test(name.slice(family.length)) &&
      Number(name.slice(family.length)) <= bits,
  );
}
