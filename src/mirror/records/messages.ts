// SPDX-License-Identifier: MIT
import { cleanBlock, cleanLine, showPath } from '../text.js';
import { type Fact, metadataFacts, type ReleaseFacts, trailerFacts } from './facts.js';

/** What a commit does to a path: `M` changed (mode too), `?` new, `D` deleted. */
export interface PathChange {
  readonly letter: 'M' | '?' | 'D';
  /** Path in the mirror. */
  readonly path: Uint8Array;
}

/** Everything that the message of a release tells. */
export interface ReleaseMessage extends ReleaseFacts {
  /** Product name; the package name where none is given. */
  readonly title: string;
  /** Base URL that served the package, without credentials. */
  readonly repository: string;
  /** The section of the release notes, without its heading. */
  readonly notes: string | undefined;
  /** All paths that the commit changes, in any order. */
  readonly changes: readonly PathChange[];
}

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
  return layOutMessage({
    subject: formatSubject(release.title, release.facts.nevra.version),
    file: cleanLine(release.file),
    repository: cleanLine(release.repository),
    notes: cleanBlock(release.notes ?? ''),
    metadata: metadataFacts(release),
    files: formatChanges(release.changes),
    trailers: trailerFacts(release),
  });
}

/** The parts of a release's message, each clean already. */
export interface MessageParts {
  readonly subject: string;
  readonly file: string;
  readonly repository: string;
  /** Lines of the release notes; none when there is no such block. */
  readonly notes: readonly string[];
  readonly metadata: readonly Fact[];
  /** Lines of the Files block. */
  readonly files: readonly string[];
  readonly trailers: readonly Fact[];
}

/** Puts the parts of a message in their places. */
export function layOutMessage(parts: MessageParts): string {
  const lines = [
    parts.subject,
    '',
    `Source code extracted from file: ${parts.file}`,
    `Downloaded from repository: ${parts.repository}`,
    '',
    '',
    ...(parts.notes.length === 0 ? [] : block('Release Notes', parts.notes)),
    ...block('Metadata', parts.metadata.map(formatFact)),
    ...block('Files', parts.files).slice(0, -1),
    ...parts.trailers.map(formatFact),
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

function block(heading: string, lines: readonly string[]): string[] {
  const dashes = '-'.repeat(heading.length);
  return [heading, dashes, ...lines, dashes, '', ''];
}

function formatFact([label, value]: Fact): string {
  return value === '' ? `${label}:` : `${label}: ${value.replaceAll('\n', '\n    ')}`;
}

/** Lines of the Files block, in byte order of the paths. */
export function formatChanges(changes: readonly PathChange[]): string[] {
  return changes
    .toSorted((a, b) => Buffer.compare(a.path, b.path))
    .map(({ letter, path }) => `- ${letter}: ${showPath(path)}`);
}
