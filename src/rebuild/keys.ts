// SPDX-License-Identifier: MIT
import type { TreeFile } from '../git/objects/folders.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { isKeyCandidate } from '../mirror/layout.js';
import type { Fetcher } from '../net/fetcher.js';
import { type KeyringSource, loadKeyring, looksLikeKey } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import type { AnchorRow } from '../report/report.js';
import { fetchKeys } from '../upstream/sources.js';
import { reasonOf } from '../verify/findings.js';

/** A file of an archive that may be a public key. */
export interface KeyFile {
  readonly path: string;
  readonly oid: Oid;
  /** Undefined for what is no key. */
  readonly source: KeyringSource | undefined;
  /** Primary fingerprints. */
  readonly fingerprints: readonly string[];
  /** Why something that looks like a key cannot be read as one. */
  readonly fault: string | undefined;
}

/** Reads the keys in archives; the same file is parsed once, however many commits have it. */
export class ArchivedKeys {
  private readonly known = new Map<string, Promise<KeyFile>>();
  private readonly folders = new Map<string, Promise<readonly KeyFile[]>>();

  constructor(private readonly files: MirrorFiles) {}

  /** All files of a commit's archive that may be keys. @throws GitError MIRROR_INVALID */
  async of(root: Oid, archive: string): Promise<readonly KeyFile[]> {
    const folder = await this.files.find(root, archive);
    if (folder?.mode !== '040000') return [];
    const key = `${archive} ${folder.oid}`;
    const files = this.folders.get(key) ?? this.read(folder.oid, archive);
    this.folders.set(key, files);
    return files;
  }

  /** Every certificate that was read so far, of these primary keys, or all of them. @throws VerificationError KEY_INVALID */
  async keyring(
    given: readonly KeyringSource[],
    anchors: ReadonlySet<string> | undefined,
  ): Promise<Keyring> {
    const files = await Promise.all(this.known.values());
    const wanted = files.filter(({ fingerprints }) =>
      fingerprints.some((fingerprint) => anchors?.has(fingerprint) ?? true),
    );
    const keyring = await loadKeyring([...given, ...wanted.flatMap(({ source }) => source ?? [])]);
    return anchors === undefined ? keyring : keyring.restrictedTo(anchors);
  }

  private async read(folder: Oid, archive: string): Promise<readonly KeyFile[]> {
    const candidates = [...(await this.files.folder(folder))].filter(
      ([name, { mode }]) => mode.startsWith('100') && isKeyCandidate(name),
    );
    return Promise.all(
      candidates.map(([name, file]) => {
        const path = `${archive}/${Buffer.from(name, 'latin1').toString('utf8')}`;
        return this.remember(path, file);
      }),
    );
  }

  private remember(path: string, { oid }: TreeFile): Promise<KeyFile> {
    const id = `${path} ${oid}`;
    const known = this.known.get(id) ?? this.parse(path, oid);
    this.known.set(id, known);
    return known;
  }

  private async parse(path: string, oid: Oid): Promise<KeyFile> {
    try {
      const bytes = await this.files.small(oid);
      if (!looksLikeKey(bytes))
        return { path, oid, source: undefined, fingerprints: [], fault: undefined };
      const source = { name: path, bytes };
      const { certificates } = await loadKeyring([source]);
      const fingerprints = certificates.map(({ fingerprint }) => fingerprint);
      return { path, oid, source, fingerprints, fault: undefined };
    } catch (error) {
      return { path, oid, source: undefined, fingerprints: [], fault: reasonOf(error) };
    }
  }
}

/** The keys that packages are held against. */
export interface Anchors {
  readonly keyring: Keyring;
  readonly fingerprints: ReadonlySet<string>;
  readonly rows: readonly AnchorRow[];
  /** For people: where they come from, and which they are. */
  readonly name: string;
  /** False when the mirror itself said which. */
  readonly isPinned: boolean;
}

const ORIGIN: Readonly<Record<AnchorRow['why'], string>> = {
  pinned: 'gpg-fingerprints',
  gpgkey: 'gpgkey',
  'first-release': 'the first release, which nobody pinned',
  chosen: 'the lowest release chosen, which nobody pinned',
};

/**
 * The trusted keys (interface, verify, Trust): those of gpg-fingerprints, else those of gpgkey, else the one that signed the first release, which nobody pinned.
 * Certificates come from gpgkey and from every archive that was read.
 * @throws DownloadError, VerificationError KEY_INVALID
 */
export async function establishAnchors(
  { gpgFingerprints, gpgkey }: Options,
  {
    keys,
    fetcher,
    firstSigner,
    isSingle,
  }: {
    readonly keys: ArchivedKeys;
    readonly fetcher: Fetcher;
    /** Primary fingerprint of the key that signed the first release, given all certificates that there are. */
    readonly firstSigner: (all: Keyring) => Promise<string | undefined>;
    readonly isSingle: boolean;
  },
): Promise<Anchors> {
  const given = (await fetchKeys(gpgkey, fetcher)).map(({ source, bytes }) => ({
    name: source,
    bytes,
  }));
  const offered = (await loadKeyring(given)).certificates.map(({ fingerprint }) => fingerprint);
  const [why, trusted] =
    gpgFingerprints.size > 0
      ? (['pinned', [...gpgFingerprints]] as const)
      : offered.length > 0
        ? (['gpgkey', offered] as const)
        : ([
            isSingle ? 'chosen' : 'first-release',
            [await firstSigner(await keys.keyring([], undefined))],
          ] as const);
  const fingerprints = new Set(trusted.flatMap((fingerprint) => fingerprint ?? []));
  return {
    keyring: await keys.keyring(given, fingerprints),
    fingerprints,
    rows: [...fingerprints].map((fingerprint) => ({ fingerprint, why })),
    name: `a key of ${ORIGIN[why]} (${[...fingerprints].join(', ') || 'none'})`,
    isPinned: why === 'pinned' || why === 'gpgkey',
  };
}
