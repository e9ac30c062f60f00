// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { memorySource } from '../../../src/bytes.js';
import type { SignedData } from '../../../src/openpgp/model.js';
import {
  type CheckSignature,
  examineHeader,
  examinePackage,
  withPayload,
} from '../../../src/rpm/examine.js';
import { readPackage } from '../../../src/rpm/read.js';
import { listSignatures } from '../../../src/rpm/signatures.js';
import { binary, int32, text, texts } from '../../fixtures/header-builder.js';
import { buildPackage, type BuiltPackage, type PackageSpec } from '../../fixtures/rpm-builder.js';
import {
  DSAHEADER,
  OPENPGP,
  RSAHEADER,
  signatureRow,
  SIGPGP,
} from '../../fixtures/signed-packages.js';

const sha = (algorithm: string, ...parts: Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest('hex');
const nobody: CheckSignature = () => Promise.resolve([]);

async function examine(built: BuiltPackage, check: CheckSignature = nobody) {
  const source = memorySource(built.bytes);
  return examinePackage(await readPackage(source), source, check);
}

async function digestsOf(spec: PackageSpec): Promise<string[]> {
  return (await examine(buildPackage(spec))).digests.map(({ name, status }) => `${name} ${status}`);
}

describe('examinePackage', () => {
  it('gives the hashes of the file, of all but the signature, and of the main header', async () => {
    const built = buildPackage();
    expect(await examine(built)).toMatchObject({
      sha256: sha('sha256', built.bytes),
      contentSha256: sha('sha256', built.header, built.payload),
      headerSha256: sha('sha256', built.header),
      size: built.bytes.length,
    });
  });

  it('reports each digest with expected and actual', async () => {
    const built = buildPackage();
    const { digests } = await examine(built);
    expect(
      digests.map(({ name, covers, algorithm, status }) => [name, covers, algorithm, status]),
    ).toEqual([
      ['SHA1HEADER', 'header', 'sha1', 'good'],
      ['SHA256HEADER', 'header', 'sha256', 'good'],
      ['SIGMD5', 'header+payload', 'md5', 'good'],
      ['PAYLOADDIGEST', 'payload', 'sha256', 'good'],
    ]);
    expect(digests[2]).toMatchObject({
      expected: sha('md5', built.header, built.payload),
      actual: sha('md5', built.header, built.payload),
    });
  });

  it.each<[string, PackageSpec, string[]]>([
    [
      'of another length',
      { digests: false, payloadDigest: false, sign: () => [text(269, 'ab'.repeat(19))] },
      ['SHA1HEADER bad'],
    ],
    [
      'that is no hex',
      { digests: false, payloadDigest: false, sign: () => [text(269, 'z'.repeat(40))] },
      ['SHA1HEADER bad'],
    ],
    [
      'of another type',
      {
        digests: false,
        payloadDigest: false,
        sign: () => [binary(269, Buffer.alloc(20)), text(1004, 'ab'.repeat(16))],
      },
      ['SHA1HEADER bad', 'SIGMD5 bad'],
    ],
    ['that is empty', { digests: false, entries: [texts(5092, [''])] }, ['PAYLOADDIGEST bad']],
    [
      'in upper case',
      {
        digests: false,
        payloadDigest: false,
        sign: ({ header }) => [text(269, sha('sha1', header).toUpperCase())],
      },
      ['SHA1HEADER good'],
    ],
  ])('a digest %s: %3$j', async (_, spec, expected) => {
    expect(await digestsOf(spec)).toEqual(expected);
  });

  it('knows the digests of rpm 6, and ignores there what only older packages have', async () => {
    const payload = buildPackage().payload;
    const entries = [
      texts(5092, [sha('sha256', payload)]),
      text(5121, sha('sha512', payload)),
      text(5123, 'ab'.repeat(32)),
    ];
    const sign: PackageSpec['sign'] = (all) => [
      binary(999, Buffer.alloc(4)),
      text(279, sha('sha3-256', all.header)),
      binary(1004, Buffer.alloc(16)),
      signatureRow(SIGPGP, all),
    ];
    const built = buildPackage({
      digests: false,
      entries,
      sign,
      signatureHeader: (spec) => ({
        ...spec,
        entries: spec.entries.filter(({ tag }) => tag !== 1000),
      }),
    });
    const evidence = await examine(built);
    expect(evidence.digests.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'SHA3_256HEADER good',
      'PAYLOADDIGEST good',
      'PAYLOADSHA512 good',
      'PAYLOADSHA3_256 bad',
    ]);
    expect(evidence.signatures).toEqual([]);
  });

  it('takes a payload that was stored uncompressed by its alternative digest, as rpm does', async () => {
    const payload = buildPackage().payload;
    expect(
      await digestsOf({
        digests: false,
        entries: [texts(5092, ['ab'.repeat(32)]), texts(5097, [sha('sha256', payload)])],
      }),
    ).toEqual(['PAYLOADDIGESTALT good']);
    expect(
      await digestsOf({
        digests: false,
        entries: [texts(5092, ['ab'.repeat(32)]), texts(5097, ['cd'.repeat(32)])],
      }),
    ).toEqual(['PAYLOADDIGEST bad']);
    expect(
      await digestsOf({
        digests: false,
        entries: [texts(5092, ['ab'.repeat(32), sha('sha256', payload)])],
      }),
    ).toEqual(['PAYLOADDIGEST good']);
  });

  it('reads the file once, whatever the number of signatures', async () => {
    const built = buildPackage({
      sign: (all) => [
        signatureRow(RSAHEADER, all),
        signatureRow(SIGPGP, all),
        signatureRow(OPENPGP, all),
      ],
    });
    const inner = memorySource(built.bytes);
    let read = 0;
    const source = {
      ...inner,
      async *stream(start?: number, end?: number) {
        for await (const chunk of inner.stream(start, end)) {
          read += chunk.length;
          yield chunk;
        }
      },
    };
    await examinePackage(await readPackage(source), source, nobody);
    expect(read).toBeLessThanOrEqual(built.bytes.length);
  });

  it('hands out exactly the bytes that each tag stands for', async () => {
    const built = buildPackage({
      sign: (all) => [
        signatureRow(DSAHEADER, all),
        signatureRow(SIGPGP, all),
        signatureRow(OPENPGP, all),
      ],
    });
    const seen: string[] = [];
    const check = (_: Uint8Array, data: SignedData) => {
      seen.push(data.hash('sha512').digest('hex'), data.hash('sha512').digest('hex'));
      return Promise.resolve([]);
    };
    await examine(built, check);
    const [header, both] = [
      sha('sha512', built.header),
      sha('sha512', built.header, built.payload),
    ];
    expect(seen).toEqual([header, header, both, both, header, header]);
  });

  it('reports a tag that gave no report as no signature', async () => {
    const { signatures } = await examine(
      buildPackage({ sign: (all) => [signatureRow(RSAHEADER, all)] }),
    );
    expect(signatures).toMatchObject([
      {
        tag: 'RSAHEADER',
        covers: 'header',
        status: 'unsupported',
        code: 'NO_SIGNATURE',
        version: null,
      },
    ]);
  });
});

describe('withPayload', () => {
  it('adds the digests of the uncompressed payload', async () => {
    const built = buildPackage({ entries: [texts(5097, ['ab'.repeat(32)])] });
    const source = memorySource(built.bytes);
    const pkg = await readPackage(source);
    const evidence = await examinePackage(pkg, source, nobody);
    const statusOf = (hex: string) =>
      withPayload(pkg, evidence, { sha256: hex }).digests.find(
        ({ name }) => name === 'PAYLOADDIGESTALT',
      )?.status;
    expect([statusOf('ab'.repeat(32)), statusOf('cd'.repeat(32))]).toEqual(['good', 'bad']);
    expect(withPayload(pkg, evidence, {})).toEqual(evidence);
  });
});

describe('examineHeader', () => {
  it('needs no payload and reports only what stands for the header', async () => {
    const built = buildPackage({
      sign: (all) => [signatureRow(RSAHEADER, all), signatureRow(SIGPGP, all)],
    });
    const pkg = await readPackage(memorySource(built.bytes.subarray(0, built.payloadStart)));
    const evidence = await examineHeader(pkg, nobody);
    expect(evidence.headerSha256).toBe(sha('sha256', built.header));
    expect(evidence.digests.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'SHA1HEADER good',
      'SHA256HEADER good',
    ]);
    expect(evidence.signatures.map(({ tag }) => tag)).toEqual(['RSAHEADER']);
  });
});

describe('listSignatures', () => {
  it('names tag and coverage of each, and gives the strings of OPENPGP one by one', async () => {
    const sign: PackageSpec['sign'] = () => [
      texts(278, ['AAAA', 'AQID', 'no base64!']),
      binary(1005, Buffer.from([1])),
      binary(1006, Buffer.from([2])),
      int32(268, 5),
    ];
    const { signatureHeader } = await readPackage(memorySource(buildPackage({ sign }).bytes));
    expect(
      listSignatures(signatureHeader).map(({ tag, covers, packets, fault }) => [
        tag,
        covers,
        Buffer.from(packets).toString('hex'),
        fault !== undefined,
      ]),
    ).toEqual([
      ['RSAHEADER', 'header', '', true],
      ['SIGGPG', 'header+payload', '01', false],
      ['SIGPGP5', 'header+payload', '02', false],
      ['OPENPGP', 'header', '000000', false],
      ['OPENPGP', 'header', '010203', false],
      ['OPENPGP', 'header', '', true],
    ]);
  });
});
