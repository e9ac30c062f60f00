// SPDX-License-Identifier: MIT
import type { Curve, Point } from './curves.js';

/**
 * DSA and ECDSA verification over a finished digest. node:crypto only verifies where it hashes itself, but an RPM is
 * hashed once, in a stream, for all its signatures. Only public values pass through here, so timing tells nobody anything.
 * `__tests__/unit/openpgp/discrete-log.test.ts` holds each curve against OpenSSL.
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
export function verifyDsa({ p, q, g, y }: DsaKey, digest: Uint8Array, { r, s }: Pair): boolean {
  if (bitLength(p) > MAX_DSA_BITS.p || bitLength(q) > MAX_DSA_BITS.q) return false;
  if (q < 3n || g < 2n || g >= p || y < 2n || y >= p) return false;
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false;
  const w = inverse(s, q);
  if (w === undefined) return false;
  const v = modulo(
    power(g, modulo(leftmost(digest, q) * w, q), p) * power(y, modulo(r * w, q), p),
    p,
  );
  return v % q === r;
}

/** Verifies an ECDSA signature (FIPS 186-4 6.4). */
export function verifyEcdsa(curve: Curve, key: Point, digest: Uint8Array, { r, s }: Pair): boolean {
  const { n } = curve;
  if (!isOnCurve(curve, key) || r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const w = inverse(s, n);
  if (w === undefined) return false;
  const sum = multiplyBoth(
    curve,
    { u: modulo(leftmost(digest, n) * w, n), of: curve.g },
    { u: modulo(r * w, n), of: key },
  );
  return sum !== undefined && sum.x % n === r;
}

/** True for a point of the curve other than infinity; the curves here have cofactor 1. */
export function isOnCurve({ p, a, b }: Curve, point: Point): boolean {
  if (point === undefined) return false;
  const { x, y } = point;
  return x >= 0n && x < p && y >= 0n && y < p && modulo(y * y - x * x * x - a * x - b, p) === 0n;
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

/** A point as (X/Z², Y/Z³); Z = 0 is infinity. Saves the inversion that every affine addition costs. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n };

interface Term {
  readonly u: bigint;
  readonly of: Point;
}

/** The sum of two multiples, doubling once for both (Shamir's trick). */
function multiplyBoth(curve: Curve, first: Term, second: Term): Point {
  const one = lift(first.of);
  const two = lift(second.of);
  const both = add(curve, one, two);
  let sum = INFINITY;
  for (let bit = BigInt(Math.max(bitLength(first.u), bitLength(second.u)) - 1); bit >= 0n; bit--) {
    sum = double(curve, sum);
    const inFirst = ((first.u >> bit) & 1n) === 1n;
    const inSecond = ((second.u >> bit) & 1n) === 1n;
    if (inFirst || inSecond)
      sum = add(curve, sum, inFirst && inSecond ? both : inFirst ? one : two);
  }
  return lower(curve, sum);
}

function lift(point: Point): Jacobian {
  return point === undefined ? INFINITY : { ...point, z: 1n };
}

function lower({ p }: Curve, { x, y, z }: Jacobian): Point {
  const i = z === 0n ? undefined : inverse(z, p);
  return i === undefined ? undefined : { x: modulo(x * i * i, p), y: modulo(y * i * i * i, p) };
}

/** dbl-2007-bl of the Explicit-Formulas Database, in its plain form. */
function double({ a, p }: Curve, { x, y, z }: Jacobian): Jacobian {
  if (z === 0n || y === 0n) return INFINITY;
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const zz = (z * z) % p;
  const m = (3n * x * x + a * zz * zz) % p;
  const x3 = modulo(m * m - 2n * s, p);
  return { x: x3, y: modulo(m * (s - x3) - 8n * yy * yy, p), z: (2n * y * z) % p };
}

/** add-2007-bl of the Explicit-Formulas Database, in its plain form. */
function add(curve: Curve, one: Jacobian, two: Jacobian): Jacobian {
  if (one.z === 0n) return two;
  if (two.z === 0n) return one;
  const { p } = curve;
  const [z1, z2] = [(one.z * one.z) % p, (two.z * two.z) % p];
  const [u1, u2] = [(one.x * z2) % p, (two.x * z1) % p];
  const [s1, s2] = [(((one.y * z2) % p) * two.z) % p, (((two.y * z1) % p) * one.z) % p];
  const [h, r] = [modulo(u2 - u1, p), modulo(s2 - s1, p)];
  if (h === 0n) return r === 0n ? double(curve, one) : INFINITY;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x = modulo(r * r - hhh - 2n * v, p);
  return { x, y: modulo(r * (v - x) - s1 * hhh, p), z: (((one.z * two.z) % p) * h) % p };
}
