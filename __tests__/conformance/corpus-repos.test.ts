// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterAll, expect, it } from '@jest/globals';

import { DownloadError, MirrorError } from '../../src/errors.js';
import type { Fetcher, FetchRequest } from '../../src/net/fetcher.js';
import type { IndexPackage, RepositoryIndex } from '../../src/repodata/model.js';
import { loadIndex, loadRecords, packageUrls } from '../../src/upstream/index-client.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

interface ExpectedPackage {
  readonly nevra: string;
  readonly href: string;
  readonly xml_base?: string;
  readonly checksum: string;
  readonly checksum_type: string;
}

interface ExpectedRepository {
  readonly dir: string;
  readonly metadata: readonly {
    readonly type: string;
    readonly checksum_type: string;
    readonly status: string;
  }[];
  readonly packages: readonly ExpectedPackage[];
  readonly metadata_verdict: 'accept' | 'accept-primary-only' | 'reject';
  readonly revision: string | null;
}

/** Reads the corpus from disk, as the network room does for file URLs. */
const disk: Fetcher = {
  async fetch({ url, what }: FetchRequest) {
    const file = fileURLToPath(url);
    if (!existsSync(file))
      throw new DownloadError('NOT_FOUND', `${what}: there is no ${path.basename(file)}`);
    return { status: 200, body: readFileSync(file), url, etag: undefined, lastModified: undefined };
  },
  download: () => Promise.reject(new Error('no package is downloaded here')),
  keep: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

type Outcome = {
  readonly verdict: ExpectedRepository['metadata_verdict'];
  readonly index?: RepositoryIndex;
  readonly error?: unknown;
};

async function judge(row: ExpectedRepository, allowWeak: ReadonlySet<string>): Promise<Outcome> {
  let index: RepositoryIndex;
  try {
    index = await loadIndex({
      bases: [pathToFileURL(sharedPath('corpus', row.dir)).href],
      fetcher: disk,
      select: () => true,
      allowWeak,
    });
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { verdict: 'reject', error };
  }
  try {
    const { warnings } = await loadRecords(index, ['filelists', 'other'], {
      fetcher: disk,
      allowWeak,
    });
    return {
      verdict: warnings.some((text) => text.includes('does not have it'))
        ? 'accept-primary-only'
        : 'accept',
      index,
    };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { verdict: 'accept-primary-only', index };
  }
}

function format({ nevra }: IndexPackage): string {
  return `${nevra.name}-${nevra.epoch ?? 0}:${nevra.version}-${nevra.release}.${nevra.arch}`;
}

/** Where we are stricter than librepo, by threats.md: T7, a declared number of packages that is not the counted one; … */
const MISCOUNTED = new Set(['repos/rpm-software-management__dnf5/repomd-modules']);
/** … T4, weak checksums of the index. */
const WEAK = new Set(['md5', 'sha', 'sha1']);
const isWeak = (row: ExpectedRepository): boolean =>
  row.metadata.some(({ type, checksum_type: name }) => type === 'primary' && WEAK.has(name));

const rows = existsSync(sharedPath('corpus/repos/expected.jsonl'))
  ? readFileSync(sharedPath('corpus/repos/expected.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExpectedRepository)
  : [];

describeWithShared('the corpus of repositories', () => {
  const counts = { repositories: 0, packages: 0, miscounted: 0, weak: 0, refused: 0, elsewhere: 0 };
  afterAll(() => {
    const { repositories, packages, miscounted, weak, refused } = counts;
    process.stderr.write(
      `corpus-repos: ${repositories} repositories and ${packages} packages as librepo has them; stricter: ${miscounted} repositories (T7), ${weak} (T4, read when allow-weak permits), ${refused} packages (T8)\n`,
    );
  });

  it.each(rows.map((row) => [row.dir, row] as const))(
    '%s is read as librepo reads it',
    async (_, row) => {
      const { verdict, index, error } = await judge(row, new Set(['md5', 'sha1']));
      if (MISCOUNTED.has(row.dir)) {
        expect(error).toMatchObject({ code: 'PRIMARY_INVALID' });
        counts.miscounted += 1;
        return;
      }
      expect([verdict, error]).toEqual([
        row.metadata_verdict,
        verdict === 'reject' ? expect.any(MirrorError) : undefined,
      ]);
      counts.repositories += 1;
      if (index === undefined) return;
      expect(index.repomd.revision).toBe(row.revision ?? '');
      const unique = new Map(
        row.packages.map((each) => [each.nevra, each]).reverse() as [string, ExpectedPackage][],
      );
      expect(index.packages.map(format).sort()).toEqual([...unique.keys()].sort());
      expect(index.packageCount).toBe(row.packages.length);
      for (const found of index.packages) {
        const expected = unique.get(format(found));
        expect([found.checksum.algorithm, found.checksum.hex, found.href, found.base]).toEqual([
          expected?.checksum_type,
          expected?.checksum,
          expected?.href,
          expected?.xml_base,
        ]);
      }
      counts.packages += row.packages.length;
    },
  );

  it.each(rows.filter(isWeak).map((row) => [row.dir, row] as const))(
    '%s is refused by the name of its weak checksum (T4)',
    async (_, row) => {
      const { error } = await judge(row, new Set());
      expect(error).toMatchObject({ code: 'WEAK_ALGORITHM' });
      counts.weak += 1;
    },
  );

  it.each(
    rows
      .filter((row) => row.metadata_verdict !== 'reject' && !isWeak(row))
      .map((row) => [row.dir, row] as const),
  )('%s gives URLs for all packages but those that T8 refuses', async (_, row) => {
    const { index } = await judge(row, new Set());
    const base = pathToFileURL(sharedPath('corpus', row.dir)).href;
    for (const found of index?.packages ?? []) {
      const named = found.href.includes('://') ? found.href : found.base;
      if (/^https?:/i.test(named ?? '') && !found.href.startsWith('../')) {
        const [address] = packageUrls(index!, found);
        expect(address).toMatchObject({ isElsewhere: true });
        expect(new URL(address!.url).origin).toBe(new URL(named!).origin);
        counts.elsewhere += 1;
      } else if (found.href.startsWith('../') || named?.includes(':') === true) {
        expect(() => packageUrls(index!, found)).toThrow(
          expect.objectContaining({ code: 'UNSAFE_PATH' }),
        );
        counts.refused += 1;
      } else if (named !== undefined) {
        // A relative base, which may leave the folder.
        expect(packageUrls(index!, found).map(({ url }) => fileURLToPath(url))).toEqual([
          path.join(fileURLToPath(base), named, found.href),
        ]);
        counts.elsewhere += 1;
      } else {
        expect(packageUrls(index!, found).map(({ url }) => fileURLToPath(url))).toEqual([
          path.join(fileURLToPath(base), found.href),
        ]);
      }
    }
  });
});
