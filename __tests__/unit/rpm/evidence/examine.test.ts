// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { memorySource } from '../../../../src/bytes.js';
import type { SignedData } from '../../../../src/openpgp/model.js';
import {
  checkBothForms,
  packageDigest,
  payloadDigests,
  uncompressedAlgorithms,
} from '../../../../src/rpm/evidence/digests.js';
import {
  type CheckSignature,
  examineHeader,
  examinePackage,
  foreseePackage,
  withPayload,
} from '../../../../src/rpm/evidence/examine.js';
import { listSignatures } from '../../../../src/rpm/evidence/signatures.js';
import { frontSize, readPackage } from '../../../../src/rpm/read.js';
import { binary, type EntrySpec, int32, text, texts } from '../../../fixtures/header-builder.js';
import {
  buildPackage,
  type BuiltPackage,
  type PackageSpec,
} from '../../../fixtures/rpm-builder.js';
import {
  DSAHEADER,
  OPENPGP,
  RSAHEADER,
  signatureRow,
  SIGPGP,
} from '../../../fixtures/signed-packages.js';

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

  it.each<[string, string[], string[]]>([
    ['alone and wrong', ['cd'.repeat(32)], ['PAYLOADDIGESTALT bad']],
    [
      'alone, of which one of two is right',
      ['cd'.repeat(32), sha('sha256', buildPackage().payload)],
      ['PAYLOADDIGESTALT good'],
    ],
  ])('reports the alternative digest %s', async (_, hex, expected) => {
    expect(
      await digestsOf({ digests: false, payloadDigest: false, entries: [texts(5097, hex)] }),
    ).toEqual(expected);
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

describe('foreseePackage', () => {
  const foreseen = async (spec: PackageSpec) => {
    const built = buildPackage(spec);
    const pkg = await readPackage(memorySource(built.bytes.subarray(0, built.payloadStart)));
    const asked: string[] = [];
    const report = (by: string) => {
      asked.push(by);
      return [{ by } as never];
    };
    const { digests, signatures } = await foreseePackage(pkg, {
      check: () => Promise.resolve(report('check')),
      foresee: () => report('foresee'),
    });
    return {
      asked,
      digests: digests.map(({ name, status }) => `${name} ${status}`),
      signatures: signatures.map(({ tag, covers }) => `${tag} ${covers}`),
    };
  };

  it('checks what stands for the header, and foresees what needs the payload', async () => {
    expect(
      await foreseen({
        sign: (all) => [signatureRow(RSAHEADER, all), signatureRow(SIGPGP, all)],
      }),
    ).toEqual({
      asked: ['check', 'foresee'],
      digests: ['SHA1HEADER good', 'SHA256HEADER good', 'SIGMD5 good', 'PAYLOADDIGEST good'],
      signatures: ['RSAHEADER header', 'SIGPGP header+payload'],
    });
  });

  it.each<[string, PackageSpec, string[]]>([
    [
      'a wrong digest of the header',
      { digests: false, payloadDigest: false, sign: () => [text(269, 'ab'.repeat(20))] },
      ['SHA1HEADER bad'],
    ],
    ...['ab'.repeat(31), 'ab'.repeat(33), 'z'.repeat(64), ''].map(
      (hex): [string, PackageSpec, string[]] => [
        `what can be no digest of the payload: ${hex.slice(0, 2)} of ${hex.length}`,
        { digests: false, entries: [texts(5092, [hex])] },
        ['PAYLOADDIGEST bad'],
      ],
    ),
    [
      'what can be no digest of both',
      { digests: false, payloadDigest: false, sign: () => [binary(1004, Buffer.alloc(15))] },
      ['SIGMD5 bad'],
    ],
  ])('does not call good: %s', async (_, spec, digests) => {
    expect((await foreseen(spec)).digests).toEqual(digests);
  });

  it('looks at the digest of the uncompressed payload only where it is the only one', async () => {
    const [one, other] = [texts(5092, ['ab'.repeat(32)]), texts(5097, ['cd'.repeat(32)])];
    const spec = { digests: false, payloadDigest: false };
    expect((await foreseen({ ...spec, entries: [one, other] })).digests).toEqual([
      'PAYLOADDIGEST good',
    ]);
    expect((await foreseen({ ...spec, entries: [other] })).digests).toEqual([
      'PAYLOADDIGESTALT good',
    ]);
  });
});

describe('frontSize', () => {
  it('asks for the introductions, then for all up to the payload, then for nothing more', async () => {
    const { bytes, headerStart, payloadStart } = buildPackage();
    const asked: number[] = [];
    for (let size = 0; ;) {
      const next = frontSize(bytes.subarray(0, size));
      asked.push(next);
      if (next <= size) break;
      size = next;
    }
    expect(asked).toEqual([96 + 16, headerStart + 16, payloadStart, payloadStart]);
    expect(frontSize(bytes)).toBe(payloadStart);
  });

  it('refuses what is no header where one must stand', () => {
    const { bytes, headerStart } = buildPackage();
    for (const at of [96, headerStart]) {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 1;
      expect(() => frontSize(copy)).toThrow(expect.objectContaining({ code: 'BAD_MAGIC' }));
    }
  });
});

describe('digests of both forms of the payload', () => {
  const header = async (...entries: EntrySpec[]) =>
    (
      await readPackage(
        memorySource(buildPackage({ digests: false, payloadDigest: false, entries }).bytes),
      )
    ).header;
  const [ONE, OTHER] = ['ab'.repeat(32), 'cd'.repeat(32)];

  it.each([
    ['none', [], []],
    ['only that of the compressed form', [texts(5092, [ONE])], []],
    ['both', [texts(5092, [ONE]), texts(5097, [OTHER])], ['sha256']],
    ['only that of the uncompressed form', [text(5122, OTHER)], ['sha512']],
  ])('%s: what has to be hashed', async (_, entries, names) => {
    expect(uncompressedAlgorithms(await header(...entries))).toEqual(names);
  });

  it('each is held against its own form', async () => {
    const groups = payloadDigests(
      await header(texts(5092, [ONE]), texts(5097, [OTHER]), text(5121, ONE)),
    );
    const checked = (compressed: object, uncompressed: object) =>
      checkBothForms(groups, {
        compressed: { ...compressed },
        uncompressed: { ...uncompressed },
      }).map(({ name, status }) => `${name} ${status}`);
    expect(checked({ sha256: ONE }, { sha256: OTHER })).toEqual([
      'PAYLOADDIGEST good',
      'PAYLOADDIGESTALT good',
    ]);
    expect(checked({ sha256: OTHER }, { sha256: ONE })).toEqual([
      'PAYLOADDIGEST bad',
      'PAYLOADDIGESTALT bad',
    ]);
    expect(checked({}, {})).toEqual([]);
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

  it('does not judge again what the payload as it is in the file has been judged by', async () => {
    const { payload } = buildPackage();
    const entries = [texts(5097, [sha('sha256', payload)])];
    const built = buildPackage({ entries, digests: false, payloadDigest: false });
    const pkg = await readPackage(memorySource(built.bytes));
    const evidence = await examinePackage(pkg, memorySource(built.bytes), nobody);
    expect(withPayload(pkg, evidence, { sha256: '00' }).digests).toEqual(evidence.digests);
    expect(evidence.digests).toHaveLength(1);
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

describe('signatures that older packages have', () => {
  const [RESERVED, SHA3] = [binary(999, Buffer.alloc(4)), text(279, 'ab'.repeat(32))];

  it.each([
    ['count without the marks of rpm 6', [], true],
    ['count beside the reserved space alone, which rpm 4 has, too', [RESERVED], true],
    ['count beside a SHA3-256 digest alone', [SHA3], true],
    ['do not count where both marks are there', [RESERVED, SHA3], false],
  ])('%s', async (_, marks, isCounted) => {
    const built = buildPackage({
      digests: false,
      sign: () => [
        ...marks,
        binary(268, Buffer.of(1)),
        binary(1002, Buffer.of(2)),
        binary(1004, Buffer.alloc(16)),
      ],
      signatureHeader: (spec) => ({
        ...spec,
        entries: spec.entries.filter(({ tag }) => tag !== 1000),
      }),
    });
    const { signatureHeader } = await readPackage(memorySource(built.bytes));
    expect(listSignatures(signatureHeader).map(({ tag }) => tag)).toEqual(
      isCounted ? ['RSAHEADER', 'SIGPGP'] : ['RSAHEADER'],
    );
    expect(packageDigest(signatureHeader)?.name).toBe(isCounted ? 'SIGMD5' : undefined);
  });
});

describe('listSignatures', () => {
  it.each([
    ['strings of another type', text(278, 'AQID'), ['fault']],
    ['blanks and line ends within base64', texts(278, ['AQ\n ID']), ['010203']],
    ['an empty string', texts(278, ['']), ['fault']],
    ['signs that are not of base64', texts(278, ['AQ-_']), ['fault']],
    ['a length that base64 never has', texts(278, ['AQIDA']), ['fault']],
    ['padding in the middle', texts(278, ['AQ==AQID']), ['fault']],
  ])('OPENPGP with %s', async (_, entry, expected) => {
    const built = buildPackage({ digests: false, sign: () => [entry] });
    const { signatureHeader } = await readPackage(memorySource(built.bytes));
    expect(
      listSignatures(signatureHeader).map(({ packets, fault }) =>
        fault === undefined ? Buffer.from(packets).toString('hex') : 'fault',
      ),
    ).toEqual(expected);
  });

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
