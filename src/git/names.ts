// SPDX-License-Identifier: MIT

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;

/** Code points that HFS+ ignores in names (git utf8.c, next_hfs_char). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Why git's own fsck, or a checkout on some file system, takes offence at this name of a tree entry; undefined when it is fine.
 * Covers every spelling of `.git` (git fsck.c, fsck_tree; path.c, is_ntfs_dotgit; utf8.c, is_hfs_dotgit).
 */
export function unsafeName(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'is empty';
  if (name.includes(0)) return 'holds a NUL';
  if (name.includes(SLASH)) return 'holds a slash';
  const text = Buffer.from(name).toString('utf8');
  if (text === '.' || text === '..') return `is "${text}"`;
  if (text.replace(HFS_IGNORED, '').toLowerCase() === '.git') return 'is a spelling of .git';
  if (name.includes(BACKSLASH) ? text.split('\\').some(isNtfsDotGit) : isNtfsDotGit(text)) return 'is a spelling of .git';
  return undefined;
}

/** Like {@link unsafeName}, and refuses control characters: the rule for names that a package brings. */
export function unsafeNewName(name: Uint8Array): string | undefined {
  if (name.some((byte) => byte < 0x20 || byte === DELETE)) return 'holds a control character';
  return unsafeName(name);
}

/** NTFS drops trailing dots and spaces, cuts at a colon (streams) and knows `.git` as `git~1`. */
function isNtfsDotGit(name: string): boolean {
  return /^(\.git|git~1)[ .]*(:|$)/iu.test(name);
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
