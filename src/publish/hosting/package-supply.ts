// SPDX-License-Identifier: MIT
import { DownloadError } from '../../errors.js';
import type { Options } from '../../inputs/options.js';
import { LIMITS } from '../../limits.js';
import { nevraKey } from '../../mirror/nevra.js';
import type { ReleaseRecord } from '../../mirror/records/releases.js';
import type { Download } from '../../net/fetcher.js';
import type { Ports } from '../../ports.js';
import type { IndexPackage, RepositoryIndex } from '../../repodata/model.js';
import { plain } from '../../report/escape.js';
import { formatNevra } from '../../rpm/evr.js';
import { fetchPackage } from '../../upstream/downloads.js';

/** Verified packages that are kept until they are assets of releases, as far as memory and disk allow. */
export class HeldPackages {
  private readonly held = new Map<string, Download>();
  private inMemory = 0;
  private inFiles = 0;

  constructor(private readonly options: Pick<Options, 'archivePackages' | 'dryRun'>) {}

  /** Keeps a package that is to be an asset, where there is room; see {@link has}. */
  offer(download: Download): void {
    const { archivePackages, dryRun } = this.options;
    if (archivePackages !== 'release' || dryRun || this.held.has(download.sha256)) return;
    const { size } = download.bytes;
    const isInMemory = size <= LIMITS.packageInMemory;
    if (
      isInMemory
        ? this.inMemory + size > LIMITS.heldInMemory
        : this.inFiles + size > LIMITS.heldBytes
    )
      return;
    this.held.set(download.sha256, download);
    if (isInMemory) this.inMemory += size;
    else this.inFiles += size;
  }

  has(download: Download): boolean {
    return this.held.get(download.sha256) === download;
  }

  get(sha256: string): Download | undefined {
    return this.held.get(sha256);
  }

  /** Gives room for others. */
  async release(sha256: string): Promise<void> {
    const download = this.held.get(sha256);
    if (download === undefined) return;
    this.held.delete(sha256);
    const { size } = download.bytes;
    if (size <= LIMITS.packageInMemory) this.inMemory -= size;
    else this.inFiles -= size;
    await download.release();
  }
}

/** Brings the packages that are to be assets: what this run kept, or what the yum server has under the recorded checksum. */
export class PackageSupply {
  /** What was fetched for the release that is being made. */
  private fetched: Download | undefined;

  constructor(
    private readonly parts: {
      readonly held: HeldPackages;
      readonly index: RepositoryIndex;
      readonly options: Options;
      readonly ports: Ports;
    },
  ) {}

  /** Size of the package as the index lists it, where it lists these bytes. */
  sizeOf(record: ReleaseRecord): number | undefined {
    const [listed] = this.listed(record);
    return listed?.checksum.hex === record.sha256 ? listed?.size : undefined;
  }

  /**
   * The package of a release, good until {@link done}, so that a repeated upload need not fetch it again.
   * @throws DownloadError NOT_FOUND when nobody has it any more; what fetchPackage throws
   */
  async fetch(record: ReleaseRecord): Promise<Download> {
    const { sha256 } = record;
    if (sha256 === null) throw lacking(record, 'its checksum is not recorded');
    const held = this.parts.held.get(sha256) ?? this.fetched;
    if (held?.sha256 === sha256) return held;
    const [listed] = this.listed(record);
    if (listed === undefined) throw lacking(record, 'the index does not list it any more');
    const { algorithm, hex } = listed.checksum;
    if (algorithm === 'sha256' && hex !== sha256)
      throw lacking(record, `the yum server has other bytes of it now, of SHA-256 ${hex}`);
    const { options, index, ports } = this.parts;
    const { download } = await fetchPackage(listed, { options, index, ...ports });
    if (download.sha256 === sha256) return (this.fetched = download);
    await download.release();
    throw lacking(
      record,
      `the yum server has other bytes of it now, of SHA-256 ${download.sha256}`,
    );
  }

  /** The release is made, or has failed. */
  async done({ sha256 }: ReleaseRecord): Promise<void> {
    await this.fetched?.release();
    this.fetched = undefined;
    if (sha256 !== null) await this.parts.held.release(sha256);
  }

  /** Entries of the index for a release, the one with the recorded bytes first. */
  private listed({ nevra, sha256 }: ReleaseRecord): IndexPackage[] {
    return this.parts.index.packages
      .filter((found) => nevraKey(formatNevra(found.nevra)) === nevraKey(nevra))
      .sort((a, b) => Number(b.checksum.hex === sha256) - Number(a.checksum.hex === sha256));
  }
}

/** The package is nowhere to be had: no attempt of a later run is likely to help by itself. */
export class LackingPackage extends DownloadError {}

function lacking({ tag, file, sha256 }: ReleaseRecord, why: string): LackingPackage {
  return new LackingPackage(
    'NOT_FOUND',
    `the release ${plain(tag)} lacks its package ${plain(file)} (SHA-256 ${sha256 ?? 'not recorded'}), and ${why}`,
    {
      remedy: `Upload the file yourself: gh release upload ${tag} FILE (a draft of that tag made by a run takes it, too). It is found by its size and SHA-256; the next run does the rest.`,
    },
  );
}
