// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';
import { rpmvercmp } from './evr.js';
import { parseFiles } from './files.js';
import { hashName } from './hashes.js';
import type { Header } from './header.js';
import type { ChangelogEntry, Nevra, PackageFacts, RpmString } from './model.js';
import { SIGTAG, TAG } from './tags.js';
import { decodeLossy, toRpmString, tryDecode } from './text.js';

/** What the headers of a package are. */
export interface PackageHeaders {
  /** Unsigned; only a size hint is taken from it. */
  readonly signature: Header;
  readonly main: Header;
}

/**
 * Reads the facts out of the main header.
 * @throws RpmFormatError HEADER_INVALID when it has no name, version or release, or when its file list disagrees with itself
 */
export function parseFacts(headers: PackageHeaders): PackageFacts {
  const { main } = headers;
  const isSource = isSourcePackage(main);
  const digestAlgorithm = main.numbers(TAG.FILE_DIGEST_ALGO)?.[0] ?? 0;
  return {
    nevra: parseNevra(main, isSource),
    license: text(main, TAG.LICENSE),
    summary: text(main, TAG.SUMMARY),
    description: text(main, TAG.DESCRIPTION),
    url: text(main, TAG.URL),
    buildHost: text(main, TAG.BUILD_HOST),
    buildTime: main.numbers(TAG.BUILD_TIME)?.[0] ?? null,
    isSource,
    payload: {
      format: word(main, TAG.PAYLOAD_FORMAT) ?? 'cpio',
      compressor: word(main, TAG.PAYLOAD_COMPRESSOR) ?? 'gzip',
      size: payloadSize(headers),
    },
    fileDigestAlgorithm: hashName(digestAlgorithm) ?? `algorithm ${digestAlgorithm}`,
    files: parseFiles(main),
    changelog: parseChangelog(main),
    sources: isSource ? inSpecOrder(main, TAG.SOURCE) : [],
    patches: isSource ? inSpecOrder(main, TAG.PATCH) : [],
  };
}

function parseNevra(header: Header, isSource: boolean): Nevra {
  const required = (tag: number, name: string): string => {
    const value = word(header, tag);
    if (value === undefined || value === '')
      throw new RpmFormatError(
        'HEADER_INVALID',
        `main header: expected a ${name} in UTF-8, found none`,
      );
    return value;
  };
  return {
    name: required(TAG.NAME, 'name'),
    epoch: header.numbers(TAG.EPOCH)?.[0] ?? null,
    version: required(TAG.VERSION, 'version'),
    release: required(TAG.RELEASE, 'release'),
    arch: isSource ? 'src' : (word(header, TAG.ARCH) ?? ''),
  };
}

/**
 * rpm's rule (applyRetrofits): SOURCERPM marks a binary package, SOURCEPACKAGE a source one; where an ancient package has
 * neither, one whose files all lie in a folder without a name is a source package.
 */
function isSourcePackage(header: Header): boolean {
  if (header.get(TAG.SOURCE_RPM) !== undefined) return false;
  if (header.get(TAG.SOURCE_PACKAGE) !== undefined) return true;
  const oldNames = header.strings(TAG.OLD_FILENAMES);
  if (oldNames !== undefined) return oldNames.every((name) => !name.includes(0x2f));
  const dirNames = header.strings(TAG.DIR_NAMES);
  return dirNames?.length === 1 && dirNames[0]?.length === 0;
}

/** Uncompressed size of the payload; the signature header's word is unsigned, so it is a hint. */
function payloadSize({ signature, main }: PackageHeaders): number | null {
  const candidates = [
    main.numbers(TAG.PAYLOAD_SIZE_ALT),
    main.numbers(TAG.ARCHIVE_SIZE),
    signature.numbers(SIGTAG.LONG_ARCHIVE_SIZE),
    signature.numbers(SIGTAG.PAYLOAD_SIZE),
  ];
  return candidates.find((numbers) => numbers !== undefined)?.[0] ?? null;
}

function parseChangelog(header: Header): ChangelogEntry[] {
  const times = header.numbers(TAG.CHANGELOG_TIME) ?? [];
  const authors = header.strings(TAG.CHANGELOG_NAME) ?? [];
  const texts = header.strings(TAG.CHANGELOG_TEXT) ?? [];
  const count = Math.min(times.length, authors.length, texts.length);
  return times.slice(0, count).map((time, at) => ({
    time,
    author: decodeLossy(authors[at] ?? new Uint8Array()),
    text: decodeLossy(texts[at] ?? new Uint8Array()),
  }));
}

/** The first that wrote sources as the spec declares them: rpm 6.0.0-beta2, which calls itself so (rpm issue 3014, commit 6abcc465f). */
const FORWARD_SINCE = '5.99.92';

/** Names of sources or patches as the spec file declares them, whatever their numbers: older rpm wrote them last first. */
function inSpecOrder(header: Header, tag: number): string[] {
  const names = (header.strings(tag) ?? []).map(decodeLossy);
  const version = word(header, TAG.RPM_VERSION);
  const isForward = version !== undefined && rpmvercmp(version, FORWARD_SINCE) >= 0;
  return isForward ? names : names.reverse();
}

/** A string for people: of a translated one that of the C locale, which is the first where the table does not say. */
function text(header: Header, tag: number): RpmString {
  const strings = header.strings(tag);
  if (strings === undefined) return '';
  const locales = (header.strings(TAG.I18N_TABLE) ?? []).map(decodeLossy);
  const bytes = strings[Math.max(0, locales.indexOf('C'))] ?? strings[0] ?? new Uint8Array();
  return toRpmString(bytes);
}

/** A string that names something; undefined when absent or not UTF-8. */
function word(header: Header, tag: number): string | undefined {
  const bytes = header.strings(tag)?.[0];
  return bytes === undefined ? undefined : tryDecode(bytes);
}
