// SPDX-License-Identifier: MIT
import type { Oid } from '../git/store.js';
import { loadKeyring } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import type { MirrorFiles } from './mirror-reading.js';
import { isKeyCandidate, looksLikeKey, type TreeFile } from './mirror-state.js';

/** The keys of one commit's archive. */
export interface ArchivedKeys {
  /** What is trusted: the archived certificates, narrowed to the pins where there are any. */
  readonly keyring: Keyring;
  /** Path of the (first) key file in the mirror. */
  readonly keyPath: string | undefined;
}

/** Reads archived keys; the same set of files is parsed once. */
export class MirrorKeys {
  private readonly known = new Map<string, Promise<ArchivedKeys>>();

  constructor(
    private readonly files: MirrorFiles,
    private readonly options: { readonly archiveDirectory: string; readonly pins: ReadonlySet<string> },
  ) {}

  /** Keys in the archive of this commit's tree. @throws VerificationError KEY_INVALID */
  async of(root: Oid): Promise<ArchivedKeys> {
    const archive = await this.files.find(root, this.options.archiveDirectory);
    const entries = archive?.mode === '040000' ? await this.files.entries(archive.oid) : [];
    const candidates = entries.filter(([name, { mode }]) => mode.startsWith('100') && isKeyCandidate(name));
    const id = candidates.map(([name, { oid }]) => `${name} ${oid}`).join('\n');
    let keys = this.known.get(id);
    if (keys === undefined) {
      keys = this.load(candidates);
      this.known.set(id, keys);
    }
    return keys;
  }

  private async load(candidates: readonly (readonly [string, TreeFile])[]): Promise<ArchivedKeys> {
    const sources: { name: string; bytes: Uint8Array }[] = [];
    for (const [name, { oid }] of candidates) {
      const bytes = await this.files.small(oid);
      if (looksLikeKey(bytes)) sources.push({ name: `${this.options.archiveDirectory}/${name}`, bytes });
    }
    const keyring = await loadKeyring(sources);
    return { keyring: this.options.pins.size > 0 ? keyring.restrictedTo(this.options.pins) : keyring, keyPath: sources[0]?.name };
  }
}
