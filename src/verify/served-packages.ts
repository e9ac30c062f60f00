// SPDX-License-Identifier: MIT
import { MirrorError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { nevraKey, tryParseNevra } from '../mirror/nevra.js';
import type { Download } from '../net/fetcher.js';
import type { VerifyPorts } from '../ports.js';
import type { RepositoryIndex } from '../repodata/model.js';
import { formatNevra } from '../rpm/evr.js';
import { fetchPackage } from '../upstream/downloads.js';
import { loadIndex } from '../upstream/index-client.js';
import { resolveSource } from '../upstream/sources.js';

/** Packages of a mirror that archives none, as the yum server has them today. Nothing is asked before the first is needed. */
export class ServedPackages {
  private index: Promise<RepositoryIndex | undefined> | undefined;

  constructor(
    private readonly options: Options,
    private readonly ports: VerifyPorts,
    /** NEVRAs of all releases that may be asked for. */
    private readonly wanted: readonly string[],
  ) {}

  /** The package of a release, to be released; undefined when no server is named, cannot be reached, or does not have it any more. */
  async read(nevra: string): Promise<Download | undefined> {
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
    return this.guard(listed.fileName, async () => (await fetchPackage(listed, context)).download);
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

  /** What a server does not give leaves releases unchecked; it is no finding of the mirror. */
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
