// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createDeflate } from 'node:zlib';

import { writingTo } from '../../disk.js';
import { KIB, MIB } from '../../limits.js';
import type { ObjectType } from '../store.js';
import { type BatchEntry, chooseLevel, entryHeader } from './deflate.js';
import type { Deflaters } from './deflaters.js';

const HEADER_BYTES = 12;
const TRAILER_BYTES = 20;
/** Above this content is deflated as a stream, so that memory holds it once. */
const STREAM_BYTES = 4 * MIB;
/** Bytes that are read at a time to be hashed. */
const BUFFER_BYTES = MIB;
/** Contents that are deflated together: sources have files of some KiB, and each way to another thread costs. */
const BATCH_BYTES = MIB;

/** Contents that wait to be deflated together. */
interface Filling {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly entries: BatchEntry[];
  used: number;
}

/**
 * Writes one pack file (gitformat-pack(5), version 2) without deltas, its objects in the order in which they came: they are deflated
 * in batches, side by side, and leave memory. Objects must not come twice.
 */
export class PackWriter {
  readonly #file: FileHandle;
  readonly #folder: string;
  readonly #deflaters: Deflaters;
  #objects = 0;
  #bytes = HEADER_BYTES;
  #filling: Filling | undefined;
  /** Buffers of batches that are done. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  /** Batches under way, the oldest first. */
  readonly #underWay: Promise<void>[] = [];
  /** Writes happen in turns; a failed one makes all later ones fail. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, folder: string, deflaters: Deflaters) {
    this.#file = file;
    this.#folder = folder;
    this.#deflaters = deflaters;
  }

  /** Begins a pack in a new file. */
  static async create(path: string, deflaters: Deflaters): Promise<PackWriter> {
    const folder = dirname(path);
    const file = await writingTo(folder, open(path, 'wx+', 0o600));
    return new PackWriter(file, folder, deflaters);
  }

  /** Objects so far. */
  get objects(): number {
    return this.#objects;
  }

  /** Bytes so far, the trailer included. */
  get bytes(): number {
    return this.#bytes + TRAILER_BYTES;
  }

  /**
   * Adds one object; its bytes need no memory of the caller's once this returns. Resolves when there is room for more.
   * @throws what an earlier one failed by
   */
  async add(type: ObjectType, content: Uint8Array): Promise<void> {
    this.#objects += 1;
    if (content.length > STREAM_BYTES) {
      this.#seal();
      await this.#inTurn(() => this.#stream(type, content));
      return;
    }
    this.#collect(type, content);
    while (this.#underWay.length > this.#deflaters.width) await this.#underWay[0];
  }

  /**
   * Adds one object as its content comes, and returns its id. What `isWanted` declines is taken back, and so is what its source does not give whole.
   * Others wait meanwhile.
   * @throws what the chunks throw; Error when they give another size
   */
  async addStream(
    type: ObjectType,
    size: number,
    chunks: AsyncIterable<Uint8Array>,
    isWanted: (oid: string) => boolean,
  ): Promise<string> {
    const source = new HashedSource(type, size, chunks);
    if (size <= STREAM_BYTES) {
      const content = await source.whole();
      const oid = source.id();
      if (isWanted(oid)) await this.add(type, content);
      return oid;
    }
    this.#seal();
    let oid = '';
    await this.#inTurn(async () => {
      const start = this.#bytes;
      await this.#deflate(type, size, source);
      oid = source.failure === undefined ? source.id() : '';
      if (source.failure === undefined && isWanted(oid)) this.#objects += 1;
      else this.#bytes = start;
    });
    if (source.failure !== undefined) throw source.failure.reason;
    return oid;
  }

  /** Completes the pack and closes the file, also on failure; returns the id in its trailer. */
  async finish(): Promise<string> {
    try {
      this.#seal();
      await this.#turn;
      const header = Buffer.alloc(HEADER_BYTES);
      header.write('PACK');
      header.writeUInt32BE(2, 4);
      header.writeUInt32BE(this.#objects, 8);
      await this.#write(header, 0);
      const trailer = await this.#hash();
      await this.#write(trailer, this.#bytes);
      // What was taken back last may lie behind.
      await this.#file.truncate(this.#bytes + TRAILER_BYTES);
      return trailer.toString('hex');
    } finally {
      await this.#file.close();
    }
  }

  /** Closes the file without completing it. */
  async abandon(): Promise<void> {
    this.#filling = undefined;
    await this.#turn.catch(() => undefined);
    await this.#file.close();
  }

  /** The count at the front is known last, so the hash takes a second reading. */
  async #hash(): Promise<Buffer> {
    const hash = createHash('sha1');
    const buffer = Buffer.alloc(BUFFER_BYTES);
    for (let at = 0; at < this.#bytes;) {
      const { bytesRead } = await this.#file.read(
        buffer,
        0,
        Math.min(buffer.length, this.#bytes - at),
        at,
      );
      if (bytesRead === 0)
        throw new Error(`The pack file ends at byte ${at}, expected ${this.#bytes}.`);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest();
  }

  /** A disk that fills up takes a part first, and refuses the rest. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const write = this.#file.write(bytes, at, bytes.length - at, position + at);
      at += (await writingTo(this.#folder, write)).bytesWritten;
    }
  }

  /** Copies a content into the batch that fills up; a full one goes to be deflated. */
  #collect(type: ObjectType, bytes: Uint8Array): void {
    if (this.#filling !== undefined && this.#filling.used + bytes.length > BATCH_BYTES)
      this.#seal();
    this.#filling ??= { content: this.#buffer(bytes.length), entries: [], used: 0 };
    const { content, entries, used } = this.#filling;
    content.set(bytes, used);
    entries.push({ type, size: bytes.length });
    this.#filling.used += bytes.length;
    if (this.#filling.used >= BATCH_BYTES) this.#seal();
  }

  #buffer(size: number): Uint8Array<ArrayBuffer> {
    if (size > BATCH_BYTES) return new Uint8Array(size);
    return this.#spare.pop() ?? new Uint8Array(BATCH_BYTES);
  }

  /** Lets the batch be deflated while others are written, and written in its turn. */
  #seal(): void {
    const batch = this.#filling;
    if (batch === undefined) return;
    this.#filling = undefined;
    const deflating = this.#deflaters.deflate(batch);
    deflating.catch(() => undefined);
    const written = this.#inTurn(async () => {
      const { packed, content } = await deflating;
      await this.#append(packed);
      if (content.length === BATCH_BYTES) this.#spare.push(content);
    });
    this.#underWay.push(written);
    void written.then(
      () => this.#underWay.shift(),
      () => undefined,
    );
  }

  /** Whoever waits for it learns of a failure, and whoever comes later. */
  #inTurn(job: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(job);
    return this.#turn;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, this.#bytes);
    this.#bytes += bytes.length;
  }

  async #stream(type: ObjectType, content: Uint8Array): Promise<void> {
    await this.#append(entryHeader(type, content.length));
    const stream = createDeflate({ level: chooseLevel(content), chunkSize: 256 * KIB });
    stream.end(content);
    await this.#drain(stream);
  }

  /** The first chunk chooses the level. Never rejects for the source's sake, which remembers what failed. */
  async #deflate(type: ObjectType, size: number, source: HashedSource): Promise<void> {
    await this.#append(entryHeader(type, size));
    const chunks = source.read();
    const first = await chunks.next();
    const level = chooseLevel(first.done === true ? Buffer.alloc(0) : first.value);
    const stream = createDeflate({ level, chunkSize: 256 * KIB });
    const feeding = (async () => {
      if (first.done !== true) stream.write(first.value);
      for await (const chunk of chunks) if (!stream.write(chunk)) await once(stream, 'drain');
      stream.end();
    })();
    await Promise.all([feeding, this.#drain(stream)]);
  }

  async #drain(stream: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of stream) await this.#append(chunk);
  }
}

/** Content on its way into a pack: hashed, and held against the size that was announced. */
class HashedSource {
  readonly #hash: Hash;
  readonly #size: number;
  readonly #chunks: AsyncIterable<Uint8Array>;
  failure: { readonly reason: unknown } | undefined;

  constructor(type: ObjectType, size: number, chunks: AsyncIterable<Uint8Array>) {
    this.#hash = createHash('sha1').update(`${type} ${size}\0`);
    this.#size = size;
    this.#chunks = chunks;
  }

  /** Ends early where its source fails. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    let left = this.#size;
    try {
      for await (const chunk of this.#chunks) {
        left -= chunk.length;
        this.#hash.update(chunk);
        yield chunk;
      }
      if (left !== 0) throw new Error(`Expected ${this.#size} bytes, found ${this.#size - left}.`);
    } catch (reason) {
      this.failure = { reason };
    }
  }

  /** All of it. @throws what its source fails by */
  async whole(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for await (const chunk of this.read()) {
      // More than was announced is a failure that the end tells.
      bytes.set(chunk.subarray(0, Math.max(0, this.#size - at)), Math.min(at, this.#size));
      at += chunk.length;
    }
    if (this.failure !== undefined) throw this.failure.reason;
    return bytes;
  }

  id(): string {
    return this.#hash.digest('hex');
  }
}
