// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { IntegrityError, RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { digestLike, isWeak, parseChecksum } from './checksum.js';
import { trimBase } from './hrefs.js';
import type { Checksum } from './model.js';
import type { XmlElement } from './xml/xml.js';
import { parseDocument } from './xml/xml.js';
import { xmlContext } from './xml/xml-context.js';

/** Where an index may be had. */
export interface MirrorList {
  /** Base URLs, best first, at most {@link LIMITS.mirrors}. */
  readonly bases: readonly string[];
  /**
   * Checksums of the versions of repomd.xml that are good, each version with one or more; undefined when the list does
   * not say (a plain mirror list).
   */
  readonly repomd: readonly (readonly Checksum[])[] | undefined;
}

const REPOMD = /\/repodata\/repomd\.xml$/;
const CONTEXT = xmlContext('the metalink', 'MIRRORLIST_INVALID');

/**
 * Parses what a mirror list's URL gave: a metalink when it is one (as yum and dnf do), else a plain list of base URLs
 * in lines, with `#` comments. Lines of other schemes (rsync, ftp) are passed over.
 *
 * @throws RepodataError MIRRORLIST_INVALID, XML_FORBIDDEN
 */
export function parseMirrorlist(bytes: Uint8Array): MirrorList {
  if (
    /^\s*</.test(
      Buffer.from(bytes.subarray(0, 1024))
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
  )
    return parseMetalink(bytes);
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/);
  const bases = usableBases(lines.map((line) => line.trim()));
  if (bases.length === 0)
    throw new RepodataError(
      'MIRRORLIST_INVALID',
      `the mirror list is not usable: expected http or https URLs, found ${JSON.stringify((lines[0] ?? '').slice(0, 100))}`,
    );
  return { bases, repomd: undefined };
}

/**
 * Parses a metalink 3.0 file with MirrorManager's `mm0:alternates`, as librepo does: the mirrors of repomd.xml by
 * preference, and the checksums of its current and of tolerated older versions.
 *
 * @throws RepodataError MIRRORLIST_INVALID, XML_FORBIDDEN, WEAK_ALGORITHM when a version has no strong checksum
 */
export function parseMetalink(bytes: Uint8Array): MirrorList {
  const root = parseDocument(bytes, CONTEXT);
  if (root.name !== 'metalink')
    throw CONTEXT.invalid(`expected root element metalink, found ${root.name}`);
  const file = descendants(root, 'file', 2).find(
    (candidate) => candidate.attributes.get('name') === 'repomd.xml',
  );
  if (file === undefined) throw CONTEXT.invalid('expected a file called repomd.xml, found none');
  const versions = [file, ...descendants(file, 'alternate', 2)].map(strongChecksums);
  const urls = descendants(file, 'url', 2)
    .map((url) => ({
      url: url.text,
      preference: Number(url.attributes.get('preference') ?? '0') || 0,
    }))
    .filter(({ url }) => REPOMD.test(url))
    .sort((a, b) => b.preference - a.preference);
  const bases = usableBases(urls.map(({ url }) => url));
  if (bases.length === 0)
    throw CONTEXT.invalid('expected http or https URLs of repomd.xml, found none');
  return { bases, repomd: versions };
}

/**
 * Checks repomd.xml against the versions that a metalink lists; all checksums of one of them must agree.
 * @throws IntegrityError DIGEST_MISMATCH
 */
export function verifyListed(repomd: Uint8Array, versions: readonly (readonly Checksum[])[]): void {
  const agrees = (checksum: Checksum): boolean => digestLike(repomd, checksum) === checksum.hex;
  if (versions.some((checksums) => checksums.every(agrees))) return;
  const expected = versions
    .map(([first]) => (first === undefined ? '' : `${first.algorithm} ${first.hex}`))
    .join(' or ');
  const actual = createHash('sha256').update(repomd).digest('hex');
  throw new IntegrityError(
    'DIGEST_MISMATCH',
    `repomd.xml is none of the versions that the metalink lists: expected ${expected}, found sha256 ${actual}`,
    { expected, actual },
  );
}

function usableBases(urls: readonly string[]): string[] {
  const bases = urls
    .filter((url) => /^https?:\/\//i.test(url) && URL.canParse(url))
    .map((url) => trimBase(url.replace(REPOMD, '')));
  return [...new Set(bases)].slice(0, LIMITS.mirrors);
}

/** Elements of a name at most `depth` levels down. */
function descendants(element: XmlElement, name: string, depth: number): XmlElement[] {
  if (depth === 0) return [];
  return element.children.flatMap((child) =>
    child.name === name ? [child] : descendants(child, name, depth - 1),
  );
}

/** T4: md5 and sha1 beside stronger ones are left out of account. */
function strongChecksums(version: XmlElement): Checksum[] {
  const verification = version.children.find((child) => child.name === 'verification');
  const hashes = (verification?.children ?? []).filter((child) => child.name === 'hash');
  const checksums = hashes.flatMap(
    (hash) => parseChecksum((hash.attributes.get('type') ?? '').replace('-', ''), hash.text) ?? [],
  );
  const strong = checksums.filter((checksum) => !isWeak(checksum));
  if (strong.length > 0) return strong;
  const names = checksums.map(({ algorithm }) => algorithm).join(', ');
  throw new RepodataError(
    'WEAK_ALGORITHM',
    `the metalink: expected a sha256 or stronger checksum of repomd.xml, found ${names === '' ? 'none' : names}`,
  );
}
