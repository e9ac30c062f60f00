// SPDX-License-Identifier: MIT
import { DownloadError, GitError, IntegrityError, RepodataError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { GIB, LIMITS, MIB } from '../limits.js';
import type { Logger } from '../log.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { Download, DownloadRequest, Fetcher } from '../net/fetcher.js';
import { requireStrong } from '../repodata/checksum.js';
import { printableUrl, trimBase } from '../repodata/hrefs.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import type { PackageAddress } from '../repodata/package-address.js';
import { formatNevra } from '../rpm/evr.js';
import { isGone, withMissing } from './gone.js';
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

  /**
   * The package of a release; at most `ahead` are begun, itself included.
   * @throws DownloadError, IntegrityError, GitError FILE_TOO_LARGE, RepodataError
   */
  async take(release: PlannedRelease, ahead: number): Promise<FetchedPackage> {
    const at = this.releases.indexOf(release);
    const count = at < 0 ? 0 : Math.min(this.context.options.concurrency, ahead);
    for (const next of this.releases.slice(at, at + count)) void this.begin(next);
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
): readonly PackageAddress[] {
  const { size, fileName, checksum } = indexPackage;
  const addresses = packageUrls(index, indexPackage);
  if (options.archivePackages === 'full' && size > options.maxFileSize) {
    throw new GitError(
      'FILE_TOO_LARGE',
      `${fileName} has ${Math.ceil(size / MIB)} MiB; the largest file of the mirror is max-file-size, ${options.maxFileSize / MIB} MiB`,
    );
  }
  requireAssetSize(indexPackage, options);
  requireStrong(checksum, fileName, options.allowWeak);
  return addresses;
}

/** A package that is to be an asset of a release, against what the host takes. @throws GitError FILE_TOO_LARGE */
export function requireAssetSize(
  { size, fileName, nevra }: Pick<IndexPackage, 'size' | 'fileName' | 'nevra'>,
  { archivePackages }: Pick<Options, 'archivePackages'>,
): void {
  if (archivePackages !== 'release' || size < LIMITS.assetBytes) return;
  throw new GitError(
    'FILE_TOO_LARGE',
    `${fileName} has ${size} bytes; GitHub takes assets of less than ${LIMITS.assetBytes / GIB} GiB`,
    {
      remedy: `Use archive-packages: header (or none), or hold the release back with skip: ${formatNevra(nevra)}.`,
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
  const addresses = verifyListed(indexPackage, { options, index });
  const failures: unknown[] = [];
  for (const address of addresses) {
    const request: DownloadRequest = {
      url: address.url,
      from: address.from,
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
        servedBy: printableUrl(baseOf(address, index)),
      };
    } catch (error) {
      if (!(error instanceof DownloadError) && !(error instanceof IntegrityError)) throw error;
      failures.push(outOfReach(error, address) ?? error);
    }
  }
  // That one server lacks the file says less than that another could not be asked.
  throw withMissing(failures.find((error) => !isGone(error)) ?? failures.at(-1), indexPackage);
}

function baseOf({ url, isElsewhere }: PackageAddress, { bases, baseUrl }: RepositoryIndex): string {
  if (isElsewhere) return new URL('.', url).href;
  return bases.find((base) => url.startsWith(`${trimBase(base)}/`)) ?? baseUrl;
}

/** An index that names an address in a network which its own server has no business with is at fault, not the network. */
function outOfReach(error: unknown, { isElsewhere }: PackageAddress): RepodataError | undefined {
  const isReach =
    error instanceof DownloadError &&
    error.code === 'INSECURE_REDIRECT' &&
    error.status === undefined;
  if (!isElsewhere || !isReach) return undefined;
  return new RepodataError('UNSAFE_PATH', `its address in the index is refused: ${error.message}`, {
    cause: error,
  });
}
