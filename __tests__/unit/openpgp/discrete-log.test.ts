// SPDX-License-Identifier: MIT
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { type Curve, CURVES } from '../../../src/openpgp/curves.js';
import { isOnCurve, toBigInt, verifyDsa, verifyEcdsa } from '../../../src/openpgp/discrete-log.js';

const OPENSSL: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};
const halves = (bytes: Uint8Array) =>
  [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)].map(toBigInt) as [
    bigint,
    bigint,
  ];

/** Multiplies by doubling and adding in affine coordinates, to hold the parameters themselves against each other. */
function orderTimesGenerator({ p, a, n, g }: Curve): boolean {
  const mod = (value: bigint) => ((value % p) + p) % p;
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n
      ? 1n
      : mod(power(mod(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n));
  const inverse = (value: bigint) => power(mod(value), p - 2n);
  let sum: { x: bigint; y: bigint } | undefined;
  for (const bit of (n - 1n).toString(2)) {
    if (sum !== undefined) {
      const slope: bigint = mod((3n * sum.x * sum.x + a) * inverse(2n * sum.y));
      const x: bigint = mod(slope * slope - 2n * sum.x);
      sum = { x, y: mod(slope * (sum.x - x) - sum.y) };
    }
    if (bit === '1' && sum === undefined) sum = g;
    else if (bit === '1' && sum !== undefined && g !== undefined) {
      const slope: bigint = mod((g.y - sum.y) * inverse(g.x - sum.x));
      const x: bigint = mod(slope * slope - sum.x - g.x);
      sum = { x, y: mod(slope * (sum.x - x) - sum.y) };
    }
  }
  return sum !== undefined && g !== undefined && sum.x === g.x && sum.y === p - g.y;
}

describe('verifyEcdsa', () => {
  describe.each(Object.values(CURVES).map((curve) => [curve.name, curve] as const))(
    'on %s',
    (name, curve) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', {
        namedCurve: OPENSSL[name] ?? name,
      });
      const der = publicKey.export({ format: 'der', type: 'spki' });
      const size = Math.ceil(curve.p.toString(2).length / 8);
      const [x, y] = halves(der.subarray(-2 * size));
      const make = (hash: string, data: Uint8Array) => {
        const [r, s] = halves(sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
        return { digest: createHash(hash).update(data).digest(), r, s };
      };

      it('has the generator on the curve, and its order is n', () => {
        expect([isOnCurve(curve, curve.g), orderTimesGenerator(curve)]).toEqual([true, true]);
      });

      it('accepts what OpenSSL signs, with digests shorter and longer than the order', () => {
        expect(() => {
          fc.assert(
            fc.property(
              fc.uint8Array({ maxLength: 40 }),
              fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
              (data, hash) => {
                const { digest, r, s } = make(hash, data);
                return verifyEcdsa(curve, { x, y }, digest, { r, s });
              },
            ),
            { numRuns: 12 },
          );
        }).not.toThrow();
      });

      it('accepts the mirror image of s, as the standard does, and nothing else near by', () => {
        const { digest, r, s } = make('sha256', Buffer.from('data'));
        expect(verifyEcdsa(curve, { x, y }, digest, { r, s: curve.n - s })).toBe(true);
        for (const pair of [
          { r: r + 1n, s },
          { r, s: s + 1n },
          { r: s, s: r },
          { r: 0n, s },
          { r, s: 0n },
          { r: r + curve.n, s },
          { r, s: s + curve.n },
          { r: -r, s },
        ]) {
          expect(verifyEcdsa(curve, { x, y }, digest, pair)).toBe(false);
        }
        expect(
          verifyEcdsa(curve, { x, y }, createHash('sha256').update('other').digest(), { r, s }),
        ).toBe(false);
      });

      it('refuses points that are not on the curve', () => {
        const { digest, r, s } = make('sha256', Buffer.from('data'));
        for (const point of [undefined, { x, y: y + 1n }, { x: 0n, y: 0n }, { x: x + curve.p, y }])
          expect(verifyEcdsa(curve, point, digest, { r, s })).toBe(false);
      });
    },
  );

  it('adds a point to itself and to its opposite', () => {
    const curve = CURVES['2a8648ce3d030107']!;
    const digest = Buffer.alloc(32, 0);
    digest[31] = 1;
    // With the generator as key, u1·G + u2·G meets the doubling and infinity in the addition.
    const { x } = curve.g!;
    expect(verifyEcdsa(curve, curve.g, digest, { r: x % curve.n, s: 1n })).toBe(false);
    expect(verifyEcdsa(curve, curve.g, digest, { r: 1n, s: 2n })).toBe(false);
    expect(verifyEcdsa(curve, { x, y: curve.p - curve.g!.y }, digest, { r: 1n, s: 1n })).toBe(
      false,
    );
    expect(verifyEcdsa(curve, curve.g, digest, { r: x % curve.n, s: (1n + x) % curve.n })).toBe(
      true,
    );
  });
});

describe('verifyDsa', () => {
  // A 1024-bit key of OpenSSL, so that the test need not search for primes.
  const { privateKey, publicKey } = generateKeyPairSync('dsa', {
    modulusLength: 1024,
    divisorLength: 160,
  });
  const key = numbersOf(publicKey.export({ format: 'der', type: 'spki' }));
  const make = (hash: string, data: Uint8Array) => {
    const [r, s] = halves(sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
    return { digest: createHash(hash).update(data).digest(), r, s };
  };

  it('accepts what OpenSSL signs', () => {
    expect(() => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 40 }),
          fc.constantFrom('sha1', 'sha256', 'sha512'),
          (data, hash) => {
            const { digest, r, s } = make(hash, data);
            return verifyDsa(key, digest, { r, s });
          },
        ),
        { numRuns: 20 },
      );
    }).not.toThrow();
  });

  it('refuses other numbers, also those that are equal modulo q', () => {
    const { digest, r, s } = make('sha1', Buffer.from('data'));
    for (const pair of [
      { r: r + 1n, s },
      { r, s: s + 1n },
      { r: 0n, s },
      { r, s: 0n },
      { r: r + key.q, s },
      { r, s: s + key.q },
    ])
      expect(verifyDsa(key, digest, pair)).toBe(false);
  });

  it('refuses keys that would accept anything', () => {
    const { digest } = make('sha1', Buffer.from('data'));
    for (const bad of [
      { ...key, g: 1n },
      { ...key, y: 1n },
      { ...key, y: 0n },
      { ...key, g: 0n },
      { ...key, q: 1n },
      { ...key, q: 0n },
      { ...key, p: 0n },
      { ...key, p: 1n << 20_000n },
    ]) {
      expect(verifyDsa(bad, digest, { r: 1n, s: 1n })).toBe(false);
    }
  });

  it('ends for numbers of any kind', () => {
    const number = fc.bigInt({ min: 0n, max: 1n << 64n });
    expect(() => {
      fc.assert(
        fc.property(
          number,
          number,
          number,
          number,
          number,
          number,
          (p, q, g, y, r, s) =>
            typeof verifyDsa({ p, q, g, y }, Buffer.alloc(20, 1), { r, s }) === 'boolean',
        ),
      );
    }).not.toThrow();
  });
});

function numbersOf(der: Buffer) {
  const found: bigint[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at]!;
    const long = der[at + 1]! & 0x80 ? der[at + 1]! & 0x7f : 0;
    const length = long ? der.readUIntBE(at + 2, long) : der[at + 1]!;
    at += 2 + long;
    if (tag === 2) found.push(toBigInt(der.subarray(at, at + length)));
    if (tag === 3) at += 1;
    else if (tag !== 0x30) at += length;
  }
  const [p, q, g, y] = found as [bigint, bigint, bigint, bigint];
  return { p, q, g, y };
}
