// SPDX-License-Identifier: MIT
import picomatch from 'picomatch';

import { namedArchive } from '../archives/names.js';
import { required } from '../defect.js';
import { InputError, PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { latin1, trimEndWhile } from '../text.js';
import { showPath } from './text.js';

/** Which part of a payload is the source. */
export interface SourceSelection {
  /** Folders of the payload, in byte order. */
  readonly roots: readonly Uint8Array[];
  /** Path in the source directory of a payload path; undefined for what is outside. */
  readonly map: (path: Uint8Array) => Uint8Array | undefined;
}

/** Top folders that an error lists at most. */
const MOST_LISTED = 20;

/** A path of the payload's list. */
export interface PayloadPath {
  /** Without leading slash. */
  readonly path: Uint8Array;
  readonly isDirectory: boolean;
}

/**
 * Checks `source-path`: a glob that names a folder below the payload's top.
 * @throws InputError INPUT_INVALID
 */
export function validateSourcePath(glob: string): void {
  const parts = relativeGlob(glob).split('/');
  if (!parts.some((part) => part === '' || part === '.' || part === '..')) return;
  const expected = 'a glob of folders, such as usr/src/* or opt/vendor/source';
  throw new InputError(
    'INPUT_INVALID',
    `source-path: expected ${expected}, found ${JSON.stringify(glob)}`,
    { expected, actual: glob },
  );
}

/**
 * Chooses the folders that `source-path` matches: with one its content, with several each under its own name; a folder inside another match is part of that.
 * Folders are those in the list and those that a file's path implies. Bytes are matched as Latin-1, so that any name can match.
 * @param glob as {@link validateSourcePath} accepts it
 * @throws PayloadError SOURCE_PATH_NOT_FOUND listing the payload's top folders, PAYLOAD_INVALID when two matches have one name, LIMIT_EXCEEDED
 */
export function selectSource(paths: readonly PayloadPath[], glob: string): SourceSelection {
  const folders = collectFolders(paths);
  const matches = matcher(glob);
  const found = new Set([...folders].filter(matches));
  const isInside = prefixFinder(found);
  const roots = [...found].filter((folder) => isInside(folder) === undefined).sort(byteOrder);
  if (roots.length === 0) throw notFound(glob, folders, archivesOf(paths));
  const targets = nameTargets(roots);
  const rootOf = prefixFinder(new Set(roots));
  return {
    roots: roots.map((root) => Buffer.from(root, 'latin1')),
    map: (path) => {
      const text = latin1(path);
      const root = rootOf(text);
      if (root === undefined) return undefined;
      const target = required(targets.get(root), 'the place of a root');
      return Buffer.from(target + text.slice(root.length + 1), 'latin1');
    },
  };
}

/**
 * The archives that `source-path` matches where it matches no folder, in byte order; none where it does, or where it matches neither.
 * @param paths regular files alone may be archives, so `type` says which they are
 */
export function selectArchives(
  paths: readonly (PayloadPath & { readonly isFile: boolean })[],
  glob: string,
): Uint8Array[] {
  const matches = matcher(glob);
  const found = paths.filter(
    (entry) => entry.isFile && isArchive(entry) && matches(textOf(entry.path)),
  );
  // Most packages end here, without a list of all folders.
  if (found.length === 0 || [...collectFolders(paths)].some(matches)) return [];
  return found.map(({ path }) => path).sort((a, b) => Buffer.compare(a, b));
}

function matcher(glob: string): (path: string) => boolean {
  const pattern = textOf(Buffer.from(relativeGlob(glob)));
  const matches = picomatch(pattern, { dot: true, nonegate: true, windows: false });
  return (path) => path === pattern || matches(path);
}

function isArchive({ path, isDirectory }: PayloadPath): boolean {
  const text = textOf(path);
  return !isDirectory && namedArchive(text.slice(text.lastIndexOf('/') + 1)) !== undefined;
}

function archivesOf(paths: readonly PayloadPath[]): string[] {
  return paths.filter(isArchive).map(({ path }) => textOf(path));
}

function textOf(path: Uint8Array): string {
  return latin1(path);
}

/** Prefix in the source directory by root. */
function nameTargets(roots: readonly string[]): ReadonlyMap<string, string> {
  const [first, second] = roots;
  if (first !== undefined && second === undefined) return new Map([[first, '']]);
  const byName = new Map<string, string>();
  for (const root of roots) {
    const name = root.slice(root.lastIndexOf('/') + 1);
    const other = byName.get(name);
    if (other !== undefined) {
      const both = `${show(other)} and ${show(root)}`;
      throw new PayloadError(
        'PAYLOAD_INVALID',
        `source-path: expected folders of different names, found ${both}`,
        {
          expected: 'different names',
          actual: both,
          remedy: 'Set source-path to a folder above them, or to one of them.',
        },
      );
    }
    byName.set(name, root);
  }
  return new Map(Array.from(byName, ([name, root]) => [root, `${name}/`]));
}

function collectFolders(paths: readonly PayloadPath[]): Set<string> {
  const folders = new Set<string>();
  for (const { path, isDirectory } of paths) {
    const text = trimEndWhile(latin1(path), /\//);
    if (isDirectory && text !== '') folders.add(text);
    // A known folder's ancestors are known, too: the work is linear in the folders, not in the files' depth.
    for (
      let end = text.lastIndexOf('/');
      end > 0 && !folders.has(text.slice(0, end));
      end = text.lastIndexOf('/', end - 1)
    )
      folders.add(text.slice(0, end));
    if (folders.size > LIMITS.filesInPackage) {
      const expected = `at most ${LIMITS.filesInPackage}`;
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `folders in the payload: expected ${expected}, found more`,
        { expected, actual: 'more' },
      );
    }
  }
  return folders;
}

/** Finds the folder of the set that a path is below. Only as many prefixes are tried as there are lengths in the set. */
function prefixFinder(folders: ReadonlySet<string>): (path: string) => string | undefined {
  const lengths = [...new Set(Array.from(folders, (folder) => folder.length))].sort(
    (a, b) => a - b,
  );
  return (path) => {
    const length = lengths.find((end) => path[end] === '/' && folders.has(path.slice(0, end)));
    return length === undefined ? undefined : path.slice(0, length);
  };
}

function relativeGlob(glob: string): string {
  return trimEndWhile(glob.replace(/^(?:\.?\/)+/, ''), /\//);
}

function notFound(
  glob: string,
  folders: ReadonlySet<string>,
  archives: readonly string[],
): PayloadError {
  const depth = (folder: string): number => folder.split('/', 4).length;
  const tops = [...folders]
    .filter((folder) => depth(folder) <= 3)
    .sort((a, b) => depth(a) - depth(b) || byteOrder(a, b));
  const found = tops.length === 0 ? 'no folder at all' : list(tops);
  const actual =
    archives.length === 0 ? found : `${found}; archives that it could name: ${list(archives)}`;
  return new PayloadError(
    'SOURCE_PATH_NOT_FOUND',
    `source-path: expected a folder that matches ${JSON.stringify(glob)}, found ${actual}`,
    { expected: glob, actual },
  );
}

function list(names: readonly string[]): string {
  const more = names.length > MOST_LISTED ? `, and ${names.length - MOST_LISTED} more` : '';
  return names.slice(0, MOST_LISTED).map(show).join(', ') + more;
}

function show(folder: string): string {
  return showPath(Buffer.from(folder, 'latin1'));
}

/** Latin-1 text compares by code unit as its bytes do. */
function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
