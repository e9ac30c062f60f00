// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { MirrorError } from '../../../src/errors.js';
import { LIMITS } from '../../../src/limits.js';
import { armor } from '../../../src/openpgp/armor.js';
import { loadKeyring, looksLikeKey } from '../../../src/openpgp/keyring.js';
import { selectTrusted } from '../../../src/openpgp/pins.js';
import { checkSignature } from '../../../src/openpgp/verify.js';
import {
  BIRTH,
  DAY,
  FLAGS,
  keyPart,
  makeCertificate,
  makeKey,
  makeRevocation,
  makeSignature,
  makeSubkey,
  packet,
  subpacket,
  userIdParts,
} from '../../fixtures/openpgp-builder.js';
import { DATA, NOW } from '../../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../../fixtures/rpm-signature-tags.js';

const [key, subkey, other] = [
  makeKey('EdDSA'),
  makeKey('EdDSA'),
  makeKey('Ed25519', { version: 6 }),
];
const load = (...files: Uint8Array[]) =>
  loadKeyring(files.map((bytes, index) => ({ name: `key ${index}`, bytes })));
const policy = { allowWeak: new Set<string>(), now: NOW };
const statusOf = async (keyring: Awaited<ReturnType<typeof load>>, by = key) =>
  (
    await checkSignature(
      makeSignature({ key: by, parts: [DATA] }),
      signedBytes(DATA),
      keyring,
      policy,
    )
  )[0]!.status;

describe('loadKeyring', () => {
  it('states the facts of each certificate', async () => {
    const rsa = makeKey('RSA', { created: BIRTH - DAY });
    const { certificates } = await load(
      Buffer.concat([
        makeCertificate({ key, after: [makeSubkey(key, subkey)] }),
        makeCertificate({ key: other, userId: '' }),
      ]),
      makeCertificate({ key: rsa, userId: 'Jürgen <j@example.invalid>' }),
    );
    expect(certificates).toEqual([
      {
        fingerprint: key.fingerprint,
        keyIds: [key.keyId, subkey.keyId],
        userId: 'Test <test@example.invalid>',
        created: BIRTH,
        algorithm: 'Ed25519',
      },
      {
        fingerprint: other.fingerprint,
        keyIds: [other.keyId],
        userId: '',
        created: BIRTH,
        algorithm: 'Ed25519',
      },
      {
        fingerprint: rsa.fingerprint,
        keyIds: [rsa.keyId],
        userId: 'Jürgen <j@example.invalid>',
        created: BIRTH - DAY,
        algorithm: 'RSA 2048',
      },
    ]);
  });

  it.each([
    [
      'the one marked as primary',
      [
        ['A', [subpacket(25, Buffer.from([1]))], 1],
        ['B', [], 2],
      ],
      'A',
    ],
    [
      'else the one certified last',
      [
        ['A', [], 1],
        ['B', [], 2],
      ],
      'B',
    ],
    [
      'never one that somebody else added',
      [
        ['A', [], 1],
        ['B', [], 2, other],
      ],
      'A',
    ],
  ] as const)('names the primary user id: %s', async (_, ids, expected) => {
    const certificate = Buffer.concat([
      packet(6, key.body),
      ...ids.flatMap(([userId, hashed, day, by]) => [
        packet(13, Buffer.from(userId)),
        makeSignature({
          key: by ?? key,
          version: 4,
          type: 0x13,
          parts: userIdParts(key, userId),
          hashed: [FLAGS, ...hashed],
          created: BIRTH + day * DAY,
        }),
      ]),
    ]);
    expect((await load(certificate)).certificates[0]!.userId).toBe(expected);
  });

  it('merges certificates of one primary key: identities, subkeys, renewals and revocations', async () => {
    const expired = makeCertificate({
      key,
      certifications: [{ hashed: [FLAGS, subpacket(9, Buffer.from([0, 0, 1, 0]))] }],
    });
    const renewed = makeCertificate({
      key,
      certifications: [{ created: BIRTH + 2 * DAY }],
      after: [makeSubkey(key, subkey)],
    });
    const revoked = makeCertificate({ key, direct: [makeRevocation(key)] });
    expect([
      await statusOf(await load(expired)),
      await statusOf(await load(expired, renewed)),
      await statusOf(await load(renewed, expired)),
    ]).toEqual(['rejected', 'good', 'good']);
    expect([
      await statusOf(await load(expired), subkey),
      await statusOf(await load(expired, renewed), subkey),
    ]).toEqual(['no-key', 'good']);
    expect([
      await statusOf(await load(renewed, revoked)),
      await statusOf(await load(revoked, renewed)),
    ]).toEqual(['rejected', 'rejected']);
    expect((await load(expired, renewed, revoked)).certificates).toHaveLength(1);
  });

  it('attaches a revocation that stands alone to its certificate, and to no other', async () => {
    const certificate = makeCertificate({ key });
    expect(await statusOf(await load(certificate, makeRevocation(key)))).toBe('rejected');
    expect(await statusOf(await load(makeRevocation(key), certificate))).toBe('rejected');
    await expect(load(certificate, makeRevocation(makeKey('EdDSA')))).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
  });

  it('writes armor that holds all it knows, and reads it again', async () => {
    const keyring = await load(
      makeCertificate({ key, after: [makeSubkey(key, subkey)] }),
      makeCertificate({ key, userId: 'Second' }),
      makeRevocation(key),
    );
    const again = await load(Buffer.from(keyring.armored(key.fingerprint)));
    expect(again.certificates).toEqual(keyring.certificates);
    expect(again.armored(key.fingerprint)).toBe(keyring.armored(key.fingerprint));
    expect(await statusOf(again)).toBe('rejected');
    expect(() => keyring.armored(other.fingerprint)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_KEY' }),
    );
  });

  it('leaves out what restrictedTo does not name', async () => {
    const keyring = await load(makeCertificate({ key }), makeCertificate({ key: other }));
    const restricted = keyring.restrictedTo(new Set([other.fingerprint]));
    expect(restricted.certificates.map(({ fingerprint }) => fingerprint)).toEqual([
      other.fingerprint,
    ]);
    expect([await statusOf(restricted), await statusOf(restricted, other)]).toEqual([
      'no-key',
      'good',
    ]);
    expect(keyring.certificates).toHaveLength(2);
  });

  it('skips obsolete certificates beside others', async () => {
    const v3 = packet(6, Buffer.concat([Buffer.from([3]), Buffer.alloc(20)]));
    expect((await load(Buffer.concat([v3, makeCertificate({ key })]))).certificates).toHaveLength(
      1,
    );
    expect((await load()).certificates).toEqual([]);
  });

  it.each([
    ['garbage', Buffer.from('no key')],
    ['nothing', Buffer.alloc(0)],
    ['a private key', packet(5, key.body)],
    [
      'a private subkey after a certificate',
      Buffer.concat([makeCertificate({ key }), packet(7, subkey.body)]),
    ],
    [
      'an armored private key',
      Buffer.from(armor('PUBLIC KEY BLOCK', packet(5, key.body)).replaceAll('PUBLIC', 'PRIVATE')),
    ],
    ['a signature', makeSignature({ key, parts: [DATA] })],
    ['an obsolete key alone', packet(6, Buffer.concat([Buffer.from([3]), Buffer.alloc(20)]))],
    ['a certificate cut short', makeCertificate({ key }).subarray(0, 100)],
    ['too many bytes', Buffer.alloc(LIMITS.keyBytes + 1, 0xff)],
  ])('refuses %s with KEY_INVALID, and names the source', async (_, bytes) => {
    await expect(
      loadKeyring([{ name: 'https://example.invalid/KEY', bytes }]),
    ).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'KEY_INVALID',
      message: expect.stringContaining('https://example.invalid/KEY'),
    });
  });

  it('refuses more self-signatures, certificates or lone revocations than any real file holds', async () => {
    const wrong = makeSignature({ key, type: 0x13, parts: [DATA] });
    const numbered = (whole: Buffer, count: number) =>
      Array.from({ length: count }, (_, index) =>
        Buffer.concat([whole.subarray(0, -2), Buffer.from([index >> 8, index & 0xff])]),
      );
    const files = [
      makeCertificate({ key, after: numbered(wrong, 5001) }),
      Buffer.concat(numbered(packet(6, key.body), 2001)),
      Buffer.concat(numbered(makeRevocation(key), 101)),
    ];
    for (const bytes of files)
      await expect(load(bytes)).rejects.toMatchObject({
        code: 'KEY_INVALID',
        message: expect.stringContaining('expected at most'),
      });
    await expect(
      load(makeCertificate({ key, after: numbered(wrong, 400) })),
    ).resolves.toMatchObject({ certificates: [{ fingerprint: key.fingerprint }] });
  });

  it('counts the signatures of the primary key alone: strangers may have signed as often as they like', async () => {
    const stranger = makeSignature({ key: other, type: 0x13, parts: [DATA] });
    const certificate = makeCertificate({
      key,
      after: Array.from({ length: 5001 }, () => stranger),
    });
    expect((await load(certificate)).certificates).toHaveLength(1);
  });

  it('knows the maker of a self-signature by its key id alone, and by its fingerprint alone', async () => {
    // Version 3 has the key id and nothing else; version 6 has the fingerprint and nothing else.
    const old = makeKey('RSA');
    const certificate = Buffer.concat([
      packet(6, old.body),
      packet(13, Buffer.from('a')),
      makeSignature({ key: old, type: 0x13, version: 3, parts: [keyPart(old), Buffer.from('a')] }),
    ]);
    expect(await statusOf(await load(certificate), old)).toBe('good');
    expect(await statusOf(await load(makeCertificate({ key: other })), other)).toBe('good');
  });

  it.each([
    ['a web page', '<!DOCTYPE html><html></html>', 'HTML'],
    ['something else', 'no key', ''],
  ])('says of %s what it is', async (_, content, word) => {
    const failed = load(Buffer.from(content));
    await expect(failed).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const { message, actual } = (await failed.catch((error: unknown) => error)) as MirrorError;
    expect(/HTML|web page/i.test(`${message} ${actual}`)).toBe(word !== '');
  });

  it.each([
    ['armored', Buffer.from(armor('PUBLIC KEY BLOCK', makeCertificate({ key }))), true],
    ['of the new form', makeCertificate({ key }), true],
    ['of the old form with a length of one byte', Buffer.of(0x98, 1), true],
    ['of the old form with a length of two bytes', Buffer.of(0x99, 0, 1), true],
    ['a signature', makeSignature({ key, parts: [DATA] }), false],
    ['an armored signature', Buffer.from(armor('SIGNATURE', DATA)), false],
    ['a text', Buffer.from('no key'), false],
    ['nothing', Buffer.alloc(0), false],
  ])('a file looks like a key or not: %s', (_, bytes, isKey) => {
    expect(looksLikeKey(bytes)).toBe(isKey);
  });

  it('ends for files of many blocks or many copies of a certificate', async () => {
    const empty =
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n-----END PGP PUBLIC KEY BLOCK-----\n'.repeat(50_000);
    await expect(load(Buffer.from(empty))).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const one = makeCertificate({ key });
    expect((await load(Buffer.concat(Array<Buffer>(10_000).fill(one)))).certificates).toHaveLength(
      1,
    );
  });

  it('raises nothing but typed errors for any bytes', async () => {
    const whole = makeCertificate({ key, after: [makeSubkey(key, subkey)] });
    const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = Buffer.from(whole);
      copy[at] = value;
      return copy;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (bytes) => {
        await load(bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(MirrorError);
        });
      }),
    );
  });
});

describe('selectTrusted', () => {
  const nothing = new Set<string>();
  const fingerprints = ({ certificates }: { certificates: readonly { fingerprint: string }[] }) =>
    certificates.map(({ fingerprint }) => fingerprint);

  it('trusts on first use when there are neither pins nor an archive', async () => {
    const keyring = await load(makeCertificate({ key }), makeCertificate({ key: other }));
    const { trusted, firstUse, refused } = selectTrusted({
      keyring,
      pins: nothing,
      archivedFingerprints: nothing,
    });
    expect([fingerprints(trusted), firstUse, refused]).toEqual([
      [key.fingerprint, other.fingerprint],
      [key.fingerprint, other.fingerprint],
      [],
    ]);
  });

  it.each([
    [
      'pins',
      { pins: new Set([key.fingerprint]), archivedFingerprints: new Set([other.fingerprint]) },
    ],
    ['the archive', { pins: nothing, archivedFingerprints: new Set([key.fingerprint]) }],
  ])('trusts only what %s name(s)', async (_, trust) => {
    const keyring = await load(makeCertificate({ key }), makeCertificate({ key: other }));
    const { trusted, firstUse, refused } = selectTrusted({ keyring, ...trust });
    expect([fingerprints(trusted), firstUse, refused]).toEqual([
      [key.fingerprint],
      [],
      [other.fingerprint],
    ]);
  });

  it('takes one of two pins for a rotation that has not happened yet', async () => {
    const { trusted } = selectTrusted({
      keyring: await load(makeCertificate({ key })),
      pins: new Set([key.fingerprint, other.fingerprint]),
      archivedFingerprints: nothing,
    });
    expect(fingerprints(trusted)).toEqual([key.fingerprint]);
  });

  it('refuses a key that replaces the archived one, though that is still at hand', async () => {
    const [old, offered] = [makeCertificate({ key }), makeCertificate({ key: other })];
    const keyring = await load(old, offered);
    const inputs = {
      keyring,
      offered: await load(offered),
      archivedFingerprints: new Set([key.fingerprint]),
    };
    expect(() => selectTrusted({ ...inputs, pins: nothing })).toThrow(
      expect.objectContaining({
        code: 'PIN_MISMATCH',
        expected: key.fingerprint,
        actual: other.fingerprint,
      }),
    );
    expect(
      fingerprints(
        selectTrusted({ ...inputs, pins: new Set([key.fingerprint, other.fingerprint]) }).trusted,
      ),
    ).toEqual([key.fingerprint, other.fingerprint]);
  });

  it('refuses where nothing that is at hand is expected, though something else is offered or nothing', async () => {
    const [wanted, stranger] = [makeCertificate({ key }), makeCertificate({ key: other })];
    for (const [keyring, offered] of [
      [await load(stranger), await load()],
      [await load(), await load()],
      [await load(stranger), await load(wanted)],
    ] as const)
      expect(() =>
        selectTrusted({
          keyring,
          offered,
          pins: new Set([key.fingerprint]),
          archivedFingerprints: nothing,
        }),
      ).toThrow(expect.objectContaining({ code: 'PIN_MISMATCH', expected: key.fingerprint }));
  });

  it.each([4, 6] as const)(
    'tells whose subkey is pinned, of a key of version %i, and takes no stranger for its owner',
    async (version) => {
      const [primary, below] = [makeKey('Ed25519', { version }), makeKey('Ed25519', { version })];
      const stranger = makeKey('Ed25519', { version });
      const keyring = await load(
        makeCertificate({ key: stranger }),
        makeCertificate({ key: primary, after: [makeSubkey(primary, below)] }),
      );
      const pinned = (pin: string) => () =>
        selectTrusted({ keyring, pins: new Set([pin]), archivedFingerprints: nothing });
      expect(pinned(below.fingerprint)).toThrow(
        expect.objectContaining({
          code: 'PIN_MISMATCH',
          remedy: expect.stringContaining(`gpg-fingerprints: ${primary.fingerprint}`),
        }),
      );
      expect(pinned('0'.repeat(primary.fingerprint.length))).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(/^expected key 0+ \(gpg-fingerprints\), found/),
        }),
      );
    },
  );

  it('needs no offered key when the archive holds the expected one', async () => {
    const { trusted } = selectTrusted({
      keyring: await load(makeCertificate({ key })),
      offered: await load(),
      pins: nothing,
      archivedFingerprints: new Set([key.fingerprint]),
    });
    expect(fingerprints(trusted)).toEqual([key.fingerprint]);
  });
});
