// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { IntegrityError, MirrorError } from '../errors.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { packagePaths } from '../mirror/layout.js';
import { nevraKey, tryParseNevra } from '../mirror/nevra.js';
import type { VerifyPorts } from '../ports.js';
import type { RepositoryIndex } from '../repodata/model.js';
import { formatNevra } from '../rpm/evr.js';
import { fetchPackage } from '../upstream/downloads.js';
import { loadIndex } from '../upstream/index-client.js';
import { resolveSource } from '../upstream/sources.js';
import type { ReleaseCase } from '../verify/scope.js';

/** A package, or its header, to prove a release by. */
export interface FoundPackage {
  /** File name in the index, as recorded. */
  readonly file: string;
  /** The name under which the mirror archives it. */
  readonly name: string;
  /** Path in the mirror. */
  readonly path: string;
  readonly bytes: ByteSource;
  readonly isHeader: boolean;
  /** Undefined when it is not the mirror's. */
  readonly oid: Oid | undefined;
  /** The archived header beside a whole package from elsewhere. */
  readonly header?: { readonly path: string; readonly oid: Oid } | undefined;
  /** Frees what a download holds. */
  release(): Promise<void>;
}

/** A package, or its header, in the mirror. */
interface Archived extends FoundPackage {
  readonly oid: Oid;
}

/** A whole package that is not in the mirror's git. */
interface Elsewhere {
  readonly name: string;
  readonly bytes: ByteSource;
  release(): Promise<void>;
}

/** Where a package from elsewhere would stand: where its header is, or by its name as recorded. */
function placeOf(
  item: ReleaseCase,
  elsewhere: Elsewhere,
  archived: Archived | undefined,
): Pick<FoundPackage, 'file' | 'name' | 'path' | 'header'> {
  if (archived !== undefined) {
    const { file, name, path, oid } = archived;
    return { file, name, path, header: { path, oid } };
  }
  const [file = elsewhere.name] = recordedFiles(item);
  const { archive } = item.shape.directories;
  return { file, name: file, path: `${archive}/${packagePaths(file).rpm}`, header: undefined };
}

function recordedSha256({ record, message, listed }: ReleaseCase): string | undefined {
  return mostCommon([record?.sha256, message?.trailers?.get('Rpm-Sha256')?.[0], listed?.sha256]);
}

/** The packages of a mirror: archived, in the folder of `package-files`, among the files of the tag's release, or served, in this order. */
export class Packages {
  private index: Promise<RepositoryIndex | undefined> | undefined;

  constructor(
    private readonly files: MirrorFiles,
    private readonly options: Options,
    private readonly ports: VerifyPorts,
    /** NEVRAs of all releases that a server may be asked for. */
    private readonly wanted: readonly string[],
  ) {}

  /**
   * The package of a release. `missing`: the mirror archives packages, and not this one. `not-archived`: it archives none, and nobody else has it.
   * @throws GitError MIRROR_INVALID
   */
  async find(item: ReleaseCase): Promise<FoundPackage | 'missing' | 'not-archived'> {
    const archived = await this.findArchived(item);
    if (archived !== undefined && !archived.isHeader) return archived;
    const elsewhere = await this.findElsewhere(item, archived !== undefined);
    if (elsewhere === 'missing') {
      await archived?.release();
      return 'missing';
    }
    if (elsewhere === undefined)
      return archived ?? ((await this.archivesPackages(item)) ? 'missing' : 'not-archived');
    await archived?.release();
    return {
      ...placeOf(item, elsewhere, archived),
      bytes: elsewhere.bytes,
      isHeader: false,
      oid: undefined,
      release: () => elsewhere.release(),
    };
  }

  private async findArchived(item: ReleaseCase): Promise<Archived | undefined> {
    const { root, shape } = item;
    for (const name of archivedNames(item))
      for (const isHeader of [false, true]) {
        const { rpm, header } = packagePaths(name);
        const path = `${shape.directories.archive}/${isHeader ? header : rpm}`;
        const entry = await this.files.find(root, path);
        if (entry?.mode.startsWith('100') !== true) continue;
        const blob = await this.ports.reader.openBlob(entry.oid);
        const recorded = recordedFiles(item);
        const file = recorded.includes(name) ? name : (recorded[0] ?? name);
        return { file, name, path, isHeader, oid: entry.oid, ...blob };
      }
    return undefined;
  }

  private async findElsewhere(
    item: ReleaseCase,
    hasHeader: boolean,
  ): Promise<Elsewhere | 'missing' | undefined> {
    const nevra = recordedNevra(item);
    if (nevra === undefined) return undefined;
    const local = await this.ports.packageFiles?.find(nevra);
    if (local !== undefined) return local;
    if (item.shape.archivePackages === 'release') {
      const asset = await this.fetchAsset(item);
      if (asset !== 'unknown') return asset;
      // The yum server may have what the host does not give today.
      const served = await this.fetch(nevra);
      if (served !== undefined) return served;
    }
    return hasHeader || (await this.archivesPackages(item)) ? undefined : this.fetch(nevra);
  }

  /** The package among the files of the tag's release; `unknown` when nobody can be asked. Its bytes prove, or they do not: where it was is no evidence. */
  private async fetchAsset(item: ReleaseCase): Promise<Elsewhere | 'missing' | 'unknown'> {
    const { releaseAssets, logger, signal } = this.ports;
    const [name] = recordedFiles(item);
    const sha256 = recordedSha256(item);
    if (releaseAssets === undefined) return 'unknown';
    if (name === undefined || sha256 === undefined) return 'missing';
    try {
      const download = await releaseAssets.fetch({ tag: item.tag, name, sha256 });
      if (download === undefined) return 'missing';
      return { name, bytes: download.bytes, release: () => download.release() };
    } catch (error) {
      if (!(error instanceof MirrorError) || signal.aborted) throw error;
      logger.warning(`${name} could not be fetched from the release ${item.tag}: ${error.message}`);
      return error instanceof IntegrityError ? 'missing' : 'unknown';
    }
  }

  /** What the mirror says may only make it worse: a commit that lists, or says that it archives, a package must have it. The predecessor archived every one. */
  private async archivesPackages(item: ReleaseCase): Promise<boolean> {
    const { shape, text, message } = item;
    const folder = `${shape.directories.archive}/rpm`;
    if (message?.trailers === undefined && !item.hasList) return true;
    if (shape.archivePackages !== undefined && shape.archivePackages !== 'none') return true;
    if (recordedFiles(item).some((name) => listsPackage(text, `${folder}/${name}`))) return true;
    if (shape.archivePackages !== undefined) return false;
    const entries = await this.files.entries(item.root, folder);
    return entries.some(([name]) => /\.rpm(?:\.header)?$/.test(name));
  }

  private async fetch(
    nevra: string,
  ): Promise<{ name: string; bytes: ByteSource; release(): Promise<void> } | undefined> {
    this.index ??= this.guard('the index', () => this.load());
    const index = await this.index;
    const listed = index?.packages.find(
      (found) => nevraKey(formatNevra(found.nevra)) === nevraKey(nevra),
    );
    if (index === undefined || listed === undefined) return undefined;
    const context = {
      options: { ...this.options, archivePackages: 'none' as const },
      ...this.ports,
      index,
    };
    const download = await this.guard(
      listed.fileName,
      async () => (await fetchPackage(listed, context)).download,
    );
    return (
      download && {
        name: listed.fileName,
        bytes: download.bytes,
        release: () => download.release(),
      }
    );
  }

  private async load(): Promise<RepositoryIndex | undefined> {
    const { source, allowWeak } = this.options;
    const isNamed =
      source.baseUrls.length > 0 ||
      [source.mirrorlist, source.metalink, source.repoFile].some((way) => way !== undefined);
    if (!isNamed) return undefined;
    const names = new Set(this.wanted.map((nevra) => tryParseNevra(nevra)?.name));
    const { baseUrls, mirrorlist, metalink } = await resolveSource(
      this.options,
      this.ports.fetcher,
    );
    return loadIndex({
      bases: baseUrls,
      mirrorlist,
      metalink,
      fetcher: this.ports.fetcher,
      select: ({ name }) => names.has(name),
      allowWeak,
    });
  }

  /** What a server does not give leaves releases unproved; it is no finding of the mirror. */
  private async guard<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof MirrorError) || this.ports.signal.aborted) throw error;
      this.ports.logger.warning(`${what} could not be fetched: ${error.message}`);
      return undefined;
    }
  }
}

/** Names of the package's file in the index, as recorded, best first. */
export function recordedFiles({
  record,
  listed,
  message,
  text,
}: Pick<ReleaseCase, 'record' | 'listed' | 'message' | 'text'>): string[] {
  const extracted = /^Source code extracted from file: (.+)$/m.exec(text)?.[1];
  const names = [record?.file, message?.metadata?.get('Filename'), extracted, listed?.file];
  return [...new Set(names)].filter(
    (name): name is string => name !== undefined && name !== '' && !name.includes('/'),
  );
}

/** Names under which a commit may have archived its package: a name that another release had taken gives way to the NEVRA. */
function archivedNames(item: ReleaseCase): string[] {
  const nevra = recordedNevra(item);
  const own = nevra === undefined ? [] : [`${nevra.replaceAll(':', '%3A')}.rpm`];
  return [...own, ...recordedFiles(item)].filter((name) => !name.includes('/'));
}

/** Names of the files that a release may have under archive/rpm. */
export function ownNames(item: ReleaseCase): string[] {
  const nevra = recordedNevra(item);
  return [...recordedFiles(item), ...(nevra === undefined ? [] : [`${nevra}.rpm`])]
    .flatMap((name) => [name, `${name}.header`, `${name}.sha256`])
    .map((name) => name.replaceAll(':', '%3A'));
}

/** NEVRA as most places record it. */
export function recordedNevra({
  record,
  listed,
  message,
}: Pick<ReleaseCase, 'record' | 'listed' | 'message'>): string | undefined {
  return mostCommon([record?.nevra, message?.trailers?.get('Rpm-Nevra')?.[0], listed?.nevra]);
}

/** The value that most places have, the first of equals. */
export function mostCommon(values: readonly (string | null | undefined)[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values)
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>(
    (best, next) => (best === undefined || next[1] > best[1] ? next : best),
    undefined,
  )?.[0];
}

function listsPackage(text: string, path: string): boolean {
  return text.includes(`: ${path}\n`) || text.includes(`: ${path}.header\n`);
}
