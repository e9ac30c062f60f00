// SPDX-License-Identifier: MIT
import { type TreeFile } from '../git/objects/folders.js';
import type { MirrorReader, Oid } from '../git/store.js';
import { isKeyCandidate } from '../mirror/layout.js';
import { type KeyringSource, loadKeyring } from '../openpgp/keyring.js';
import { looksLikeKey } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import { reasonOf } from './findings.js';
import type { MirrorFiles } from './mirror-reading.js';

/** The keys of one commit's archive. */
export interface ArchivedKeys {
  /** Names the set: paths and objects of all files that may be keys. */
  readonly id: string;
  /** What is trusted: the pinned certificates, else those that the branch has had. */
  readonly keyring: Keyring;
  /** Fingerprints of the certificates in this commit's own archive. */
  readonly own: readonly string[];
  /** Objects of files that may be keys, by path in the mirror. */
  readonly files: ReadonlyMap<string, Oid>;
  /** Paths of those that are. */
  readonly keyPaths: readonly string[];
  /** Why a file that should be a key is none, by path. */
  readonly faults: ReadonlyMap<string, string>;
  /** Paths of keys that the branch never had, with their fingerprints: whoever made the tag brought them along. */
  readonly strangers: ReadonlyMap<string, readonly string[]>;
  /** Path of a key that the branch has had, where the commit's own archive holds none at all. */
  readonly lost: string | undefined;
}

/** Keys that the branch has had, which every tag is held against; a tag alone vouches for nothing. */
interface Anchor {
  readonly sources: readonly KeyringSource[];
  readonly fingerprints: ReadonlySet<string>;
}

/** Reads archived keys; the same set of files is parsed once. */
export class MirrorKeys {
  private readonly known = new Map<string, Promise<ArchivedKeys>>();
  private anchor: Anchor | undefined;

  constructor(
    private readonly files: MirrorFiles,
    private readonly options: {
      readonly archiveDirectory: string;
      readonly pins: ReadonlySet<string>;
    },
  ) {}

  /** Takes the keys of a branch, from its end to its beginning, as those to trust where nothing is pinned. @throws GitError MIRROR_INVALID */
  async anchorOn(reader: MirrorReader, tip: Oid): Promise<void> {
    const sources = new Map<string, KeyringSource>();
    const seen = new Set<string>();
    for (let at: Oid | undefined = tip; at !== undefined;) {
      const { tree, parents }: { readonly tree: Oid; readonly parents: readonly Oid[] } =
        await reader.readCommit(at);
      const candidates = await this.candidates(tree);
      for (const [path, { oid }] of candidates) {
        if (seen.has(`${path} ${oid}`)) continue;
        seen.add(`${path} ${oid}`);
        const source = await this.readKey(path, oid).catch(() => undefined);
        if (source !== undefined) sources.set(`${path} ${oid}`, source);
      }
      at = parents[0];
    }
    const keyring = await loadKeyring([...sources.values()]);
    this.anchor = {
      sources: [...sources.values()],
      fingerprints: new Set(keyring.certificates.map(({ fingerprint }) => fingerprint)),
    };
    this.known.clear();
  }

  /** Keys in the archive of this commit's tree. A file that cannot be read as a key is left out and named. @throws GitError MIRROR_INVALID */
  async of(root: Oid): Promise<ArchivedKeys> {
    const candidates = await this.candidates(root);
    const id = candidates.map(([path, { oid }]) => `${path} ${oid}`).join('\n');
    let keys = this.known.get(id);
    if (keys === undefined) {
      keys = this.load(id, candidates);
      this.known.set(id, keys);
    }
    return keys;
  }

  private async candidates(root: Oid): Promise<(readonly [string, TreeFile])[]> {
    const { archiveDirectory } = this.options;
    return (await this.files.entries(root, archiveDirectory))
      .filter(([name, { mode }]) => mode.startsWith('100') && isKeyCandidate(name))
      .map(([name, file]) => [`${archiveDirectory}/${name}`, file] as const);
  }

  /** A key file, or undefined for a file of another kind. @throws VerificationError KEY_INVALID, GitError MIRROR_INVALID */
  private async readKey(path: string, oid: Oid): Promise<KeyringSource | undefined> {
    const bytes = await this.files.small(oid);
    if (!looksLikeKey(bytes)) return undefined;
    await loadKeyring([{ name: path, bytes }]);
    return { name: path, bytes };
  }

  private async load(
    id: string,
    candidates: readonly (readonly [string, TreeFile])[],
  ): Promise<ArchivedKeys> {
    const sources: KeyringSource[] = [];
    const faults = new Map<string, string>();
    for (const [path, { oid }] of candidates) {
      try {
        const source = await this.readKey(path, oid);
        if (source !== undefined) sources.push(source);
      } catch (error) {
        faults.set(path, reasonOf(error));
      }
    }
    return {
      id,
      keyring: await this.trusted(sources),
      own: (await loadKeyring(sources)).certificates.map(({ fingerprint }) => fingerprint),
      files: new Map(candidates.map(([path, { oid }]) => [path, oid])),
      keyPaths: sources.map(({ name }) => name),
      faults,
      strangers: await this.strangers(sources),
      lost: sources.length === 0 ? this.anchor?.sources[0]?.name : undefined,
    };
  }

  /** The pinned certificates, else those that the branch has had, else (no branch) those of the commit itself. */
  private async trusted(own: readonly KeyringSource[]): Promise<Keyring> {
    const { pins } = this.options;
    const keyring = await loadKeyring([...(this.anchor?.sources ?? []), ...own]);
    const trusted = pins.size > 0 ? pins : this.anchor?.fingerprints;
    return trusted === undefined ? keyring : keyring.restrictedTo(trusted);
  }

  private async strangers(own: readonly KeyringSource[]): Promise<Map<string, readonly string[]>> {
    const strangers = new Map<string, readonly string[]>();
    const {
      anchor,
      options: { pins },
    } = this;
    for (const source of anchor === undefined ? [] : own) {
      const { certificates } = await loadKeyring([source]);
      const unknown = certificates
        .map(({ fingerprint }) => fingerprint)
        .filter((fingerprint) => !anchor!.fingerprints.has(fingerprint) && !pins.has(fingerprint));
      if (unknown.length > 0) strangers.set(source.name, unknown);
    }
    return strangers;
  }
}
