// SPDX-License-Identifier: MIT
import { keyOf, type Unpacked, type UnpackedFile } from '../archives/entries.js';
import { archiveStem } from '../archives/names.js';

/** What an archive holds, by path in the source. */
export interface Placed<T> {
  readonly files: readonly UnpackedFile<T>[];
  /** What `dot-git: drop` left out. */
  readonly dropped: readonly Uint8Array[];
}

/**
 * An archive's files without its top folder: the one that everything lies in, or, beside others (`package.xml`, `pax_global_header`), the one that is called
 * like the archive without its suffix, or else the only one whose name ends with the version. Nothing is dropped where a file would meet another.
 */
export function dropTop<T>(
  unpacked: Pick<Unpacked<T>, 'files' | 'tops' | 'dropped'>,
  archive: { readonly name: string; readonly version: string },
): Placed<T> {
  const { files, tops, dropped } = unpacked;
  const top = topFolder(tops, archive);
  if (top === undefined) return unpacked;
  const move = (path: Uint8Array): Uint8Array =>
    keyOf(path).startsWith(`${top}/`) ? path.subarray(top.length + 1) : path;
  // A file or a link of this name is no folder.
  if (files.some(({ path }) => keyOf(path) === top)) return unpacked;
  const moved = files.map((file) => ({ ...file, path: move(file.path) }));
  if (tops.size > 1 && meets(moved)) return unpacked;
  return { files: moved, dropped: distinct(dropped.map(move)) };
}

/** Beside the top folder and at its top there can be one name. */
function distinct(paths: readonly Uint8Array[]): Uint8Array[] {
  const byKey = new Map(paths.map((path) => [keyOf(path), path]));
  return [...byKey.values()].sort((a, b) => Buffer.compare(a, b));
}

function topFolder(
  tops: ReadonlySet<string>,
  { name, version }: { readonly name: string; readonly version: string },
): string | undefined {
  const [first, ...others] = tops;
  if (others.length === 0) return first;
  const stem = archiveStem(name);
  if (tops.has(stem)) return stem;
  const versioned = [...tops].filter(
    (top) =>
      version !== '' && /.[-_]v?$/s.test(top.slice(0, -version.length)) && top.endsWith(version),
  );
  return versioned.length === 1 ? versioned[0] : undefined;
}

/** Two files of one name, or one where another has a folder. */
function meets(files: readonly { readonly path: Uint8Array }[]): boolean {
  const names = new Set(files.map(({ path }) => keyOf(path)));
  if (names.size < files.length) return true;
  const folders = new Set<string>();
  for (const name of names)
    for (
      let end = name.lastIndexOf('/');
      end > 0 && !folders.has(name.slice(0, end));
      end = name.lastIndexOf('/', end - 1)
    )
      folders.add(name.slice(0, end));
  return [...names].some((name) => folders.has(name));
}
