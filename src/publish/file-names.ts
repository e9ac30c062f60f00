// SPDX-License-Identifier: MIT
import { RepodataError } from '../errors.js';
import type { TreeFile } from '../git/objects/folders.js';
import { hashObject } from '../git/objects/objects.js';
import { ARCHIVE } from '../mirror/layout.js';
import { nevraKey } from '../mirror/nevra.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import { formatNevra } from '../rpm/evr.js';
import { verifyPath } from '../rpm/payload/paths.js';

/** What the archive holds when a run begins. */
export interface ArchivedNames {
  readonly records: readonly ReleaseRecord[];
  /** Releases that have a tag, and no record. */
  readonly bare: readonly PlannedRelease[];
  readonly archive: ReadonlyMap<string, TreeFile>;
}

/** A release of which nothing but a file in the archive is known. */
const UNKNOWN = '';

/**
 * Names of packages in the archive (interface, The mirror): one name is one package. The first release that takes the last segment of its href has
 * it; all others are archived by their NEVRA. The index, which nobody signed, overwrites nothing that is published. Compared without case,
 * since some file systems do.
 */
export class FileNames {
  private readonly holders = new Map<string, string>();
  /** What each claimed name was before. */
  private readonly claims = new Map<
    string,
    { readonly key: string; readonly before: string | undefined }
  >();

  constructor(private readonly held: ArchivedNames) {
    const folder = `${ARCHIVE.packages}/`;
    for (const path of held.archive.keys())
      if (path.startsWith(folder))
        this.holders.set(
          path
            .slice(folder.length)
            .replace(/\.(?:sha256|header)$/, '')
            .toLowerCase(),
          UNKNOWN,
        );
    for (const { nevra, indexPackage } of held.bare)
      this.holders.set(indexPackage.fileName.toLowerCase(), nevraKey(formatNevra(nevra)));
    for (const { nevra, file } of held.records)
      this.holders.set(file.toLowerCase(), nevraKey(nevra));
  }

  /**
   * The name for a release whose package has this SHA-256.
   * @throws RepodataError PRIMARY_INVALID when both its names are other packages'
   */
  claim({ nevra, indexPackage }: PlannedRelease, sha256: string): string {
    const own = nevraKey(formatNevra(nevra));
    const byNevra = `${formatNevra(nevra).replaceAll(':', '%3A').replaceAll('/', '%2F')}.rpm`;
    verifyPath(Buffer.from(byNevra), 'the name in the archive');
    const name = [indexPackage.fileName, byNevra].find((candidate) =>
      this.isFree(candidate, own, { sha256, byNevra }),
    );
    if (name === undefined)
      throw new RepodataError(
        'PRIMARY_INVALID',
        `its file would be archived as ${indexPackage.fileName} or ${byNevra}, and both are other packages`,
        { remedy: 'Tell the publisher, or hold the release back with skip.' },
      );
    const key = name.toLowerCase();
    this.claims.set(own, { key, before: this.holders.get(key) });
    this.holders.set(key, own);
    return name;
  }

  /** Gives a name back whose release is not published after all. */
  release({ nevra }: PlannedRelease): void {
    const own = nevraKey(formatNevra(nevra));
    const claim = this.claims.get(own);
    if (claim === undefined) return;
    this.claims.delete(own);
    if (claim.before === undefined) this.holders.delete(claim.key);
    else this.holders.set(claim.key, claim.before);
  }

  private isFree(
    name: string,
    own: string,
    { sha256, byNevra }: { readonly sha256: string; readonly byNevra: string },
  ): boolean {
    const holder = this.holders.get(name.toLowerCase());
    if (holder === undefined || holder === own) return true;
    if (holder !== UNKNOWN) return false;
    // Nobody recorded whose it is: the same package, or one that bears our own full name.
    const sum = this.held.archive.get(`${ARCHIVE.packages}/${name}.sha256`);
    return name === byNevra || sum?.oid === hashObject('blob', Buffer.from(sha256));
  }
}
