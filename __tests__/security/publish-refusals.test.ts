// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { binary } from '../fixtures/header-builder.js';
import { makeCertificate, makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { oneOfEach } from '../fixtures/quick.js';
import { buildPackage } from '../fixtures/rpm-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  type ListedPackage,
  PUBLISHER,
  repositoryFiles,
  signBoth,
  signHeader,
} from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const STRANGER = makeKey('EdDSA');
const GOOD = hello('1.0');
const LATER = hello('3.0');
const BAD_VERSION = '2.0';

/** A copy with one bit turned. */
function flip(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** The good release 2.0 with one bit turned, under an index that lists what is served. */
function damaged(at: (item: ListedPackage) => number): ListedPackage {
  const item = hello(BAD_VERSION);
  return { ...item, built: { ...item.built, bytes: flip(item.built.bytes, at(item)) } };
}

/** The payload of another version under headers made for 2.0. */
const otherPayload = buildPackage({
  version: BAD_VERSION,
  files: helloFiles(BAD_VERSION).map((file) =>
    file.path.endsWith('.c')
      ? { ...file, content: String(file.content).replace('version', 'evilish') }
      : file,
  ),
}).payload;

/** Offset of the last byte of RSAHEADER, which belongs to the signature's value. */
function lastByteOfSignature({ built }: ListedPackage): number {
  const count = built.bytes.readUInt32BE(96 + 8);
  for (let row = 0; row < count; row++) {
    const at = 96 + 16 + row * 16;
    if (built.bytes.readUInt32BE(at) === 268)
      return (
        96 +
        16 +
        count * 16 +
        built.bytes.readUInt32BE(at + 8) +
        built.bytes.readUInt32BE(at + 12) -
        1
      );
  }
  throw new Error('the package has no RSAHEADER');
}

const CASES: readonly (readonly [title: string, code: string, make: () => ListedPackage])[] = [
  [
    'one flipped bit in the header, served against the index',
    'DIGEST_MISMATCH',
    () => ({ ...hello(BAD_VERSION), served: flip(hello(BAD_VERSION).built.bytes, 2000) }),
  ],
  [
    'other bytes of another length than the index says',
    'SIZE_MISMATCH',
    () => ({ ...hello(BAD_VERSION), served: hello(BAD_VERSION).built.bytes.subarray(0, -4) }),
  ],
  [
    'T11: one flipped bit in the header, listed as it is',
    'DIGEST_MISMATCH',
    () => damaged(({ built }) => built.payloadStart - 40),
  ],
  [
    'T11: one flipped bit in the payload, listed as it is',
    'DIGEST_MISMATCH',
    () => damaged(({ built }) => built.payloadStart + 130),
  ],
  [
    'T11: one flipped bit in the signature, listed as it is',
    'BAD_SIGNATURE',
    () => damaged(lastByteOfSignature),
  ],
  [
    'T11: a header changed with its digests, under the old signature',
    'BAD_SIGNATURE',
    () =>
      hello(BAD_VERSION, {
        sign: ({ header, payload }) => signBoth()({ header: flip(header, 300), payload }),
      }),
  ],
  ['T10: no signature', 'NO_SIGNATURE', () => hello(BAD_VERSION, { sign: () => [] })],
  [
    'T10: an empty signature, which no header can hold',
    'HEADER_BOUNDS',
    () => hello(BAD_VERSION, { sign: () => [binary(268, new Uint8Array())] }),
  ],
  [
    'T10: the signature of a stranger',
    'UNKNOWN_KEY',
    () => hello(BAD_VERSION, { sign: signBoth(STRANGER) }),
  ],
  [
    'T10: a stranger under the key id of the publisher',
    'BAD_SIGNATURE',
    () =>
      hello(BAD_VERSION, {
        sign: ({ header }) => [
          binary(
            268,
            makeSignature({
              key: { ...STRANGER, fingerprint: PUBLISHER.fingerprint, keyId: PUBLISHER.keyId },
              parts: [header],
            }),
          ),
        ],
      }),
  ],
  [
    'T13: a payload swapped under the signature of the header, which has no digest of it',
    'NOT_COVERED',
    () => hello(BAD_VERSION, { payload: otherPayload, payloadDigest: false, sign: signHeader() }),
  ],
  [
    'T13: a payload swapped under the signature of the header, which has a digest of it',
    'DIGEST_MISMATCH',
    () => {
      const { built, ...item } = hello(BAD_VERSION, { sign: signHeader(), digests: false });
      const bytes = Buffer.concat([built.bytes.subarray(0, built.payloadStart), otherPayload]);
      return { ...item, built: { ...built, bytes } };
    },
  ],
  [
    'T13: a payload swapped under a signature of header and payload',
    'BAD_SIGNATURE',
    () =>
      hello(BAD_VERSION, {
        payload: otherPayload,
        payloadDigest: false,
        sign: ({ header, payload }) => signBoth()({ header, payload: flip(payload, 130) }),
      }),
  ],
  [
    'T13: a file that is not the one in the signed list',
    'DIGEST_MISMATCH',
    () => hello(BAD_VERSION, { payload: otherPayload }),
  ],
  [
    'T9: another version than the index entry, validly signed',
    'INDEX_MISMATCH',
    () => ({ ...hello('1.5'), version: BAD_VERSION }),
  ],
  [
    'T9: another package than the index entry, validly signed',
    'INDEX_MISMATCH',
    () => ({ ...hello(BAD_VERSION, { name: 'other' }), name: 'hello' }),
  ],
  [
    'T21: a device',
    'PAYLOAD_INVALID',
    () =>
      hello(BAD_VERSION, {
        files: [...helloFiles(BAD_VERSION), { path: '/usr/src/hello-2.0/null', mode: 0o020666 }],
      }),
  ],
  [
    'T20: a .git folder',
    'UNSAFE_PATH',
    () =>
      hello(BAD_VERSION, {
        files: [
          ...helloFiles(BAD_VERSION),
          { path: '/usr/src/hello-2.0/.GIT/config', content: '' },
        ],
      }),
  ],
  [
    'not an RPM at all',
    'BAD_MAGIC',
    () => ({
      ...hello(BAD_VERSION),
      built: { ...hello(BAD_VERSION).built, bytes: Buffer.from('<html>login</html>') },
    }),
  ],
];

describe('T41: a refused release ends the run after the complete ones before it', () => {
  afterAll(removeRunDirectories);

  it.each(oneOfEach(CASES, ([, code]) => code))('%s: %s', async (_, code, make) => {
    const bad = make();
    await onStage({ packages: [GOOD, bad, LATER] }, async (stage) => {
      const result = await stage.publish();
      expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 1, tags: ['1.0'] });
      const rows = result.report.releases.map(
        ({
          version,
          status,
          error,
        }: {
          version: string;
          status: string;
          error?: { code: string };
        }) => [version, status, error?.code],
      );
      expect(rows).toEqual([
        ['1.0', 'published', undefined],
        ['2.0', 'failed', code],
        ['3.0', 'skipped', undefined],
      ]);

      const listed = stage.git.git('ls-tree', '-r', '--name-only', 'main').split('\n');
      expect(listed).toContain(`archive/rpm/${fileName(GOOD)}`);
      expect(listed.filter((path) => path.includes('2.0') || path.includes('3.0'))).toEqual([]);
      expect(
        stage.git
          .git('fsck', '--strict', '--unreachable', '--no-progress')
          .split('\n')
          .filter((line) => /unreachable|dangling|error/.test(line)),
      ).toEqual([]);
      expect(stage.git.git('rev-parse', 'main')).toBe(result.outputs['commit']);
    });
  });
});

describe('what a refusal leaves behind', () => {
  afterAll(removeRunDirectories);

  it('says it in report, outputs, annotations and summary, with package, reason and remedy', async () => {
    await onStage(
      { packages: [GOOD, hello(BAD_VERSION, { sign: () => [] }), LATER] },
      async (stage) => {
        const { outputs, report, stdout, summary } = await stage.publish();
        expect(outputs).toMatchObject({
          'has-new': 'true',
          'new-versions': '["1.0","2.0","3.0"]',
          'published-versions': '["1.0"]',
          tags: '["1.0"]',
          'latest-version': '1.0',
        });
        expect(report).toMatchObject({ schema: 1, mode: 'publish' });
        expect(report.releases[1].error).toMatchObject({
          code: 'NO_SIGNATURE',
          message: expect.stringContaining('hello-2.0-1.noarch.rpm'),
          remedy: expect.stringContaining('skip'),
        });
        const annotations = stdout.split('\n').filter((line) => line.startsWith('::error'));
        expect(annotations).toHaveLength(2);
        expect(annotations[0]).toMatch(
          /^::error title=NO_SIGNATURE::hello-2\.0-1\.noarch: .*not signed/,
        );
        expect(annotations[1]).toMatch(/^::error::/);
        expect(summary).toMatch(/\| 1\.0 \|.*published/);
        expect(summary).toMatch(/\| 2\.0 \|.*failed.*NO&#95;SIGNATURE/);
        expect(summary).toMatch(/\| 3\.0 \|.*skipped/);
      },
    );
  });

  it('goes on behind it once the release is held back by skip, or repaired', async () => {
    await onStage(
      { packages: [GOOD, hello(BAD_VERSION, { sign: () => [] }), LATER] },
      async (stage) => {
        expect((await stage.publish()).code).toBe(1);
        const skipped = await stage.publish({ skip: '2.0' });
        expect({ code: skipped.code, tags: stage.tags() }).toEqual({
          code: 0,
          tags: ['1.0', '3.0'],
        });
        expect(skipped.outputs['published-versions']).toBe('["3.0"]');
        stage.offer([GOOD, hello(BAD_VERSION), LATER], '1700000001');
        const repaired = await stage.publish();
        expect({ code: repaired.code, tags: stage.tags() }).toEqual({
          code: 0,
          tags: ['1.0', '2.0', '3.0'],
        });
      },
    );
  });

  it('leaves an empty repository empty when the first release is refused', async () => {
    await onStage({ packages: [hello('1.0', { sign: signBoth(STRANGER) })] }, async (stage) => {
      const result = await stage.publish();
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 1,
        refs: '',
      });
      expect(result.outputs).toMatchObject({ commit: '', tags: '[]', 'latest-version': '' });
    });
  });
});

describe('T16: a key that is not the pinned one', () => {
  afterAll(removeRunDirectories);

  it('is refused before anything is written, and both fingerprints are shown', async () => {
    await onStage({ packages: [GOOD] }, async (stage) => {
      const result = await stage.publish({ 'gpg-fingerprints': STRANGER.fingerprint });
      expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
        code: 1,
        refs: '',
      });
      expect(result.report.errors.map(({ code }: { code: string }) => code)).toEqual([
        'PIN_MISMATCH',
      ]);
      expect(result.stdout).toContain(STRANGER.fingerprint);
      expect(result.stdout).toContain(PUBLISHER.fingerprint);
      expect(
        stage.git.requests.filter(
          ({ service, method }) => service === 'git-receive-pack' && method === 'POST',
        ),
      ).toEqual([]);
    });
  });

  it('is trusted on first use with a warning, and another one is refused from then on', async () => {
    await onStage({ packages: [GOOD], inputs: { 'gpg-fingerprints': '' } }, async (stage) => {
      const first = await stage.publish();
      expect({ code: first.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
      expect(first.report.warnings.join('\n')).toContain(PUBLISHER.fingerprint);
      const again = await stage.publish({ gpgkey: '' });
      expect({ code: again.code, warnings: again.report.warnings }).toEqual({
        code: 0,
        warnings: [],
      });
      stage.offer([GOOD, hello('2.0', { sign: signBoth(STRANGER) })], '1700000001');
      const refused = await stage.publish();
      expect({ code: refused.code, tags: stage.tags() }).toEqual({ code: 1, tags: ['1.0'] });
    });
  });
});

describe('T15: a weak algorithm', () => {
  afterAll(removeRunDirectories);

  it('is refused by name, and published and recorded once it is allowed', async () => {
    const key = makeKey('RSA');
    const sign = ({ header }: { readonly header: Uint8Array }) => [
      binary(268, makeSignature({ key, parts: [header], hash: 'sha1' })),
    ];
    await onStage({ inputs: { 'gpg-fingerprints': key.fingerprint } }, async (stage) => {
      stage.yum.setFiles({
        ...repositoryFiles([hello('1.0', { sign })]),
        KEY: makeCertificate({ key }),
      });
      const refused = await stage.publish();
      expect({
        code: refused.code,
        error: refused.report.releases[0].error.code,
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, error: 'WEAK_ALGORITHM', refs: '' });
      const allowed = await stage.publish({ 'allow-weak': 'sha1' });
      expect({ code: allowed.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
      expect(allowed.report.releases[0].package.signature.hash).toBe('SHA1');
    });
  });
});
