// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { formatInspection } from '../../../src/inspect/inspect.js';
import { text, texts } from '../../fixtures/header-builder.js';
import { buildPackage } from '../../fixtures/rpm-builder.js';
import {
  inspectBytes,
  RSAHEADER,
  signedIn,
  signer,
  verdictOf,
} from '../../fixtures/signed-packages.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('inspectPackage', () => {
  it('gives the object of the interface, its keys in order', async () => {
    const files = [
      { path: '/d', mode: 0o040755 },
      { path: '/d/a', content: 'abc' },
      { path: '/d/l', mode: 0o120777, target: 'a' },
      { path: '/d/g', flags: 64 },
    ];
    const built = buildPackage({ files, sign: signedIn(RSAHEADER) });
    const result = await inspectBytes(built.bytes);
    expect(Object.keys(result)).toEqual([
      'file',
      'sha256',
      'contentSha256',
      'headerSha256',
      'nevra',
      'name',
      'epoch',
      'version',
      'release',
      'arch',
      'license',
      'summary',
      'buildTime',
      'buildHost',
      'payload',
      'signatures',
      'digests',
      'files',
      'verdict',
      'reasons',
    ]);
    expect(result).toMatchObject({
      sha256: sha256(built.bytes),
      nevra: 'hello-1.0-1.noarch',
      epoch: null,
      payload: { format: 'cpio', compressor: 'none' },
      verdict: 'accept',
      reasons: [],
    });
    expect(result.digests?.[0]).toEqual({ name: 'SHA1HEADER', covers: 'header', status: 'good' });
    expect(result.signatures).toEqual([
      {
        tag: 'RSAHEADER',
        covers: 'header',
        version: 4,
        algorithm: 'EdDSA',
        hash: 'SHA512',
        keyId: signer.keyId,
        created: expect.any(Number),
        fingerprint: signer.fingerprint,
        status: 'good',
      },
    ]);
    expect(result.files).toEqual([
      { path: 'd', type: 'directory', mode: '040755', size: 0, digest: 'absent' },
      {
        path: 'd/a',
        type: 'file',
        mode: '100644',
        size: 3,
        sha256: sha256(Buffer.from('abc')),
        digest: 'good',
      },
      { path: 'd/l', type: 'symlink', mode: '120777', size: 1, digest: 'absent', target: 'a' },
      { path: 'd/g', type: 'file', mode: '100644', size: 0, digest: 'absent', ghost: true },
    ]);
  });

  it('says null for what the header does not have', async () => {
    expect(
      await inspectBytes(buildPackage({ without: [1004, 1006, 1007, 1014] }).bytes),
    ).toMatchObject({ license: null, summary: null, buildTime: null, buildHost: null });
  });

  it('gives an object for what is no package, too', async () => {
    const bytes = Buffer.from('no package');
    expect(await inspectBytes(bytes)).toEqual({
      file: 'test.rpm',
      sha256: sha256(bytes),
      verdict: 'reject',
      reasons: [expect.stringMatching(/^BAD_MAGIC: /)],
    });
  });

  it.each<[string, string, Parameters<typeof buildPackage>[0]]>([
    [
      'a file with another content than the header says',
      'DIGEST_MISMATCH',
      { files: [{ path: '/a', content: 'abc', digest: 'ab'.repeat(32) }] },
    ],
    [
      'a file that the header does not list',
      'PAYLOAD_INVALID',
      { members: [{ name: './other', content: 'x' }] },
    ],
    [
      'a name that leaves the tree',
      'UNSAFE_PATH',
      { files: [{ path: '/a/../../b', content: 'x' }] },
    ],
    ['a compressor that nobody knows', 'UNSUPPORTED_COMPRESSOR', { compressor: 'rot13' }],
    [
      'a payload that is no archive',
      'UNSUPPORTED_FORMAT',
      { payload: Buffer.from('x'.repeat(200)) },
    ],
  ])('refuses %s: %s', async (_, code, spec) => {
    expect(await verdictOf(buildPackage({ ...spec, sign: signedIn(RSAHEADER) }).bytes)).toBe(code);
  });

  it('warns of a wrong digest of the uncompressed payload beside a good one of the payload, as rpm accepts it', async () => {
    const spec = { entries: [texts(5097, ['ab'.repeat(32)])], sign: signedIn(RSAHEADER) };
    const result = await inspectBytes(buildPackage(spec).bytes);
    expect([result.verdict, result.reasons]).toEqual([
      'accept',
      [expect.stringMatching(/^WARNING: PAYLOADDIGESTALT .* is wrong/)],
    ]);
  });

  it('does not look into delta packages, says so, and judges the rest', async () => {
    const result = await inspectBytes(
      buildPackage({
        entries: [text(1124, 'drpm')],
        payload: Buffer.from('drpm'),
        sign: signedIn(RSAHEADER),
      }).bytes,
    );
    expect([result.verdict, result.reasons, result.files?.map(({ digest }) => digest)]).toEqual([
      'accept',
      ['NOT_CHECKED: the payload has the format drpm, so its files were not looked at'],
      ['absent', 'absent'],
    ]);
  });

  it('answers any damage with a result, never with an exception', async () => {
    const { bytes } = buildPackage({ sign: signedIn(RSAHEADER) });
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(bytes.length), async (changes, length) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        expect(['accept', 'reject']).toContain((await inspectBytes(changed)).verdict);
        expect(['accept', 'reject']).toContain(
          (await inspectBytes(changed.subarray(0, length))).verdict,
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe('formatInspection', () => {
  it('shows facts, evidence, verdict and reasons', async () => {
    const shown = formatInspection(
      await inspectBytes(
        buildPackage({ sign: signedIn(RSAHEADER), entries: [text(1014, Buffer.from([0xff]))] })
          .bytes,
      ),
    );
    expect(shown).toContain('package   hello-1.0-1.noarch');
    expect(shown).toContain('license   base64:/w==');
    expect(shown).toContain('built     2023-11-14T22:13:20.000Z on builder.example');
    expect(shown).toContain(
      `signature RSAHEADER (header) V4 EdDSA/SHA512 by ${signer.fingerprint}: good`,
    );
    expect(shown).toContain('digest    PAYLOADDIGEST (payload): good');
    expect(shown).toMatch(/verdict {3}accept$/);
  });

  it('shows why a file is refused, a broken one included', async () => {
    expect(formatInspection(await inspectBytes(buildPackage().bytes))).toMatch(
      /verdict {3}reject\n +NO_SIGNATURE: the package is not signed$/,
    );
    expect(formatInspection(await inspectBytes(Buffer.from('x')))).toMatch(
      /^test\.rpm\n {2}sha256 .*\n {2}verdict {3}reject\n +BAD_MAGIC: /,
    );
  });
});
