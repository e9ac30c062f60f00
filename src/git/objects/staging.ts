// SPDX-License-Identifier: MIT
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { GitError } from '../../errors.js';
import { LIMITS, MIB } from '../../limits.js';
import { type GitPlace, startGit } from '../command.js';
import type { Commit, ObjectType, Oid, TreeEntry } from '../store.js';
import { converse, ObjectReader, type StoredObject, verifySize } from './batch.js';
import { Deflaters } from './deflaters.js';
import { checkPack, requireRoom, type Unchecked } from './fsck.js';
import { hashObject } from './objects.js';
import { PackWriter } from './pack.js';
import { parseCommit, parseTag, parseTree, requireTagged } from './strict.js';

/** Trees, commits and tags that are kept at hand. */
const CACHE_BYTES = 32 * MIB;
/** A pack of this size is completed: git indexes it beside what is staged next. */
const SPLIT_BYTES = 64 * MIB;

/** What a test sets otherwise. */
interface StoreSizes {
  readonly cacheBytes?: number;
  readonly splitBytes?: number;
}

interface OpenPack {
  readonly path: string;
  readonly writer: Promise<PackWriter>;
  /** What goes into it. */
  readonly objects: Set<Oid>;
  /** What is on its way into it. */
  readonly adding: Set<Promise<unknown>>;
}

/**
 * The objects of a private bare repository: reads what is there (each object is hashed again), stages what is new in packs.
 *
 * Reading is a lasting `git cat-file --batch`, not isomorphic-git: in a run with nothing to do, which may last 400 ms, that
 * one takes 70 ms to load and to read three objects (bundled), against 5 ms; it holds whole packs in memory and does not check what
 * it reads from them. The tests compare with it.
 * Writing is a pack file of our own: loose objects cost a file each, `git fast-import` takes names that git's fsck then refuses.
 */
export class ObjectStore {
  readonly #command: GitPlace;
  readonly #mostBlob: number;
  readonly #deflaters: Deflaters;
  readonly #known = new Set<Oid>();
  /** Trees that were staged here: git may refuse what they hold. */
  readonly #staged = new Set<Oid>();
  readonly #cache = new Map<Oid, StoredObject>();
  readonly #mostCached: number;
  readonly #splitAt: number;
  #cacheBytes = 0;
  readonly #reader: ObjectReader;
  #open: OpenPack | undefined;
  #packs = 0;
  #unchecked: Unchecked = { bytes: 0, failure: undefined };
  /** Never rejects: whoever asked for a flush gets its error. */
  #flushing: Promise<unknown> = Promise.resolve();

  /** `command.cwd` is the repository; its environment must allow no transport and carry no secret. */
  constructor(
    command: GitPlace,
    maxFileSize: number = LIMITS.blobBytes,
    deflaters: Deflaters = new Deflaters(),
    { cacheBytes = CACHE_BYTES, splitBytes = SPLIT_BYTES }: StoreSizes = {},
  ) {
    this.#command = command;
    this.#mostBlob = maxFileSize;
    this.#deflaters = deflaters;
    this.#mostCached = cacheBytes;
    this.#splitAt = splitBytes;
    this.#reader = new ObjectReader(command);
  }

  /**
   * Stages an object unless it is known, and returns its id.
   * @throws GitError FILE_TOO_LARGE for more than hosts take
   */
  async write(type: ObjectType, content: Uint8Array): Promise<Oid> {
    const oid = hashObject(type, content);
    if (this.#known.has(oid)) return oid;
    verifySize(type, content.length, this.#mostBlob);
    this.#known.add(oid);
    if (type === 'tree') this.#staged.add(oid);
    if (type !== 'blob') this.#remember(oid, { type, content });
    const open = (this.#open ??= this.#begin());
    open.objects.add(oid);
    await this.#add(open, (writer) => writer.add(type, content));
    return oid;
  }

  /**
   * Stages a blob as it comes, and returns its id; what is known already is dropped from the pack again.
   * @throws GitError FILE_TOO_LARGE for more than hosts take; what the chunks throw
   */
  async writeStream(size: number, chunks: AsyncIterable<Uint8Array>): Promise<Oid> {
    verifySize('blob', size, this.#mostBlob);
    const open = (this.#open ??= this.#begin());
    return this.#add(open, (writer) =>
      writer.addStream('blob', size, chunks, (oid) => {
        if (this.#known.has(oid)) return false;
        this.#known.add(oid);
        open.objects.add(oid);
        return true;
      }),
    );
  }

  /** Says that the remote has these objects. */
  assumePresent(oids: Iterable<Oid>): void {
    for (const oid of oids) this.#known.add(oid);
  }

  /** @throws GitError MIRROR_INVALID when it is missing, damaged or no commit */
  async readCommit(oid: Oid): Promise<Commit> {
    return parseCommit(await this.#read(oid, 'commit'));
  }

  /** What a tree of the remote holds is taken for present there, as the tree is. @throws GitError MIRROR_INVALID */
  async readTree(oid: Oid): Promise<readonly TreeEntry[]> {
    const entries = parseTree(await this.#read(oid, 'tree'));
    if (!this.#staged.has(oid))
      this.assumePresent(
        entries.filter((entry) => entry.mode !== '160000').map((entry) => entry.oid),
      );
    return entries;
  }

  /** @throws GitError MIRROR_INVALID */
  async readBlob(oid: Oid): Promise<Uint8Array> {
    return this.#read(oid, 'blob');
  }

  /** The commit that an object is or that a tag leads to. @throws GitError MIRROR_INVALID */
  async peel(oid: Oid): Promise<Oid> {
    let at = oid;
    for (let depth = 0, said: ObjectType | undefined; depth < 16; depth += 1) {
      const { type, content } = await this.#load(at);
      if (said !== undefined) requireTagged(said, type);
      if (type === 'commit') return at;
      if (type !== 'tag') break;
      ({ object: at, type: said } = parseTag(content));
    }
    throw new GitError(
      'MIRROR_INVALID',
      `Expected ${oid} to be a commit or a tag of one, found neither.`,
    );
  }

  /** Those of the objects that are not in this repository. */
  async missing(oids: readonly Oid[]): Promise<Oid[]> {
    const unknown = [...new Set(oids)].filter(
      (oid) => this.#open?.objects.has(oid) !== true && !this.#cache.has(oid),
    );
    if (unknown.length === 0) return [];
    await this.#flushing;
    const { child, answers } = converse(
      startGit({ ...this.#command, args: ['cat-file', '--batch-check'] }),
    );
    child.stdin.end(unknown.map((oid) => `${oid}\n`).join(''));
    const absent: Oid[] = [];
    for (const oid of unknown) if ((await answers.head()) === undefined) absent.push(oid);
    return absent;
  }

  /**
   * Completes the open pack and lets git index and check its objects, so that what a server's fsck would refuse is found here.
   * Objects that fail are dropped again, with all that were staged beside them.
   * @throws GitError PUSH_REJECTED with git's reason, FILE_TOO_LARGE for a pack over the cap
   */
  async flush(): Promise<void> {
    const open = this.#open;
    if (open === undefined) {
      await this.#flushing;
      return;
    }
    this.#open = undefined;
    const work = this.#complete(open, { before: this.#flushing, unchecked: this.#unchecked });
    this.#flushing = Promise.allSettled([this.#flushing, work]);
    await work;
  }

  /** Flushes, and tells also of what reading or a push had flushed since the last check. @throws GitError as {@link flush} */
  async check(): Promise<void> {
    const unchecked = this.#unchecked;
    const flushed = this.flush();
    // What is staged beside this is told of at the next one.
    this.#unchecked = { bytes: 0, failure: undefined };
    await Promise.allSettled([flushed, this.#flushing]);
    if (unchecked.failure !== undefined) throw unchecked.failure.reason;
  }

  /** Flushes if one of these objects is in the open pack; what belongs to a later push stays there. @throws GitError as {@link flush} */
  async flushFor(oids: readonly Oid[]): Promise<void> {
    await (oids.some((oid) => this.#open?.objects.has(oid)) ? this.flush() : this.#flushing);
  }

  /** Ends the reading process and drops the open pack. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#reader.close();
    const writer = await this.#open?.writer.catch(() => undefined);
    await writer?.abandon();
    this.#open = undefined;
    await this.#deflaters.close();
  }

  #begin(): OpenPack {
    this.#packs += 1;
    const path = join(this.#command.cwd, 'objects', 'pack', `staged-${this.#packs}.pack`);
    const writer = PackWriter.create(path, this.#deflaters);
    return { path, writer, objects: new Set(), adding: new Set() };
  }

  /** Adds to a pack, which is not completed meanwhile, and completes it when it is full; whoever checks learns what becomes of that. */
  async #add<T>(open: OpenPack, add: (writer: PackWriter) => Promise<T>): Promise<T> {
    const work = open.writer.then(add).finally(() => open.adding.delete(work));
    open.adding.add(work);
    const added = await work;
    const { bytes } = await open.writer;
    if (bytes >= this.#splitAt && this.#open === open) void this.flush().catch(() => undefined);
    return added;
  }

  async #complete(
    open: OpenPack,
    { before, unchecked }: { before: Promise<unknown>; unchecked: Unchecked },
  ): Promise<void> {
    try {
      const writer = await open.writer;
      await Promise.allSettled(open.adding);
      const id = await writer.finish();
      // One after the other: trees come behind the files that git looks into for their names' sake.
      await before;
      const { bytes } = writer;
      requireRoom(unchecked.bytes + bytes);
      const final = join(dirname(open.path), `pack-${id}.pack`);
      await rename(open.path, final);
      await checkPack(this.#command, final, this.#known);
      unchecked.bytes += bytes;
    } catch (error) {
      for (const oid of open.objects) this.#forget(oid);
      unchecked.failure ??= { reason: error };
      throw error;
    }
  }

  async #read(oid: Oid, expected: ObjectType): Promise<Uint8Array> {
    const { type, content } = await this.#load(oid);
    if (type !== expected)
      throw new GitError(
        'MIRROR_INVALID',
        `Expected object ${oid} to be a ${expected}, found a ${type}.`,
      );
    return content;
  }

  async #load(oid: Oid): Promise<StoredObject> {
    const cached = this.#cache.get(oid);
    if (cached !== undefined) return cached;
    await (this.#open?.objects.has(oid) === true ? this.flush() : this.#flushing);
    const object = await this.#reader.read(oid);
    this.#known.add(oid);
    if (object.type !== 'blob') this.#remember(oid, object);
    return object;
  }

  #remember(oid: Oid, object: StoredObject): void {
    this.#cache.set(oid, object);
    this.#cacheBytes += object.content.length;
    for (const [oldest, { content }] of this.#cache) {
      if (this.#cacheBytes <= this.#mostCached) break;
      this.#cache.delete(oldest);
      this.#cacheBytes -= content.length;
    }
  }

  #forget(oid: Oid): void {
    this.#known.delete(oid);
    this.#staged.delete(oid);
    this.#cacheBytes -= this.#cache.get(oid)?.content.length ?? 0;
    this.#cache.delete(oid);
  }
}
