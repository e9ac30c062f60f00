// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { packageUrls } from './index-client.js';

/** Where a package is served. */
export interface Served {
  readonly index: Pick<RepositoryIndex, 'bases'>;
  readonly fetcher: Fetcher;
}

/**
 * The front of a served package, by a range request for bytes 0 to the header's end; undefined where the index does not say where that is.
 * @throws DownloadError, RepodataError, RpmFormatError
 */
export async function readServedHeader(
  listed: IndexPackage,
  { index, fetcher }: Served,
): Promise<RpmPackage | undefined> {
  const end = listed.headerRange?.end;
  if (end === undefined || end > LIMITS.headerDataBytes) return undefined;
  let last: unknown;
  for (const url of packageUrls(index, listed)) {
    try {
      const { body } = await fetcher.fetch({
        url,
        maxBytes: end,
        what: `header of ${listed.fileName}`,
        range: { start: 0, end },
      });
      return await readPackage(memorySource(body));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
