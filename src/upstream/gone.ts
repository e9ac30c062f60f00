// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { Fetcher } from '../net/fetcher.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { formatNevra } from '../rpm/evr.js';
import { packageUrls } from './index-client.js';

/** Says of an address where no file is that the index lists it all the same; any other failure as it is. */
export function withMissing<T>(error: T, { fileName, nevra }: IndexPackage): T | DownloadError {
  if (!isGone(error)) return error;
  return new DownloadError(
    error.code,
    `the index lists ${fileName}, and the server does not have it: ${error.message}`,
    {
      ...(error.status === undefined ? {} : { status: error.status }),
      cause: error,
      remedy: `The publisher took the file away without making the index anew: hold the release back with skip: ${formatNevra(nevra)}, and tell the publisher.`,
    },
  );
}

/** A release whose file no server has, with what the last of them said. */
export interface GoneRelease {
  readonly release: PlannedRelease;
  readonly error: DownloadError;
}

/** Files that are asked for at a time, and at most. */
const PARALLEL = 8;
const MOST_ASKED = 2_000;

/** Those of the releases whose files are gone; each server is asked for one byte. What cannot be told is left out. */
export async function findGone(
  releases: readonly PlannedRelease[],
  index: RepositoryIndex,
  { fetcher }: { readonly fetcher: Fetcher },
): Promise<GoneRelease[]> {
  const asked = releases
    .filter(({ indexPackage }) => indexPackage.refused === undefined)
    .slice(0, MOST_ASKED);
  const gone: GoneRelease[] = [];
  for (let at = 0; at < asked.length; at += PARALLEL) {
    const answers = await Promise.all(
      asked.slice(at, at + PARALLEL).map(async (release) => {
        const error = await askFor(release.indexPackage, index, fetcher);
        return error === undefined ? [] : [{ release, error }];
      }),
    );
    gone.push(...answers.flat());
  }
  return gone;
}

/** What the last server says that lacks the file; undefined unless all of them do. */
async function askFor(
  found: IndexPackage,
  index: RepositoryIndex,
  fetcher: Fetcher,
): Promise<DownloadError | undefined> {
  let answer: DownloadError | undefined;
  for (const { url, from } of packageUrls(index, found)) {
    try {
      const range = { start: 0, end: 1 };
      const { fileName: what } = found;
      await fetcher.fetch({ url, from, what, maxBytes: 1, range, attempts: 1, pinned: true });
      return undefined;
    } catch (error) {
      if (!isGone(error)) return undefined;
      answer = withMissing(error, found);
    }
  }
  return answer;
}

/** Whether a server says that it does not have the file; a local repository lacks it. */
export function isGone(error: unknown): error is DownloadError {
  return (
    error instanceof DownloadError &&
    (error.code === 'NOT_FOUND' || error.status === 404 || error.status === 410)
  );
}
