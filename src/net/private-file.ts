// SPDX-License-Identifier: MIT
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { type ByteSource, memorySource } from '../bytes.js';
import { writingTo } from '../disk.js';
import { AbortedError } from '../errors.js';

const CHUNK = 1 << 18;

/** A folder that only this user can enter (0700), made when it is first needed, with files that only this user can read (0600). */
export class PrivateDirectory {
  readonly #parent: string;
  readonly #open = new Set<PrivateFile>();
  #path: Promise<string> | undefined;

  /** `parent` is RUNNER_TEMP, or undefined for the system's folder. */
  constructor(parent: string | undefined) {
    this.#parent = parent || tmpdir();
  }

  /** Makes an empty file under a name that nobody can guess; fails when it is there already, link or not. */
  async create(): Promise<PrivateFile> {
    this.#path ??= mkdtemp(join(this.#parent, 'rpm-source-mirror-'));
    const path = join(await writingTo(this.#parent, this.#path), randomUUID());
    const handle = await writingTo(this.#parent, open(path, 'wx+', 0o600));
    const file = new PrivateFile(path, handle, () => this.#open.delete(file));
    this.#open.add(file);
    return file;
  }

  /** Closes and removes everything. */
  async remove(): Promise<void> {
    const end = new AbortedError('the run ended while a package was still being read');
    await Promise.all([...this.#open].map((file) => file.remove(end)));
    const path = await this.#path?.catch(() => undefined);
    if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    this.#path = undefined;
  }
}

/** A file that is read through the handle it was written by: what was verified is what is read (T19). */
export class PrivateFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #onRemove: () => void;
  #size = 0;
  #removed = false;
  #end: AbortedError | undefined;

  constructor(path: string, handle: FileHandle, onRemove: () => void) {
    this.path = path;
    this.#handle = handle;
    this.#onRemove = onRemove;
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const writing = this.#handle.write(chunk, at, chunk.length - at, this.#size);
      const { bytesWritten } = await this.#unlessEnded(writingTo(dirname(this.path), writing));
      at += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  async truncate(): Promise<void> {
    await this.#unlessEnded(this.#handle.truncate(0));
    this.#size = 0;
  }

  /** The bytes written so far. */
  source(): ByteSource {
    const size = this.#size;
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(end, size) - start));
      for (let at = 0; at < bytes.length;) {
        const reading = this.#handle.read(bytes, at, bytes.length - at, start + at);
        const { bytesRead } = await this.#unlessEnded(reading);
        if (bytesRead === 0)
          throw new Error(`private file ${this.path}: expected ${size} bytes, found it cut short`);
        at += bytesRead;
      }
      return bytes;
    };
    return {
      size,
      read,
      async *stream(start = 0, end = size) {
        const stop = Math.min(end, size);
        for (let at = start; at < stop; at += CHUNK) yield read(at, Math.min(at + CHUNK, stop));
      },
    };
  }

  /** Closes and removes the file; does nothing the second time. `end` is what whoever still uses it is told. */
  async remove(end?: AbortedError): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    this.#end = end;
    this.#onRemove();
    await this.#handle.close();
    await rm(this.path, { force: true, maxRetries: 3 });
  }

  /** A file that the end of the run took away is neither damaged nor misused. @throws AbortedError */
  async #unlessEnded<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      throw this.#end ?? error;
    }
  }
}

/** Collects bytes in memory up to a threshold, beyond it in a private file. */
export class Spool {
  readonly #directory: PrivateDirectory;
  readonly #threshold: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #file: PrivateFile | undefined;

  constructor(directory: PrivateDirectory, threshold: number) {
    this.#directory = directory;
    this.#threshold = threshold;
  }

  get size(): number {
    return this.#size;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length;
    if (this.#file === undefined) {
      this.#chunks.push(chunk);
      if (this.#size <= this.#threshold) return;
      this.#file = await this.#directory.create();
      for (const kept of this.#chunks) await this.#file.append(kept);
      this.#chunks = [];
    } else await this.#file.append(chunk);
  }

  /** Forgets everything. */
  async reset(): Promise<void> {
    this.#chunks = [];
    this.#size = 0;
    await this.#file?.truncate();
  }

  /** Everything collected; `file` is where it lies when it was too much for memory. */
  finish(): { readonly bytes: ByteSource; readonly file: PrivateFile | undefined } {
    const bytes = this.#file?.source() ?? memorySource(Buffer.concat(this.#chunks));
    this.#chunks = [];
    return { bytes, file: this.#file };
  }

  /** Frees memory and removes the file, for bytes that nobody will use. */
  async discard(): Promise<void> {
    this.#chunks = [];
    await this.#file?.remove();
  }
}
