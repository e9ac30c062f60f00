// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { loadKeyring } from '../../src/openpgp/keyring.js';
import type { SignaturePolicy } from '../../src/openpgp/model.js';
import { selectTrusted } from '../../src/openpgp/pins.js';
import { checkDetached, checkSignature } from '../../src/openpgp/verify.js';
import {
  DAY,
  type KeyKind,
  makeCertificate,
  makeKey,
  makeSignature,
  packet,
  type TestKey,
} from '../fixtures/openpgp-builder.js';
import {
  DATA,
  FORGERIES,
  KEY_STATES,
  MOMENTS,
  NOW,
  type Scenario,
} from '../fixtures/openpgp-scenarios.js';
import { amount } from '../fixtures/quick.js';
import { signedBytes } from '../fixtures/rpm-signature-tags.js';

const policy: SignaturePolicy = { allowWeak: new Set(), now: NOW };

async function ringOf(...keys: readonly TestKey[]) {
  return loadKeyring([
    { name: 'test key', bytes: Buffer.concat(keys.map((key) => makeCertificate({ key }))) },
  ]);
}

async function judge({ certificate, signature }: Pick<Scenario, 'certificate' | 'signature'>) {
  const reports = await checkSignature(
    signature,
    signedBytes(DATA),
    await loadKeyring([{ name: 'test key', bytes: certificate }]),
    policy,
  );
  expect(reports).toHaveLength(1);
  return reports[0]!;
}

async function expectVerdict({ expected: [status, code], ...scenario }: Scenario) {
  const report = await judge(scenario);
  expect([report.status, report.code]).toEqual([status, code]);
  if (status !== 'good') expect(report.reason).toMatch(/\w/);
}

describe('T10: what is no signature is never success', () => {
  it.each(FORGERIES)('$name is $expected', expectVerdict);

  const key = makeKey('EdDSA');
  it.each([
    ['no bytes at all', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(64)],
    ['text', Buffer.from('<html>not found</html>')],
    ['a packet cut short', makeSignature({ key, parts: [DATA] }).subarray(0, 60)],
    ['an empty signature packet', packet(2, Buffer.alloc(0))],
    ['a signature of version 5', packet(2, Buffer.from([5, 0, 1, 8]))],
    ['a literal data packet', packet(11, DATA)],
    ['a key instead of a signature', packet(6, key.body)],
    ['an indeterminate length', Buffer.concat([Buffer.from([0x8b]), DATA])],
    ['a partial length', Buffer.concat([Buffer.from([0xc2, 0xe0]), DATA])],
    [
      'an unknown public-key algorithm',
      makeSignature({ key: { ...key, algorithm: 99 }, parts: [DATA] }),
    ],
  ])('%s gives one report that says unsupported', async (_, bytes) => {
    const reports = await checkSignature(bytes, signedBytes(DATA), await ringOf(key), policy);
    expect(reports.map(({ status, code }) => [status, code])).toEqual([
      ['unsupported', 'NO_SIGNATURE'],
    ]);
  });

  it('a good signature does not hide what follows it', async () => {
    const good = makeSignature({ key, parts: [DATA] });
    const reports = await checkSignature(
      Buffer.concat([good, Buffer.from([0])]),
      signedBytes(DATA),
      await ringOf(key),
      policy,
    );
    expect(reports.map(({ status }) => status)).toEqual(['good', 'unsupported']);
  });

  it('any bytes give reports, none of them good', async () => {
    const keyring = await ringOf(key);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const reports = [
          ...(await checkSignature(bytes, signedBytes(DATA), keyring, policy)),
          ...(await checkDetached(bytes, DATA, keyring, policy)),
        ];
        expect(reports.length).toBeGreaterThanOrEqual(2);
        expect(reports.filter(({ status }) => status === 'good')).toEqual([]);
      }),
    );
  });

  it('ten thousand packets are not all computed', async () => {
    const many = Array<Buffer>(10_000).fill(makeSignature({ key, parts: [DATA] }));
    const reports = await checkSignature(
      Buffer.concat(many),
      signedBytes(DATA),
      await ringOf(key),
      policy,
    );
    expect(reports.length).toBeLessThan(100);
    expect(reports.at(-1)!.status).toBe('unsupported');
  });
});

describe('T11: one flipped bit', () => {
  const kinds: readonly (readonly [KeyKind, 3 | 4 | 6])[] = [
    ['RSA', 3],
    ['RSA', 4],
    ['RSA', 6],
    ['DSA', 3],
    ['DSA', 4],
    ['P-256', 4],
    ['P-521', 4],
    ['brainpoolP384r1', 4],
    ['EdDSA', 4],
    ['Ed25519', 6],
    ['Ed448', 6],
  ];
  /** What takes the most of the processor. */
  const DEAR = new Set(['P-521', 'brainpoolP384r1']);
  const flip = (bytes: Uint8Array, bit: number) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  };

  it.each(kinds)(
    'in what a %s signature of version %s covers is never good',
    async (kind, version) => {
      const key = makeKey(kind, { version: version === 6 ? 6 : 4 });
      const keyring = await ringOf(key);
      const signature = makeSignature({ key, version, parts: [DATA] });
      expect(
        (await checkSignature(signature, signedBytes(DATA), keyring, policy)).map(
          ({ status }) => status,
        ),
      ).toEqual(['good']);
      for (let bit = 0; bit < DATA.length * 8; bit += amount(11, 43)) {
        const [report] = await checkSignature(
          signature,
          signedBytes(flip(DATA, bit)),
          keyring,
          policy,
        );
        expect(report!.status).toBe('bad');
      }
    },
  );

  it.each(kinds)(
    'in the value, the salt, the digest prefix, the key id or the hashed fields of a %s signature of version %s is never good',
    async (kind, version) => {
      const key = makeKey(kind, { version: version === 6 ? 6 : 4 });
      const keyring = await ringOf(key);
      const signature = makeSignature({ key, version, parts: [DATA] });
      const loose = looseArea(signature, version);
      for (
        let bit = 0;
        bit < signature.length * 8;
        bit += kind === 'EdDSA' ? 1 : amount(13, DEAR.has(kind) ? 97 : 41)
      ) {
        if (bit >> 3 >= loose.from && bit >> 3 < loose.to) continue;
        const reports = await checkSignature(
          flip(signature, bit),
          signedBytes(DATA),
          keyring,
          policy,
        );
        expect([bit, reports.filter(({ status }) => status === 'good')]).toEqual([bit, []]);
      }
    },
  );

  it('in the unhashed area changes no fact of a good report', async () => {
    const key = makeKey('EdDSA');
    const signature = makeSignature({ key, parts: [DATA] });
    const [before] = await checkSignature(signature, signedBytes(DATA), await ringOf(key), policy);
    const { from, to } = looseArea(signature, 4);
    for (let bit = from * 8; bit < to * 8; bit++) {
      const reports = await checkSignature(
        flip(signature, bit),
        signedBytes(DATA),
        await ringOf(key),
        policy,
      );
      for (const report of reports.filter(({ status }) => status === 'good'))
        expect(report).toEqual(before);
    }
  });

  /** The unhashed area of versions 4 and 6: no hash covers it, and only hints are taken from it. */
  function looseArea(signature: Buffer, version: 3 | 4 | 6): { from: number; to: number } {
    if (version === 3) return { from: 0, to: 0 };
    const size = version === 6 ? 4 : 2;
    const hashedEnd = 6 + 4 + size + signature.readUIntBE(10, size);
    return { from: hashedEnd + size, to: hashedEnd + size + signature.readUIntBE(hashedEnd, size) };
  }
});

describe('T15: weak algorithms', () => {
  const rsa = makeKey('RSA');
  const cases: readonly (readonly [string, TestKey, string])[] = [
    ['md5', rsa, 'md5'],
    ['sha1', rsa, 'sha1'],
    ['ripemd160', rsa, 'ripemd160'],
    ['rsa1024', makeKey('RSA', { bits: 1024 }), 'sha256'],
    ['dsa1024', makeKey('DSA', { bits: 1024 }), 'sha256'],
  ];

  it.each(cases)('%s is refused by name', async (name, key, hash) => {
    const [report] = await checkSignature(
      makeSignature({ key, hash, parts: [DATA] }),
      signedBytes(DATA),
      await ringOf(key),
      policy,
    );
    expect(report).toMatchObject({
      status: 'rejected',
      code: 'WEAK_ALGORITHM',
      tolerated: [],
      fingerprint: key.fingerprint,
    });
    expect(report!.reason).toContain(name);
  });

  it.each(cases)('%s is recorded where it is allowed', async (name, key, hash) => {
    const allowed = { ...policy, allowWeak: new Set([name]) };
    const [report] = await checkSignature(
      makeSignature({ key, hash, parts: [DATA] }),
      signedBytes(DATA),
      await ringOf(key),
      allowed,
    );
    expect(report).toMatchObject({ status: 'good', tolerated: [name] });
  });

  it('allowing one allows no other', async () => {
    const [, key] = cases[3]!;
    const signature = makeSignature({ key, hash: 'sha1', parts: [DATA] });
    for (const name of ['sha1', 'rsa1024', 'rsa1025', 'dsa1024', 'rsa', 'md5']) {
      const [report] = await checkSignature(signature, signedBytes(DATA), await ringOf(key), {
        ...policy,
        allowWeak: new Set([name]),
      });
      expect(report).toMatchObject({ status: 'rejected', code: 'WEAK_ALGORITHM' });
    }
    const [report] = await checkSignature(signature, signedBytes(DATA), await ringOf(key), {
      ...policy,
      allowWeak: new Set(['sha1', 'rsa1024']),
    });
    expect(report).toMatchObject({ status: 'good', tolerated: ['sha1', 'rsa1024'] });
  });

  it('no version 6 signature rests on them', async () => {
    const key = makeKey('RSA', { version: 6 });
    const signature = makeSignature({ key, hash: 'sha256', parts: [DATA] });
    signature[6 + 3] = 2;
    const [report] = await checkSignature(signature, signedBytes(DATA), await ringOf(key), {
      ...policy,
      allowWeak: new Set(['sha1']),
    });
    expect(report!.status).toBe('unsupported');
  });
});

describe('T16: a key that is not the pinned one', () => {
  const [pinned, other] = [makeKey('EdDSA'), makeKey('EdDSA')];

  it('is refused, and both fingerprints are printed', async () => {
    const keyring = await ringOf(other);
    const attempt = () =>
      selectTrusted({
        keyring,
        pins: new Set([pinned.fingerprint]),
        archivedFingerprints: new Set(),
      });
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'PIN_MISMATCH',
        expected: pinned.fingerprint,
        actual: other.fingerprint,
      }),
    );
    expect(attempt).toThrow(new RegExp(`${pinned.fingerprint}.*${other.fingerprint}`));
  });

  it('is refused by its key id', async () => {
    const keyring = await ringOf(pinned);
    expect(() =>
      selectTrusted({
        keyring,
        pins: new Set([pinned.keyId.toUpperCase()]),
        archivedFingerprints: new Set(),
      }),
    ).toThrow(expect.objectContaining({ code: 'PIN_MISMATCH' }));
  });

  it('vouches for nothing when it lies beside the pinned one', async () => {
    const { trusted, refused } = selectTrusted({
      keyring: await ringOf(pinned, other),
      pins: new Set([pinned.fingerprint]),
      archivedFingerprints: new Set(),
    });
    expect(refused).toEqual([other.fingerprint]);
    const [report] = await checkSignature(
      makeSignature({ key: other, parts: [DATA] }),
      signedBytes(DATA),
      trusted,
      policy,
    );
    expect(report).toMatchObject({ status: 'no-key', code: 'UNKNOWN_KEY' });
  });
});

describe('T17: expired, revoked and badly bound keys', () => {
  it.each(KEY_STATES)('$name: $expected', expectVerdict);

  it('a key that expired since may still vouch for a package, but not for the present', async () => {
    const { certificate, signature } = KEY_STATES.find(
      ({ name }) => name === 'a key that expired after the signature',
    )!;
    const keyring = await loadKeyring([{ name: 'test key', bytes: certificate }]);
    expect(await checkSignature(signature, signedBytes(DATA), keyring, policy)).toMatchObject([
      { status: 'good' },
    ]);
    expect(await checkDetached(signature, DATA, keyring, policy)).toMatchObject([
      { status: 'rejected', code: 'KEY_EXPIRED' },
    ]);
    expect(
      await checkDetached(signature, DATA, keyring, { ...policy, currentKey: false }),
    ).toMatchObject([{ status: 'good' }]);
  });
});

describe('T18: the moment of the signature', () => {
  it.each(MOMENTS)('$name: $expected', expectVerdict);

  it('is held against the clock of the policy, not of the machine (T42)', async () => {
    const key = makeKey('EdDSA');
    const signature = makeSignature({ key, parts: [DATA], created: NOW });
    const at = async (now: number) =>
      (
        await checkSignature(signature, signedBytes(DATA), await ringOf(key), { ...policy, now })
      )[0]!.status;
    expect([await at(NOW), await at(NOW - DAY), await at(NOW - DAY - 1)]).toEqual([
      'good',
      'good',
      'rejected',
    ]);
  });
});
