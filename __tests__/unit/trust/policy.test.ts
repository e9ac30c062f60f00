// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { IntegrityError, VerificationError } from '../../../src/errors.js';
import type {
  Coverage,
  DigestReport,
  PackageEvidence,
  RpmSignatureReport,
} from '../../../src/rpm/model.js';
import { judge, judgeHeader, verifyJudgement } from '../../../src/trust/policy.js';

const digest = (
  name: string,
  covers: Coverage,
  status: DigestReport['status'] = 'good',
  algorithm = 'sha256',
): DigestReport => ({
  name,
  covers,
  status,
  algorithm,
  expected: 'aa',
  actual: status === 'good' ? 'aa' : 'bb',
});
const HEADER = digest('SHA256HEADER', 'header');
const MD5 = digest('SIGMD5', 'header+payload', 'good', 'md5');
const PAYLOAD = digest('PAYLOADDIGEST', 'payload');

function signature(
  covers: Coverage,
  status: RpmSignatureReport['status'] = 'good',
  code?: RpmSignatureReport['code'],
): RpmSignatureReport {
  const facts = {
    version: 4,
    algorithm: 'RSA',
    hash: 'SHA256',
    keyId: '0123456789abcdef',
    created: 1,
    fingerprint: null,
    tolerated: [],
  };
  return {
    tag: covers === 'header' ? 'RSAHEADER' : 'SIGPGP',
    covers,
    ...facts,
    status,
    ...(code === undefined ? {} : { code, reason: 'why' }),
  };
}

const evidence = (digests: DigestReport[], signatures: RpmSignatureReport[]): PackageEvidence => ({
  sha256: '',
  contentSha256: '',
  headerSha256: '',
  size: 1,
  digests,
  signatures,
});

function codes(
  digests: DigestReport[],
  signatures: RpmSignatureReport[],
  keysGiven = true,
): string {
  const { accepted, reasons } = judge(evidence(digests, signatures), { keysGiven });
  return [accepted ? 'accept' : 'reject', ...reasons.map(({ code }) => code)].join(' ');
}

describe('judge, with keys', () => {
  it.each<[string, DigestReport[], RpmSignatureReport[], string]>([
    ['a signature over both', [MD5], [signature('header+payload')], 'accept'],
    [
      'a header signature with a strong payload digest',
      [HEADER, PAYLOAD],
      [signature('header')],
      'accept',
    ],
    [
      'a header signature without payload digest',
      [MD5],
      [signature('header')],
      'reject NOT_COVERED',
    ],
    [
      'a header signature with a weak payload digest',
      [MD5, digest('X', 'payload', 'good', 'md5')],
      [signature('header')],
      'reject NOT_COVERED',
    ],
    [
      'a header signature with a payload digest that nobody could compute',
      [MD5, digest('X', 'payload', 'unsupported')],
      [signature('header')],
      'reject NOT_COVERED',
    ],
    [
      'a good header signature beside one that would have covered the payload',
      [MD5],
      [signature('header'), signature('header+payload', 'rejected', 'WEAK_ALGORITHM')],
      'reject WEAK_ALGORITHM',
    ],
    ['no signature', [MD5], [], 'reject NO_SIGNATURE'],
    [
      'an unknown key',
      [MD5],
      [signature('header+payload', 'no-key', 'UNKNOWN_KEY')],
      'reject UNKNOWN_KEY',
    ],
    [
      'an unknown key beside a good signature over both',
      [MD5],
      [signature('header', 'no-key', 'UNKNOWN_KEY'), signature('header+payload')],
      'accept',
    ],
    [
      'a revoked key',
      [MD5],
      [signature('header+payload', 'rejected', 'KEY_REVOKED')],
      'reject KEY_REVOKED',
    ],
    [
      'an algorithm that cannot be computed',
      [MD5],
      [signature('header+payload', 'unsupported', 'NO_SIGNATURE')],
      'reject NO_SIGNATURE',
    ],
    [
      'one that cannot be computed beside a good signature over both',
      [MD5],
      [signature('header', 'unsupported', 'NO_SIGNATURE'), signature('header+payload')],
      'accept',
    ],
    [
      'one that cannot be parsed beside a good signature over both',
      [MD5],
      [
        { ...signature('header', 'unsupported', 'NO_SIGNATURE'), version: null },
        signature('header+payload'),
      ],
      'reject NO_SIGNATURE',
    ],
    [
      'a bad signature beside a good one over both',
      [MD5],
      [signature('header', 'bad', 'BAD_SIGNATURE'), signature('header+payload')],
      'reject BAD_SIGNATURE',
    ],
    [
      'a bad signature alone',
      [MD5],
      [signature('header+payload', 'bad', 'BAD_SIGNATURE')],
      'reject BAD_SIGNATURE',
    ],
    [
      'a wrong digest under a good signature',
      [MD5, digest('SHA1HEADER', 'header', 'bad', 'sha1')],
      [signature('header+payload')],
      'reject DIGEST_MISMATCH',
    ],
    [
      'a good signature over the header, and one over both, without a payload digest',
      [MD5],
      [signature('header'), signature('header+payload')],
      'accept',
    ],
    [
      'a header signature beside another one of the header that nobody could check',
      [MD5],
      [signature('header'), signature('header', 'no-key', 'UNKNOWN_KEY')],
      'reject NOT_COVERED',
    ],
    [
      'a wrong digest of the header, which does not stand for the missing one of the payload',
      [MD5, digest('SHA1HEADER', 'header', 'bad', 'sha1')],
      [signature('header')],
      'reject DIGEST_MISMATCH NOT_COVERED',
    ],
    [
      'one that cannot be parsed alone, which is said once',
      [MD5],
      [{ ...signature('header+payload', 'unsupported', 'NO_SIGNATURE'), version: null }],
      'reject NO_SIGNATURE',
    ],
    [
      'a digest over the payload that nobody could compute',
      [HEADER, digest('X', 'payload', 'unsupported')],
      [signature('header+payload')],
      'reject NOT_COVERED',
    ],
    ['no digest over the payload', [HEADER], [signature('header+payload')], 'reject NOT_COVERED'],
    ['no digest over the header', [PAYLOAD], [signature('header+payload')], 'reject NOT_COVERED'],
  ])('%s: %4$s', (_, digests, signatures, expected) => {
    expect(codes(digests, signatures)).toBe(expected);
  });

  it("names the first good signature as the package's", () => {
    const signatures = [signature('header', 'no-key', 'UNKNOWN_KEY'), signature('header+payload')];
    expect(judge(evidence([MD5], signatures), { keysGiven: true }).signature).toBe(signatures[1]);
    expect(judge(evidence([MD5], []), { keysGiven: true }).signature).toBeUndefined();
  });
});

describe('judge, without keys', () => {
  it.each<[string, DigestReport[], RpmSignatureReport[], string]>([
    ['unsigned', [MD5], [], 'accept NOT_CHECKED'],
    [
      'signed by somebody',
      [MD5],
      [signature('header', 'no-key', 'UNKNOWN_KEY')],
      'accept NOT_CHECKED',
    ],
    [
      'a signature over other data',
      [MD5],
      [signature('header', 'bad', 'BAD_SIGNATURE')],
      'reject BAD_SIGNATURE NOT_CHECKED',
    ],
    [
      'a wrong digest',
      [MD5, digest('PAYLOADDIGEST', 'payload', 'bad')],
      [],
      'reject DIGEST_MISMATCH NOT_CHECKED',
    ],
    ['no digests at all', [], [], 'reject NOT_COVERED NOT_COVERED NOT_CHECKED'],
  ])('%s: %4$s', (_, digests, signatures, expected) => {
    expect(codes(digests, signatures, false)).toBe(expected);
  });
});

describe('judgeHeader', () => {
  const judged = (digests: DigestReport[], signatures: RpmSignatureReport[]): string[] =>
    judgeHeader({ headerSha256: '', digests, signatures }).reasons.map(({ code }) => code);

  it('wants one good signature over the header, and nothing bad', () => {
    expect(judged([HEADER], [signature('header')])).toEqual([]);
    expect(judged([], [])).toEqual(['NO_SIGNATURE']);
    expect(judged([HEADER], [signature('header', 'no-key', 'UNKNOWN_KEY')])).toEqual([
      'UNKNOWN_KEY',
    ]);
    expect(judged([digest('SHA1HEADER', 'header', 'bad')], [signature('header')])).toEqual([
      'DIGEST_MISMATCH',
    ]);
    expect(
      judged([HEADER], [signature('header'), signature('header', 'bad', 'BAD_SIGNATURE')]),
    ).toEqual(['BAD_SIGNATURE']);
  });
});

describe('verifyJudgement', () => {
  const verify = (digests: DigestReport[], signatures: RpmSignatureReport[]) => () => {
    verifyJudgement(judge(evidence(digests, signatures), { keysGiven: true }), 'a.rpm');
  };

  it('lets the accepted pass and throws the family that the first reason belongs to', () => {
    expect(verify([MD5], [signature('header+payload')])).not.toThrow();
    expect(verify([MD5], [])).toThrow(VerificationError);
    expect(verify([MD5], [])).toThrow('a.rpm: the package is not signed');
    expect(verify([digest('SIGMD5', 'header+payload', 'bad', 'md5')], [])).toThrow(IntegrityError);
  });

  it('throws even for a refusal without reason: it fails closed', () => {
    expect(() => {
      verifyJudgement({ accepted: false, reasons: [], signature: undefined }, 'a.rpm');
    }).toThrow(IntegrityError);
  });

  it('names the refusals, not what was only noted beside them', () => {
    const reasons = [
      { code: 'WARNING', message: 'odd' },
      { code: 'NO_SIGNATURE', message: 'not signed' },
      { code: 'NOT_CHECKED', message: 'no keys' },
    ] as const;
    expect(() => {
      verifyJudgement({ accepted: false, reasons, signature: undefined }, 'a.rpm');
    }).toThrow(/^a\.rpm: not signed$/);
  });
});

describe('T13: a digest of the uncompressed payload that is wrong', () => {
  const ALT = digest('PAYLOADDIGESTALT', 'payload', 'bad');
  const signed = [signature('header+payload')];

  it.each<[string, DigestReport[], boolean, string[]]>([
    ['a good PAYLOADDIGEST and good files', [HEADER, PAYLOAD, ALT], true, ['WARNING']],
    ['a good PAYLOADDIGEST alone', [HEADER, PAYLOAD, ALT], false, ['DIGEST_MISMATCH']],
    ['good files alone', [HEADER, MD5, ALT], true, ['DIGEST_MISMATCH']],
    [
      'a wrong PAYLOADDIGEST',
      [HEADER, MD5, digest('PAYLOADDIGEST', 'payload', 'bad'), ALT],
      true,
      ['DIGEST_MISMATCH', 'DIGEST_MISMATCH'],
    ],
  ])('beside %s', (_, digests, filesGood, codes) => {
    const { accepted, reasons } = judge(evidence(digests, signed), { keysGiven: true, filesGood });
    expect([accepted, reasons.map(({ code }) => code)]).toEqual([codes[0] === 'WARNING', codes]);
    if (accepted)
      expect(reasons[0]!.message).toMatch(
        /^PAYLOADDIGESTALT of the uncompressed payload is wrong .*; PAYLOADDIGEST and the digests/,
      );
  });

  it.each(['good', 'unsupported'] as const)('is nothing to warn of where it is %s', (status) => {
    const digests = [HEADER, PAYLOAD, digest('PAYLOADDIGESTALT', 'payload', status)];
    const judged = judge(evidence(digests, signed), { keysGiven: true, filesGood: true });
    expect([judged.accepted, judged.reasons]).toEqual([true, []]);
  });

  it('any other digest that is wrong is not tolerated', () => {
    for (const name of ['PAYLOADDIGEST', 'SHA256HEADER', 'SIGMD5'])
      expect(
        judge(evidence([HEADER, PAYLOAD, MD5, digest(name, 'payload', 'bad')], signed), {
          keysGiven: true,
          filesGood: true,
        }).accepted,
      ).toBe(false);
  });
});

describe('T13: a signed header covers the payload by a digest of it', () => {
  it.each([
    ...['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512'].map((name) => [name, true] as const),
    ...['md5', 'sha1', 'ripemd160', 'sha224'].map((name) => [name, false] as const),
  ])('%s: %s', (algorithm, isCovered) => {
    const digests = [HEADER, digest('PAYLOADDIGEST', 'payload', 'good', algorithm)];
    const { accepted, reasons } = judge(evidence(digests, [signature('header')]), {
      keysGiven: true,
    });
    expect([accepted, reasons.map(({ code }) => code)]).toEqual([
      isCovered,
      isCovered ? [] : ['NOT_COVERED'],
    ]);
  });
});
