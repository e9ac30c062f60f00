// SPDX-License-Identifier: MIT
import { isDotGit, isDotName } from '../dot-git.js';
import { PayloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { FileType } from './model.js';

/** What {@link checkTree} wants to know of an entry. */
export interface TreeEntry {
  readonly path: Uint8Array;
  readonly type: FileType;
}

/** What is wrong with a list of paths. */
export interface TreeReport {
  /** What must not become a tree: path (for people) and reason. */
  readonly errors: readonly { readonly path: string; readonly reason: string }[];
  /** What some file system or git itself may handle otherwise than meant. */
  readonly warnings: readonly string[];
}

const SLASH = 0x2f;
const DELETE = 0x7f;

/**
 * Why a relative path must not be followed or put into a git tree; undefined when it is safe. Refused are absolute
 * paths, empty, `.` and `..` components, control characters, and every spelling of `.git` (T20).
 */
export function checkPath(path: Uint8Array): string | undefined {
  if (path.length === 0) return 'is empty';
  if (path.length > LIMITS.pathBytes) return `is longer than ${LIMITS.pathBytes} bytes`;
  if (path[0] === SLASH) return 'is absolute';
  if (path.some((byte) => byte < 0x20 || byte === DELETE)) return 'holds a control character';
  for (const name of Buffer.from(path).toString('latin1').split('/')) {
    if (name === '') return 'has an empty component';
    if (name === '.' || name === '..') return `has a component "${name}"`;
    if (isDotGit(Buffer.from(name, 'latin1'))) return 'has a component that some file system takes for .git';
  }
  return undefined;
}

/**
 * Checks a whole list of files: each path, duplicates, paths below something that is no directory (T21), a
 * `.gitmodules` that is a link (git fsck, gitmodulesSymlink); names that are equal after case folding or
 * normalisation are warnings (T23).
 */
export function checkTree(entries: Iterable<TreeEntry>): TreeReport {
  const errors: { path: string; reason: string }[] = [];
  const warnings: string[] = [];
  const types = new Map<string, FileType>();
  for (const { path, type } of entries) {
    const key = Buffer.from(path).toString('latin1');
    const reason = checkPath(path) ?? (types.has(key) ? 'is there twice' : checkLink(path, type, warnings));
    if (reason !== undefined) errors.push({ path: printable(path), reason });
    types.set(key, type);
  }
  for (const [key] of types) {
    const above = fileAbove(key, types);
    if (above !== undefined) errors.push({ path: printable(Buffer.from(key, 'latin1')), reason: `lies below a ${above}` });
  }
  warnings.push(...findCollisions(types.keys()));
  return { errors, warnings };
}

/**
 * Like {@link checkTree}, and returns the warnings.
 * @throws PayloadError UNSAFE_PATH that names the first of the errors and their number.
 */
export function verifyTree(entries: Iterable<TreeEntry>, what: string): readonly string[] {
  const { errors, warnings } = checkTree(entries);
  const [first] = errors;
  if (first === undefined) return warnings;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new PayloadError('UNSAFE_PATH', `${what}: the path ${first.path} ${first.reason}${more}`, { actual: first.path });
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
    if (isDotName(name, special)) warnings.push(`${printable(path)} is a link; git does not follow a linked .${special}`);
  }
  return undefined;
}

function fileAbove(path: string, types: ReadonlyMap<string, FileType>): FileType | undefined {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const type = types.get(path.slice(0, slash));
    if (type !== undefined && type !== 'directory') return type;
  }
  return undefined;
}

/** Folders count, too: `a/x` and `A/y` meet in one folder where case does not count. */
function findCollisions(paths: Iterable<string>): string[] {
  const spellings = new Map<string, string>();
  const collisions = new Map<string, string>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      const name = Buffer.from(slash < 0 ? path : path.slice(0, slash), 'latin1').toString('utf8');
      const folded = name.normalize('NFC').toLowerCase().normalize('NFC');
      const other = spellings.get(folded);
      if (other === undefined) spellings.set(folded, name);
      else if (other !== name) collisions.set(folded, `${JSON.stringify(other)} and ${JSON.stringify(name)} are one name where case or normalisation does not count`);
      if (slash < 0) break;
    }
  }
  return [...collisions.values()];
}
