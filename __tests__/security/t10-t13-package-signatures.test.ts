// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { binary, type EntrySpec, text, texts } from '../fixtures/header-builder.js';
import { makeSignatureBody, packet } from '../fixtures/openpgp-builder.js';
import { buildLead, buildPackage, type PackageSpec } from '../fixtures/rpm-builder.js';
import {
  DSAHEADER,
  inspectBytes,
  OPENPGP,
  RSAHEADER,
  signatureRow,
  signedIn,
  signer,
  SIGPGP,
  stranger,
  verdictOf,
} from '../fixtures/signed-packages.js';

const rows = (...entries: EntrySpec[]): PackageSpec => ({ sign: () => entries });
const judged = (spec: PackageSpec): Promise<string> => verdictOf(buildPackage(spec).bytes);

/** A signature packet whose body begins with these bytes. */
const packetOf = (...bytes: number[]): Buffer =>
  packet(2, Buffer.concat([Buffer.from(bytes), Buffer.alloc(100)]));

describe('a package that is signed well', () => {
  it.each<[string, PackageSpec]>([
    ['over the header, which holds a payload digest', { sign: signedIn(RSAHEADER) }],
    ['over the header, in the tag of rpm 6', { sign: signedIn(OPENPGP) }],
    [
      'over header and payload, without a payload digest',
      { sign: signedIn(SIGPGP), payloadDigest: false },
    ],
    ['with a version 3 packet', { sign: signedIn(RSAHEADER, { version: 3 }) }],
    [
      'by the trusted key, and besides by one that nobody knows',
      {
        sign: (all) => [
          signatureRow(DSAHEADER, all, { key: stranger }),
          signatureRow(RSAHEADER, all),
        ],
      },
    ],
  ])('%s: accept', async (_, spec) => {
    expect(await judged(spec)).toBe('accept');
  });
});

describe('T10 no usable signature', () => {
  it.each<[string, string, PackageSpec]>([
    ['no signature at all', 'NO_SIGNATURE', {}],
    ['a tag with one byte', 'NO_SIGNATURE', rows(binary(RSAHEADER, Buffer.alloc(1)))],
    ['bytes that are no packet', 'NO_SIGNATURE', rows(binary(RSAHEADER, Buffer.alloc(72)))],
    [
      'a packet cut short',
      'NO_SIGNATURE',
      {
        sign: (all) => [
          binary(RSAHEADER, (signatureRow(RSAHEADER, all).value as Buffer).subarray(0, 60)),
        ],
      },
    ],
    ['a packet of version 5', 'NO_SIGNATURE', rows(binary(RSAHEADER, packetOf(5, 0, 22, 8)))],
    [
      'a packet of another kind',
      'NO_SIGNATURE',
      rows(binary(RSAHEADER, packet(13, Buffer.from('user')))),
    ],
    ['text where bytes belong', 'NO_SIGNATURE', rows(text(RSAHEADER, 'signed, honestly'))],
    [
      "text in rpm 6's tag that is no base64",
      'NO_SIGNATURE',
      rows(texts(OPENPGP, ['signed, honestly'])),
    ],
    ["an empty string in rpm 6's tag", 'NO_SIGNATURE', rows(texts(OPENPGP, ['']))],
    ['another key', 'UNKNOWN_KEY', { sign: signedIn(RSAHEADER, { key: stranger }) }],
    [
      'another key under the right key id',
      'BAD_SIGNATURE',
      {
        sign: signedIn(RSAHEADER, {
          key: { ...stranger, keyId: signer.keyId, fingerprint: signer.fingerprint },
        }),
      },
    ],
    [
      'an unknown algorithm',
      'NO_SIGNATURE',
      { sign: signedIn(RSAHEADER, { key: { ...signer, algorithm: 99 } }) },
    ],
    [
      'a good signature and one that cannot be read',
      'NO_SIGNATURE',
      { sign: (all) => [binary(DSAHEADER, Buffer.alloc(9)), signatureRow(RSAHEADER, all)] },
    ],
    [
      'a good signature and a bad one',
      'BAD_SIGNATURE',
      {
        sign: (all) => [
          signatureRow(DSAHEADER, all, { parts: [Buffer.from('x')] }),
          signatureRow(RSAHEADER, all),
        ],
      },
    ],
  ])('%s: %s', async (_, expected, spec) => {
    expect(await judged(spec)).toBe(expected);
  });

  it('without keys an unsigned package is accepted, and says what was not checked; a broken signature is refused', async () => {
    const { verdict, reasons } = await inspectBytes(buildPackage().bytes, { keysGiven: false });
    expect([verdict, reasons]).toEqual([
      'accept',
      ['NOT_CHECKED: no keys were given, so signatures were not judged'],
    ]);
    expect(
      await verdictOf(buildPackage(rows(binary(RSAHEADER, Buffer.alloc(9)))).bytes, {
        keysGiven: false,
      }),
    ).toContain('NO_SIGNATURE');
  });
});

describe('T11 one flipped bit', () => {
  const { bytes, headerStart } = buildPackage({
    sign: (all) => [signatureRow(RSAHEADER, all), signatureRow(SIGPGP, all)],
  });

  it('anywhere in header or payload is refused', async () => {
    expect(await verdictOf(bytes)).toBe('accept');
    for (let at = headerStart; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at & 7);
      expect([at, await verdictOf(changed)]).not.toEqual([at, 'accept']);
    }
  });
});

describe('T12 only document signatures over exactly what their tag stands for', () => {
  it.each<[string, string, PackageSpec]>([
    ['a text signature', 'NO_SIGNATURE', { sign: signedIn(RSAHEADER, { type: 1 }) }],
    ['a certification', 'NO_SIGNATURE', { sign: signedIn(RSAHEADER, { type: 0x10 }) }],
    [
      'a header signature in the tag for header and payload',
      'BAD_SIGNATURE',
      { sign: (all) => [signatureRow(SIGPGP, all, { parts: [all.header] })] },
    ],
    [
      'a signature over header and payload in the tag for the header',
      'BAD_SIGNATURE',
      { sign: (all) => [signatureRow(RSAHEADER, all, { parts: [all.header, all.payload] })] },
    ],
    [
      'a signature over the header without its magic',
      'BAD_SIGNATURE',
      { sign: (all) => [signatureRow(RSAHEADER, all, { parts: [all.header.subarray(8)] })] },
    ],
    [
      'a signature over the payload',
      'BAD_SIGNATURE',
      { sign: (all) => [signatureRow(SIGPGP, all, { parts: [all.payload] })] },
    ],
  ])('%s: %s', async (_, expected, spec) => {
    expect(await judged(spec)).toBe(expected);
  });

  it('nothing reported comes from lead or signature header', async () => {
    const sign = signedIn(RSAHEADER);
    const lead = buildLead();
    lead.write('other-9.9-9', 10);
    const plain = await inspectBytes(buildPackage({ sign }).bytes);
    const dressed = await inspectBytes(
      buildPackage({
        sign: (all) => [...sign(all), text(1014, 'GPL-9'), text(1022, 'sparc'), text(1044, 'x')],
        lead,
      }).bytes,
    );
    expect(dressed).toEqual({ ...plain, sha256: dressed.sha256 });
  });

  it('a signature over a bare body without a packet header is none', async () => {
    expect(
      await judged({
        sign: ({ header }) => [
          binary(RSAHEADER, makeSignatureBody({ key: signer, parts: [header] })),
        ],
      }),
    ).toBe('NO_SIGNATURE');
  });
});

describe('T13 payload swapped under a good header signature', () => {
  const members = [
    { name: './usr/src/hello-1.0', mode: 0o040755 },
    { name: './usr/src/hello-1.0/hello.c', content: 'int main(void) { return 1; }\n' },
  ];

  it('a payload digest in the header notices', async () => {
    const good = buildPackage({ sign: signedIn(RSAHEADER) });
    const evil = buildPackage({ members, sign: signedIn(RSAHEADER) });
    const swapped = Buffer.concat([good.bytes.subarray(0, good.payloadStart), evil.payload]);
    expect(await verdictOf(swapped)).toBe('DIGEST_MISMATCH');
  });

  it('without one the package is not covered, whatever file digests and the unsigned MD5 say', async () => {
    expect(await judged({ payloadDigest: false, sign: signedIn(RSAHEADER) })).toBe('NOT_COVERED');
    expect(await judged({ payloadDigest: false, members, sign: signedIn(RSAHEADER) })).toContain(
      'NOT_COVERED',
    );
  });

  it('a digest of the uncompressed payload alone covers nothing, as for rpm', async () => {
    const spec: PackageSpec = {
      payloadDigest: false,
      entries: [texts(5097, ['ab'.repeat(32)])],
      sign: signedIn(RSAHEADER),
    };
    expect(await judged(spec)).toBe('DIGEST_MISMATCH');
  });

  it('a signature over header and payload by another key covers nothing either', async () => {
    const sign: PackageSpec['sign'] = (all) => [
      signatureRow(RSAHEADER, all),
      signatureRow(SIGPGP, all, { key: stranger }),
    ];
    expect(await judged({ payloadDigest: false, sign })).toBe('UNKNOWN_KEY');
  });
});
