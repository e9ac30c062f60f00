// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { type TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import type { Oid } from '../../git/store.js';
import { digestLike } from '../../repodata/checksum.js';
import type { Checksum, Repomd } from '../../repodata/model.js';
import { findRecord, NEEDED_RECORDS, parseRepomd } from '../../repodata/repomd.js';
import { type Finding, orFinding, type Placed } from '../findings.js';
import { IndexListings, type Listing, type ListingParts } from './index-listings.js';

export interface IndexParts extends ListingParts {
  readonly files: MirrorFiles;
}

/** Where the index is to be looked for. */
export interface IndexPlace {
  readonly root: Oid;
  /** The archive directory. */
  readonly archive: string;
  /** Whether every index file must have its checksum. */
  readonly isOurs: boolean;
  readonly listing?: Listing;
}

/** Names of index files, without `.sha256`. */
export const INDEX_FILE = /^(?:repomd\.xml|(?:primary|filelists|other)\.xml(?:\.[a-z0-9]+)?)$/;

/** Checks the index files archived in a commit: each against its .sha256 and against repomd.xml, and whether they list the package. */
export class IndexVerifier {
  private readonly listings: IndexListings;

  constructor(private readonly parts: IndexParts) {
    this.listings = new IndexListings(parts);
  }

  /** Adds findings; the same file with the same checksum is looked at once. @throws GitError MIRROR_INVALID */
  async verify(item: Placed, { root, archive, isOurs, listing }: IndexPlace): Promise<void> {
    const { files, findings } = this.parts;
    const entries = new Map(
      (await files.entries(root, archive)).filter(([, { mode }]) => mode !== '040000'),
    );
    const names = [...entries.keys()]
      .map((name) => name.replace(/\.sha256$/, ''))
      .filter((name) => INDEX_FILE.test(name));
    if (isOurs && names.length === 0)
      findings.add(item, {
        kind: 'digest',
        path: `${archive}/repomd.xml`,
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
        archive,
      });
    if (findings.count > before) return;
    const repomd = await this.readRepomd(item, entries.get('repomd.xml'), archive);
    if (repomd === undefined) return;
    await this.verifyRecords(item, repomd, { entries, isOurs, archive });
    const [name, file] = findFile(entries, 'primary') ?? [];
    if (listing !== undefined && file !== undefined && findings.count === before)
      await this.listings.verify(item, repomd, { path: `${archive}/${name ?? ''}`, file, listing });
  }

  private async verifySum(
    item: Placed,
    name: string,
    {
      file,
      sum,
      needsSums,
      archive,
    }: {
      file: TreeFile | undefined;
      sum: TreeFile | undefined;
      needsSums: boolean;
      archive: string;
    },
  ): Promise<void> {
    const { reader, files, findings } = this.parts;
    if (
      (sum === undefined && !needsSums) ||
      !findings.isNew(`sum ${name} ${file?.oid ?? ''} ${sum?.oid ?? ''}`)
    )
      return;
    const path = `${archive}/${name}`;
    const found = await orFinding(
      async () =>
        file === undefined
          ? 'missing'
          : createHash('sha256')
              .update(await reader.readBlob(file.oid))
              .digest('hex'),
      { kind: 'digest', path, expected: 'a file of the index' },
    );
    const stated = await orFinding(
      async () =>
        sum === undefined ? 'missing' : files.checksum(sum.oid, { isLoose: !needsSums }),
      { kind: 'digest', path: `${path}.sha256`, expected: 'a checksum' },
    );
    if (found.fault !== undefined) findings.add(item, found.fault);
    else if (stated.fault !== undefined) findings.add(item, stated.fault);
    else if (found.value === 'missing')
      findings.add(item, { kind: 'digest', path, expected: stated.value, actual: 'missing' });
    else if (found.value !== stated.value)
      findings.add(item, {
        kind: 'digest',
        path: `${path}.sha256`,
        expected: found.value,
        actual: stated.value,
      });
  }

  private async readRepomd(
    item: Placed,
    file: TreeFile | undefined,
    archive: string,
  ): Promise<Repomd | undefined> {
    const { files, findings } = this.parts;
    if (file === undefined) return undefined;
    const { value, fault } = await orFinding(async () => parseRepomd(await files.small(file.oid)), {
      kind: 'digest',
      path: `${archive}/repomd.xml`,
      expected: 'an index',
    });
    if (fault !== undefined && findings.isNew(`repomd ${file.oid}`)) findings.add(item, fault);
    return value;
  }

  /** The records against the checksums in repomd.xml. */
  private async verifyRecords(
    item: Placed,
    repomd: Repomd,
    {
      entries,
      isOurs,
      archive,
    }: { entries: ReadonlyMap<string, TreeFile>; isOurs: boolean; archive: string },
  ): Promise<void> {
    const { findings } = this.parts;
    for (const type of NEEDED_RECORDS) {
      const record = findRecord(repomd, type);
      const [name, file] = findFile(entries, type) ?? [];
      const path = `${archive}/${name ?? `${type}.xml`}`;
      if (
        record === undefined ||
        !findings.isNew(`record ${path} ${file?.oid ?? ''} ${record.checksum.hex}`)
      )
        continue;
      if (file !== undefined) await this.verifyRecord(item, { path, file }, record.checksum);
      else if (isOurs && type === 'primary')
        findings.add(item, {
          kind: 'digest',
          path,
          expected: record.checksum.hex,
          actual: 'missing',
        });
    }
  }

  private async verifyRecord(
    item: Placed,
    { path, file }: { path: string; file: TreeFile },
    checksum: Checksum,
  ): Promise<void> {
    const { reader, findings } = this.parts;
    const finding = { kind: 'digest' as const, path, expected: checksum.hex };
    const { value: actual, fault } = await orFinding(
      async () => digestLike(await reader.readBlob(file.oid), checksum),
      finding,
    );
    if (fault !== undefined) findings.add(item, fault);
    else if (actual !== checksum.hex) findings.add(item, { ...finding, actual });
  }
}

/** The file of a record, whatever its compression. */
export function findFile(
  entries: ReadonlyMap<string, TreeFile>,
  type: string,
): [string, TreeFile] | undefined {
  return [...entries].find(([name]) => name.startsWith(`${type}.xml`) && INDEX_FILE.test(name));
}

/** The index files, their checksums, and the signature. */
export function isIndexName(name: string): boolean {
  return name === 'repomd.xml.asc' || INDEX_FILE.test(name.replace(/\.sha256$/, ''));
}

/** Where a commit has another index than its parent; names as latin1. */
export function indexChanges(
  archive: string,
  entries: ReadonlyMap<string, TreeFile>,
  before: ReadonlyMap<string, TreeFile>,
): Finding[] {
  const names = new Set([...before.keys(), ...entries.keys()].filter(isIndexName));
  return [...names].flatMap((name): Finding[] => {
    const [old, now] = [before.get(name)?.oid, entries.get(name)?.oid];
    const path = `${archive}/${name}`;
    if (old === now) return [];
    const kind = now === undefined ? 'missing' : 'content';
    return [{ kind, path, expected: old ?? 'nothing', actual: now ?? 'missing' }];
  });
}
