// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { SignatureChecker } from '../../../src/openpgp/checker.js';
import { loadKeyring } from '../../../src/openpgp/keyring.js';
import type { Keyring, SignatureCode } from '../../../src/openpgp/model.js';
import {
  PacketError,
  PacketReader,
  readLength,
  readPackets,
} from '../../../src/openpgp/packets.js';
import { parseSignature } from '../../../src/openpgp/signature-packet.js';
import { checkSignature, foreseeSignature } from '../../../src/openpgp/verify.js';
import {
  BIRTH,
  DAY,
  FLAGS,
  makeCertificate,
  makeKey,
  makeSignature,
  makeSignatureBody,
  packet,
  subpacket,
  uint32,
} from '../../fixtures/openpgp-builder.js';
import { DATA, NOW } from '../../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../../fixtures/rpm-signature-tags.js';

const key = makeKey('EdDSA');
const certificate = makeCertificate({ key });
const policy = { allowWeak: new Set<string>(), now: NOW };
const ringOf = (bytes: Uint8Array) => loadKeyring([{ name: 'KEY', bytes }]);

async function statusOf(
  bytes: Uint8Array,
  {
    created = BIRTH + 10 * DAY,
    now = NOW,
    by = key,
  }: { created?: number; now?: number; by?: typeof key } = {},
) {
  const signature = makeSignature({ key: by, parts: [DATA], created });
  const [report] = await checkSignature(signature, signedBytes(DATA), await ringOf(bytes), {
    ...policy,
    now,
  });
  return report!;
}

describe('readLength', () => {
  it.each([
    ['the last of two bytes', [223, 255], 'packet', 8383],
    ['a subpacket has no partial lengths', [224, 1], 'subpacket', 8385],
    ['up to 254', [254, 255], 'subpacket', 16_319],
    ['five bytes', [255, 0, 0, 1, 0], 'subpacket', 256],
  ] as const)('%s', (_, bytes, of, length) => {
    expect(readLength(new PacketReader(Buffer.from(bytes)), of)).toBe(length);
  });
});

describe('lengths that no packet may have here, with bytes enough for what else they could be', () => {
  it.each([
    ['the least partial length', Buffer.concat([Buffer.from([0xc2, 224, 1]), Buffer.alloc(8385)])],
    ['an indeterminate length', Buffer.from([0x8b, 0, 0, 0, 1, 7])],
  ])('%s', (_, bytes) => {
    expect(() => [...readPackets(bytes)]).toThrow(PacketError);
  });
});

describe('a signature packet', () => {
  const area = (...hashed: Buffer[]) => {
    const all = Buffer.concat(hashed);
    return Buffer.concat([
      Buffer.from([4, 0, 22, 8, all.length >> 8, all.length & 0xff]),
      all,
      Buffer.from([0, 0, 0, 0, 0, 8, 1, 0, 8, 1]),
    ]);
  };

  it('may mark as critical what is understood', () => {
    const critical = subpacket(0x80 | 2, uint32(BIRTH));
    expect(parseSignature(area(critical)).created).toBe(BIRTH);
  });

  it.each([
    ['without a creation time', area(subpacket(9, uint32(DAY))), 'no creation time'],
    ['with an empty subpacket', area(subpacket(2, uint32(BIRTH)), Buffer.from([0])), 'is empty'],
    [
      'with a critical subpacket that is not understood',
      area(subpacket(2, uint32(BIRTH)), subpacket(0x80 | 99, Buffer.from([1]))),
      'critical subpacket 99',
    ],
  ])('is refused %s', (_, bytes, reason) => {
    expect(() => parseSignature(bytes)).toThrow(new RegExp(reason));
  });

  it('of version 6 is refused with a hash that has no salt', () => {
    const body = makeSignatureBody({ key: makeKey('Ed25519', { version: 6 }), parts: [DATA] });
    body[3] = 2;
    expect(() => parseSignature(body)).toThrow('hash 2 is not allowed in a version 6 signature');
  });

  it('with a hash that nobody knows is unsupported, and says which', async () => {
    const body = makeSignatureBody({ key, parts: [DATA] });
    body[3] = 99;
    const [report] = await checkSignature(
      packet(2, body),
      signedBytes(DATA),
      await ringOf(certificate),
      policy,
    );
    expect(report).toMatchObject({
      status: 'unsupported',
      reason: expect.stringContaining('the hash algorithm 99 is not supported'),
    });
  });
});

describe('moments', () => {
  it.each<[string, Parameters<typeof statusOf>[1], string]>([
    ['a signature in the second in which its key was made', { created: BIRTH }, 'good'],
    ['a signature in the second before', { created: BIRTH - 1 }, 'rejected'],
    ['a signature a day in the future', { created: NOW + DAY }, 'good'],
    ['a signature later than that', { created: NOW + DAY + 1 }, 'rejected'],
  ])('%s', async (_, times, status) => {
    expect(
      (await statusOf(makeCertificate({ key, certifications: [{ created: BIRTH }] }), times))
        .status,
    ).toBe(status);
  });

  it.each<[string, number, SignatureCode | undefined]>([
    ['a day in the future counts', DAY, undefined],
    ['later does not', DAY + 1, 'KEY_INVALID'],
  ])('a key that was made %s', async (_, ahead, code) => {
    const young = makeKey('EdDSA', { created: NOW + ahead });
    const bytes = makeCertificate({ key: young, certifications: [{ created: NOW }] });
    expect((await statusOf(bytes, { by: young, created: NOW + DAY })).code).toBe(code);
  });

  it.each([
    ['a second before it expires', 9, 'good'],
    ['in the second in which it expires', 10, 'rejected'],
  ])('a self-signature counts %s', async (_, at, status) => {
    const expiring = makeCertificate({
      key,
      certifications: [{ hashed: [FLAGS, subpacket(3, uint32(10))], created: BIRTH }],
    });
    expect((await statusOf(expiring, { created: BIRTH + at })).status).toBe(status);
  });

  it('a day is said as one', async () => {
    const { reason } = await statusOf(certificate, { created: NOW + 3 * DAY });
    expect(reason).toMatch(/on \d{4}-\d\d-\d\d, after today \(\d{4}-\d\d-\d\d\)$/);
  });
});

describe('a certificate', () => {
  it.each([
    ['that is cut short', Buffer.from([4])],
    ['of a version that nobody knows', Buffer.concat([Buffer.from([9]), key.body.subarray(1)])],
    ['of another version than its primary key', makeKey('Ed25519', { version: 6 }).body],
  ])('counts without a subkey %s', async (_, body) => {
    expect((await statusOf(Buffer.concat([certificate, packet(14, body)]))).status).toBe('good');
  });
});

describe('a keyring that loadKeyring did not make', () => {
  const foreign = { certificates: [] } as unknown as Keyring;
  const signature = makeSignature({ key, parts: [DATA] });

  it('is a defect, not an answer', async () => {
    await expect(checkSignature(signature, signedBytes(DATA), foreign, policy)).rejects.toThrow(
      TypeError,
    );
    expect(() => foreseeSignature(signature, foreign, policy)).toThrow(TypeError);
  });
});

describe('SignatureChecker', () => {
  const signature = makeSignature({ key, parts: [DATA], created: BIRTH + 10 * DAY });
  const stranger = makeKey('EdDSA');

  it('checks, foresees and names the signer by its own keys and rules', async () => {
    const checker = new SignatureChecker(await ringOf(certificate), policy);
    const [report] = await checker.check(signature, signedBytes(DATA));
    expect(report).toMatchObject({ status: 'good', fingerprint: key.fingerprint });
    expect(checker.signerOf(report)?.fingerprint).toBe(key.fingerprint);
    expect(checker.signerOf(undefined)).toBeUndefined();
    expect(checker.signerOf({ fingerprint: stranger.fingerprint })).toBeUndefined();
    expect(checker.foresee(signature)).toMatchObject([{ status: 'good' }]);
    expect(await checker.checkDetached(signature, DATA)).toMatchObject([{ status: 'good' }]);
    const none = checker.restrictedTo(new Set([stranger.fingerprint]));
    expect(await none.check(signature, signedBytes(DATA))).not.toMatchObject([{ status: 'good' }]);
    const weak = new SignatureChecker(checker.keyring, { ...policy, now: BIRTH });
    expect(await weak.check(signature, signedBytes(DATA))).not.toMatchObject([{ status: 'good' }]);
  });

  it('foresees nothing good of a hash, an algorithm or a key that nobody can check', async () => {
    const checker = new SignatureChecker(await ringOf(certificate), policy);
    const unknownHash = makeSignatureBody({ key, parts: [DATA] });
    unknownHash[3] = 99;
    const foreign = makeSignature({ key: stranger, parts: [DATA] });
    for (const bytes of [packet(2, unknownHash), foreign])
      expect(checker.foresee(bytes)).not.toMatchObject([{ status: 'good' }]);
  });
});
