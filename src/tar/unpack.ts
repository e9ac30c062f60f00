// SPDX-License-Identifier: MIT
import { ChunkReader } from '../compression/input.js';
import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { printable, verifyTree } from '../rpm/payload/paths.js';
import { type TarMember, TarReader } from './reader.js';

/** A file of an archive; `T` is what `keep` made of its content. */
export interface UnpackedFile<T> {
  readonly path: Uint8Array;
  readonly type: 'file' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  /** Target of a symlink; empty for a file. */
  readonly target: Uint8Array;
  readonly kept: T;
}

export interface UnpackOptions<T> {
  /** Names the archive in messages. */
  readonly what: string;
  /** Gets each content once, in the archive's order: a file's bytes, or a symlink's target. */
  readonly keep: (content: Uint8Array, type: 'file' | 'symlink') => Promise<T>;
}

/** What an archive holds. Folders without files are left out, as git does. */
export interface Unpacked<T> {
  readonly files: readonly UnpackedFile<T>[];
  readonly warnings: readonly string[];
}

type Entry<T> = UnpackedFile<T> | { readonly path: Uint8Array; readonly type: 'directory' };

/**
 * Unpacks a tar archive as tar would into an empty folder, without touching one: of members with one name the last wins, hard links are the file they name,
 * and the one folder that holds everything is dropped. The rules for names are those for a payload; one bad name refuses the archive (T20, T21).
 * @param archive the open archive, uncompressed
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED
 */
export async function unpackTar<T>(
  archive: AsyncIterable<Uint8Array>,
  options: UnpackOptions<T>,
): Promise<Unpacked<T>> {
  const input = new ChunkReader(archive);
  const entries = new Map<string, Entry<T>>();
  try {
    const tar = new TarReader(input, options.what);
    let members = 0;
    let names = 0;
    for (let member = await tar.next(); member !== undefined; member = await tar.next()) {
      names += member.path.length + member.target.length;
      if (++members > LIMITS.filesInPackage)
        throw new PayloadError(
          'LIMIT_EXCEEDED',
          `${options.what}: more than ${LIMITS.filesInPackage} members`,
        );
      if (names > LIMITS.tarNameBytes)
        throw new PayloadError(
          'LIMIT_EXCEEDED',
          `${options.what}: more than ${LIMITS.tarNameBytes} bytes of names`,
        );
      if (member.path.length === 0 && member.type === 'directory') continue;
      const entry = await readEntry({ tar, member, entries, options });
      place(entries, entry, options.what);
    }
  } finally {
    await input.close();
  }
  const warnings = verifyTree(entries.values(), options.what);
  return { files: dropTop(entries), warnings };
}

interface Job<T> {
  readonly tar: TarReader;
  readonly member: TarMember;
  readonly entries: ReadonlyMap<string, Entry<T>>;
  readonly options: UnpackOptions<T>;
}

async function readEntry<T>({
  tar,
  member,
  entries,
  options: { keep, what },
}: Job<T>): Promise<Entry<T>> {
  const { path, type, mode, target } = member;
  switch (type) {
    case 'directory':
      return { path, type };
    case 'hardlink': {
      const linked = entries.get(keyOf(target));
      if (linked !== undefined && linked.type !== 'directory') return { ...linked, path };
      throw new PayloadError(
        'PAYLOAD_INVALID',
        `${what}: the hard link ${printable(path)} names ${printable(target)}, which is no file before it in the archive`,
      );
    }
    case 'symlink':
      if (target.length === 0 || target.length > LIMITS.linkTargetBytes || target.includes(0)) {
        throw new PayloadError(
          'PAYLOAD_INVALID',
          `${what}: the link ${printable(path)} has a target that is empty, too long or holds a NUL`,
        );
      }
      return { path, type, mode, target, kept: await keep(target, type) };
    case 'file':
      return {
        path,
        type,
        mode,
        target,
        kept: await keep(await readContent(tar, member, what), type),
      };
  }
}

async function readContent(
  tar: TarReader,
  { path, size }: TarMember,
  what: string,
): Promise<Uint8Array> {
  if (size > LIMITS.blobBytes) {
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: ${printable(path)} has ${size} bytes; a file of the mirror may have ${LIMITS.blobBytes}`,
      {
        expected: `at most ${LIMITS.blobBytes}`,
        actual: String(size),
      },
    );
  }
  const content = new Uint8Array(size);
  let at = 0;
  for await (const chunk of tar.content()) {
    content.set(chunk, at);
    at += chunk.length;
  }
  return content;
}

/** A later member replaces an earlier one; whether a folder gives way to a file is told otherwise by every tool, and refused. */
function place<T>(entries: Map<string, Entry<T>>, entry: Entry<T>, what: string): void {
  const key = keyOf(entry.path);
  const old = entries.get(key);
  if (old !== undefined && (old.type === 'directory') !== (entry.type === 'directory')) {
    throw new PayloadError(
      'UNSAFE_PATH',
      `${what}: ${printable(entry.path)} is a folder and a ${old.type === 'directory' ? entry.type : old.type}`,
    );
  }
  entries.set(key, entry);
}

/** Without the folder that everything lies in, where there is one. */
function dropTop<T>(entries: ReadonlyMap<string, Entry<T>>): UnpackedFile<T>[] {
  const files = [...entries.values()].filter((entry) => entry.type !== 'directory');
  const tops = new Set(Array.from(entries.keys(), (key) => key.split('/', 1)[0]!));
  const [top = ''] = tops;
  if (tops.size !== 1 || files.some(({ path }) => keyOf(path) === top)) return files;
  return files.map((file) => ({ ...file, path: file.path.subarray(top.length + 1) }));
}

/** Names as latin1 text, so that bytes stay bytes. */
function keyOf(path: Uint8Array): string {
  return Buffer.from(path).toString('latin1');
}
