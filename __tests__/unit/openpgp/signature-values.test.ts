// SPDX-License-Identifier: MIT
import { constants, createHash, privateEncrypt, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { loadKeyring } from '../../../src/openpgp/keyring.js';
import { checkSignature } from '../../../src/openpgp/verify.js';
import {
  type KeyKind,
  makeCertificate,
  makeKey,
  makeSignature,
  makeSubkey,
  mpi,
  packet,
  type SignatureOptions,
  type TestKey,
} from '../../fixtures/openpgp-builder.js';
import { DATA, NOW } from '../../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../../fixtures/rpm-signature-tags.js';

async function verdict(
  certificate: Uint8Array,
  signature: Uint8Array,
  allowWeak: readonly string[] = [],
): Promise<string> {
  const keyring = await loadKeyring([{ name: 'test key', bytes: certificate }]);
  const reports = await checkSignature(signature, signedBytes(DATA), keyring, {
    allowWeak: new Set(allowWeak),
    now: NOW,
  });
  return reports.map(({ status, code }) => [status, code].join(' ').trim()).join(', ');
}

const by = (key: TestKey, options: Partial<SignatureOptions> = {}) =>
  makeSignature({ key, parts: [DATA], hash: 'sha256', ...options });

const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const SHA512_INFO = Buffer.from('3051300d060960864801650304020305000440', 'hex');

describe('an RSA signature', () => {
  const key = makeKey('RSA');
  const cube = makeKey('RSA', { exponent: 3 });
  /** What the key's owner makes when he pads something else than DigestInfo and digest. */
  const padded =
    (of: (digest: Buffer) => readonly Uint8Array[], owner = key) =>
    (digest: Buffer) =>
      mpi(
        privateEncrypt(
          { key: owner.privateKey, padding: constants.RSA_PKCS1_PADDING },
          Buffer.concat(of(digest)),
        ),
      );
  const raw =
    (of: (digest: Buffer) => Buffer, owner = key) =>
    (digest: Buffer) =>
      mpi(
        privateEncrypt(
          { key: owner.privateKey, padding: constants.RSA_NO_PADDING },
          Buffer.concat([Buffer.alloc(256 - of(digest).length), of(digest)]),
        ),
      );
  const filled = (head: number[], digest: Buffer) =>
    Buffer.concat([
      Buffer.from(head),
      Buffer.alloc(256 - head.length - 1 - SHA256_INFO.length - digest.length, 0xff),
      Buffer.from([0]),
      SHA256_INFO,
      digest,
    ]);

  it('of the expected form is good, by an exponent of 3, too', async () => {
    for (const owner of [key, cube])
      expect([
        await verdict(makeCertificate({ key: owner }), by(owner)),
        await verdict(
          makeCertificate({ key: owner }),
          by(owner, { forge: padded((digest) => [SHA256_INFO, digest], owner) }),
        ),
      ]).toEqual(['good', 'good']);
  });

  it.each<readonly [string, (digest: Buffer) => Uint8Array]>([
    ['the DigestInfo of another hash', padded((digest) => [SHA512_INFO, digest])],
    ['no DigestInfo', padded((digest) => [digest])],
    [
      'a DigestInfo without parameters',
      padded((digest) => [
        Buffer.from('302f300b0609608648016503040201', 'hex'),
        Buffer.from('0420', 'hex'),
        digest,
      ]),
    ],
    [
      'a length in its long form',
      padded((digest) => [Buffer.from('308131300d060960864801650304020105000420', 'hex'), digest]),
    ],
    ['bytes before the DigestInfo', padded((digest) => [Buffer.alloc(8, 1), SHA256_INFO, digest])],
    ['bytes before the digest', padded((digest) => [SHA256_INFO, Buffer.alloc(8, 1), digest])],
    ['bytes after the digest', padded((digest) => [SHA256_INFO, digest, Buffer.alloc(8, 1)])],
    ['a digest cut short', padded((digest) => [SHA256_INFO, digest.subarray(0, 31)])],
    ['the padding of encryption', raw((digest) => filled([0, 2], digest))],
    ['no padding', raw((digest) => Buffer.concat([SHA256_INFO, digest]))],
    ['padding that begins elsewhere', raw((digest) => filled([1, 1], digest))],
    ['a number as large as the modulus', () => mpi(Buffer.alloc(256, 0xff))],
    ['the number nought', () => mpi(Buffer.alloc(256))],
    ['the number one', () => mpi(Buffer.from([1]))],
  ])('with %s is bad', async (_, forge) => {
    expect(await verdict(makeCertificate({ key }), by(key, { forge }))).toBe('bad BAD_SIGNATURE');
  });

  it('padded as PSS is bad', async () => {
    const digest = (bytes: Buffer) =>
      mpi(sign('sha256', bytes, { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }));
    expect(await verdict(makeCertificate({ key }), by(key, { forge: digest }))).toBe(
      'bad BAD_SIGNATURE',
    );
  });

  // Nobody needs the private key for these: a cube root is enough where not every byte of the block is compared.
  describe('forged for an exponent of 3', () => {
    const head = Buffer.from('0001ffffffffffffffffff00', 'hex');

    it("whose garbage follows the digest (Bleichenbacher's) is bad", async () => {
      const forge = (digest: Buffer) => {
        const start = Buffer.concat([head, SHA256_INFO, digest]);
        const root = cubeRoot(
          number(Buffer.concat([start, Buffer.alloc(256 - start.length, 0xff)])),
        );
        expect(block(root).subarray(0, start.length)).toEqual(start);
        return mpi(bytes(root));
      };
      expect(await verdict(makeCertificate({ key: cube }), by(cube, { forge }))).toBe(
        'bad BAD_SIGNATURE',
      );
    });

    it('whose garbage precedes the DigestInfo is bad', async () => {
      const forge = (digest: Buffer) => {
        const tail = Buffer.concat([SHA256_INFO, digest]);
        const bits = BigInt(tail.length * 8);
        const top = cubeRoot(number(Buffer.concat([head, Buffer.alloc(256 - head.length, 0xff)])));
        const root = ((top >> bits) << bits) + rootOfTail(number(tail), bits) - (1n << bits);
        expect(block(root).subarray(0, 11)).toEqual(head.subarray(0, 11));
        expect(block(root).subarray(-tail.length)).toEqual(tail);
        return mpi(bytes(root));
      };
      expect(await verdict(makeCertificate({ key: cube }), oddly(cube, forge))).toBe(
        'bad BAD_SIGNATURE',
      );
    });

    /** Only odd numbers have a cube root by a power of two, so the time of the signature is chosen for that. */
    function oddly(owner: TestKey, forge: (digest: Buffer) => Uint8Array): Buffer {
      for (let created = NOW - 3600; created < NOW; created++) {
        let odd = false;
        by(owner, {
          created,
          forge: (digest) => {
            odd = (digest.at(-1)! & 1) === 1;
            return mpi(Buffer.from([1]));
          },
        });
        if (odd) return by(owner, { created, forge });
      }
      throw new Error('no odd digest in an hour');
    }
    const number = (value: Buffer) => BigInt(`0x${value.toString('hex')}`);
    const bytes = (value: bigint) => Buffer.from(value.toString(16).padStart(512, '0'), 'hex');
    const block = (root: bigint) => bytes(root ** 3n);
    function cubeRoot(value: bigint): bigint {
      let [low, high] = [0n, 1n << 700n];
      while (high - low > 1n) {
        const middle = (low + high) >> 1n;
        if (middle ** 3n <= value) low = middle;
        else high = middle;
      }
      return low;
    }
    function rootOfTail(tail: bigint, bits: bigint): bigint {
      let root = 1n;
      for (let bit = 1n; bit < bits; bit++)
        if (((root ** 3n - tail) >> bit) & 1n) root += 1n << bit;
      return root;
    }
  });
});

describe('a composite signature', () => {
  const key = makeKey('ML-DSA-65+Ed25519', { version: 6 });
  const certificate = makeCertificate({ key });
  const flipped = (at: number) => {
    const copy = by(key);
    copy[copy.length - 1 - at]! ^= 1;
    return copy;
  };

  it('whose halves are both right is good', async () => {
    expect(await verdict(certificate, by(key))).toBe('good');
  });

  it.each([
    ['the lattice half', 5],
    ['the first byte of the lattice half', 3308],
    ['the Edwards half', 3309],
    ['the first byte of the Edwards half', 3309 + 63],
  ])('with one bit of %s flipped is bad', async (_, at) => {
    expect(await verdict(certificate, flipped(at))).toBe('bad BAD_SIGNATURE');
  });
});

describe('a digest that is too short for its key', () => {
  it.each<readonly [KeyKind, 4 | 6, string]>([
    ['EdDSA', 4, 'sha224'],
    ['EdDSA', 4, 'sha1'],
    ['Ed25519', 6, 'sha224'],
    ['Ed448', 6, 'sha256'],
    ['Ed448', 6, 'sha384'],
    ['P-384', 4, 'sha256'],
    ['P-521', 4, 'sha384'],
    ['DSA', 4, 'sha224'],
  ])('%s of version %s with %s is bad', async (kind, version, hash) => {
    const key = makeKey(kind, { version });
    const certificate = makeCertificate({ key });
    expect([
      await verdict(certificate, by(key, { hash }), ['sha1']),
      await verdict(certificate, by(key, { hash: 'sha512' })),
    ]).toEqual(['bad BAD_SIGNATURE', 'good']);
  });
});

describe('versions of keys and signatures', () => {
  const [v4, v6] = [makeKey('Ed25519'), makeKey('Ed25519', { version: 6 })];

  it('do not mix: keys of version 6 make signatures of version 6, and no others do', async () => {
    expect([
      await verdict(makeCertificate({ key: v4 }), by(v4)),
      await verdict(makeCertificate({ key: v6 }), by(v6)),
      await verdict(makeCertificate({ key: v4 }), by(v4, { version: 6 })),
      await verdict(makeCertificate({ key: v6 }), by(v6, { version: 4 })),
    ]).toEqual(['good', 'good', 'bad BAD_SIGNATURE', 'bad BAD_SIGNATURE']);
  });

  it.each([
    ['a version 6 subkey below a version 4 key', v4, v6],
    ['a version 4 subkey below a version 6 key', v6, v4],
  ])('%s is none', async (_, primary, subkey) => {
    const certificate = Buffer.concat([
      makeCertificate({ key: primary }),
      makeSubkey(primary, subkey),
    ]);
    expect(await verdict(certificate, by(subkey))).toBe('no-key UNKNOWN_KEY');
  });

  it('a key makes signatures of its own algorithm only', async () => {
    const [rsa, dsa] = [makeKey('RSA'), makeKey('DSA')];
    expect(await verdict(makeCertificate({ key: rsa }), by({ ...rsa, algorithm: 3 }))).toBe(
      'bad BAD_SIGNATURE',
    );
    expect(await verdict(makeCertificate({ key: dsa }), by({ ...dsa, algorithm: 19 }))).toBe(
      'bad BAD_SIGNATURE',
    );
  });
});

describe('a signature packet', () => {
  const v6 = makeKey('Ed25519', { version: 6 });
  const body = (whole: Buffer) => whole.subarray(6);

  it.each([
    ['shorter', 15],
    ['longer', 17],
    ['empty', 0],
  ])('with a salt that is %s than its hash wants cannot be read', async (_, length) => {
    const good = body(by(v6));
    const at = good.length - 64 - 17;
    expect(good[at]).toBe(16);
    const salt = Buffer.alloc(length, 7);
    // The value is right for this salt: only its length speaks against it.
    const covered = good.subarray(0, 4 + 4 + good.readUInt32BE(4));
    const trailer = Buffer.concat([covered, Buffer.from([6, 0xff]), uint32(covered.length)]);
    const digest = createHash('sha256').update(salt).update(DATA).update(trailer).digest();
    const forged = Buffer.concat([
      good.subarray(0, at - 2),
      digest.subarray(0, 2),
      Buffer.from([length]),
      salt,
      sign(null, digest, v6.privateKey),
    ]);
    const certificate = makeCertificate({ key: v6 });
    expect(await verdict(certificate, packet(2, forged))).toBe('unsupported NO_SIGNATURE');
  });

  it.each<readonly [KeyKind, 3 | 4 | 6]>([
    ['RSA', 3],
    ['RSA', 4],
    ['DSA', 4],
    ['P-256', 4],
    ['EdDSA', 4],
    ['Ed25519', 6],
    ['Ed448', 6],
    ['ML-DSA-65+Ed25519', 6],
  ])(
    'by a %s key, version %s, with a byte after the value cannot be read',
    async (kind, version) => {
      const key = makeKey(kind, { version: version === 6 ? 6 : 4 });
      const good = by(key, { version, hash: 'sha512' });
      const certificate = makeCertificate({ key });
      expect([
        await verdict(certificate, good),
        await verdict(certificate, packet(2, Buffer.concat([body(good), Buffer.from([0])]))),
      ]).toEqual(['good', 'unsupported NO_SIGNATURE']);
    },
  );

  function uint32(value: number): Buffer {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(value);
    return four;
  }
});

describe('numbers that are no value of the key', () => {
  /** The packet with other numbers behind everything else. */
  const withValue = (key: TestKey, value: Uint8Array) => by(key, { forge: () => value });

  it.each<readonly [KeyKind, string, Uint8Array]>([
    [
      'EdDSA',
      'a longer first half',
      Buffer.concat([mpi(Buffer.alloc(33, 0x7f)), mpi(Buffer.of(1))]),
    ],
    [
      'EdDSA',
      'a longer second half',
      Buffer.concat([mpi(Buffer.of(1)), mpi(Buffer.alloc(33, 0x7f))]),
    ],
    ['EdDSA', 'two numbers of 0', Buffer.concat([mpi(Buffer.alloc(0)), mpi(Buffer.alloc(0))])],
    ['RSA', 'a number longer than its modulus', mpi(Buffer.alloc(257, 0x7f))],
    ['RSA', 'a number of 0', mpi(Buffer.alloc(0))],
    ['DSA', 'two numbers of 0', Buffer.concat([mpi(Buffer.alloc(0)), mpi(Buffer.alloc(0))])],
  ])('%s: %s is bad, and nothing else', async (kind, _, value) => {
    const key = makeKey(kind);
    expect(await verdict(makeCertificate({ key }), withValue(key, value))).toBe(
      'bad BAD_SIGNATURE',
    );
  });
});

describe('weak keys (T15)', () => {
  const short = makeKey('RSA', { bits: 1024 });
  const middle = makeKey('RSA', { bits: 1536 });

  it('a weak primary key makes its strong subkey weak', async () => {
    const subkey = makeKey('EdDSA');
    const certificate = Buffer.concat([makeCertificate({ key: short }), makeSubkey(short, subkey)]);
    expect([
      await verdict(certificate, by(subkey)),
      await verdict(certificate, by(subkey), ['rsa1024']),
    ]).toEqual(['rejected WEAK_ALGORITHM', 'good']);
  });

  it.each([
    ['rsa1024', short, 'good'],
    ['rsa1024', middle, 'good'],
    ['rsa1025', short, 'rejected WEAK_ALGORITHM'],
    ['rsa1025', middle, 'good'],
    ['rsa2047', short, 'rejected WEAK_ALGORITHM'],
    ['rsa2047', middle, 'rejected WEAK_ALGORITHM'],
    ['rsa', short, 'rejected WEAK_ALGORITHM'],
    ['rsa1e3', short, 'rejected WEAK_ALGORITHM'],
    ['dsa1024', short, 'rejected WEAK_ALGORITHM'],
  ] as const)('allowing %s, one of %# is as it says', async (name, key, expected) => {
    expect(await verdict(makeCertificate({ key }), by(key), [name])).toBe(expected);
  });
});
