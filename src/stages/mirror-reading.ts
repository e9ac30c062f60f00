// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';
import type { MirrorReader, Oid, TreeEntry } from '../git/store.js';
import type { TreeFile } from './mirror-state.js';

/** Content facts of a blob that hashed to its id; undefined in the map for one that did not. */
export interface BlobFacts {
  readonly size: number;
  /** Lower-case hex by algorithm. */
  readonly digests: ReadonlyMap<string, string>;
  /** Content of short blobs, to compare link targets. */
  readonly content: Uint8Array | undefined;
}

const SHORT = 4096;

/** Trees and blobs of a mirror, each read and hash-checked once, however many tags share it. */
export class MirrorFiles {
  private readonly trees = new Map<Oid, readonly TreeEntry[]>();
  private readonly blobs = new Map<Oid, Uint8Array>();

  constructor(private readonly reader: MirrorReader) {}

  /** The entry at a path, or undefined. @throws GitError MIRROR_INVALID */
  async find(root: Oid, path: string): Promise<TreeFile | undefined> {
    let entry: TreeFile = { mode: '040000', oid: root };
    for (const segment of path.split('/')) {
      if (entry.mode !== '040000') return undefined;
      // Folders on the way to an archive are as many as commits: they are not worth remembering.
      const found = (await this.reader.readTree(entry.oid)).find(({ name }) => Buffer.from(name).equals(Buffer.from(segment)));
      if (found === undefined) return undefined;
      entry = { mode: found.mode, oid: found.oid };
    }
    return entry;
  }

  /** Entries of one folder by name (latin1 of the bytes), not remembered. */
  async entries(tree: Oid): Promise<[string, TreeFile][]> {
    return (await this.reader.readTree(tree)).map(({ name, mode, oid }) => [Buffer.from(name).toString('latin1'), { mode, oid }]);
  }

  /** All files below a tree, by path (latin1 of the bytes). */
  async list(tree: Oid): Promise<Map<string, TreeFile>> {
    const files = new Map<string, TreeFile>();
    const walk = async (oid: Oid, prefix: string): Promise<void> => {
      for (const { mode, name, oid: child } of await this.tree(oid)) {
        const path = prefix + Buffer.from(name).toString('latin1');
        if (mode === '040000') await walk(child, `${path}/`);
        else files.set(path, { mode, oid: child });
      }
    };
    await walk(tree, '');
    return files;
  }

  /** A small blob, remembered. */
  async small(oid: Oid): Promise<Uint8Array> {
    const known = this.blobs.get(oid);
    if (known !== undefined) return known;
    const content = await this.reader.readBlob(oid);
    this.blobs.set(oid, content);
    return content;
  }

  private async tree(oid: Oid): Promise<readonly TreeEntry[]> {
    const known = this.trees.get(oid);
    if (known !== undefined) return known;
    const entries = await this.reader.readTree(oid);
    this.trees.set(oid, entries);
    return entries;
  }
}

/**
 * Reads every blob once, in constant memory, and digests it with the algorithms that signed headers ask for.
 * A blob that is missing or damaged has no facts.
 */
export async function digestBlobs(reader: MirrorReader, wanted: ReadonlyMap<Oid, ReadonlySet<string>>, onProgress: (done: number) => void): Promise<Map<Oid, BlobFacts>> {
  const facts = new Map<Oid, BlobFacts>();
  let current: { readonly hashes: Map<string, Hash>; readonly chunks: Uint8Array[]; size: number } | undefined;
  let done = 0;
  await reader.scan(wanted.keys(), {
    begin: ({ oid, size }) => {
      const hashes = new Map([...(wanted.get(oid) ?? [])].map((algorithm) => [algorithm, createHash(algorithm)]));
      current = { hashes, chunks: [], size };
      const { chunks } = current;
      return (chunk) => {
        for (const hash of hashes.values()) hash.update(chunk);
        if (size <= SHORT) chunks.push(Buffer.from(chunk));
      };
    },
    end: ({ oid, status }) => {
      if (status === 'good' && current !== undefined) {
        const digests = new Map([...current.hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
        facts.set(oid, { size: current.size, digests, content: current.size <= SHORT ? Buffer.concat(current.chunks) : undefined });
      }
      current = undefined;
      done++;
      onProgress(done);
    },
  });
  return facts;
}
