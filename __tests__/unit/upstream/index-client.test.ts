// SPDX-License-Identifier: MIT
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { AbortedError, DownloadError, VerificationError } from '../../../src/errors.js';
import { loadIndex, loadRecords, packageUrls } from '../../../src/upstream/index-client.js';
import type { IndexRequest } from '../../../src/upstream/repomd-client.js';
import {
  codeOf,
  packageXml,
  primaryXml,
  recordXml,
  repomdXml,
  repository,
  sha256,
} from '../repodata/index-builder.js';
import type { Answer } from '../repodata/memory-fetcher.js';
import { MemoryFetcher } from '../repodata/memory-fetcher.js';

const A = 'https://a.example/r';
const B = 'https://b.example/r';
const C = 'https://c.example/r';

function load(answers: Record<string, Answer>, request: Partial<IndexRequest> = {}) {
  const fetcher = new MemoryFetcher(answers);
  return { fetcher, index: loadIndex({ bases: [A], fetcher, select: () => true, ...request }) };
}

/** An index whose primary is these bytes under this name. */
function withPrimary(bytes: Uint8Array, href: string, extra?: string): Record<string, Answer> {
  const record = recordXml({
    type: 'primary',
    href,
    bytes,
    ...(extra === undefined ? {} : { extra }),
  });
  return { [`${A}/repodata/repomd.xml`]: repomdXml([record]), [`${A}/${href}`]: bytes };
}

describe('loadIndex', () => {
  it('reads one consistent index with two requests', async () => {
    const { fetcher, index } = load(repository(A), { bases: [`${A}/`] });
    const {
      baseUrl,
      bases,
      packages,
      packageCount,
      primary,
      signatureBytes,
      warnings,
      repomdBytes,
    } = await index;
    expect({ baseUrl, bases, packageCount, signatureBytes, warnings }).toEqual({
      baseUrl: A,
      bases: [A],
      packageCount: 1,
      signatureBytes: undefined,
      warnings: [],
    });
    expect(packages[0]?.fileName).toBe('a-1-1.noarch.rpm');
    expect([primary.type, primary.archiveName]).toEqual(['primary', 'primary.xml.gz']);
    expect(Buffer.from(repomdBytes).toString()).toContain('<repomd');
    expect(fetcher.urls).toEqual([
      `${A}/repodata/repomd.xml`,
      expect.stringMatching(/-primary\.xml\.gz$/),
    ]);
    expect(fetcher.requests[1]?.pinned).toBe(true);
  });

  it('prints the base without credentials, and still uses them', async () => {
    const secret = A.replace('//', '//user:pass@');
    const { index } = load(repository(secret), { bases: [secret] });
    expect(await index).toMatchObject({ baseUrl: A, bases: [secret] });
  });

  const text = primaryXml([packageXml()]);
  it.each([
    ['gzip', gzipSync(text), 'primary.xml.gz', 'primary.xml.gz'],
    ['zstd', zstdCompressSync(text), 'primary.xml.zst', 'primary.xml.zst'],
    ['no compression', Buffer.from(text), 'primary.xml', 'primary.xml'],
  ])('reads primary with %s', async (_, bytes, href, archiveName) => {
    const index = await load(withPrimary(bytes, `repodata/${sha256(bytes)}-${href}`)).index;
    expect([index.packageCount, index.primary.archiveName, index.warnings]).toEqual([
      1,
      archiveName,
      [],
    ]);
  });

  it('goes by the content where the name says another compression, with a warning', async () => {
    const index = await load(withPrimary(zstdCompressSync(text), 'repodata/primary.xml.gz')).index;
    expect(index.warnings).toEqual(['primary: its name says gzip, its content is zstd']);
  });

  it('names files of the archive itself, whatever the server calls them', async () => {
    const index = await load(withPrimary(gzipSync(text), 'repodata/releases.json')).index;
    expect(index.primary.archiveName).toBe('primary.xml.gz');
  });

  it('wants a primary record', async () => {
    await expect(
      load({
        [`${A}/repodata/repomd.xml`]: repomdXml([
          recordXml({ type: 'primary_db', href: 'x', bytes: Buffer.from('') }),
        ]),
      }).index,
    ).rejects.toMatchObject({
      code: 'RECORD_MISSING',
      message: 'repomd.xml lists no record "primary"; found: primary_db',
    });
  });

  it('asks for the signature only when it is to be judged, and takes 404 and 403 as none', async () => {
    for (const status of [404, 403]) {
      const seen: unknown[] = [];
      const { fetcher, index } = load(
        { ...repository(A), [`${A}/repodata/repomd.xml.asc`]: status },
        {
          verifyRepomd: (_, signature) => {
            seen.push(signature);
          },
        },
      );
      await index;
      expect([seen, fetcher.urls.length]).toEqual([[undefined], 3]);
    }
    await expect(
      load(
        { ...repository(A), [`${A}/repodata/repomd.xml.asc`]: 503 },
        { verifyRepomd: () => undefined },
      ).index,
    ).rejects.toMatchObject({ code: 'HTTP_STATUS' });
  });

  it('gives the signature to the judge and to the caller', async () => {
    const files: Record<string, Answer> = {
      ...repository(A),
      [`${A}/repodata/repomd.xml.asc`]: '-----BEGIN PGP SIGNATURE-----',
    };
    const index = await load(files, {
      verifyRepomd: (repomd, signature) => {
        expect(Buffer.from(repomd)).toEqual(files[`${A}/repodata/repomd.xml`]);
        expect(Buffer.from(signature!).toString()).toBe('-----BEGIN PGP SIGNATURE-----');
      },
    }).index;
    expect(Buffer.from(index.signatureBytes!).toString()).toBe('-----BEGIN PGP SIGNATURE-----');
  });

  describe('with several bases', () => {
    it.each([
      ['dead', new DownloadError('CONNECTION_FAILED', 'no host')],
      ['404', 404],
      ['503', 503],
      ['an HTML page', '<!DOCTYPE html><html/>'],
    ] as [string, Answer][])(
      'passes over one that is %s, with a warning, and puts it last',
      async (_, answer) => {
        const { index } = load(
          { [`${A}/repodata/repomd.xml`]: answer, ...repository(B) },
          { bases: [A, B, C] },
        );
        const { baseUrl, bases, warnings } = await index;
        expect([baseUrl, bases, warnings.length]).toEqual([B, [B, C, A], 1]);
        expect(warnings[0]).toContain('https://a.example/r is passed over: ');
      },
    );

    it('names all of them, and the gravest fault, when none is usable', async () => {
      const { index } = load(
        { ...repository(B), [`${C}/repodata/repomd.xml`]: '<x/>' },
        {
          bases: [A, B, C],
          verifyRepomd: () => {
            throw new VerificationError('NO_SIGNATURE', 'no signature');
          },
        },
      );
      await expect(index).rejects.toMatchObject({
        name: 'VerificationError',
        code: 'NO_SIGNATURE',
        message: expect.stringMatching(
          /^none of 3 bases.*a\.example\/r: HTTP_STATUS: .*b\.example\/r: NO_SIGNATURE: .*c\.example\/r: NO_SIGNATURE: /,
        ),
      });
    });

    it('stops at once when the run is stopped', async () => {
      const { fetcher, index } = load(
        { [`${A}/repodata/repomd.xml`]: new AbortedError('stop') },
        { bases: [A, B] },
      );
      await expect(index).rejects.toMatchObject({ code: 'ABORTED' });
      expect(fetcher.urls).toHaveLength(1);
    });

    it('lets defects of its own through', async () => {
      const { index } = load(
        { [`${A}/repodata/repomd.xml`]: new TypeError('defect') },
        { bases: [A, B] },
      );
      await expect(index).rejects.toThrow(TypeError);
    });
  });

  it('finds its bases by a mirror list or a metalink', async () => {
    const repomd = repository(B)[`${B}/repodata/repomd.xml`]!;
    const metalink = `<metalink><files><file name="repomd.xml"><verification><hash type="sha256">${sha256(repomd)}</hash></verification><resources><url preference="2">${A}/repodata/repomd.xml</url><url preference="1">${B}/repodata/repomd.xml</url></resources></file></files></metalink>`;
    const files = {
      ...repository(A, [packageXml({ name: 'other' })]),
      ...repository(B),
      'https://m.example/list': `${A}\n${B}\n`,
      'https://m.example/metalink': metalink,
    };
    expect(
      await load(files, { bases: [], mirrorlist: 'https://m.example/list' }).index,
    ).toMatchObject({ baseUrl: A });
    for (const source of [
      { metalink: 'https://m.example/metalink' },
      { mirrorlist: 'https://m.example/metalink' },
    ]) {
      const index = await load(files, { bases: [], ...source }).index;
      expect([index.baseUrl, index.warnings]).toEqual([
        B,
        [
          expect.stringContaining(
            'DIGEST_MISMATCH: repomd.xml is none of the versions that the metalink lists',
          ),
        ],
      ]);
    }
  });
});

describe('loadRecords', () => {
  it('gives the records that the index lists, checked', async () => {
    const { fetcher, index } = load(repository(A));
    const { files, warnings } = await loadRecords(await index, ['filelists', 'other'], { fetcher });
    expect([files.map(({ type, archiveName }) => [type, archiveName]), warnings]).toEqual([
      [['filelists', 'filelists.xml.gz']],
      [],
    ]);
  });

  it('leaves out, with a warning, what is listed and not served', async () => {
    const { fetcher, index } = load({ ...repository(A), [`${A}/repodata/filelists.xml.gz`]: 404 });
    const { files, warnings } = await loadRecords(await index, ['filelists'], { fetcher });
    expect([files, warnings]).toEqual([
      [],
      [expect.stringContaining('repodata/filelists.xml.gz is listed')],
    ]);
  });

  it('fetches a wrong one once more, and then refuses', async () => {
    const right = repository(A)[`${A}/repodata/filelists.xml.gz`]!;
    const once = load({
      ...repository(A),
      [`${A}/repodata/filelists.xml.gz`]: (_, nth) => (nth === 1 ? 'wrong' : right),
    });
    expect((await loadRecords(await once.index, ['filelists'], once)).files).toHaveLength(1);
    const always = load({ ...repository(A), [`${A}/repodata/filelists.xml.gz`]: 'wrong' });
    expect(await codeOf(async () => loadRecords(await always.index, ['filelists'], always))).toBe(
      'DIGEST_MISMATCH',
    );
  });

  it('takes it from another base where the first has it not, or wrong', async () => {
    const { fetcher, index } = load(
      { ...repository(A), ...repository(B), [`${A}/repodata/filelists.xml.gz`]: 'wrong' },
      { bases: [A, B] },
    );
    expect((await loadRecords(await index, ['filelists'], { fetcher })).files).toHaveLength(1);
  });
});

describe('packageUrls', () => {
  it('gives a URL for each base, or the reason why there is none', async () => {
    const list = [
      packageXml({ href: 'p/a+1.rpm' }),
      packageXml({ name: 'b', href: '../b.rpm' }),
      packageXml({ name: 'c', base: 'http://evil.example/' }),
    ];
    const index = await load(repository(A, list), { bases: [A, B] }).index;
    const [a, b, c] = index.packages;
    expect(packageUrls(index, a!).map(({ url }) => url)).toEqual([
      `${A}/p/a%2B1.rpm`,
      `${B}/p/a%2B1.rpm`,
    ]);
    expect(() => packageUrls(index, b!)).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
    expect(() => packageUrls(index, c!)).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
  });
});
