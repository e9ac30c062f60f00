// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { memorySource } from '../../src/bytes.js';
import { decompress } from '../../src/compression/index.js';
import { ReleaseAssets } from '../../src/github/release-assets.js';
import { GIB, LIMITS, MIB } from '../../src/limits.js';
import { cleanBlock } from '../../src/mirror/text.js';
import type { Download } from '../../src/net/fetcher.js';
import { HeldPackages } from '../../src/publish/hosting/package-supply.js';
import { parseMirrorlist } from '../../src/repodata/mirrorlist.js';
import { parsePrimary } from '../../src/repodata/primary.js';
import { readPrimary } from '../../src/repodata/records.js';
import { parseRepomd } from '../../src/repodata/repomd.js';
import { parseHeaderIntro } from '../../src/rpm/header.js';
import { checkPath, verifyPath } from '../../src/rpm/payload/paths.js';
import { readPayload } from '../../src/rpm/payload/payload.js';
import { readPackage } from '../../src/rpm/read.js';
import { readContent } from '../../src/source/content.js';
import { requireAssetSize } from '../../src/upstream/downloads.js';
import { chunksOf } from '../fixtures/chunks.js';
import { cpioArchive } from '../fixtures/cpio-builder.js';
import { announced, netBenches } from '../fixtures/fetchers.js';
import { gitBench } from '../fixtures/git-bench.js';
import { payloadFacts } from '../fixtures/payload-facts.js';
import { peakInto } from '../fixtures/peak-memory.js';
import { buildPackage, type PackageSpec } from '../fixtures/rpm-builder.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, helloFiles, PUBLISHER_KEY, repositoryFiles } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { tarArchive } from '../fixtures/tar-builder.js';
import {
  codeOf,
  packageXml,
  pieces,
  primaryXml,
  recordXml,
  repomdXml,
  sha256,
} from '../unit/repodata/index-builder.js';

type Limit = keyof typeof LIMITS;
const lowered = LIMITS as Record<Limit, number>;
const original = { ...LIMITS };
afterEach(() => {
  Object.assign(lowered, original);
});

/** Runs with another value of a limit, where data of the real size would be too much for a test. */
async function lower(limit: Limit, value: number, run: () => unknown): Promise<string> {
  lowered[limit] = value;
  return codeOf(run);
}

const benches = netBenches();
const bench = gitBench();
afterAll(async () => {
  await benches.closeAll();
  await bench.close();
  removeRunDirectories();
});

const intro = (entries: number, data: number): Buffer => {
  const bytes = Buffer.from('8eade801000000000000000000000000', 'hex');
  bytes.writeUInt32BE(entries, 8);
  bytes.writeUInt32BE(data, 12);
  return bytes;
};
const drain = async (chunks: AsyncIterable<unknown>): Promise<unknown> => {
  let last: unknown;
  for await (last of chunks);
  return last;
};
/** Why the only row of an index is refused. */
const refusalOf = async (row: string): Promise<string> =>
  (await parse(primaryXml([row]))).packages[0]?.refused?.code ?? 'ok';
const parse = (text: string) => parsePrimary(pieces(text), () => true);
const HELLO_SOURCE = 'int main(void) { return 0; }\n';
const PRIMARY = primaryXml([packageXml(), packageXml({ name: 'b' })]);
const archiveOf = (target: string): Buffer =>
  cpioArchive([{ name: './l', mode: 0o120777, content: target }]);
const link = (target: string) =>
  drain(
    readPayload(
      { facts: payloadFacts([{ path: 'l', type: 'symlink', target }]) },
      chunksOf(archiveOf(target)),
      { keep: () => true },
    ),
  );
const elements = (count: number): string => repomdXml(['<x/>'.repeat(count - 2)]);

/** Each with a value that passes and the next one that does not: of the real limit, or of a lowered one. */
const COMPONENTS: readonly (readonly [
  limit: Limit,
  code: string,
  under: () => Promise<string> | string,
  over: () => Promise<string> | string,
])[] = [
  [
    'headerEntries',
    'LIMIT_EXCEEDED',
    () => codeOf(() => parseHeaderIntro(intro(LIMITS.headerEntries, 0), 'main')),
    () => codeOf(() => parseHeaderIntro(intro(LIMITS.headerEntries + 1, 0), 'main')),
  ],
  [
    'headerDataBytes',
    'LIMIT_EXCEEDED',
    () => codeOf(() => parseHeaderIntro(intro(1, LIMITS.headerDataBytes), 'main')),
    () => codeOf(() => parseHeaderIntro(intro(1, LIMITS.headerDataBytes + 1), 'main')),
  ],
  [
    'pathBytes',
    'UNSAFE_PATH',
    () => (checkPath(Buffer.alloc(LIMITS.pathBytes, 'a')) === undefined ? 'ok' : 'UNSAFE_PATH'),
    () => (checkPath(Buffer.alloc(LIMITS.pathBytes + 1, 'a')) === undefined ? 'ok' : 'UNSAFE_PATH'),
  ],
  [
    'pathDepth',
    'LIMIT_EXCEEDED',
    () =>
      codeOf(() => {
        verifyPath(Buffer.from(`${'a/'.repeat(LIMITS.pathDepth)}b`), 'package');
      }),
    () =>
      codeOf(() => {
        verifyPath(Buffer.from(`${'a/'.repeat(LIMITS.pathDepth + 1)}b`), 'package');
      }),
  ],
  [
    'linkTargetBytes',
    'PAYLOAD_INVALID',
    () => codeOf(() => link('t'.repeat(LIMITS.linkTargetBytes))),
    () => codeOf(() => link('t'.repeat(LIMITS.linkTargetBytes + 1))),
  ],
  [
    'xmlElements',
    'LIMIT_EXCEEDED',
    () => codeOf(() => parseRepomd(Buffer.from(elements(LIMITS.xmlElements)))),
    () => codeOf(() => parseRepomd(Buffer.from(elements(LIMITS.xmlElements + 1)))),
  ],
  [
    'xmlDepth',
    'LIMIT_EXCEEDED',
    () => codeOf(() => parse(nested(LIMITS.xmlDepth))),
    () => codeOf(() => parse(nested(LIMITS.xmlDepth + 1))),
  ],
  [
    'packageBytes',
    'LIMIT_EXCEEDED',
    () => refusalOf(packageXml({ size: String(LIMITS.packageBytes) })),
    () => refusalOf(packageXml({ size: String(LIMITS.packageBytes + 1) })),
  ],
  [
    'mirrors',
    'cut',
    () =>
      parseMirrorlist(Buffer.from(mirrorLines(LIMITS.mirrors))).bases.length === LIMITS.mirrors
        ? 'ok'
        : 'cut',
    () =>
      parseMirrorlist(Buffer.from(mirrorLines(LIMITS.mirrors + 1))).bases.length ===
      LIMITS.mirrors + 1
        ? 'ok'
        : 'cut',
  ],
  [
    'commitTextBytes',
    'cut',
    () => cut(LIMITS.commitTextBytes),
    () => cut(LIMITS.commitTextBytes + 1),
  ],
  [
    'packagesInIndex',
    'LIMIT_EXCEEDED',
    () => lower('packagesInIndex', 2, () => parse(PRIMARY)),
    () => lower('packagesInIndex', 1, () => parse(PRIMARY)),
  ],
  [
    'packageElementBytes',
    'LIMIT_EXCEEDED',
    () => lower('packageElementBytes', 100_000, () => parse(withText(99_000))),
    () => lower('packageElementBytes', 100_000, () => parse(withText(100_001))),
  ],
  [
    'xmlTokenBytes',
    'LIMIT_EXCEEDED',
    () => lower('xmlTokenBytes', 50_000, () => parse(withComment(48_000))),
    () => lower('xmlTokenBytes', 50_000, () => parse(withComment(60_000))),
  ],
  [
    'recordOpenBytes',
    'LIMIT_EXCEEDED',
    () => lower('recordOpenBytes', PRIMARY.length, () => openPrimary()),
    () => lower('recordOpenBytes', PRIMARY.length - 1, () => openPrimary()),
  ],
  [
    'ratioFloor',
    'LIMIT_EXCEEDED',
    () => lower('ratioFloor', 10, () => openPrimary(PRIMARY.length - 10)),
    () => lower('ratioFloor', 10, () => openPrimary(PRIMARY.length - 11)),
  ],
  ...(
    [
      ['usr/src/*', {}],
      [
        'usr/src/*.tar',
        {
          files: [
            {
              path: '/usr/src/hello.tar',
              content: tarArchive([{ name: 'hello/hello.c', content: HELLO_SOURCE }]),
            },
          ],
        },
      ],
    ] as const
  ).map(([sourcePath, spec]): (typeof COMPONENTS)[number] => [
    'sourceBytes',
    'LIMIT_EXCEEDED',
    () => lower('sourceBytes', HELLO_SOURCE.length, () => sourceOf(spec, sourcePath)),
    () => lower('sourceBytes', HELLO_SOURCE.length - 1, () => sourceOf(spec, sourcePath)),
  ]),
  [
    'filesInPackage',
    'LIMIT_EXCEEDED',
    () => lower('filesInPackage', 2, readHello),
    () => lower('filesInPackage', 1, readHello),
  ],
  [
    'payloadBytes',
    'LIMIT_EXCEEDED',
    () => lower('payloadBytes', archiveOf('t').length, () => link('t')),
    () => lower('payloadBytes', archiveOf('t').length - 1, () => link('t')),
  ],
  [
    'ratioFloor',
    'LIMIT_EXCEEDED',
    () => lower('ratioFloor', 1_000_000, () => inflate(1_000_000)),
    () => lower('ratioFloor', 1_000_000, () => inflate(4_000_000)),
  ],
  ['compressionRatio', 'LIMIT_EXCEEDED', () => ratio(1100), () => ratio(900)],
  [
    'packBytes',
    'FILE_TOO_LARGE',
    () => lower('packBytes', 1000, () => stagePack(500)),
    () => lower('packBytes', 1000, () => stagePack(1001)),
  ],
  ['packageInMemory', 'file', () => held(0), () => held(-1)],
  [
    'assetBytes',
    'FILE_TOO_LARGE',
    () =>
      codeOf(() => {
        asAsset(LIMITS.assetBytes - 1);
      }),
    () =>
      codeOf(() => {
        asAsset(LIMITS.assetBytes);
      }),
  ],
  [
    'heldInMemory',
    'passed by',
    () => keptOf(LIMITS.heldInMemory, 8 * MIB, 0),
    () => keptOf(LIMITS.heldInMemory, 8 * MIB, 1),
  ],
  [
    'heldBytes',
    'passed by',
    () => keptOf(LIMITS.heldBytes, GIB, 0),
    () => keptOf(LIMITS.heldBytes, GIB, 1),
  ],
  ['hostListingBytes', 'TOO_LARGE', () => listing(0), () => listing(1)],
];

const nested = (levels: number): string =>
  PRIMARY.replace('<summary>', `${'<x>'.repeat(levels - 2)}${'</x>'.repeat(levels - 2)}<summary>`);
const withText = (size: number): string =>
  PRIMARY.replace('<summary>s', `<summary>${'s'.repeat(size)}`);
const withComment = (size: number): string =>
  PRIMARY.replace('<summary>', `<!--${'s'.repeat(size)}--><summary>`);
const mirrorLines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `http://127.0.0.1/${at}/`).join('\n');
const cut = (bytes: number): string =>
  cleanBlock(`${'x'.repeat(62)}\n`.repeat(bytes / 64).padEnd(bytes, 'y'))
    .at(-1)!
    .endsWith('y')
    ? 'ok'
    : 'cut';
const record = parseRepomd(
  Buffer.from(
    repomdXml([
      recordXml({ type: 'primary', href: 'primary.xml', bytes: Buffer.from(PRIMARY), extra: ' ' }),
    ]),
  ),
).records[0]!;
const openPrimary = (openSize?: number) =>
  readPrimary(
    { type: 'primary', archiveName: 'primary.xml', bytes: Buffer.from(PRIMARY) },
    { ...record, openSize },
    { select: () => true, allowWeak: undefined, warn: () => undefined },
  );
const sourceOf = async (spec: PackageSpec, sourcePath: string): Promise<unknown> => {
  const bytes = memorySource(buildPackage(spec).bytes);
  const options = {
    sourcePath,
    unpack: 'main',
    dotGit: 'refuse',
    maxFileSize: MIB,
  } as const;
  return readContent(await readPackage(bytes), bytes, options, {
    whole: () => Promise.resolve(''),
    stream: async (_, chunks) => {
      await drain(chunks);
      return '';
    },
  });
};
const readHello = () => readPackage(memorySource(buildPackage().bytes));
const inflate = (size: number) =>
  drain(
    decompress('gzip', chunksOf(gzipSync(Buffer.alloc(size))), { maxBytes: MIB * 100, what: 'x' }),
  );
/** Zeros deflate to about a thousandth. */
const ratio = (most: number): Promise<string> => {
  lowered.ratioFloor = 1;
  return lower('compressionRatio', most, () => inflate(4_000_000));
};
async function stagePack(size: number): Promise<void> {
  const store = await bench.open(bench.bare(`limits-${size}.git`));
  // Noise does not shrink.
  await store.write(
    'blob',
    Buffer.concat(
      Array.from({ length: Math.ceil(size / 32) }, (_, at) => Buffer.from(sha256(`${at}`), 'hex')),
    ),
  );
  await store.check();
}
async function held(more: number): Promise<string> {
  const bytes = Buffer.alloc(10_000, 'x');
  const { server, fetcher, temp } = await benches.open(
    { files: { 'x.rpm': bytes } },
    { limits: { packageInMemory: bytes.length + more } },
  );
  const download = await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
  const files = readdirSync(temp, { recursive: true }).length;
  await download.release();
  return files === 0 ? 'ok' : 'file';
}

/** A package of that size in the index, which is to be an asset. */
const asAsset = (size: number): void => {
  const nevra = { name: 'hello', epoch: null, version: '1', release: '1', arch: 'noarch' };
  requireAssetSize({ size, fileName: 'hello.rpm', nevra }, { archivePackages: 'release' });
};
/** Whether packages of one size, and a last one of so many bytes more, are all kept until they are uploaded. */
function keptOf(all: number, each: number, more: number): string {
  const kept = new HeldPackages({ archivePackages: 'release', dryRun: false });
  const downloads = Array.from({ length: all / each }, (_, at) => ({
    bytes: { size: at === 0 ? each + more : each } as Download['bytes'],
    sha256: String(at),
    cached: false,
    release: () => Promise.resolve(),
  }));
  for (const download of downloads) kept.offer(download);
  return downloads.every((download) => kept.has(download)) ? 'ok' : 'passed by';
}
/** A listing of releases of that many bytes over the limit. */
async function listing(more: number): Promise<string> {
  const body = Buffer.from(`[]${' '.repeat(9998)}`);
  const { server, fetcher } = await benches.open({
    files: { 'repos/o/r/releases': body, 'repos/o/r/releases?per_page=100&page=1': body },
  });
  const access = {
    apiUrl: server.url.replace(/\/$/, ''),
    repository: { owner: 'o', repo: 'r' },
    token: undefined,
  } as ConstructorParameters<typeof ReleaseAssets>[0];
  const wanted = { tag: '1', name: 'x.rpm', sha256: sha256('') };
  return lower('hostListingBytes', body.length - more, () =>
    new ReleaseAssets(access, fetcher).fetch(wanted),
  );
}

describe('a limit lets pass what is just under it, and not what is just over it', () => {
  it.each(COMPONENTS)('%s: %s', async (_, code, under, over) => {
    expect([await under(), await over()]).toEqual(['ok', code]);
  });
});

/** Under and over of these stand beside what they protect, with the real value or a lowered one. */
const ELSEWHERE: Partial<Record<Limit, string>> = {
  recordBytes: 't01-t09-index-through-the-bundle.test.ts',
  dictionaryBytes: 't06-decompression-bombs.test.ts',
  lzmaDictionaryBytes: 't06-decompression-bombs.test.ts',
  droppedDotGit: 't20-t45-dot-git-in-archives.test.ts',
  tarHeaderBytes: 't20-t25-source-archives.test.ts',
  tarNameBytes: 't20-t25-source-archives.test.ts',
  unpackedBytes: 't20-t25-source-archives.test.ts',
  blobBytes: 't24-git-fsck.test.ts',
  archiveBytes: 't19-t25-tree-through-the-bundle.test.ts',
  redirects: 't39-redirects.test.ts',
  attempts: 't37-t38-slow-and-broken.test.ts',
  idleTimeout: 't37-t38-slow-and-broken.test.ts',
  requestTimeout: 't37-t38-slow-and-broken.test.ts',
  gitTimeout: 't37-git-deadline.test.ts',
  slowestRate: 't37-t38-slow-and-broken.test.ts',
  retryAfter: 't37-t38-slow-and-broken.test.ts',
  pushTries: 'publish-races.test.ts',
  treeEntries: 't51-bounded-mirrors.test.ts',
  treePathBytes: 't51-bounded-mirrors.test.ts',
  treeEntriesInAll: 't51-bounded-mirrors.test.ts',
  treeBytes: 't51-bounded-mirrors.test.ts',
  commitBytes: 't51-bounded-mirrors.test.ts',
  mirrorFileBytes: '../unit/mirror/records/mirror-file.test.ts',
  mirrorFileItems: '../unit/mirror/records/mirror-file.test.ts',
  releasesBytes: '../unit/mirror/records/releases.test.ts',
  hostPace: '../integration/github-releases.test.ts',
};
/** Not tried: limits of GitHub's that take minutes to reach. */
const UNTRIED: readonly Limit[] = ['hostRest', 'hostChanges', 'hostReserve'];

describe('through the bundle', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ inputs: { 'dry-run': 'true' } });
  });
  afterAll(() => stage.close());
  const files = repositoryFiles([hello('1.0')]);
  const pad = (bytes: Uint8Array | string, size: number, filler = '\n'): Buffer =>
    Buffer.concat([
      Buffer.from(bytes as Uint8Array),
      Buffer.alloc(size - Buffer.from(bytes as Uint8Array).length, filler),
    ]);
  const armored = (): string =>
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${PUBLISHER_KEY.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;

  const SMALL_FILES: readonly (readonly [
    limit: Limit,
    path: string,
    content: () => Uint8Array | string,
    inputs: () => Record<string, string>,
  ])[] = [
    ['repomdBytes', 'repodata/repomd.xml', () => files['repodata/repomd.xml']!, () => ({})],
    ['keyBytes', 'KEY', armored, () => ({})],
    [
      'mirrorlistBytes',
      'mirrorlist',
      () => `${stage.yum.url}\n`,
      () => ({ baseurl: '', mirrorlist: `${stage.yum.url}/mirrorlist` }),
    ],
    [
      'repoFileBytes',
      'vendor.repo',
      () => `[vendor]\nbaseurl=${stage.yum.url}\n`,
      () => ({ baseurl: '', 'repo-file': `${stage.yum.url}/vendor.repo` }),
    ],
  ];

  it.each(SMALL_FILES)(
    '%s: a file of that size is read, one of a byte more is not',
    async (limit, path, content, inputs) => {
      stage.yum.setFiles({ ...files, [path]: pad(content(), LIMITS[limit]) });
      const under = await stage.publish(inputs());
      stage.yum.setFiles({ ...files, [path]: pad(content(), LIMITS[limit] + 1) });
      const over = await stage.publish(inputs());
      expect([
        under.code,
        under.report.errors,
        over.code,
        over.report.errors.map(({ code }: { code: string }) => code),
      ]).toEqual([0, [], 1, ['TOO_LARGE']]);
    },
  );

  it.each<[Limit, (size: number) => Buffer]>([
    ['notesBytes', (size) => pad('1.0\n===\n\nThe first release.\n\n', size, 'x')],
    [
      'notesLines',
      (lines) =>
        pad('1.0\n===\n\nThe first release.\n\n', lines - 1 + '1.0===The first release.'.length),
    ],
  ])(
    '%s: a page of that size is used, one of one more is left out with a warning',
    async (limit, page) => {
      const run = async (size: number) => {
        stage.yum.setFiles({ ...files, 'notes.rst': page(size) });
        const { code, report } = await stage.publish({
          'release-notes': `${stage.yum.url}/notes.rst`,
        });
        return [
          code,
          report.releases[0].notes === null,
          report.warnings.map((text: string) => text.split(':')[0]),
        ];
      };
      expect([await run(LIMITS[limit]), await run(LIMITS[limit] + 1)]).toEqual([
        [0, false, []],
        [0, true, ['release notes TOO_LARGE']],
      ]);
    },
  );

  it('recordBytes: a declared size of that is believed, one of a byte more refused', async () => {
    const run = async (size: number) => {
      stage.yum.setFiles(
        repositoryFiles([hello('1.0')], {
          record: (options) => ({ ...options, extra: `<size>${size}</size>` }),
        }),
      );
      const { code, report } = await stage.publish();
      return [code, report.errors.map((error: { code: string }) => error.code)];
    };
    expect([await run(LIMITS.recordBytes), await run(LIMITS.recordBytes + 1)]).toEqual([
      [0, []],
      [1, ['LIMIT_EXCEEDED']],
    ]);
  });
});

describe('every limit', () => {
  it('has its test here, or where this file says', () => {
    const here = new Set([
      ...COMPONENTS.map(([limit]) => limit),
      ...Object.keys(ELSEWHERE),
      ...UNTRIED,
      'repomdBytes',
      'keyBytes',
      'mirrorlistBytes',
      'repoFileBytes',
      'notesBytes',
      'notesLines',
    ]);
    expect(Object.keys(LIMITS).filter((limit) => !here.has(limit as Limit))).toEqual([]);
    for (const file of Object.values(ELSEWHERE))
      expect(existsSync(join(import.meta.dirname, file))).toBe(true);
  });
});

describe('T6: bombs through the bundle', () => {
  /** Peak of memory in bytes of a run. */
  const measured = (directory: string): string[] => peakInto(join(directory, 'peak'));
  const streams = (
    compress: (bytes: Uint8Array) => Uint8Array,
    head: Uint8Array | string,
    filler: string,
    times = 40,
  ): Buffer =>
    Buffer.concat([
      compress(Buffer.from(head as Uint8Array)),
      ...new Array<Uint8Array>(times).fill(compress(Buffer.alloc(16 * MIB, filler))),
    ]);
  const archive = cpioArchive(
    helloFiles('1.0').map(({ path, content = '', mode = 0o100644 }, at) => ({
      name: `.${path}`,
      content,
      mode,
      inode: at + 1,
    })),
  );
  const payloadBomb = (compress: (bytes: Uint8Array) => Uint8Array, compressor: string) =>
    repositoryFiles([hello('1.0', { payload: streams(compress, archive, '\0'), compressor })]);
  const indexBomb = (compress: (bytes: Uint8Array) => Uint8Array) =>
    repositoryFiles([hello('1.0')], {
      compress: (xml) => streams(compress, String(xml).replace('</metadata>', ''), ' '),
    });

  it.each<[string, () => Record<string, Uint8Array>]>([
    ['an index of gzip', () => indexBomb(gzipSync)],
    ['an index of zstd', () => indexBomb(zstdCompressSync)],
    ['a payload of gzip', () => payloadBomb(gzipSync, 'gzip')],
    ['a payload of zstd', () => payloadBomb(zstdCompressSync, 'zstd')],
  ])('%s is refused under 256 MiB, and nothing is published', async (_, make) => {
    const stage = await openStage();
    const directory = makeRunDirectory();
    stage.yum.setFiles(make());
    const result = await stage.publish(
      {},
      { tempDir: directory, nodeOptions: measured(directory) },
    );
    expect([
      result.code,
      result.stdout.match(/title=(\w+)/)?.[1],
      stage.git.git('for-each-ref'),
    ]).toEqual([1, 'LIMIT_EXCEEDED', '']);
    expect(Number(readFileSync(join(directory, 'peak'), 'utf8'))).toBeLessThan(256 * MIB);
    await stage.close();
  });
});
