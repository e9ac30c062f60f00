// SPDX-License-Identifier: MIT
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { binary, text } from '../fixtures/header-builder.js';
import {
  BIRTH,
  DAY,
  FLAGS,
  makeCertificate,
  makeKey,
  makeRevocation,
  makeSignature,
  subpacket,
  type TestKey,
  uint32,
} from '../fixtures/openpgp-builder.js';
import type { PackageSpec } from '../fixtures/rpm-builder.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, repositoryFiles } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());
afterAll(removeRunDirectories);

const KEY = makeKey('EdDSA');
const SMALL = makeKey('RSA', { bits: 1024 });
const YEARS_AGO = BIRTH + 10 * DAY;
type Options = Partial<Parameters<typeof makeSignature>[0]>;
const signedBy =
  (key: TestKey, options: Options = {}): NonNullable<PackageSpec['sign']> =>
  ({ header }) => [
    binary(268, makeSignature({ key, parts: [header], created: YEARS_AGO, ...options })),
  ];

/** Publishes one package under this key file, pinned to the key. */
async function publish(
  certificate: Uint8Array,
  spec: PackageSpec,
  key = KEY,
  inputs: Readonly<Record<string, string>> = {},
): Promise<[number | null, ...string[]]> {
  stage.yum.setFiles({ ...repositoryFiles([hello('1.0', spec)]), KEY: certificate });
  const { code, report }: RunResult = await stage.publish({
    'gpg-fingerprints': key.fingerprint,
    ...inputs,
  });
  const errors = [
    ...report.errors,
    ...report.releases.flatMap((row: { error?: object }) => row.error ?? []),
  ].map((error: { code: string }) => error.code);
  return [code, ...errors, ...stage.tags()];
}

const lasting = (days: number): Uint8Array =>
  makeCertificate({
    key: KEY,
    certifications: [{ hashed: [FLAGS, subpacket(9, uint32(days * DAY))] }],
  });
const plain = makeCertificate({ key: KEY });

describe('keys and signatures through the bundle', () => {
  it.each<[string, string, Uint8Array, PackageSpec, TestKey?]>([
    [
      'T12: a signature over text instead of a document',
      'NO_SIGNATURE',
      plain,
      { sign: signedBy(KEY, { type: 0x01 }) },
    ],
    [
      'T12: a certification instead of a signature',
      'NO_SIGNATURE',
      plain,
      { sign: signedBy(KEY, { type: 0x13 }) },
    ],
    [
      'T12: a signature over the payload in the place of one over the header',
      'BAD_SIGNATURE',
      plain,
      {
        sign: ({ payload }) => [
          binary(268, makeSignature({ key: KEY, parts: [payload], created: YEARS_AGO })),
        ],
      },
    ],
    [
      'T14: a region trailer that points elsewhere',
      'HEADER_BOUNDS',
      plain,
      { sign: signedBy(KEY), header: (spec) => ({ ...spec, trailer: { offset: -16 } }) },
    ],
    [
      'T14: a name that stands twice',
      'HEADER_INVALID',
      plain,
      {
        sign: signedBy(KEY),
        header: (spec) => ({ ...spec, entries: [...spec.entries, text(1000, 'evil')] }),
      },
    ],
    [
      'T14: a name outside the signed region',
      'HEADER_BOUNDS',
      plain,
      { sign: signedBy(KEY), header: (spec) => ({ ...spec, dribbles: [text(1000, 'evil')] }) },
    ],
    [
      'T15: an RSA key of 1024 bits',
      'WEAK_ALGORITHM',
      makeCertificate({ key: SMALL }),
      { sign: signedBy(SMALL) },
      SMALL,
    ],
    [
      'T17: a key that had expired when it signed',
      'KEY_EXPIRED',
      lasting(5),
      { sign: signedBy(KEY) },
    ],
    [
      'T17: a key that was revoked',
      'KEY_REVOKED',
      makeCertificate({ key: KEY, direct: [makeRevocation(KEY)] }),
      { sign: signedBy(KEY) },
    ],
    [
      'T18: a signature from before its key',
      'BAD_SIGNATURE',
      plain,
      { sign: signedBy(KEY, { created: BIRTH - DAY }) },
    ],
    [
      'T18: a signature of the future',
      'BAD_SIGNATURE',
      plain,
      { sign: signedBy(KEY, { created: 4_000_000_000 }) },
    ],
  ])('%s: %s', async (_, code, certificate, spec, key = KEY) => {
    expect(await publish(certificate, spec, key)).toEqual([1, code]);
    expect(stage.git.git('for-each-ref')).toBe('');
  });

  it.each<[string, Uint8Array, PackageSpec]>([
    ['control: a plain key and its signature', plain, { sign: signedBy(KEY) }],
    [
      'T11: a signature of version 3',
      makeCertificate({ key: KEY }),
      { sign: signedBy(KEY, { version: 3 }) },
    ],
    ['T17: a key that expired after it signed', lasting(30), { sign: signedBy(KEY) }],
    [
      'T18: a signature older than the self-signature that was issued again',
      makeCertificate({ key: KEY, certifications: [{ created: BIRTH + 900 * DAY }] }),
      { sign: signedBy(KEY) },
    ],
  ])('%s is published', async (_, certificate, spec) => {
    expect(await publish(certificate, spec)).toEqual([0, '1.0']);
  });

  it('T16: key ids are no pins, and a key file may hold more than the pinned key', async () => {
    expect((await stage.publish({ 'gpg-fingerprints': KEY.keyId })).code).toBe(2);
    const both = Buffer.concat([plain, makeCertificate({ key: makeKey('EdDSA') })]);
    expect(await publish(both, { sign: signedBy(KEY) })).toEqual([0, '1.0']);
  });
});
