// SPDX-License-Identifier: MIT
import { type DotName, isDotName } from '../dot-git.js';
import { InputError } from '../errors.js';
import { afterLast } from '../text.js';

/** The folders of the mirror that this tool owns. */
export interface Directories {
  readonly source: string;
  readonly archive: string;
  readonly packaging: string;
}

/** Paths in the archive directory, relative to it. */
export const ARCHIVE = {
  packages: 'rpm',
  releases: 'releases.json',
  notesState: 'release-notes.json',
  mirrorFile: 'mirror.json',
  repomd: 'repomd.xml',
  repomdSignature: 'repomd.xml.asc',
} as const;

/** Names in the archive that are the tool's own: its files, the index files, checksums. Compared without case, since some file systems do. */
const RESERVED =
  /^(?:rpm|releases\.json|release-notes\.json|mirror\.json|repomd\.xml(?:\.asc)?|(?:primary|filelists|other)\.xml(?:\.[a-z0-9]+)?)(?:\.sha256)?$/i;

/** Those among them that are the yum repository's. */
const INDEX_FILE = /^(?:repomd|primary|filelists|other)\.xml/i;

/** Names that git, or some file system, takes for something else; components that mean another folder. */
const UNSAFE = /^(?:\.{1,2}|\.git[. ]*|git~\d+)$|[\0-\x1f\x7f\\:]|[. ]$/i;

const INPUT_NAMES = {
  source: 'source-directory',
  archive: 'archive-directory',
  packaging: 'packaging-directory',
} as const;

/**
 * Checks the directory inputs: relative, no `.` or `..`, nothing that git refuses, none the same as or inside another.
 * @throws InputError INPUT_INVALID, INPUT_CONFLICT
 */
export function checkDirectories(directories: Directories): void {
  const entries = (['source', 'archive', 'packaging'] as const).map(
    (key) => [INPUT_NAMES[key], directories[key]] as const,
  );
  for (const [name, directory] of entries) checkDirectory(name, directory);
  for (const [name, directory] of entries) {
    const other = entries.find(
      ([otherName, outer]) =>
        otherName !== name && `${directory}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase()),
    );
    if (other !== undefined) {
      throw new InputError(
        'INPUT_CONFLICT',
        `${name} and ${other[0]}: expected separate folders, found ${JSON.stringify(directory)} within ${JSON.stringify(other[1])}`,
      );
    }
  }
}

function checkDirectory(name: string, directory: string): void {
  const parts = directory.split('/');
  const bad = parts.find((part) => part === '' || UNSAFE.test(part) || !part.isWellFormed());
  if (bad === undefined) return;
  const expected =
    'a relative folder such as src or drivers/src, without ., .. and .git, and without a slash at its ends';
  throw new InputError(
    'INPUT_INVALID',
    `${name}: expected ${expected}, found ${JSON.stringify(directory)}`,
    { expected, actual: directory },
  );
}

const READ_BY_GIT: readonly DotName[] = ['gitattributes', 'gitmodules', 'gitignore'];

/** True for a name, in bytes, that git reads on some file system: such a file would change what a checkout gives of those beside it. */
export function isReadByGit(name: Uint8Array): boolean {
  return READ_BY_GIT.some((special) => isDotName(name, special));
}

/** True for a name at the top of the archive that no key or notes file may have. */
export function isReservedArchiveName(name: string): boolean {
  return RESERVED.test(name);
}

/**
 * Name in the archive of a key given by URL or path: its last segment.
 * @throws InputError INPUT_CONFLICT when the name is the tool's own, INPUT_INVALID when there is none
 */
export function keyFileName(location: string): string {
  return archiveName('gpgkey', location);
}

/** Name in the archive of a key given as text. */
export function fingerprintFileName(fingerprint: string): string {
  return `${fingerprint}.asc`;
}

/**
 * Name in the archive of a page of release notes: the last segment of its URL or path.
 * @throws InputError INPUT_CONFLICT when the name is the tool's own, INPUT_INVALID when there is none
 */
export function notesFileName(location: string): string {
  return archiveName('release-notes', location);
}

/**
 * Checks that no two files of different origin get one name in the archive.
 * @param names name and where it comes from, for the message
 * @throws InputError INPUT_CONFLICT
 */
export function checkArchiveNames(
  names: readonly { readonly name: string; readonly origin: string }[],
): void {
  const seen = new Map<string, string>();
  for (const { name, origin } of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined && other !== origin) {
      throw new InputError(
        'INPUT_CONFLICT',
        `expected different names in the archive, found ${JSON.stringify(name)} for both ${other} and ${origin}`,
        {
          remedy: 'Give one of the files another name, or a key as armored text.',
        },
      );
    }
    seen.set(name.toLowerCase(), origin);
  }
}

/** Archive paths of a package, relative to the archive directory. */
export function packagePaths(file: string): {
  readonly rpm: string;
  readonly header: string;
  readonly checksum: string;
} {
  const rpm = `${ARCHIVE.packages}/${file}`;
  return { rpm, header: `${rpm}.header`, checksum: `${rpm}.sha256` };
}

function archiveName(input: string, location: string): string {
  const name = lastSegment(location);
  const shown = JSON.stringify(location.replace(/\/\/[^/@]*@/, '//'));
  if (
    name === '' ||
    name.length > 200 ||
    UNSAFE.test(name) ||
    isReadByGit(Buffer.from(name)) ||
    name.includes('/') ||
    !name.isWellFormed()
  ) {
    throw new InputError(
      'INPUT_INVALID',
      `${input}: expected a URL or path that ends in a file name, found ${shown}`,
      { expected: 'a file name', actual: name },
    );
  }
  if (input === 'gpgkey' && isReservedArchiveName(name) && INDEX_FILE.test(name)) {
    throw new InputError(
      'INPUT_CONFLICT',
      `gpgkey: ${shown} is a file of the index and no public key`,
      { remedy: "Set gpgkey to the URL of the publisher's public key." },
    );
  }
  if (isReservedArchiveName(name)) {
    throw new InputError(
      'INPUT_CONFLICT',
      `${input}: ${shown} would be archived as ${name}, which is a name of the archive's own`,
      {
        expected: 'another name',
        actual: name,
        remedy: `Give the file under another name (a local copy, or for a key its armored text).`,
      },
    );
  }
  return name;
}

function lastSegment(location: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(location) || !URL.canParse(location))
    return afterLast(afterLast(location, '/'), '\\');
  const segment = afterLast(new URL(location).pathname, '/');
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Archive files that may be public keys: not in a folder, not the index, not a checksum or licence note. */
export function isKeyCandidate(name: string): boolean {
  return (
    !name.includes('/') &&
    !isReservedArchiveName(name) &&
    !/\.(sha256|license|rst|md|json|xml|gz|xz|zst|bz2)$/.test(name)
  );
}
