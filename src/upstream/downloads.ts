// SPDX-License-Identifier: MIT
import { DownloadError, GitError, IntegrityError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS, MIB } from '../limits.js';
import type { Logger } from '../log.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { Download, DownloadRequest, Fetcher } from '../net/fetcher.js';
import { requireStrong } from '../repodata/checksum.js';
import { printableUrl, trimBase } from '../repodata/hrefs.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { formatNevra } from '../rpm/evr.js';
import { packageUrls } from './index-client.js';

/** A downloaded package with the base that served it. */
export interface FetchedPackage {
  readonly download: Download;
  readonly request: DownloadRequest;
  readonly servedBy: string;
}

/** What a download needs. */
export interface DownloadContext {
  readonly options: Options;
  readonly fetcher: Fetcher;
  readonly index: RepositoryIndex;
  readonly logger: Logger;
}

/** Downloads packages in order, a few ahead of the one that is being worked on. */
export class DownloadQueue {
  private readonly started = new Map<PlannedRelease, Promise<FetchedPackage>>();

  constructor(
    private readonly releases: readonly PlannedRelease[],
    private readonly context: DownloadContext,
  ) {}

  /** The package of a release. @throws DownloadError, IntegrityError, GitError FILE_TOO_LARGE, RepodataError */
  async take(release: PlannedRelease): Promise<FetchedPackage> {
    const at = this.releases.indexOf(release);
    for (const next of this.releases.slice(at, at + this.context.options.concurrency))
      void this.begin(next);
    const fetched = await this.begin(release);
    this.started.delete(release);
    return fetched;
  }

  /** Lets go of everything that nobody took. */
  async close(): Promise<void> {
    const rest = [...this.started.values()];
    this.started.clear();
    await Promise.all(
      rest.map((promise) =>
        promise.then(({ download }) => download.release()).catch(() => undefined),
      ),
    );
  }

  private begin(release: PlannedRelease): Promise<FetchedPackage> {
    let promise = this.started.get(release);
    if (promise === undefined) {
      promise = fetchPackage(release.indexPackage, this.context);
      void promise.catch(() => undefined);
      this.started.set(release, promise);
    }
    return promise;
  }
}

/**
 * What the index alone shows of a package that this run would have to refuse: its size against what git hosts take, its checksum, its address.
 * @returns where it lies
 * @throws GitError FILE_TOO_LARGE, RepodataError UNSAFE_PATH, WEAK_ALGORITHM
 */
export function verifyListed(
  indexPackage: IndexPackage,
  { options, index }: Pick<DownloadContext, 'options' | 'index'>,
): readonly string[] {
  const { size, fileName, checksum } = indexPackage;
  const urls = packageUrls(index, indexPackage);
  if (options.archivePackages === 'full' && size > LIMITS.blobBytes) {
    throw new GitError(
      'FILE_TOO_LARGE',
      `${fileName} has ${Math.ceil(size / MIB)} MiB; git hosts take files up to ${LIMITS.blobBytes / MIB} MiB`,
    );
  }
  requireStrong(checksum, fileName, options.allowWeak);
  return urls;
}

/** Says of an address where no file is that the index lists it all the same; any other failure as it is. */
export function withMissing(error: unknown, { fileName, nevra }: IndexPackage): unknown {
  if (!(error instanceof DownloadError)) return error;
  const isMissing = error.code === 'NOT_FOUND' || [404, 410].includes(error.status ?? 0);
  if (!isMissing) return error;
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

/**
 * Downloads a package from the first base that has it, checked by the index's size and checksum.
 * @throws DownloadError, IntegrityError, GitError FILE_TOO_LARGE, RepodataError UNSAFE_PATH, WEAK_ALGORITHM
 */
export async function fetchPackage(
  indexPackage: IndexPackage,
  { options, fetcher, index, logger }: DownloadContext,
): Promise<FetchedPackage> {
  const { size, fileName } = indexPackage;
  const urls = verifyListed(indexPackage, { options, index });
  let last: unknown;
  for (const url of urls) {
    const request: DownloadRequest = {
      url,
      what: fileName,
      fileName,
      size,
      maxBytes: LIMITS.packageBytes,
      checksum: requireStrong(indexPackage.checksum, fileName, options.allowWeak),
      onProgress: (received) => {
        logger.progress(`${fileName}: ${received} of ${size} bytes`);
      },
    };
    try {
      return {
        download: await fetcher.download(request),
        request,
        servedBy: printableUrl(baseOf(url, index)),
      };
    } catch (error) {
      if (!(error instanceof DownloadError) && !(error instanceof IntegrityError)) throw error;
      last = error;
    }
  }
  throw withMissing(last, indexPackage);
}

function baseOf(url: string, { bases, baseUrl }: RepositoryIndex): string {
  return bases.find((base) => url.startsWith(`${trimBase(base)}/`)) ?? baseUrl;
}
