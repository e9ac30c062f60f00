// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { memorySource } from '../../bytes.js';
import { GitError } from '../../errors.js';
import { readFolder, type TreeFile } from '../../git/objects/folders.js';
import type { Oid, RemoteRefs } from '../../git/store.js';
import { type Asset, type AssetFacts, isSame, type PublishedRelease } from '../../github/port.js';
import type { Options } from '../../inputs/options.js';
import { ARCHIVE, packagePaths } from '../../mirror/layout.js';
import { parseMirrorFile } from '../../mirror/records/mirror-file.js';
import { parseReleases, type ReleaseRecord } from '../../mirror/records/releases.js';
import type { Ports } from '../../ports.js';
import type { ReleaseRow } from '../../report/report.js';
import type { PackageSupply } from './package-supply.js';

/** What the branch archives, as far as assets are made of it. */
export interface Archive {
  readonly records: readonly ReleaseRecord[];
  /** Archived files by path below the archive directory. */
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** Reads the archive of a commit; nothing for an empty repository. */
export async function readArchive(
  tip: string,
  {
    options,
    ports: { store },
  }: { readonly options: Options; readonly ports: Pick<Ports, 'store'> },
): Promise<Archive> {
  if (tip === '') return { records: [], files: new Map() };
  const { tree } = await store.readCommit(tip);
  const files = await readFolder(store, tree, options.directories.archive);
  const list = files.get('releases.json');
  if (list === undefined) return { records: [], files };
  await store.fetchBlobs([list.oid]);
  return { records: parseReleases(await store.readBlob(list.oid)), files };
}

/** A release with where its files come from. */
export interface AssetSources {
  readonly record: ReleaseRecord;
  readonly commit: Oid;
  readonly row: ReleaseRow | undefined;
  readonly archive: Archive;
  readonly ports: Pick<Ports, 'store'>;
  /** Where packages come from that are not in git, but are to be assets (archive-packages: release). */
  readonly supply: PackageSupply | undefined;
}

type Sources = Pick<AssetSources, 'record' | 'archive' | 'supply'>;

/** Names of assets that a release lacks, or has with other bytes. */
export function missingAssets(sources: Sources, held: PublishedRelease | undefined): string[] {
  return assetNames(sources)
    .map((name) => factsOf(name, sources))
    .filter((wanted) => held?.assets.some((found) => isSame(found, wanted)) !== true)
    .map(({ name }) => name);
}

/** True for a package that only the host is to have. */
export function isOnlyAsset({ record, archive, supply }: Sources): boolean {
  const { rpm, header } = archivedPaths(record);
  return supply !== undefined && !archive.files.has(rpm) && archive.files.has(header);
}

/** False for a release of a time when only headers were archived: its package may be nowhere. What cannot be read promises all. */
export async function wasPromised(
  { tag }: ReleaseRecord,
  {
    options,
    ports: { store },
    refs,
  }: {
    readonly options: Options;
    readonly ports: Pick<Ports, 'store'>;
    readonly refs: RemoteRefs;
  },
): Promise<boolean> {
  await store.fetchCommit(`refs/tags/${tag}`);
  const { tree } = await store.readCommit(commitOfTag(refs, tag));
  const files = await readFolder(store, tree, options.directories.archive);
  const file = files.get(ARCHIVE.mirrorFile);
  if (file === undefined) return true;
  await store.fetchBlobs([file.oid]);
  return parseMirrorFile(await store.readBlob(file.oid)).archivePackages === 'release';
}

/** The commit behind a tag of the remote. @throws GitError MIRROR_INVALID */
export function commitOfTag(refs: RemoteRefs, tag: string): Oid {
  const commit = refs.tags.get(tag)?.commit;
  if (commit === undefined)
    throw new GitError('MIRROR_INVALID', `Expected the tag ${tag} on the remote, found none.`);
  return commit;
}

/** All files of a release: the package, or its header, as archived; its checksum; what was verified. */
export function describeAssets(sources: AssetSources): Asset[] {
  return assetNames(sources).map((name) => ({
    ...factsOf(name, sources),
    contentType: contentType(name),
    open: () => openAsset(name, sources),
  }));
}

function assetNames(sources: Sources): string[] {
  const { record, archive } = sources;
  const { rpm, header } = archivedPaths(record);
  return [
    ...(archive.files.has(rpm) || isOnlyAsset(sources) ? [record.file] : []),
    ...(archive.files.has(header) ? [`${record.file}.header`] : []),
    ...(record.sha256 === null ? [] : [`${record.file}.sha256`]),
    `${record.file}.verification.json`,
  ];
}

function archivedPaths({ file }: ReleaseRecord): { rpm: string; header: string } {
  return packagePaths(file);
}

/** What is known of an asset, where the record or the index says it. */
function factsOf(name: string, { record, supply }: Sources): AssetFacts {
  if (record.sha256 === null) return { name };
  if (name === record.file) return { name, sha256: record.sha256, size: supply?.sizeOf(record) };
  if (name !== `${record.file}.sha256`) return { name };
  const line = Buffer.from(checksumLine(record));
  return { name, sha256: createHash('sha256').update(line).digest('hex'), size: line.length };
}

function contentType(name: string): string {
  if (name.endsWith('.verification.json')) return 'application/json';
  return name.endsWith('.sha256') ? 'text/plain' : 'application/x-rpm';
}

async function openAsset(name: string, sources: AssetSources): ReturnType<Asset['open']> {
  const { record, commit, row, archive, ports, supply } = sources;
  if (name.endsWith('.verification.json'))
    return memorySource(Buffer.from(formatVerification(record, commit, row)));
  if (name.endsWith('.sha256')) return memorySource(Buffer.from(checksumLine(record)));
  const archived = archive.files.get(`rpm/${name}`);
  if (archived !== undefined) {
    await ports.store.fetchBlobs([archived.oid]);
    return memorySource(await ports.store.readBlob(archived.oid));
  }
  if (supply === undefined)
    throw new GitError(
      'MIRROR_INVALID',
      `Expected ${name} in the archive of the mirror, found nothing.`,
    );
  return (await supply.fetch(record)).bytes;
}

/** As sha256sum(1) reads it. */
function checksumLine({ sha256, file }: ReleaseRecord): string {
  return `${sha256 ?? ''}  ${file}\n`;
}

/** What was checked about the package, and what became of it; for machines. */
function formatVerification(
  record: ReleaseRecord,
  commit: Oid,
  row: ReleaseRow | undefined,
): string {
  const {
    tag,
    nevra,
    file,
    sha256,
    contentSha256,
    headerSha256,
    sourceTree,
    signingKey,
    signedAt,
    repomdRevision,
  } = record;
  const facts = {
    schema: 1,
    tag,
    nevra,
    commit,
    sourceTree,
    package: { file, sha256, contentSha256, headerSha256 },
    signature: { key: signingKey, created: signedAt },
    repomdRevision,
  };
  return `${JSON.stringify({ ...facts, ...(row?.package === undefined ? {} : { checks: row.package.checks }) }, null, 2)}\n`;
}
