// SPDX-License-Identifier: MIT
import type { Oid } from '../git/store.js';
import { loadKeyring, type KeyringSource } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import { reasonOf } from './findings.js';
import type { MirrorFiles } from './mirror-reading.js';
import { isKeyCandidate, looksLikeKey, type TreeFile } from './mirror-state.js';

/** The keys of one commit's archive. */
export interface ArchivedKeys {
  /** Names the set: paths and objects of all files that may be keys. */
  readonly id: string;
  /** What is trusted: the archived certificates, narrowed to the pins where there are any. */
  readonly keyring: Keyring;
  /** Objects of files that may be keys, by path in the mirror. */
  readonly files: ReadonlyMap<string, Oid>;
  /** Paths of those that are. */
  readonly keyPaths: readonly string[];
  /** Why a file that should be a key is none, by path. */
  readonly faults: ReadonlyMap<string, string>;
}

/** Reads archived keys; the same set of files is parsed once. */
export class MirrorKeys {
  private readonly known = new Map<string, Promise<ArchivedKeys>>();

  constructor(
    private readonly files: MirrorFiles,
    private readonly options: { readonly archiveDirectory: string; readonly pins: ReadonlySet<string> },
  ) {}

  /** Keys in the archive of this commit's tree. A file that cannot be read as a key is left out and named. @throws GitError MIRROR_INVALID */
  async of(root: Oid): Promise<ArchivedKeys> {
    const { archiveDirectory } = this.options;
    const candidates = (await this.files.entries(root, archiveDirectory))
      .filter(([name, { mode }]) => mode.startsWith('100') && isKeyCandidate(name))
      .map(([name, file]) => [`${archiveDirectory}/${name}`, file] as const);
    const id = candidates.map(([path, { oid }]) => `${path} ${oid}`).join('\n');
    let keys = this.known.get(id);
    if (keys === undefined) {
      keys = this.load(id, candidates);
      this.known.set(id, keys);
    }
    return keys;
  }

  private async load(id: string, candidates: readonly (readonly [string, TreeFile])[]): Promise<ArchivedKeys> {
    const sources: KeyringSource[] = [];
    const faults = new Map<string, string>();
    for (const [path, { oid }] of candidates) {
      try {
        const bytes = await this.files.small(oid);
        if (!looksLikeKey(bytes)) continue;
        await loadKeyring([...sources, { name: path, bytes }]);
        sources.push({ name: path, bytes });
      } catch (error) {
        faults.set(path, reasonOf(error));
      }
    }
    const keyring = await loadKeyring(sources);
    const { pins } = this.options;
    return {
      id,
      keyring: pins.size > 0 ? keyring.restrictedTo(pins) : keyring,
      files: new Map(candidates.map(([path, { oid }]) => [path, oid])),
      keyPaths: sources.map(({ name }) => name),
      faults,
    };
  }
}
