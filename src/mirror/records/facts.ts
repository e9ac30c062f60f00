// SPDX-License-Identifier: MIT
import type { CertificateFacts } from '../../openpgp/model.js';
import { formatNevra } from '../../rpm/evr.js';
import type { PackageEvidence, PackageFacts } from '../../rpm/model.js';
import { cleanLine, cleanLines, showPath, showString } from '../text.js';
import { type FactName, FACTS, type FactSpec } from './fact-table.js';
import type { ReleaseRecord } from './releases.js';

/** All that the facts of a release are made of; package values are those of the verified header. */
export interface ReleaseFacts {
  readonly tag: string;
  readonly facts: Pick<
    PackageFacts,
    'nevra' | 'license' | 'summary' | 'description' | 'buildHost' | 'buildTime'
  >;
  readonly evidence: Pick<PackageEvidence, 'sha256' | 'contentSha256' | 'headerSha256'>;
  /** File name in the index. */
  readonly file: string;
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
  /** The checksum that the index gives. */
  readonly indexSha256: string;
  /** Algorithms that `allow-weak` tolerated, such as `sha1`. */
  readonly weakAlgorithms: readonly string[];
  /** Octal mode, a blank, and the path of each file that lost its set-user-ID, set-group-ID or sticky bit. */
  readonly droppedModes: readonly Uint8Array[];
  /** Paths in the source that `dot-git: drop` left out; absent where there are none. */
  readonly droppedDotGit?: readonly Uint8Array[];
  /** Archives of a package that became the source. */
  readonly unpackedFrom: readonly Uint8Array[];
}

/** A label and its value as written: one line, or several where further lines are indented in the message. Empty when the fact is absent. */
export type Fact = readonly [label: string, value: string];

/** What each fact is, as text before it is cleaned for its place. */
const VALUES: Readonly<Record<FactName, (release: ReleaseFacts) => string | readonly string[]>> = {
  tag: ({ tag }) => tag,
  name: ({ facts }) => facts.nevra.name,
  version: ({ facts }) => facts.nevra.version,
  license: ({ facts }) => showString(facts.license),
  summary: ({ facts }) => showString(facts.summary),
  description: ({ facts }) => showString(facts.description),
  nevra: ({ facts }) => formatNevra(facts.nevra),
  file: ({ file }) => file,
  sha256: ({ evidence }) => evidence.sha256,
  contentSha256: ({ evidence }) => evidence.contentSha256,
  headerSha256: ({ evidence }) => evidence.headerSha256,
  buildHost: ({ facts }) => showString(facts.buildHost),
  buildTime: ({ facts }) => (facts.buildTime === null ? '' : formatUtc(facts.buildTime)),
  sourcePaths: ({ sourcePaths }) => sourcePaths.map(showPath),
  sourceTree: ({ sourceTree }) => sourceTree,
  keyUser: ({ key }) => key.userId,
  keyCreated: ({ key }) => formatUtc(key.created),
  signingKey: ({ key }) => key.fingerprint,
  signatureCheck: () => 'OK',
  digestCheck: () => 'OK',
  fileCheck: ({ checkedFiles }) => `OK (${checkedFiles} files)`,
  signedAt: ({ signedAt }) => formatTimestamp(signedAt),
  repomdRevision: ({ repomdRevision }) => repomdRevision,
  indexSha256: ({ indexSha256 }) => indexSha256,
  changeClass: () => 'unchanged',
  weakAlgorithms: ({ weakAlgorithms }) => weakAlgorithms,
  droppedModes: ({ droppedModes }) => droppedModes.map(showPath),
  droppedDotGit: ({ droppedDotGit = [] }) => droppedDotGit.map(showPath),
  unpackedFrom: ({ unpackedFrom }) => unpackedFrom.map(showPath),
};

/** Facts whose values are paths and were quoted as such; they are one clean line already. */
const PATHS: ReadonlySet<FactName> = new Set([
  'sourcePaths',
  'droppedModes',
  'droppedDotGit',
  'unpackedFrom',
]);

/** The facts with what the table says of them, in its order. */
export function listFacts(): readonly (readonly [FactName, FactSpec])[] {
  return Object.entries(FACTS) as [FactName, FactSpec][];
}

/** The values of a fact, one but for lists. */
function factValues(name: FactName, release: ReleaseFacts): readonly string[] {
  const value = VALUES[name](release);
  return typeof value === 'string' ? [value] : value;
}

/** The Metadata block's facts in order, with their values as {@link parseReleaseMessage} gives them back. */
export function metadataFacts(release: ReleaseFacts): Fact[] {
  return listFacts().flatMap(([name, { block }]) =>
    block === undefined
      ? []
      : factValues(name, release).map((value): Fact => [block, textValue(value)]),
  );
}

/** The trailers in order. A trailer is one line whatever its value holds. */
export function trailerFacts(release: ReleaseFacts): Fact[] {
  return listFacts().flatMap(([name, { trailer }]) =>
    trailer === undefined
      ? []
      : factValues(name, release).map((value): Fact => [
          trailer,
          PATHS.has(name) ? value : cleanLine(value),
        ]),
  );
}

/** The line in releases.json at publication; a list is there only where it holds something. */
export function recordFacts(release: ReleaseFacts): ReleaseRecord {
  const recorded = listFacts().flatMap(([name, { record, isList }]) =>
    record === undefined ? [] : [{ record, isList, values: factValues(name, release) }],
  );
  const lists = recorded.filter(({ isList, values }) => isList === true && values.length > 0);
  const further = Object.fromEntries(lists.map(({ record, values }) => [record, values]));
  return {
    ...Object.fromEntries(
      recorded
        .filter(({ isList }) => isList !== true)
        .map(({ record, values }) => [record, values[0]]),
    ),
    ...(lists.length === 0 ? {} : { further }),
  } as unknown as ReleaseRecord;
}

/** `2025-12-20T00:46:57Z` for seconds since 1970. */
export function formatTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `2025-11-18 00:57:58 +0000 UTC` for seconds since 1970. */
function formatUtc(seconds: number): string {
  return formatTimestamp(seconds).replace('T', ' ').replace('Z', ' +0000 UTC');
}

function textValue(text: string): string {
  return cleanLines(text).join('\n').trimStart();
}
