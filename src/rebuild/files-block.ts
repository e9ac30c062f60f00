// SPDX-License-Identifier: MIT
import { formatChanges, type PathChange } from '../mirror/records/messages.js';
import type { ReleaseCase } from '../verify/scope.js';
import { ownNames } from './packages.js';

/** A line of the Files block, or one of its borders. */
export const FILE_LINE = /^(?:- (?:M|D|\?): |-----)/;

/**
 * The Files block of the rebuilt tree: source and packaging as they are (they are the package's), of the archive what a release adds, and what else it lists and did change.
 * What is wrong in the archive is said there.
 */
export function expectedFiles(item: ReleaseCase, changes: readonly PathChange[]): string[] {
  const { shape, text } = item;
  const { source, packaging, archive } = shape.directories;
  const recorded = recordedChanges(text);
  const pathOf = (line: string): string => line.slice('- M: '.length);
  const listed = new Map(recorded.map((line) => [pathOf(line), line]));
  const actual = new Map(formatChanges(changes).map((line) => [pathOf(line), line]));
  const isAdded = (path: string): boolean =>
    path.startsWith(`${archive}/rpm/`) || path === `${archive}/releases.json`;
  // What else somebody put beside them is said there.
  const brought = new Set([
    `${archive}/releases.json`,
    ...ownNames(item).map((name) => `${archive}/rpm/${name}`),
  ]);
  const kept = [...actual].filter(
    ([path, line]) =>
      path.startsWith(`${source}/`) ||
      path.startsWith(`"${source}/`) ||
      path.startsWith(`${packaging}/`) ||
      path.startsWith(`"${packaging}/`) ||
      brought.has(path) ||
      listed.get(path) === line,
  );
  const gone = [...listed].filter(([path]) => isAdded(path) && !actual.has(path));
  if (gone.length === 0) return kept.map(([, line]) => line);
  const order = new Map(recorded.map((line, at) => [line, at]));
  const lines = [...kept, ...gone].map(([, line]) => line);
  const all = lines.length === order.size && lines.every((line) => order.has(line));
  // The same lines in the order that byte order gives: what is gone has no bytes to sort by.
  return all && isSorted(recorded) ? recorded : lines;
}

/** By the bytes of the paths, as far as they are plain. */
function isSorted(lines: readonly string[]): boolean {
  const paths = lines.map((line) => Buffer.from(line.slice('- M: '.length)));
  return paths.every((path, at) => {
    const before = paths[at - 1];
    return (
      before === undefined ||
      path[0] === 0x22 ||
      before[0] === 0x22 ||
      Buffer.compare(before, path) < 0
    );
  });
}

/** The lines of the Files block as they stand, for a commit whose parent is not at hand. */
export function recordedChanges(text: string): string[] {
  const opening = '\n\n\nFiles\n-----\n';
  const begin = text.lastIndexOf(opening);
  const start = begin + opening.length;
  const end = begin < 0 ? -1 : text.indexOf('-----\n\n', start);
  return end <= start ? [] : text.slice(start, end - 1).split('\n');
}
