// SPDX-License-Identifier: MIT
import { type TreeFile } from '../git/objects/folders.js';
import type { MirrorReader, Oid } from '../git/store.js';
import { nevraKey } from '../mirror/nevra.js';
import { digestLike } from '../repodata/checksum.js';
import type { Repomd } from '../repodata/model.js';
import { readPrimary } from '../repodata/records.js';
import { findRecord, NEEDED_RECORDS, parseRepomd } from '../repodata/repomd.js';
import { formatNevra } from '../rpm/evr.js';
import type { Findings, Tagged } from './findings.js';
import { orFinding } from './findings.js';
import type { MirrorFiles } from './mirror-reading.js';
import { sha256 } from './package.js';

export interface IndexParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly findings: Findings;
  readonly archiveDirectory: string;
  /** Names of the packages of this mirror. */
  readonly names: ReadonlySet<string>;
}

/** What the index of a commit is asked for. */
export interface Listing {
  readonly nevra: string;
  readonly sha256: string;
  /** Revision of the index that listed it, as recorded; undefined when nothing is. */
  readonly revision: string | undefined;
}

const INDEX_FILE = /^(?:repomd\.xml|(?:primary|filelists|other)\.xml(?:\.[a-z0-9]+)?)$/;
/** The listings of this many indexes are remembered; neighbouring tags share theirs. */
const MOST_LISTINGS = 8;
/** Stands for a checksum that is no SHA-256, with which nothing recorded can be compared. */
const OTHER_KIND = '';

/** Checks the index files archived in a commit: each against its .sha256 and against repomd.xml, and whether they list the package. */
export class IndexVerifier {
  private readonly listings = new Map<Oid, Promise<ReadonlyMap<string, string> | undefined>>();

  constructor(private readonly parts: IndexParts) {}

  /**
   * Adds findings; the same file with the same checksum is looked at once.
   * @param isOurs whether every index file must have its checksum
   * @throws GitError MIRROR_INVALID
   */
  async verify(
    item: Tagged,
    root: Oid,
    { isOurs, listing }: { isOurs: boolean; listing?: Listing },
  ): Promise<void> {
    const { files, findings, archiveDirectory } = this.parts;
    const entries = new Map(
      (await files.entries(root, archiveDirectory)).filter(([, { mode }]) => mode !== '040000'),
    );
    const names = [...entries.keys()]
      .map((name) => name.replace(/\.sha256$/, ''))
      .filter((name) => INDEX_FILE.test(name));
    if (isOurs && names.length === 0)
      findings.add(item, {
        kind: 'digest',
        path: `${archiveDirectory}/repomd.xml`,
        expected: 'the index',
        actual: 'missing',
      });
    const before = findings.count;
    // An index that the predecessor archived is kept as it is, perhaps without any checksum.
    const needsSums = isOurs && names.some((name) => entries.has(`${name}.sha256`));
    for (const name of new Set(names))
      await this.verifySum(item, name, {
        file: entries.get(name),
        sum: entries.get(`${name}.sha256`),
        needsSums,
      });
    if (findings.count > before) return;
    const repomd = await this.readRepomd(item, entries.get('repomd.xml'));
    if (repomd === undefined) return;
    await this.verifyRecords(item, repomd, { entries, isOurs });
    if (listing !== undefined && findings.count === before)
      await this.verifyListing(item, repomd, { entries, listing });
  }

  private async verifySum(
    item: Tagged,
    name: string,
    {
      file,
      sum,
      needsSums,
    }: { file: TreeFile | undefined; sum: TreeFile | undefined; needsSums: boolean },
  ): Promise<void> {
    const { reader, files, findings, archiveDirectory } = this.parts;
    if (
      (sum === undefined && !needsSums) ||
      !findings.isNew(`sum ${name} ${file?.oid ?? ''} ${sum?.oid ?? ''}`)
    )
      return;
    const path = `${archiveDirectory}/${name}`;
    const found = await orFinding(
      async () => (file === undefined ? 'missing' : sha256(await reader.readBlob(file.oid))),
      { kind: 'digest', path, expected: 'a file of the index' },
    );
    const stated = await orFinding(
      async () => (sum === undefined ? 'missing' : files.checksum(sum.oid)),
      { kind: 'digest', path: `${path}.sha256`, expected: 'a checksum' },
    );
    const fault = found.fault ?? stated.fault;
    if (fault !== undefined) findings.add(item, fault);
    else if (found.value === 'missing')
      findings.add(item, { kind: 'digest', path, expected: stated.value!, actual: 'missing' });
    else if (found.value !== stated.value)
      findings.add(item, {
        kind: 'digest',
        path: `${path}.sha256`,
        expected: found.value!,
        actual: stated.value!,
      });
  }

  private async readRepomd(item: Tagged, file: TreeFile | undefined): Promise<Repomd | undefined> {
    const { files, findings, archiveDirectory } = this.parts;
    if (file === undefined) return undefined;
    const { value, fault } = await orFinding(async () => parseRepomd(await files.small(file.oid)), {
      kind: 'digest',
      path: `${archiveDirectory}/repomd.xml`,
      expected: 'an index',
    });
    if (fault !== undefined && findings.isNew(`repomd ${file.oid}`)) findings.add(item, fault);
    return value;
  }

  /** The records against the checksums in repomd.xml. */
  private async verifyRecords(
    item: Tagged,
    repomd: Repomd,
    { entries, isOurs }: { entries: ReadonlyMap<string, TreeFile>; isOurs: boolean },
  ): Promise<void> {
    const { reader, findings, archiveDirectory } = this.parts;
    for (const type of NEEDED_RECORDS) {
      const record = findRecord(repomd, type);
      const [name, file] = findFile(entries, type) ?? [];
      const path = `${archiveDirectory}/${name ?? `${type}.xml`}`;
      if (
        record === undefined ||
        !findings.isNew(`record ${path} ${file?.oid ?? ''} ${record.checksum.hex}`)
      )
        continue;
      if (file !== undefined) {
        const actual = digestLike(await reader.readBlob(file.oid), record.checksum);
        if (actual !== record.checksum.hex)
          findings.add(item, { kind: 'digest', path, expected: record.checksum.hex, actual });
      } else if (isOurs && type === 'primary')
        findings.add(item, {
          kind: 'digest',
          path,
          expected: record.checksum.hex,
          actual: 'missing',
        });
    }
  }

  /** Does the index of its publication list the package with this checksum? Another index (of a backport, of the predecessor) need not. */
  private async verifyListing(
    item: Tagged,
    repomd: Repomd,
    { entries, listing }: { entries: ReadonlyMap<string, TreeFile>; listing: Listing },
  ): Promise<void> {
    const { findings, archiveDirectory } = this.parts;
    const [name, file] = findFile(entries, 'primary') ?? [];
    if (name === undefined || file === undefined) return;
    const path = `${archiveDirectory}/${name}`;
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
      findings.notChecked(
        item,
        path,
        'the index archived in this commit is not the one that listed the package',
      );
  }

  private async readListing(
    item: Tagged,
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
    item: Tagged,
    repomd: Repomd,
    { path, file }: { path: string; file: TreeFile },
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const { reader, findings, names } = this.parts;
    const record = findRecord(repomd, 'primary');
    if (record === undefined) return undefined;
    const { value, fault } = await orFinding(
      async () => {
        const bytes = await reader.readBlob(file.oid);
        const index = { type: 'primary', archiveName: path, bytes };
        return readPrimary(index, record, {
          select: ({ name }) => names.has(name),
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

function findFile(
  entries: ReadonlyMap<string, TreeFile>,
  type: string,
): [string, TreeFile] | undefined {
  return [...entries].find(([name]) => name.startsWith(`${type}.xml`) && INDEX_FILE.test(name));
}
