// SPDX-License-Identifier: MIT
import { MirrorError } from '../errors.js';
import type { Options } from '../inputs.js';
import { LIMITS } from '../limits.js';
import { nevraKey } from '../mirror/nevra.js';
import { createSelector } from '../mirror/selection.js';
import { loadIndex } from '../repodata/client.js';
import type { RepositoryIndex } from '../repodata/model.js';
import { formatNevra } from '../rpm/evr.js';
import type { VerifyPorts } from './ports.js';
import { fetchPackage } from './downloads.js';
import type { TagCase } from './tag-cases.js';
import { resolveSource } from './upstream.js';

/** Packages of a mirror that archives none, as the yum server has them today. Nothing is asked before the first is needed. */
export class ServedPackages {
  private index: Promise<RepositoryIndex | undefined> | undefined;

  constructor(
    private readonly options: Options,
    private readonly ports: VerifyPorts,
  ) {}

  /** The whole package of a release; undefined when no server is named, or it does not have it any more. */
  async read({ record, message }: TagCase): Promise<Uint8Array | undefined> {
    const nevra = record?.nevra ?? message?.trailers?.get('Rpm-Nevra')?.[0];
    this.index ??= this.load();
    const index = await this.index;
    const listed = index?.packages.find((found) => nevra !== undefined && nevraKey(formatNevra(found.nevra)) === nevraKey(nevra));
    if (index === undefined || listed === undefined || listed.size > LIMITS.blobBytes) return undefined;
    try {
      const { download } = await fetchPackage(listed, { options: { ...this.options, archivePackages: 'none' }, ...this.ports, index });
      try {
        return await download.bytes.read(0, download.bytes.size);
      } finally {
        await download.release();
      }
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      this.ports.logger.warning(`${listed.fileName} could not be fetched: ${error.message}`);
      return undefined;
    }
  }

  private async load(): Promise<RepositoryIndex | undefined> {
    const { source, packages } = this.options;
    const isNamed = source.baseUrls.length > 0 || [source.mirrorlist, source.metalink, source.repoFile].some((way) => way !== undefined);
    if (!isNamed || packages.length === 0) return undefined;
    const { baseUrls, mirrorlist, metalink } = await resolveSource(this.options, this.ports.fetcher);
    return loadIndex({ bases: baseUrls, mirrorlist, metalink, fetcher: this.ports.fetcher, select: createSelector(this.options), allowWeak: this.options.allowWeak });
  }
}
