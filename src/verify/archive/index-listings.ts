// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorReader, Oid } from '../../git/store.js';
import { nevraKey } from '../../mirror/nevra.js';
import type { Repomd } from '../../repodata/model.js';
import { readPrimary } from '../../repodata/records.js';
import { findRecord } from '../../repodata/repomd.js';
import { formatNevra } from '../../rpm/evr.js';
import { type Findings, orFinding, type Placed } from '../findings.js';

export interface ListingParts {
  readonly reader: MirrorReader;
  readonly findings: Findings;
  /** Names and architectures of the releases of this mirror: other rows of an index are none of its business. */
  readonly names: ReadonlySet<string>;
  readonly archs: ReadonlySet<string>;
}

/** What the index of a commit is asked for. */
export interface Listing {
  readonly nevra: string;
  readonly sha256: string;
  /** Revision of the index that listed it, as recorded; undefined when nothing is. */
  readonly revision: string | undefined;
}

/** The listings of this many indexes are remembered; neighbouring tags share theirs. */
const MOST_LISTINGS = 8;
/** Stands for a checksum that is no SHA-256, with which nothing recorded can be compared. */
const OTHER_KIND = '';

/** Checks whether archived indexes list the packages that were published from them. */
export class IndexListings {
  private readonly listings = new Map<Oid, Promise<ReadonlyMap<string, string> | undefined>>();

  constructor(private readonly parts: ListingParts) {}

  /** Does the index of its publication list the package with this checksum? Another index (of a backport, of the predecessor) need not. */
  async verify(
    item: Placed,
    repomd: Repomd,
    { path, file, listing }: { path: string; file: TreeFile; listing: Listing },
  ): Promise<void> {
    const { findings } = this.parts;
    const listed = await this.readListing(item, repomd, { path, file });
    const actual = listed?.get(nevraKey(listing.nevra));
    if (listed === undefined || actual === listing.sha256 || actual === OTHER_KIND) return;
    if (listing.revision === repomd.revision)
      findings.add(item, {
        kind: 'digest',
        path,
        expected: `${listing.nevra} with ${listing.sha256}`,
        actual: actual ?? 'not listed',
      });
    else
      findings.residue(
        'the index entry of releases whose commit archives another index than the one that listed them',
      );
  }

  private async readListing(
    item: Placed,
    repomd: Repomd,
    { path, file }: { path: string; file: TreeFile },
  ): Promise<ReadonlyMap<string, string> | undefined> {
    let listing = this.listings.get(file.oid);
    if (listing === undefined) {
      if (this.listings.size >= MOST_LISTINGS) this.listings.clear();
      listing = this.parsePrimary(item, repomd, { path, file });
      this.listings.set(file.oid, listing);
    }
    return listing;
  }

  private async parsePrimary(
    item: Placed,
    repomd: Repomd,
    { path, file }: { path: string; file: TreeFile },
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const { reader, findings, names, archs } = this.parts;
    const record = findRecord(repomd, 'primary');
    if (record === undefined) return undefined;
    const { value, fault } = await orFinding(
      async () => {
        const bytes = await reader.readBlob(file.oid);
        const index = { type: 'primary', archiveName: path, bytes };
        return readPrimary(index, record, {
          select: ({ name, arch }) => names.has(name) && archs.has(arch),
          allowWeak: undefined,
          warn: () => undefined,
        });
      },
      { kind: 'digest', path, expected: 'an index' },
    );
    if (fault !== undefined && findings.isNew(`primary ${file.oid}`)) findings.add(item, fault);
    return value === undefined
      ? undefined
      : new Map(
          value.packages.map(({ nevra, checksum }) => [
            nevraKey(formatNevra(nevra)),
            checksum.algorithm === 'sha256' ? checksum.hex : OTHER_KIND,
          ]),
        );
  }
}
