// SPDX-License-Identifier: MIT
import { type ECDSA, ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sha256 } from '@noble/hashes/sha2.js';

import type { Curve, Point } from './curves.js';
import type { Pair } from './discrete-log.js';

// The arithmetic is @noble/curves' over the parameters of curves.ts: its own tables of curves bring hashing to curves and others
// along, which take 40 ms to load in every run. node:crypto only verifies where it hashes itself (see discrete-log.ts).

const ENGINES = new Map<Curve, ECDSA>();

/** Verifies an ECDSA signature over a finished digest (FIPS 186-4 6.4); either of the two values of s that fit is right. */
export function verifyEcdsa(curve: Curve, key: Point, digest: Uint8Array, { r, s }: Pair): boolean {
  const { n } = curve;
  const point = tryPoint(curve, key);
  if (point === undefined || r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const { Signature, verify } = engineOf(curve);
  return verify(new Signature(r, s).toBytes(), digest, point.toBytes(false), {
    prehash: false,
    lowS: false,
  });
}

/** True for a point of the curve other than infinity; the curves here have cofactor 1. */
export function isOnCurve(curve: Curve, point: Point): boolean {
  return tryPoint(curve, point) !== undefined;
}

function tryPoint(curve: Curve, point: Point): InstanceType<ECDSA['Point']> | undefined {
  if (point === undefined) return undefined;
  try {
    const found = engineOf(curve).Point.fromAffine(point);
    found.assertValidity();
    return found;
  } catch {
    return undefined; // the library says no by throwing
  }
}

function engineOf(curve: Curve): ECDSA {
  const known = ENGINES.get(curve);
  if (known !== undefined) return known;
  const { p, a, b, n, g } = curve;
  // The hash is for signing, which nobody does here.
  const made = ecdsa(weierstrass({ p, a, b, n, h: 1n, Gx: g.x, Gy: g.y }), sha256);
  ENGINES.set(curve, made);
  return made;
}
