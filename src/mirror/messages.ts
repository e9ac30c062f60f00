// SPDX-License-Identifier: MIT
import type { CertificateFacts } from '../openpgp/model.js';
import { formatNevra } from '../rpm/evr.js';
import type { PackageEvidence, PackageFacts } from '../rpm/model.js';
import { cleanBlock, cleanLine, cleanLines, showPath, showString } from './text.js';

/** What a commit does to a path: `M` changed (mode too), `?` new, `D` deleted. */
export interface PathChange {
  readonly letter: 'M' | '?' | 'D';
  /** Path in the mirror. */
  readonly path: Uint8Array;
}

/** Further trailers, each of which may stand more than once. */
export type ExtraTrailer =
  /** An algorithm that `allow-weak` tolerated, such as `sha1`. */
  | 'Weak-Algorithm'
  /** Octal mode and mirror path of a file that lost its set-user-ID, set-group-ID or sticky bit. */
  | 'Dropped-Mode'
  /** Archive of a source package that became the source. */
  | 'Unpacked-From';

/** Everything that the message of a release tells; package values are those of the verified header. */
export interface ReleaseMessage {
  readonly facts: Pick<
    PackageFacts,
    'nevra' | 'license' | 'summary' | 'description' | 'buildHost' | 'buildTime'
  >;
  readonly evidence: Pick<PackageEvidence, 'sha256' | 'contentSha256' | 'headerSha256'>;
  /** Product name; the package name where none is given. */
  readonly title: string;
  /** File name in the index. */
  readonly file: string;
  /** Base URL that served the package, without credentials. */
  readonly repository: string;
  /** The section of the release notes, without its heading. */
  readonly notes: string | undefined;
  readonly key: Pick<CertificateFacts, 'fingerprint' | 'userId' | 'created'>;
  /** Signature time, seconds since 1970. */
  readonly signedAt: number;
  /** Files whose digest was compared with the signed header. */
  readonly checkedFiles: number;
  /** Folders of the payload that became the source. */
  readonly sourcePaths: readonly Uint8Array[];
  /** Tree id of the source directory. */
  readonly sourceTree: string;
  readonly repomdRevision: string;
  /** All paths that the commit changes, in any order. */
  readonly changes: readonly PathChange[];
  readonly extra?: readonly { readonly key: ExtraTrailer; readonly value: string | Uint8Array }[];
}

/** A label and its value as written: one line, or several where further lines are indented in the message. Empty when the fact is absent. */
export type Fact = readonly [label: string, value: string];

/** Subjects of the commits that bring the archive up to date, in the order of a run. */
export const ARCHIVE_SUBJECTS = {
  repoFiles: 'feat: Update archive - repo files',
  releaseNotes: 'feat: Update archive - release notes',
  publicKey: 'feat: Update archive - GPG Public Key',
  packages: 'feat: Update archive - packages',
} as const;

/** Message of an archive commit. */
export function formatArchiveMessage(kind: keyof typeof ARCHIVE_SUBJECTS): string {
  return `${ARCHIVE_SUBJECTS[kind]}\n`;
}

/** First line of a release's commit and tag. */
export function formatSubject(title: string, version: string): string {
  return cleanLine(`feat: ${title} ${version}`);
}

/**
 * Message of a release's commit (interface, Release commit). Text from outside cannot end a block, begin one, add a trailer or reach a host's triggers (T32):
 * further lines of values are indented, block text and values pass {@link cleanBlock} and {@link cleanLines}, and the last paragraph is ours alone.
 */
export function formatReleaseMessage(release: ReleaseMessage): string {
  const notes = cleanBlock(release.notes ?? '');
  const lines = [
    formatSubject(release.title, release.facts.nevra.version),
    '',
    `Source code extracted from file: ${cleanLine(release.file)}`,
    `Downloaded from repository: ${cleanLine(release.repository)}`,
    '',
    '',
    ...(notes.length === 0 ? [] : block('Release Notes', notes)),
    ...block('Metadata', metadataFacts(release).map(formatFact)),
    ...block('Files', formatChanges(release.changes)).slice(0, -1),
    ...trailerFacts(release).map(formatFact),
  ];
  return `${lines.join('\n')}\n`;
}

/** Message of a release's tag: the commit's subject, an empty line, its trailers. */
export function formatTagMessage(release: ReleaseMessage): string {
  const lines = [
    formatSubject(release.title, release.facts.nevra.version),
    '',
    ...trailerFacts(release).map(formatFact),
  ];
  return `${lines.join('\n')}\n`;
}

/** The Metadata block's facts in order, with their values as {@link parseReleaseMessage} gives them back. */
export function metadataFacts(release: Omit<ReleaseMessage, 'changes' | 'notes'>): Fact[] {
  const { facts, evidence, key } = release;
  return [
    ['Package', cleanLine(facts.nevra.name)],
    ['Version', cleanLine(facts.nevra.version)],
    ['License', textValue(showString(facts.license))],
    ['Summary', textValue(showString(facts.summary))],
    ['Description', textValue(showString(facts.description))],
    ['Filename', cleanLine(release.file)],
    ['Checksum', evidence.sha256],
    ['Buildhost', textValue(showString(facts.buildHost))],
    ['Buildtime', facts.buildTime === null ? '' : formatUtc(facts.buildTime)],
    ['GPG key primary uid', textValue(key.userId)],
    ['GPG key creation time', formatUtc(key.created)],
    ['GPG key fingerprint', key.fingerprint],
    ['GPG check', 'OK'],
    ['SHA256 check', 'OK'],
    ['File digests check', `OK (${release.checkedFiles} files)`],
  ];
}

/** The trailers in order. A trailer is one line whatever its value holds. */
export function trailerFacts(release: Omit<ReleaseMessage, 'changes' | 'notes'>): Fact[] {
  const { evidence } = release;
  return [
    ['Rpm-Nevra', cleanLine(formatNevra(release.facts.nevra))],
    ['Rpm-Sha256', evidence.sha256],
    ['Content-Sha256', evidence.contentSha256],
    ['Header-Sha256', evidence.headerSha256],
    ...release.sourcePaths.map((path): Fact => ['Source-Path', showPath(path)]),
    ['Source-Tree', release.sourceTree],
    ['Signing-Key', release.key.fingerprint],
    ['Signature-Date', formatTimestamp(release.signedAt)],
    ['Repomd-Revision', cleanLine(release.repomdRevision)],
    ...(release.extra ?? []).map(({ key, value }): Fact => [
      key,
      typeof value === 'string' ? cleanLine(value) : showPath(value),
    ]),
  ];
}

/** `2025-12-20T00:46:57Z` for seconds since 1970. */
export function formatTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `2025-11-18 00:57:58 +0000 UTC` for seconds since 1970. */
export function formatUtc(seconds: number): string {
  return formatTimestamp(seconds).replace('T', ' ').replace('Z', ' +0000 UTC');
}

function block(heading: string, lines: readonly string[]): string[] {
  const dashes = '-'.repeat(heading.length);
  return [heading, dashes, ...lines, dashes, '', ''];
}

function textValue(text: string): string {
  return cleanLines(text).join('\n').trimStart();
}

function formatFact([label, value]: Fact): string {
  return value === '' ? `${label}:` : `${label}: ${value.replaceAll('\n', '\n    ')}`;
}

function formatChanges(changes: readonly PathChange[]): string[] {
  return changes
    .toSorted((a, b) => Buffer.compare(a.path, b.path))
    .map(({ letter, path }) => `- ${letter}: ${showPath(path)}`);
}
