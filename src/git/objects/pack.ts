// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { createDeflate, deflate, deflateSync } from 'node:zlib';

import { writingTo } from '../../disk.js';
import { KIB, MIB } from '../../limits.js';
import type { ObjectType } from '../store.js';

const deflateAsync = promisify(deflate);

/** Object types in packs (gitformat-pack(5)). */
const TYPE_NUMBER: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const HEADER_BYTES = 12;
const TRAILER_BYTES = 20;
/** Up to this size a task for the thread pool costs more than it saves: sources deflate in half of the time without it. */
const SYNC_BYTES = 64 * KIB;
/** Above this content is deflated as a stream, so that memory holds it once. */
const STREAM_BYTES = 4 * MIB;
/** Bytes collected before they are written. */
const BUFFER_BYTES = MIB;
/** So many bytes are tried before a level is chosen. */
const PROBE_BYTES = 32 * KIB;

/**
 * Writes one pack file (gitformat-pack(5), version 2) without deltas: each object is deflated as it comes and leaves memory.
 * Objects must not come twice. Several `add`s may run at a time; the thread pool deflates them side by side.
 */
export class PackWriter {
  readonly #file: FileHandle;
  readonly #folder: string;
  #objects = 0;
  #bytes = HEADER_BYTES;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  /** Writes happen in turns; a failed one makes all later ones fail. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, folder: string) {
    this.#file = file;
    this.#folder = folder;
  }

  /** Begins a pack in a new file. */
  static async create(path: string): Promise<PackWriter> {
    const folder = dirname(path);
    const writer = new PackWriter(await writingTo(folder, open(path, 'wx+', 0o600)), folder);
    await writer.#write(Buffer.alloc(HEADER_BYTES), 0);
    return writer;
  }

  /** Objects so far. */
  get objects(): number {
    return this.#objects;
  }

  /** Bytes so far, the trailer included. */
  get bytes(): number {
    return this.#bytes + TRAILER_BYTES;
  }

  /** Adds one object; resolves when its bytes need no memory of the caller's any more. */
  async add(type: ObjectType, content: Uint8Array): Promise<void> {
    this.#objects += 1;
    const level = chooseLevel(content);
    if (content.length > STREAM_BYTES) {
      await this.#inTurn(() => this.#stream(type, content, level));
      return;
    }
    const body =
      content.length <= SYNC_BYTES
        ? deflateSync(content, { level })
        : await deflateAsync(content, { level });
    this.#push(entryHeader(type, content.length));
    this.#push(body);
    if (this.#bufferedBytes >= BUFFER_BYTES) await this.#inTurn(() => this.#flush());
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
    let failure: { readonly reason: unknown } | undefined;
    let oid = '';
    await this.#inTurn(async () => {
      await this.#flush();
      const start = this.#bytes;
      const source = new HashedSource(type, size, chunks);
      await this.#deflate(type, size, source);
      failure = source.failure;
      oid = failure === undefined ? source.id() : '';
      if (failure === undefined && isWanted(oid)) this.#objects += 1;
      else this.#bytes = start;
    });
    if (failure !== undefined) throw failure.reason;
    return oid;
  }

  /** Completes the pack and closes the file, also on failure; returns the id in its trailer. */
  async finish(): Promise<string> {
    try {
      await this.#inTurn(() => this.#flush());
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

  #push(bytes: Buffer): void {
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(job);
    return this.#turn;
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#buffered);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    await this.#write(bytes, this.#bytes);
    this.#bytes += bytes.length;
  }

  async #stream(type: ObjectType, content: Uint8Array, level: number): Promise<void> {
    this.#push(entryHeader(type, content.length));
    await this.#flush();
    const stream = createDeflate({ level, chunkSize: 256 * KIB });
    stream.end(content);
    await this.#drain(stream);
  }

  /** The first chunk chooses the level. Never rejects for the source's sake, which remembers what failed. */
  async #deflate(type: ObjectType, size: number, source: HashedSource): Promise<void> {
    this.#push(entryHeader(type, size));
    await this.#flush();
    const chunks = source.read();
    const first = await chunks.next();
    const level = first.done === true ? 6 : chooseLevel(first.value);
    const stream = createDeflate({ level, chunkSize: 256 * KIB });
    const feeding = (async () => {
      if (first.done !== true) stream.write(first.value);
      for await (const chunk of chunks) if (!stream.write(chunk)) await once(stream, 'drain');
      stream.end();
    })();
    await Promise.all([feeding, this.#drain(stream)]);
  }

  async #drain(stream: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of stream) {
      await this.#write(chunk, this.#bytes);
      this.#bytes += chunk.length;
    }
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

  id(): string {
    return this.#hash.digest('hex');
  }
}

/** Type and size of an entry: three bits and four, then seven bits a byte, least significant first. */
function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (TYPE_NUMBER[type] << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.of(...bytes, byte);
}

/** Packages are compressed already: trying again costs most of the time and gains nothing. */
function chooseLevel(content: Uint8Array): number {
  if (content.length <= PROBE_BYTES) return 6;
  const middle = (content.length - PROBE_BYTES) >> 1;
  const probe = content.subarray(middle, middle + PROBE_BYTES);
  return deflateSync(probe, { level: 1 }).length > PROBE_BYTES * 0.95 ? 0 : 6;
}
