// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';

import { latin1 } from '../../text.js';
import type { MirrorReader, Oid } from '../store.js';
import { type TreeFile } from './folders.js';
import { hashObject } from './objects.js';
import { TreeWalk } from './walk.js';

/** Entries of a folder by name (latin1 of its bytes). */
type Folder = ReadonlyMap<string, TreeFile>;

/** Tree entries and bytes of small files that are remembered; neighbouring tags share nearly all of theirs. */
const MOST_ENTRIES = 200_000;
const MOST_BYTES = 8 * 1024 * 1024;

/** Trees and small files of a mirror, hash-checked; what was read lately is remembered, in bounded memory. */
export class MirrorFiles {
  private readonly folders = new Map<Oid, Folder>();
  private entryCount = 0;
  private readonly blobs = new Map<Oid, Uint8Array>();
  private byteCount = 0;
  private readonly walk = new TreeWalk({
    readTree: async (oid) =>
      Array.from(await this.folder(oid), ([name, entry]) => ({
        ...entry,
        name: Buffer.from(name, 'latin1'),
      })),
  });

  constructor(private readonly reader: MirrorReader) {}

  /** The entry at a path, or undefined. @throws GitError MIRROR_INVALID */
  async find(root: Oid, path: string): Promise<TreeFile | undefined> {
    let entry: TreeFile | undefined = { mode: '040000', oid: root };
    for (const segment of path.split('/')) {
      if (entry?.mode !== '040000') return undefined;
      entry = (await this.folder(entry.oid)).get(Buffer.from(segment).toString('latin1'));
    }
    return entry;
  }

  /** Entries of the folder at a path by name (latin1 of the bytes); none where there is no folder. @throws GitError MIRROR_INVALID */
  async entries(root: Oid, path: string): Promise<[string, TreeFile][]> {
    const found = await this.find(root, path);
    return found?.mode === '040000' ? [...(await this.folder(found.oid))] : [];
  }

  /** All files below a tree, by path (latin1 of the bytes). @throws GitError MIRROR_INVALID, LIMIT_EXCEEDED */
  async list(tree: Oid): Promise<Map<string, TreeFile>> {
    return this.walk.list(tree);
  }

  /** A small file. @throws GitError MIRROR_INVALID */
  async small(oid: Oid): Promise<Uint8Array> {
    const known = this.blobs.get(oid);
    if (known !== undefined) return known;
    const content = await this.reader.readBlob(oid);
    this.byteCount += content.length;
    if (this.byteCount > MOST_BYTES) {
      this.blobs.clear();
      this.byteCount = content.length;
    }
    this.blobs.set(oid, content);
    return content;
  }

  /**
   * What a checksum file says: all of it, or, where it need not be this tool's (`isLoose`), its first word.
   * @throws GitError MIRROR_INVALID
   */
  async checksum(oid: Oid, { isLoose }: { readonly isLoose: boolean }): Promise<string> {
    const text = latin1((await this.small(oid)).subarray(0, 1024));
    return (isLoose ? (text.trim().split(/\s/)[0] ?? '') : text).slice(0, 200);
  }

  /** Entries of a tree by name (latin1 of the bytes). @throws GitError MIRROR_INVALID */
  async folder(oid: Oid): Promise<Folder> {
    const known = this.folders.get(oid);
    if (known !== undefined) return known;
    const folder = new Map(
      (await this.reader.readTree(oid)).map(({ name, mode, oid: child }) => [
        latin1(name),
        { mode, oid: child },
      ]),
    );
    this.entryCount += folder.size;
    if (this.entryCount > MOST_ENTRIES) {
      this.folders.clear();
      this.entryCount = folder.size;
    }
    this.folders.set(oid, folder);
    return folder;
  }
}

const NEARLY_ALWAYS = 'sha256';

/**
 * Digests of source files. All are read once, in constant memory, and hashed with the algorithm that nearly all packages
 * list; only another one (sha512) reads a file again.
 */
export class SourceBlobs {
  /** SHA-256 as latin1 of its 32 bytes, a third of what hex text takes. */
  private readonly known = new Map<Oid, string>();
  private readonly others = new Map<string, string>();
  private byDigest: Map<string, Oid> | undefined;

  private constructor(private readonly reader: MirrorReader) {}

  /** Reads what is wanted; a file that is missing or damaged is not {@link has}. */
  static async read(
    reader: MirrorReader,
    wanted: Iterable<Oid>,
    onProgress: (done: number) => void,
  ): Promise<SourceBlobs> {
    const blobs = new SourceBlobs(reader);
    let hash: Hash | undefined;
    let done = 0;
    await reader.scan(wanted, {
      begin: ({ type }) => {
        const current = type === 'blob' ? createHash(NEARLY_ALWAYS) : undefined;
        hash = current;
        return (chunk) => current?.update(chunk);
      },
      end: ({ oid, status }) => {
        if (status === 'good' && hash !== undefined)
          blobs.known.set(oid, hash.digest().toString('latin1'));
        hash = undefined;
        onProgress(++done);
      },
    });
    return blobs;
  }

  /** True when this file is there and its content has this id. */
  has(oid: Oid): boolean {
    return this.known.has(oid);
  }

  /** A file with this SHA-256 (lower-case hex); undefined when none was read. */
  find(sha256: string): Oid | undefined {
    this.byDigest ??= new Map(Array.from(this.known, ([oid, digest]) => [digest, oid]));
    return this.byDigest.get(Buffer.from(sha256, 'hex').toString('latin1'));
  }

  /** Digest as lower-case hex; undefined for a file that is missing or damaged. @throws GitError MIRROR_INVALID */
  async digest(oid: Oid, algorithm: string): Promise<string | undefined> {
    const known = this.known.get(oid);
    if (known === undefined || algorithm === NEARLY_ALWAYS)
      return known === undefined ? undefined : Buffer.from(known, 'latin1').toString('hex');
    const key = `${algorithm} ${oid}`;
    const other =
      this.others.get(key) ??
      createHash(algorithm)
        .update(await this.reader.readBlob(oid))
        .digest('hex');
    this.others.set(key, other);
    return other;
  }
}

/** Id of a link's blob, whose content is the target. */
export function linkId(target: Uint8Array): Oid {
  return hashObject('blob', target);
}
