// SPDX-License-Identifier: MIT
import { type ContentSink, sinkContent } from '../bytes.js';
import { endOfDotGit } from '../dot-git.js';
import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import {
  printable,
  refusedDotGit,
  verifyInside,
  verifyPath,
  verifyTree,
} from '../rpm/payload/paths.js';
import { latin1 } from '../text.js';

/** A file of an archive; `T` is what was made of its content. */
export interface UnpackedFile<T> {
  readonly path: Uint8Array;
  readonly type: 'file' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  /** Target of a symlink; empty for a file. */
  readonly target: Uint8Array;
  readonly kept: T;
}

/** A file or a folder of an archive. */
export type Entry<T> = UnpackedFile<T> | { readonly path: Uint8Array; readonly type: 'directory' };

export interface UnpackOptions<T> {
  /** Names the archive in messages. */
  readonly what: string;
  /** Gets each content once, in the archive's order: a file's bytes, or a symlink's target. */
  readonly sink: ContentSink<T>;
  /** Largest file of the mirror; `LIMITS.blobBytes` when absent. */
  readonly maxFileSize?: number;
  /** What becomes of names that git takes for `.git`; `refuse` when absent. */
  readonly dotGit?: 'refuse' | 'drop';
}

/** What an archive holds, folders without files left out as git does it. */
export interface Unpacked<T> {
  readonly files: readonly UnpackedFile<T>[];
  /** Names at the top, folders without files too (latin1 of their bytes). */
  readonly tops: ReadonlySet<string>;
  /** What `dot-git: drop` left out, each once and at its top. */
  readonly dropped: readonly Uint8Array[];
  readonly warnings: readonly string[];
}

const SLASH = 0x2f;

/** Collects the entries of one archive under the rules for the names of a payload; one bad name refuses the archive (T20, T21). */
export class EntryList<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private members = 0;
  private names = 0;

  constructor(readonly options: UnpackOptions<T>) {}

  /** Counts a member of the archive. @throws PayloadError LIMIT_EXCEEDED */
  count(nameBytes: number): void {
    const { what } = this.options;
    this.names += nameBytes;
    if (++this.members > LIMITS.filesInPackage)
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `${what}: more than ${LIMITS.filesInPackage} members`,
      );
    if (this.names > LIMITS.tarNameBytes)
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `${what}: more than ${LIMITS.tarNameBytes} bytes of names`,
      );
  }

  get(path: Uint8Array): Entry<T> | undefined {
    return this.entries.get(keyOf(path));
  }

  /** Hands the content of a file over. @throws PayloadError LIMIT_EXCEEDED */
  async keep(path: Uint8Array, size: number, chunks: AsyncIterable<Uint8Array>): Promise<T> {
    const { sink, maxFileSize = LIMITS.blobBytes } = this.options;
    if (size > maxFileSize) throw this.tooLarge(path, `${size}`, maxFileSize);
    return sinkContent(sink, { path, size }, chunks);
  }

  /** As {@link keep}, for content whose size is known at its end: memory holds it until then. @throws PayloadError LIMIT_EXCEEDED */
  async keepOpen(path: Uint8Array, chunks: AsyncIterable<Uint8Array>): Promise<T> {
    const { sink, maxFileSize = LIMITS.blobBytes } = this.options;
    const most = Math.min(maxFileSize, LIMITS.blobBytes);
    const held: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw this.tooLarge(path, `more than ${most}`, most);
      held.push(Uint8Array.from(chunk));
    }
    return sinkContent(sink, { path, size }, drain(held));
  }

  /** Hands the target of a link over. @throws PayloadError PAYLOAD_INVALID */
  async keepTarget(path: Uint8Array, target: Uint8Array): Promise<T> {
    if (target.length === 0 || target.length > LIMITS.linkTargetBytes || target.includes(0)) {
      throw new PayloadError(
        'PAYLOAD_INVALID',
        `${this.options.what}: the link ${printable(path)} has a target that is empty, too long or holds a NUL`,
      );
    }
    return this.options.sink.whole(target, path);
  }

  /**
   * A later entry replaces an earlier one; whether a folder gives way to a file is told otherwise by every tool, and refused.
   * @throws PayloadError UNSAFE_PATH
   */
  place(entry: Entry<T>): void {
    const old = this.get(entry.path);
    if (old !== undefined && (old.type === 'directory') !== (entry.type === 'directory')) {
      throw new PayloadError(
        'UNSAFE_PATH',
        `${this.options.what}: ${printable(entry.path)} is a folder and a ${old.type === 'directory' ? entry.type : old.type}`,
      );
    }
    // A copy: a small Buffer keeps a whole slab of node's pool in memory, and an archive has a hundred thousand paths.
    this.entries.set(keyOf(entry.path), { ...entry, path: Uint8Array.from(entry.path) });
  }

  private tooLarge(path: Uint8Array, actual: string, most: number): PayloadError {
    return new PayloadError(
      'LIMIT_EXCEEDED',
      `${this.options.what}: ${printable(path)} has ${actual} bytes; a file of the mirror may have ${most}`,
      { expected: `at most ${most}`, actual },
    );
  }

  /** Everything, once all names are known. @throws PayloadError UNSAFE_PATH */
  finish(): Unpacked<T> {
    const dropped = this.dropDotGit();
    const warnings = verifyTree(this.entries.values(), this.options.what);
    const tops = new Set(Array.from(this.entries.keys(), topOf));
    const files = [...this.entries.values()].filter((entry) => entry.type !== 'directory');
    return { files, tops, dropped, warnings };
  }

  /** Takes out what git would take for a repository's own folder or file. It must lie in the archive like all else, or the archive is refused (T20). */
  private dropDotGit(): Uint8Array[] {
    const { what, dotGit } = this.options;
    const tops = new Map<string, Uint8Array>();
    for (const [key, { path }] of this.entries) {
      const end = endOfDotGit(path);
      if (end === undefined) continue;
      const top = path.subarray(0, end);
      if (dotGit !== 'drop') throw refusedDotGit(path, what);
      verifyInside([path], what);
      verifyPath(beside(top), what);
      tops.set(keyOf(top), top);
      this.entries.delete(key);
    }
    return [...tops.values()].sort((a, b) => Buffer.compare(a, b));
  }
}

/** Another name of the same length in the same place: what may hold it may hold the one that is left out. */
function beside(path: Uint8Array): Uint8Array {
  const start = path.lastIndexOf(SLASH) + 1;
  return Buffer.from(path).fill('x', start);
}

async function* drain(chunks: Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  for (const [at, chunk] of chunks.entries()) {
    chunks[at] = new Uint8Array();
    yield chunk;
  }
}

function topOf(path: string): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}

/** Names as latin1 text, so that bytes stay bytes. */
export function keyOf(path: Uint8Array): string {
  return latin1(path);
}
