// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { memorySource } from '../../../src/bytes.js';
import { LIMITS } from '../../../src/limits.js';
import type { PackageFacts } from '../../../src/rpm/model.js';
import { readPackage } from '../../../src/rpm/read.js';
import { BIN, I18N, int32, INT64, STRINGS, text, texts } from '../../fixtures/header-builder.js';
import { buildPackage, type PackageSpec } from '../../fixtures/rpm-builder.js';

const factsOf = async (spec: PackageSpec = {}): Promise<PackageFacts> =>
  (await readPackage(memorySource(buildPackage(spec).bytes))).facts;
const path = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('parseFacts', () => {
  it('gives what the main header says', async () => {
    expect(await factsOf({ epoch: 2 })).toMatchObject({
      nevra: { name: 'hello', epoch: 2, version: '1.0', release: '1', arch: 'noarch' },
      license: 'MIT',
      summary: 'A package',
      description: 'A package that a test made.',
      url: '',
      buildHost: 'builder.example',
      buildTime: 1_700_000_000,
      isSource: false,
      payload: { format: 'cpio', compressor: 'none', size: null },
      fileDigestAlgorithm: 'sha256',
      changelog: [],
    });
  });

  it('tells no epoch from epoch 0', async () => {
    expect((await factsOf()).nevra.epoch).toBeNull();
    expect((await factsOf({ epoch: 0 })).nevra.epoch).toBe(0);
  });

  it('gives what is not UTF-8 as bytes', async () => {
    expect((await factsOf({ entries: [text(1014, Buffer.from([0x47, 0xff]))] })).license).toEqual({
      b64: 'R/8=',
    });
  });

  it('takes the text of the C locale, wherever it stands', async () => {
    const translated = (locales: string[], ...summaries: string[]) =>
      factsOf({ entries: [texts(100, locales), { tag: 1004, type: I18N, value: summaries }] });
    expect((await translated(['C', 'de'], 'a package', 'ein Paket')).summary).toBe('a package');
    expect((await translated(['de', 'C'], 'ein Paket', 'a package')).summary).toBe('a package');
    expect((await translated(['de', 'C'], 'ein Paket')).summary).toBe('ein Paket');
    expect((await translated(['de'], 'ein Paket')).summary).toBe('ein Paket');
  });

  it('reads absent payload tags as rpm does: a cpio archive in gzip, file digests by md5', async () => {
    expect(await factsOf({ without: [1124, 1125, 5011] })).toMatchObject({
      payload: { format: 'cpio', compressor: 'gzip' },
      fileDigestAlgorithm: 'md5',
    });
    expect((await factsOf({ entries: [int32(5011, 77)] })).fileDigestAlgorithm).toBe(
      'algorithm 77',
    );
  });

  it.each([
    ['no name', 1000],
    ['no version', 1001],
    ['no release', 1002],
  ])('refuses a package with %s, an empty one, or one that is not UTF-8', async (_, tag) => {
    const invalid = { code: 'HEADER_INVALID' };
    await expect(factsOf({ without: [tag] })).rejects.toMatchObject(invalid);
    for (const value of ['', Buffer.from([0x61, 0xff])])
      await expect(factsOf({ entries: [text(tag, value)] })).rejects.toMatchObject(invalid);
  });

  it.each([
    ['PAYLOADSIZEALT before all others', [5113, 271], 7],
    ['ARCHIVESIZE of the main header before those of the signature header', [1046, 271], 7],
    ['the long size of the signature header', [271], 9],
  ])('announces the size of the payload by %s', async (_, [tag, ...more], size) => {
    const long = (of: number, value: bigint) => ({ tag: of, type: INT64, value: [value] });
    const own = tag === 1046 ? int32(1046, 7) : long(tag!, 7n);
    const spec: PackageSpec = {
      entries: tag === 271 ? [] : [own],
      sign: () => (tag === 271 || more.length > 0 ? [long(271, 9n)] : []),
    };
    expect((await factsOf(spec)).payload.size).toBe(size);
  });

  it('reads the changelog, as far as its three parts go together', async () => {
    const entries = [
      int32(1080, 2, 1),
      texts(1081, ['B <b@example> - 2-1', 'A <a@example> - 1-1']),
      texts(1082, ['- second', '- first']),
    ];
    expect((await factsOf({ entries })).changelog).toEqual([
      { time: 2, author: 'B <b@example> - 2-1', text: '- second' },
      { time: 1, author: 'A <a@example> - 1-1', text: '- first' },
    ]);
    expect((await factsOf({ entries: entries.slice(0, 2) })).changelog).toEqual([]);
  });
});

describe('source packages', () => {
  const files = [
    { path: 'a.spec', content: 'Name: a' },
    { path: 'a.tar', content: 'x' },
  ];
  const names = { entries: [texts(1018, ['b.tar', 'a.tar']), texts(1019, ['2.patch', '1.patch'])] };

  it.each<[string, PackageSpec, string]>([
    ['SOURCEPACKAGE', { source: true, files }, 'src'],
    ['neither tag, but files without folder', { files, without: [1044] }, 'src'],
    [
      'neither tag, and old file names without folder',
      {
        files: [],
        without: [1044],
        entries: [texts(1027, ['a.spec', 'a.tar'])],
        payload: Buffer.from('x'),
      },
      'src',
    ],
    [
      'neither tag, and old file names with folders',
      { files: [], without: [1044], entries: [texts(1027, ['/etc/a'])], payload: Buffer.from('x') },
      'noarch',
    ],
    [
      'SOURCEPACKAGE, whatever its files',
      { source: true, files: [{ path: '/etc/a', content: 'x' }] },
      'src',
    ],
    [
      'neither tag, and files in one folder with a name',
      { files: [{ path: '/etc/a', content: 'x' }], without: [1044] },
      'noarch',
    ],
    [
      'neither tag, and files in two folders, the first without a name',
      { files: [...files, { path: '/etc/a', content: 'x' }], without: [1044] },
      'noarch',
    ],
    [
      'neither tag, and old file names of which one has a folder',
      {
        files: [],
        without: [1044],
        entries: [texts(1027, ['a.spec', '/etc/a'])],
        payload: Buffer.from('x'),
      },
      'noarch',
    ],
    ['neither tag and no files', { files: [], without: [1044] }, 'noarch'],
    ['both tags', { source: true, files, entries: [text(1044, 'a-1-1.src.rpm')] }, 'noarch'],
  ])('%s: %3$s', async (_, spec, arch) => {
    expect((await factsOf(spec)).nevra.arch).toBe(arch);
  });

  it('list sources as the spec file does: rpm before 6 wrote them last first', async () => {
    const old = await factsOf({
      source: true,
      files,
      entries: [...names.entries, text(1064, '4.18.2')],
    });
    expect([old.sources, old.patches]).toEqual([
      ['a.tar', 'b.tar'],
      ['1.patch', '2.patch'],
    ]);
    expect(
      (await factsOf({ source: true, files, entries: [...names.entries, text(1064, '6.0.0')] }))
        .sources,
    ).toEqual(['b.tar', 'a.tar']);
    expect((await factsOf(names)).sources).toEqual([]);
  });
});

describe('parseFiles', () => {
  it('gives each file with its type, mode, size, digest and target; paths lose one leading slash', async () => {
    const { files } = await factsOf({
      files: [
        { path: '/d', mode: 0o040755 },
        { path: '/d/run', mode: 0o104755, content: 'abc', digest: 'AB' },
        { path: '/d/link', mode: 0o120777, target: 'run' },
        { path: '/d/later', flags: 64 },
      ],
    });
    expect(
      files.map((file) => [
        path(file.path),
        file.type,
        file.mode,
        file.size,
        file.digest,
        path(file.target),
        file.ghost,
      ]),
    ).toEqual([
      ['d', 'directory', 0o040755, 0, '', '', false],
      ['d/run', 'file', 0o104755, 3, 'ab', '', false],
      ['d/link', 'symlink', 0o120777, 3, '', 'run', false],
      ['d/later', 'file', 0o100644, 0, '', '', true],
    ]);
  });

  it.each<[string, PackageSpec]>([
    [
      'a mode that is of no file type',
      { entries: [{ tag: 1030, type: 3, value: [0o150000, 0o100644] }] },
    ],
    ['a mode less than files', { entries: [{ tag: 1030, type: 3, value: [0o040755] }] }],
    ['a folder number more than files', { entries: [int32(1116, 0, 0, 0)] }],
    ['a folder number less than files', { entries: [int32(1116, 0)] }],
    ['a folder number beyond the last', { entries: [int32(1116, 0, 9)] }],
    ['no folder numbers', { without: [1116] }],
  ])('refuses %s', async (_, spec) => {
    await expect(factsOf(spec)).rejects.toMatchObject({ code: 'HEADER_INVALID' });
  });

  it('takes a mode without a type for a file, as rpm does', async () => {
    const { files } = await factsOf({
      entries: [{ tag: 1030, type: 3, value: [0o040755, 0o644] }],
    });
    expect(files.map(({ type }) => type)).toEqual(['directory', 'file']);
  });

  it('refuses more files than any package has, before it looks at one', async () => {
    const count = LIMITS.filesInPackage + 1;
    const names = { tag: 1027, type: BIN, statedType: STRINGS, value: Buffer.alloc(count), count };
    await expect(
      factsOf({ files: [], entries: [names], payload: Buffer.from('x') }),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('prefers sizes of 64 bits', async () => {
    const { files } = await factsOf({
      entries: [{ tag: 5008, type: INT64, value: [0n, 5n << 32n] }],
      without: [1028],
    });
    expect(files.map(({ size }) => size)).toEqual([0, 5 * 2 ** 32]);
  });

  it('reads the file names of rpm 3', async () => {
    const entries = [
      texts(1027, ['/etc/a', '/etc/b']),
      { tag: 1030, type: 3, value: [0o100644, 0o100600] },
    ];
    const { files } = await factsOf({
      files: [],
      entries,
      header: (spec) => ({ ...spec, region: null }),
      payload: Buffer.from('x'),
    });
    expect(files.map((file) => path(file.path))).toEqual(['etc/a', 'etc/b']);
  });
});
