// SPDX-License-Identifier: MIT
import { counted } from '../../counted.js';
import { isDotName } from '../../dot-git.js';
import { printable } from '../../rpm/payload/paths.js';

/** Names that a warning gives as examples. */
const MOST_NAMED = 5;
/** Names that Windows cannot hold in a path: forbidden characters, dots and spaces at the end, devices with or without a suffix (learn.microsoft.com, Naming Files). */
const UNHELD =
  /[<>:"|?*\\]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:[./]|$)/i;

const SLASH = 0x2f;

/** A warning of names that Windows cannot hold, so that a checkout there fails or loses them; none where there are none. */
export function windowsWarnings(paths: Iterable<string>): string[] {
  const odd = [...new Set(paths)].filter((path) =>
    UNHELD.test(Buffer.from(path, 'latin1').toString('utf8')),
  );
  if (odd.length === 0) return [];
  return [
    `${counted(odd.length, 'path')} of the source cannot be checked out on Windows: ${named(odd)}`,
  ];
}

/** Attributes by which git writes something else into a checkout or an archive than the mirror holds (gitattributes(5)); set, or with a value. */
const CHANGING = new Set([
  'text',
  'crlf',
  'eol',
  'ident',
  'filter',
  'working-tree-encoding',
  'export-ignore',
  'export-subst',
]);

/** The attributes of a `.gitattributes` that change what a checkout or a host's archive holds. */
export function changingAttributes(content: string): string[] {
  const found = new Set<string>();
  for (const line of content.split('\n')) {
    const [pattern = '', ...attributes] = line.trim().split(/[ \t]+/);
    if (pattern === '' || pattern.startsWith('#')) continue;
    for (const attribute of attributes) {
      const [name = ''] = attribute.split('=', 1);
      if (CHANGING.has(name)) found.add(name);
    }
  }
  return [...found];
}

/** True for a path whose file git reads as `.gitattributes` on some file system. */
export function isAttributesFile(path: Uint8Array): boolean {
  return isDotName(path.subarray(path.lastIndexOf(SLASH) + 1), 'gitattributes');
}

/** Says which of the vendor's files make a checkout, or an archive of the host, differ from what was verified. */
export function attributesWarning(path: string, attributes: readonly string[]): string {
  return `${named([path])} sets ${attributes.join(', ')}: what git checks out, and the archives that a host offers, can differ from what the mirror holds and verify proves`;
}

function named(paths: readonly string[]): string {
  const shown = paths
    .slice(0, MOST_NAMED)
    .map((path) => printable(Buffer.from(path, 'latin1')))
    .join(', ');
  return paths.length > MOST_NAMED ? `${shown} and ${paths.length - MOST_NAMED} more` : shown;
}
