// SPDX-License-Identifier: MIT
/**
 * DSA verification over a finished digest. node:crypto only verifies where it hashes itself, but an RPM is
 * hashed once, in a stream, for all its signatures. Only public values pass through here, so timing tells nobody anything.
 * No kept library does DSA. `__tests__/unit/openpgp/algorithms/discrete-log.test.ts` holds it against OpenSSL.
 */

export interface DsaKey {
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
}

export interface Pair {
  readonly r: bigint;
  readonly s: bigint;
}

/** FIPS 186-4 ends at 3072 and 256; beyond these a key costs time and proves nothing. */
const MAX_DSA_BITS = { p: 4096, q: 512 };

/** Verifies a DSA signature (FIPS 186-4 4.7). */
export function verifyDsa(key: DsaKey, digest: Uint8Array, { r, s }: Pair): boolean {
  if (!isUsable(key)) return false;
  const { p, q, g, y } = key;
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false;
  const w = inverse(s, q);
  if (w === undefined) return false;
  const v = modulo(
    power(g, modulo(leftmost(digest, q) * w, q), p) * power(y, modulo(r * w, q), p),
    p,
  );
  return v % q === r;
}

function isUsable({ p, q, g, y }: DsaKey): boolean {
  if (bitLength(p) > MAX_DSA_BITS.p || bitLength(q) > MAX_DSA_BITS.q) return false;
  return q >= 3n && g >= 2n && g < p && y >= 2n && y < p;
}

/** A big-endian number. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The leftmost bits of a digest, as many as the order has. */
function leftmost(digest: Uint8Array, order: bigint): bigint {
  return toBigInt(digest) >> BigInt(Math.max(0, digest.length * 8 - bitLength(order)));
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** The inverse by Euclid's algorithm; undefined when there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [low, high] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return low === 1n ? modulo(x, modulus) : undefined;
}
