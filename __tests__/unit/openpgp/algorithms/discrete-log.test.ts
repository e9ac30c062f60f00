// SPDX-License-Identifier: MIT
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import fc from 'fast-check';

import { type Curve, CURVES } from '../../../../src/openpgp/algorithms/curves.js';
import { toBigInt, verifyDsa } from '../../../../src/openpgp/algorithms/discrete-log.js';
import { isOnCurve, verifyEcdsa } from '../../../../src/openpgp/algorithms/ecdsa.js';

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

/** The parameters against each other: one less than the order times the generator is the generator's mirror image. */
function orderTimesGenerator({ p, a, b, n, g }: Curve): boolean {
  const { BASE } = weierstrass({ p, a, b, n, h: 1n, Gx: g.x, Gy: g.y });
  const { x, y } = BASE.multiplyUnsafe(n - 1n).toAffine();
  return x === g.x && y === p - g.y;
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

  it.each(Object.values(CURVES).map((curve) => [curve.name, curve] as const))(
    '%s: the coordinates of a point are those of the field, and fit each other',
    (_, curve) => {
      const { p, g } = curve;
      const [x, y] = [g.x, g.y];
      expect(isOnCurve(curve, { x, y: p - y })).toBe(true);
      for (const point of [
        { x: x - p, y },
        { x: x + p, y },
        { x, y: y - p },
        { x, y: y + p },
        { x, y: -y },
        { x: y, y: x },
        { x: x + 1n, y },
        { x: 0n, y: 0n },
        { x: p, y: p },
      ])
        expect(isOnCurve(curve, point)).toBe(false);
    },
  );

  it('adds a point to itself and to its opposite', () => {
    const curve = CURVES['2a8648ce3d030107']!;
    const digest = Buffer.alloc(32, 0);
    digest[31] = 1;
    // With the generator as key, u1·G + u2·G meets the doubling and infinity in the addition.
    const { x } = curve.g;
    expect(verifyEcdsa(curve, curve.g, digest, { r: x % curve.n, s: 1n })).toBe(false);
    expect(verifyEcdsa(curve, curve.g, digest, { r: 1n, s: 2n })).toBe(false);
    expect(verifyEcdsa(curve, { x, y: curve.p - curve.g.y }, digest, { r: 1n, s: 1n })).toBe(false);
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

  describe('with numbers for which the equation holds', () => {
    /** Without a guard these signatures would be good: with g = y = p - 1 an odd digest and r = s = 1 give 1, whatever p and q are. */
    const accepts = (p: bigint, q: bigint, numbers: Partial<typeof key> = {}) =>
      verifyDsa({ p, q, g: p - 1n, y: p - 1n, ...numbers }, Buffer.of(1), {
        r: 1n,
        s: 1n,
      });
    const bits = (count: number) => (1n << BigInt(count)) - 1n;

    it.each([
      ['p of 4096 bits', 4096, 256, true],
      ['p of 4097 bits', 4097, 256, false],
      ['q of 512 bits', 1024, 512, true],
      ['q of 513 bits', 1024, 513, false],
    ])('%s', (_, p, q, isTaken) => {
      expect(accepts(bits(p), bits(q))).toBe(isTaken);
    });

    it.each<[string, Partial<typeof key>]>([
      ['g of 1', { g: 1n }],
      ['g of p', { g: 23n }],
      ['g beyond p', { g: 24n }],
      ['y of 1', { y: 1n }],
      ['y beyond p', { y: 24n }],
    ])('%s', (_, numbers) => {
      const weak = { p: 23n, q: 11n, g: 4n, y: 9n, ...numbers };
      const power = (base: bigint, exponent: bigint) => base ** exponent % 23n;
      const forged: boolean[] = [];
      for (let u = 0n; u < 11n; u += 1n)
        for (let r = 1n; r < 11n; r += 1n)
          for (let w = 1n; w < 11n; w += 1n) {
            const v = (power(weak.g, (u * w) % 11n) * power(weak.y, (r * w) % 11n)) % 23n;
            // The inverse of w modulo 11 is its ninth power.
            if (v % 11n === r)
              forged.push(verifyDsa(weak, Buffer.of(Number(u << 4n)), { r, s: w ** 9n % 11n }));
          }
      expect(forged.length).toBeGreaterThan(0);
      expect(forged.some((isGood) => isGood)).toBe(false);
    });
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
