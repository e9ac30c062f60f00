// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { IntegrityError, MirrorError, RpmFormatError } from '../errors.js';
import { KIB, LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import type { PackageAddress } from '../repodata/package-address.js';
import { frontSize, readPackage, type RpmPackage } from '../rpm/read.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';
import { withMissing } from './gone.js';
import { packageUrls } from './index-client.js';

/** Where a package is served. */
export interface Served {
  readonly index: Pick<RepositoryIndex, 'bases'>;
  readonly fetcher: Fetcher;
}

/** Most headers end within it; what does not costs a second request. */
const FIRST_GUESS = 64 * KIB;
/** Lead, signature header and header each say where the next one ends. */
const ROUNDS = 4;

/**
 * The front of a served package, by range requests for bytes 0 to the header's end: one where the index says where that is and is right, else two or three.
 * @throws DownloadError, RepodataError, RpmFormatError
 */
export async function readServedHeader(
  listed: IndexPackage,
  { index, fetcher }: Served,
): Promise<RpmPackage> {
  let last: unknown;
  for (const address of packageUrls(index, listed)) {
    try {
      return await readFront(address, listed, fetcher);
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      last = error;
    }
  }
  throw withMissing(last, listed);
}

async function readFront(
  { url, from }: PackageAddress,
  { headerRange, fileName }: IndexPackage,
  fetcher: Fetcher,
): Promise<RpmPackage> {
  const announced = headerRange?.end;
  let end =
    announced !== undefined && announced > 0 && announced <= LIMITS.headerDataBytes
      ? announced
      : FIRST_GUESS;
  for (let round = 1; ; round++) {
    const { body } = await fetcher.fetch({
      url,
      from,
      maxBytes: end,
      what: `header of ${fileName}`,
      range: { start: 0, end },
      // Its signature decides, wherever it comes from.
      pinned: true,
    });
    if (isWebPage(body)) throw pageInstead(fileName);
    const needed = frontSize(body);
    // A file that ends before its header does is broken, and reading it says how.
    if (needed <= body.length || body.length < end || round === ROUNDS)
      return await readPackage(memorySource(body));
    if (needed > LIMITS.headerDataBytes)
      throw new RpmFormatError(
        'LIMIT_EXCEEDED',
        `the header of ${fileName} would end at ${needed}; expected at most ${LIMITS.headerDataBytes}`,
      );
    end = needed;
  }
}

function pageInstead(fileName: string): IntegrityError {
  const expected = 'an RPM package';
  return new IntegrityError(
    'SIZE_MISMATCH',
    `${fileName}: expected ${expected}, found ${WEB_PAGE.actual}`,
    { expected, ...WEB_PAGE },
  );
}
