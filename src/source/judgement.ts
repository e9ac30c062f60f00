// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { endOfDotGit } from '../dot-git.js';
import { MirrorError, PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { selectSource, type SourceSelection } from '../mirror/source-path.js';
import type { FileEntry, PackageFacts } from '../rpm/model.js';
import { printable, refusedDotGit, verifyInside, verifyTree } from '../rpm/payload/paths.js';
import { latin1 } from '../text.js';

/** The inputs by which the folders of a payload are judged. */
export interface FolderRules {
  readonly sourcePath: string;
  readonly dotGit: 'refuse' | 'drop';
}

/** The folders of a payload that become the source, judged by the signed file list. */
export interface JudgedFolders extends SourceSelection {
  /** What `dot-git: drop` leaves out, each once and at its top: by path in the source, or in the payload where nothing beside it is left. */
  readonly dropped: readonly Uint8Array[];
  /** What is stored, and some file system or git itself may handle otherwise than meant. */
  readonly warnings: readonly string[];
}

const SPECIAL: ReadonlySet<FileEntry['type']> = new Set(['block', 'char', 'fifo', 'socket']);

/**
 * Judges a package by its signed file list: what becomes a file of the source, and only that (T20, T21). The same judgement for publish, check,
 * inspect and verify. Folders count where they hold a file; what is outside of them must only not lead out of the package.
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, SOURCE_PATH_NOT_FOUND, SOURCE_EMPTY, LIMIT_EXCEEDED
 */
export function judgeFolders(
  { files }: Pick<PackageFacts, 'files'>,
  { sourcePath, dotGit }: FolderRules,
): JudgedFolders {
  verifyInside(
    files.map(({ path }) => path),
    'the package',
  );
  const live = files.filter(({ type, ghost }) => !ghost && type !== 'directory');
  const found = selectFull(files, live, sourcePath);
  const { kept, dropped } = splitDotGit(live, found);
  const [refused] = dropped;
  if (refused !== undefined && dotGit === 'refuse') throw refusedDotGit(refused, 'the source');
  const selection = dropped.length === 0 ? found : selectFull(files, kept, sourcePath);
  const isKept = new Set(kept.map(({ path }) => keyOf(path)));
  const map = (path: Uint8Array): Uint8Array | undefined => {
    const mapped = selection.map(path);
    return mapped === undefined || (dropped.length > 0 && !isKept.has(keyOf(path)))
      ? undefined
      : mapped;
  };
  const inside = kept.flatMap((entry) => {
    const path = selection.map(entry.path);
    return path === undefined ? [] : [{ entry, path }];
  });
  refuseSpecialFiles(inside.map(({ entry }) => entry));
  refuseRootsBelowFiles(selection.roots, live);
  const warnings = verifyTree(
    inside.map(({ entry: { type }, path }) => ({ path, type })),
    'the source',
  );
  return {
    roots: selection.roots,
    map,
    dropped: dropped.map((path) => selection.map(path) ?? path),
    warnings,
  };
}

/** Devices, fifos and sockets are no source. @throws PayloadError PAYLOAD_INVALID */
export function refuseSpecialFiles(files: readonly FileEntry[]): void {
  const special = files.find(({ type, ghost }) => !ghost && SPECIAL.has(type));
  if (special === undefined) return;
  const kind =
    special.type === 'block' || special.type === 'char' ? `${special.type} device` : special.type;
  throw new PayloadError(
    'PAYLOAD_INVALID',
    `the source holds a ${kind}, ${printable(special.path)}`,
    {
      remedy:
        'git cannot hold it. Set source-path to a folder without it, tell the publisher, or hold the release back with skip.',
    },
  );
}

/** A folder without a file is no match; where all matches are such, there is no source. */
function selectFull(
  all: readonly FileEntry[],
  live: readonly FileEntry[],
  sourcePath: string,
): SourceSelection {
  try {
    return selectSource(
      live.map(({ path }) => ({ path, isDirectory: false })),
      sourcePath,
    );
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== 'SOURCE_PATH_NOT_FOUND') throw error;
  }
  // Names the payload's folders where none matches.
  const { roots } = selectSource(
    all.map(({ path, type }) => ({ path, isDirectory: type === 'directory' })),
    sourcePath,
  );
  throw new PayloadError(
    'SOURCE_EMPTY',
    `source-path: expected files in ${roots.map(printable).join(', ')}, found none that could be mirrored`,
    { expected: 'files', actual: 'none' },
  );
}

/** Each name stands in a trailer, and in releases.json for good. @throws PayloadError LIMIT_EXCEEDED */
export function requireFewDropped({ length }: readonly Uint8Array[]): void {
  if (length <= LIMITS.droppedDotGit) return;
  throw new PayloadError(
    'LIMIT_EXCEEDED',
    `${length} names in the source are .git to git; dot-git: drop leaves out at most ${LIMITS.droppedDotGit}`,
    { remedy: 'Hold the release back with skip.' },
  );
}

interface Split {
  readonly kept: readonly FileEntry[];
  /** The topmost of what git takes for `.git`, by path in the payload. */
  readonly dropped: readonly Uint8Array[];
}

/** Parts what becomes the source from what git would take for a repository's own folder or file. */
function splitDotGit(live: readonly FileEntry[], { roots, map }: SourceSelection): Split {
  const ends = roots
    .map((root) => ({ text: keyOf(root), top: root.lastIndexOf(SLASH) + 1 }))
    .sort((a, b) => a.text.length - b.text.length);
  const rootOf = new Map(ends.map(({ text, top }) => [text, top]));
  const lengths = [...new Set(ends.map(({ text }) => text.length))];
  const tops = new Map<string, Uint8Array>();
  const kept = live.filter(({ path }) => {
    if (map(path) === undefined) return true;
    const text = keyOf(path);
    const length = lengths.find((end) => text[end] === '/' && rootOf.has(text.slice(0, end)));
    const top = length === undefined ? 0 : required(rootOf.get(text.slice(0, length)), 'a root');
    const end = endOfDotGit(path, top);
    if (end === undefined) return true;
    tops.set(text.slice(0, end), path.subarray(0, end));
    return false;
  });
  const dropped = [...tops.values()].sort((a, b) => Buffer.compare(a, b));
  return { kept, dropped };
}

const SLASH = 0x2f;

/** T21: what lies below a link or a file is refused, also where that is above the source. */
function refuseRootsBelowFiles(roots: readonly Uint8Array[], live: readonly FileEntry[]): void {
  const above = new Set(roots.flatMap((root) => prefixesOf(keyOf(root))));
  const file = live.find(({ path }) => above.has(keyOf(path)));
  if (file === undefined) return;
  throw new PayloadError(
    'UNSAFE_PATH',
    `the source lies below ${printable(file.path)}, which is a ${file.type}`,
    { actual: printable(file.path) },
  );
}

function prefixesOf(path: string): string[] {
  const prefixes = [path];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    prefixes.push(path.slice(0, end));
  return prefixes;
}

function keyOf(path: Uint8Array): string {
  return latin1(path);
}
