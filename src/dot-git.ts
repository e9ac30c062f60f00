// SPDX-License-Identifier: MIT
import { before, trimEndWhile } from './text.js';

const BACKSLASH = '\\';
/** Code points that HFS+ ignores in names (git utf8.c, next_hfs_char). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** What NTFS makes of the first letters of the long names, hashed, when the plain short names are taken (git path.c). */
const SHORT_NAMES = {
  gitmodules: 'gi7eba',
  gitignore: 'gi250a',
  gitattributes: 'gi7d29',
  mailmap: 'maba30',
} as const;

/** Names, without their dot, that git reads and that git fsck looks at in trees. */
export type DotName = keyof typeof SHORT_NAMES;

/** What the special names and their short ones begin with where no backslash is in them; HFS+ may ignore what is not ASCII before it. */
const BEGINNINGS = new Set(Buffer.from('.~gGmM'));
const NOT_ASCII = 0x80;
const BACKSLASH_BYTE = 0x5c;

/** False for a name that is none of the special ones, at a glance: a kernel has half a million. */
function mayBeSpecial(name: Uint8Array): boolean {
  const first = name[0] ?? 0;
  return BEGINNINGS.has(first) || first >= NOT_ASCII || name.includes(BACKSLASH_BYTE);
}

/** True for every name that git takes for `.git` on some file system (git fsck.c, fsck_tree; path.c, is_ntfs_dotgit; utf8.c, is_hfs_dotgit). */
export function isDotGit(name: Uint8Array): boolean {
  if (!mayBeSpecial(name)) return false;
  const text = Buffer.from(name).toString('utf8');
  return (
    foldHfs(text) === '.git' ||
    text.split(BACKSLASH).some((part) => /^(\.git|git~1)[ .]*(:|$)/i.test(part))
  );
}

const SLASH = 0x2f;

/** Where the first component from `start` on ends that git takes for `.git`; undefined when there is none. */
export function endOfDotGit(path: Uint8Array, start = 0): number | undefined {
  for (let at = start; at <= path.length;) {
    const slash = path.indexOf(SLASH, at);
    const end = slash < 0 ? path.length : slash;
    if (isDotGit(path.subarray(at, end))) return end;
    at = end + 1;
  }
  return undefined;
}

/** True for every spelling of `.gitmodules` and its like (git path.c, is_ntfs_dot_generic; utf8.c, is_hfs_dot_generic). */
export function isDotName(name: Uint8Array, special: DotName): boolean {
  if (!mayBeSpecial(name)) return false;
  const text = Buffer.from(name).toString('utf8');
  return (
    foldHfs(text) === `.${special}` ||
    ntfsNames(text).some((part) => isNtfsName(part.toLowerCase(), special))
  );
}

/** The parts of a name that NTFS may take for a name: it separates folders by backslashes, and forgets what follows a colon. */
function ntfsNames(name: string): string[] {
  const parts = name.split(BACKSLASH);
  return parts.filter((part, at) => at === parts.length - 1 || part.includes(':'));
}

function foldHfs(name: string): string {
  return name.replace(HFS_IGNORED, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** NTFS drops spaces and dots at the end, cuts at a colon (streams), and has short names of eight characters. */
function isNtfsName(name: string, special: DotName): boolean {
  const base = trimEndWhile(before(name, /:/), /[ .]/);
  if (base === `.${special}`) return true;
  const [, head = '', number = ''] = /^([^~]{0,6})~([1-9]\d*)$/.exec(base) ?? [];
  if (number === '') return false;
  if (head === special.slice(0, 6) && /^[1-4]$/.test(number)) return true;
  return base.length === 8 && SHORT_NAMES[special].startsWith(head);
}
