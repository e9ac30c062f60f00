// SPDX-License-Identifier: MIT
import { holdsControl, isDots } from '../../bytes.js';
import { isDotGit } from '../../dot-git.js';
import { latin1 } from '../../text.js';

const SLASH = 0x2f;

/**
 * Why git's own fsck, or a checkout on some file system, takes offence at this name of a tree entry; undefined when it is fine.
 * Covers every spelling of `.git`.
 */
export function unsafeName(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'is empty';
  if (name.includes(0)) return 'holds a NUL';
  if (name.includes(SLASH)) return 'holds a slash';
  if (isDots(name)) return `is "${latin1(name)}"`;
  if (isDotGit(name)) return 'is a spelling of .git';
  return undefined;
}

/** Like {@link unsafeName}, and refuses control characters: the rule for names that a package brings. */
export function unsafeNewName(name: Uint8Array): string | undefined {
  if (holdsControl(name)) return 'holds a control character';
  return unsafeName(name);
}

/**
 * Why `name` (such as `refs/heads/main`) is no ref name; undefined when it is one (git-check-ref-format(1)).
 */
export function badRefName(name: string): string | undefined {
  if (/[\u0000-\u0020\u007f~^:?*[\\]/u.test(name)) return 'holds a character that git forbids';
  if (name.includes('..') || name.includes('@{')) return 'holds ".." or "@{"';
  if (name.endsWith('.')) return 'ends with a dot';
  const parts = name.split('/');
  if (parts.length < 2) return 'has one level only';
  if (parts.some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'))) {
    return 'has a part that is empty, begins with a dot or ends with .lock';
  }
  return undefined;
}
