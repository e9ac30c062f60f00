// SPDX-License-Identifier: MIT
import { holdsControl, isDots } from '../../bytes.js';
import { isDotGit, isDotName } from '../../dot-git.js';
import { PayloadError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { latin1 } from '../../text.js';
import type { FileType } from '../model.js';
import { PathTree, type Place } from './path-tree.js';

/** What {@link checkTree} wants to know of an entry. */
export interface TreeEntry {
  readonly path: Uint8Array;
  readonly type: FileType;
}

/** A path that must not become part of a tree. */
interface PathError {
  /** For people. */
  readonly path: string;
  readonly reason: string;
  /** UNSAFE_PATH when absent. */
  readonly code?: 'LIMIT_EXCEEDED';
}

/** What is wrong with a list of paths. */
export interface TreeReport {
  /** What must not become a tree. */
  readonly errors: readonly PathError[];
  /** What some file system or git itself may handle otherwise than meant. */
  readonly warnings: readonly string[];
}

const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * Why a relative path must not be followed or put into a git tree; undefined when it is safe. Refused are absolute
 * paths, empty, `.` and `..` components, control characters, and every spelling of `.git` (T20).
 */
export function checkPath(path: Uint8Array): string | undefined {
  if (path.length === 0) return 'is empty';
  if (path.length > LIMITS.pathBytes) return `is longer than ${LIMITS.pathBytes} bytes`;
  if (path[0] === SLASH) return 'is absolute';
  if (holdsControl(path)) return 'holds a control character';
  if (isTooDeep(path)) return `lies more than ${LIMITS.pathDepth} folders deep`;
  for (let start = 0, end = 0; end < path.length; start = end + 1) {
    const slash = path.indexOf(SLASH, start);
    end = slash < 0 ? path.length : slash;
    const name = path.subarray(start, end);
    if (name.length === 0) return 'has an empty component';
    if (isDots(name)) return `has a component "${latin1(name)}"`;
    if (isDotGit(name)) return 'has a component that some file system takes for .git';
  }
  return undefined;
}

/**
 * Checks a whole list of files: each path, duplicates, paths below something that is no directory (T21), a
 * `.gitmodules` that is a link (git fsck, gitmodulesSymlink); names that are equal after case folding or
 * normalisation are warnings (T23).
 */
export function checkTree(entries: Iterable<TreeEntry>): TreeReport {
  const errors: PathError[] = [];
  const warnings: string[] = [];
  const tree = new PathTree();
  const listed = new Map<string, Place>();
  for (const { path, type } of entries) {
    const fault = pathFault(path);
    if (fault?.code !== undefined) {
      errors.push({ path: printable(path), ...fault });
      continue;
    }
    const place = tree.add(latin1(path));
    const reason =
      fault?.reason ??
      (place.type !== undefined ? 'is there twice' : checkLink(path, type, warnings));
    if (reason !== undefined) errors.push({ path: printable(path), reason });
    place.type = type;
    listed.set(place.path, place);
    if (tree.size - listed.size <= LIMITS.filesInPackage) continue;
    errors.push({
      path: printable(path),
      reason: `comes after ${LIMITS.filesInPackage} folders`,
      code: 'LIMIT_EXCEEDED',
    });
    break;
  }
  tree.settle();
  for (const { path, below } of listed.values()) {
    if (below !== undefined)
      errors.push({
        path: printable(Buffer.from(path, 'latin1')),
        reason: `lies below a ${below}`,
      });
  }
  warnings.push(...tree.collisions().map(describeCollision));
  return { errors, warnings };
}

/**
 * Like {@link checkTree}, and returns the warnings.
 * @throws PayloadError UNSAFE_PATH or LIMIT_EXCEEDED that names the first of the errors and their number.
 */
export function verifyTree(entries: Iterable<TreeEntry>, what: string): readonly string[] {
  const { errors, warnings } = checkTree(entries);
  const [first] = errors;
  if (first === undefined) return warnings;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw pathError(what, first, more);
}

/**
 * Checks one path as {@link checkPath} does.
 * @throws PayloadError UNSAFE_PATH, LIMIT_EXCEEDED for one that is too deep
 */
export function verifyPath(path: Uint8Array, what: string): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw pathError(what, { path: printable(path), ...fault });
}

/**
 * Checks what must hold wherever a path stands: no `..` leads out of the package, and no NUL ends a name early (T20).
 * @throws PayloadError UNSAFE_PATH
 */
export function verifyInside(paths: Iterable<Uint8Array>, what: string): void {
  for (const path of paths) {
    const reason = path.includes(0)
      ? 'holds a control character'
      : holdsDots(path)
        ? 'has a component ".."'
        : undefined;
    if (reason !== undefined) throw pathError(what, { path: printable(path), reason });
  }
}

/** The refusal of a name of the source that `dot-git: drop` would leave out. */
export function refusedDotGit(path: Uint8Array, what: string): PayloadError {
  return new PayloadError(
    'UNSAFE_PATH',
    `${what}: the path ${printable(path)} has a component that some file system takes for .git`,
    {
      actual: printable(path),
      remedy:
        'git cannot hold such a name. Set dot-git: drop to publish without it, which is recorded, or hold the release back with skip.',
    },
  );
}

function holdsDots(path: Uint8Array): boolean {
  for (let at = path.indexOf(DOT); at >= 0; at = path.indexOf(DOT, at + 1)) {
    const isStart = at === 0 || path[at - 1] === SLASH;
    const isEnd = at + 2 === path.length || path[at + 2] === SLASH;
    if (isStart && isEnd && path[at + 1] === DOT) return true;
  }
  return false;
}

function pathFault(path: Uint8Array): Omit<PathError, 'path'> | undefined {
  const reason = checkPath(path);
  return reason === undefined
    ? undefined
    : { reason, ...(isTooDeep(path) ? { code: 'LIMIT_EXCEEDED' } : {}) };
}

function pathError(what: string, { path, reason, code }: PathError, more = ''): PayloadError {
  return new PayloadError(code ?? 'UNSAFE_PATH', `${what}: the path ${path} ${reason}${more}`, {
    actual: path,
  });
}

function isTooDeep(path: Uint8Array): boolean {
  let slashes = 0;
  for (const byte of path) if (byte === SLASH) slashes += 1;
  return slashes > LIMITS.pathDepth;
}

/** A path for messages: JSON when it holds anything but printable ASCII. */
export function printable(path: Uint8Array): string {
  const text = Buffer.from(path).toString('utf8');
  return /^[!-~]+$/.test(text) ? text : JSON.stringify(text);
}

/** git fsck refuses a linked .gitmodules and tells of the others, which git does not read then. */
function checkLink(path: Uint8Array, type: FileType, warnings: string[]): string | undefined {
  if (type !== 'symlink') return undefined;
  const name = path.subarray(path.lastIndexOf(SLASH) + 1);
  if (isDotName(name, 'gitmodules')) return 'is a link in the place of .gitmodules';
  for (const special of ['gitattributes', 'gitignore', 'mailmap'] as const) {
    if (isDotName(name, special))
      warnings.push(`${printable(path)} is a link; git does not follow a linked .${special}`);
  }
  return undefined;
}

function describeCollision([one, other]: [string, string]): string {
  const show = (path: string): string =>
    JSON.stringify(Buffer.from(path, 'latin1').toString('utf8'));
  return `${show(one)} and ${show(other)} are one name where case or normalisation does not count`;
}
