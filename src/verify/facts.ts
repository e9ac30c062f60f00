// SPDX-License-Identifier: MIT
import {
  type Fact,
  formatTimestamp,
  metadataFacts,
  type ReleaseFacts,
  trailerFacts,
} from '../mirror/facts.js';
import { nevraKey } from '../mirror/nevra.js';
import type { ReleaseRecord } from '../mirror/releases.js';
import { formatTagName } from '../mirror/tag-names.js';
import { formatNevra } from '../rpm/evr.js';
import type { Finding } from './findings.js';
import { mostCommon, type ProvedPackage } from './package.js';
import type { TagCase } from './tag-cases.js';

/** What recorded facts are held against. */
export interface FactContext {
  readonly item: TagCase;
  readonly proved: ProvedPackage;
  readonly file: string;
  readonly certificate: {
    readonly fingerprint: string;
    readonly userId: string;
    readonly created: number;
  };
  /** Id of the tree that the signed file list gives; undefined where findings say why it could not be computed. */
  readonly sourceTree: string | undefined;
  /** True when the package is as it was when it was published, so that its signature is the recorded one. */
  readonly isOriginal: boolean;
  /** Path of releases.json. */
  readonly listPath: string;
}

/** Does what the commit records have nothing in common with what releases.json says of the tag? Then the tag was moved. */
export function checkTagTarget({ tag, record, listed, message }: TagCase): Finding | undefined {
  const claimed = record ?? listed;
  if (claimed === undefined || message === undefined) return undefined;
  const trailer = (key: string): string | undefined => message.trailers?.get(key)?.[0];
  const pairs: (readonly [string | null, string | undefined])[] = [
    [claimed.sha256, trailer('Rpm-Sha256')],
    [claimed.sha256, message.metadata?.get('Checksum')],
    [claimed.contentSha256, trailer('Content-Sha256')],
    [nevraKey(claimed.nevra), nevraKey(trailer('Rpm-Nevra') ?? '')],
    [claimed.file, message.metadata?.get('Filename')],
  ];
  if (pairs.some(([expected, actual]) => expected === actual)) return undefined;
  return {
    kind: 'tag',
    path: `refs/tags/${tag}`,
    expected: claimed.nevra,
    actual: trailer('Rpm-Nevra') ?? message.metadata?.get('Filename') ?? message.subject,
  };
}

/** Does the package's release belong under this tag, where no record says so? */
export function checkTagName(
  { tag, record, listed }: TagCase,
  { pkg: { facts } }: ProvedPackage,
  tagFormat: string,
): Finding | undefined {
  if (record !== undefined || listed !== undefined || tag === formatTagName(tagFormat, facts.nevra))
    return undefined;
  const version = formatTagName('{version}', facts.nevra);
  const at = tag.indexOf(version);
  const isPart = (character: string | undefined): boolean =>
    character !== undefined && /[0-9.]/.test(character);
  if (at >= 0 && !isPart(tag[at - 1]) && !isPart(tag[at + version.length])) return undefined;
  return {
    kind: 'tag',
    path: `refs/tags/${tag}`,
    expected: `a release named ${tag}`,
    actual: formatNevra(facts.nevra),
  };
}

/** Every recorded fact against the package: trailers, Metadata block, the line in releases.json. One finding per wrong fact. */
export function checkFacts(context: FactContext): Finding[] {
  const { message } = context.item;
  const release = expectedFacts(context);
  return [
    ...(message?.trailers === undefined ? [] : checkTrailers(context, trailerFacts(release))),
    ...(message?.metadata === undefined ? [] : checkMetadata(context, metadataFacts(release))),
    ...checkOpening(context),
    ...checkRecord(context),
  ];
}

/** Facts that cannot be known without the whole package stand as most records have them, so that one wrong record shows. */
function expectedFacts({
  item: { message, record, listed },
  proved,
  file,
  certificate,
  sourceTree,
  isOriginal,
}: FactContext): ReleaseFacts {
  const trailer = (key: string): string | undefined => message?.trailers?.get(key)?.[0];
  const { facts } = proved.pkg;
  const revision = mostCommon([
    record?.repomdRevision,
    trailer('Repomd-Revision'),
    listed?.repomdRevision,
  ]);
  return {
    facts,
    evidence: {
      sha256:
        (isOriginal ? proved.sha256 : undefined) ??
        mostCommon([record?.sha256, trailer('Rpm-Sha256'), message?.metadata?.get('Checksum')]) ??
        '',
      contentSha256:
        proved.contentSha256 ??
        mostCommon([record?.contentSha256, trailer('Content-Sha256'), listed?.contentSha256]) ??
        '',
      headerSha256: proved.headerSha256,
    },
    tag: '',
    file,
    key: certificate,
    signedAt: proved.signature?.created ?? 0,
    checkedFiles: facts.files.filter(
      ({ type, ghost, digest }) => type === 'file' && !ghost && digest !== '',
    ).length,
    sourcePaths: proved.source.roots,
    sourceTree: sourceTree ?? trailer('Source-Tree') ?? '',
    repomdRevision: revision ?? '',
    indexSha256: '',
    weakAlgorithms: proved.signature?.tolerated ?? [],
    droppedModes: proved.droppedModes,
    droppedDotGit: proved.source.dropped ?? [],
    unpackedFrom: proved.unpackedFrom,
  };
}

/** Trailers that not every release has. */
const EXTRA = new Set(['Weak-Algorithm', 'Dropped-Mode', 'Unpacked-From']);

/** Trailers that say when and by whom it was signed are those of the package as published. */
const OF_SIGNATURE = new Set(['Signing-Key', 'Signature-Date', 'Weak-Algorithm']);

function checkTrailers(
  { item: { message }, proved, isOriginal }: FactContext,
  facts: readonly Fact[],
): Finding[] {
  const expected = Map.groupBy(facts, ([label]) => label);
  const isUnknown = (label: string): boolean =>
    proved.isSourceUnknown && (label === 'Dropped-Mode' || label === 'Unpacked-From');
  const labels = new Set([
    ...expected.keys(),
    ...[...message!.trailers!.keys()].filter((label) => EXTRA.has(label)),
  ]);
  return [...labels].flatMap((label) => {
    if ((!isOriginal && OF_SIGNATURE.has(label)) || isUnknown(label)) return [];
    const values = (expected.get(label) ?? []).map(([, value]) => value);
    return compare(label, values.join(', '), (message!.trailers!.get(label) ?? []).join(', '));
  });
}

function checkMetadata({ item: { message } }: FactContext, facts: readonly Fact[]): Finding[] {
  return facts.flatMap(([label, value]) => {
    const actual = message!.metadata!.get(label);
    // The predecessor did not count the files.
    if (actual === undefined && message!.trailers === undefined && label === 'File digests check')
      return [];
    return compare(label, normal(value), normal(actual ?? ''));
  });
}

/** The lines before the blocks: the version in the subject, and the file. */
function checkOpening({ item: { message, text }, file, proved }: FactContext): Finding[] {
  const extracted = /^Source code extracted from file: (.*)$/m.exec(text)?.[1];
  const { version } = proved.pkg.facts.nevra;
  return [
    ...(extracted === undefined ? [] : compare('Source code extracted from file', file, extracted)),
    ...(message?.trailers === undefined || message.subject.endsWith(` ${version}`)
      ? []
      : compare('subject', `feat: … ${version}`, message.subject)),
  ];
}

function checkRecord({
  item: { tag, message, record, hasList, listFault },
  proved,
  sourceTree,
  file,
  certificate,
  isOriginal,
  listPath,
}: FactContext): Finding[] {
  if (listFault !== undefined) return [listFault];
  if (record === undefined)
    return hasList && message?.trailers !== undefined
      ? [{ kind: 'metadata', path: listPath, expected: `a line for ${tag}`, actual: 'missing' }]
      : [];
  const trailer = (key: string): string | undefined => message?.trailers?.get(key)?.[0];
  const expected: Readonly<Record<string, string | undefined>> = {
    nevra:
      nevraKey(record.nevra) === nevraKey(formatNevra(proved.pkg.facts.nevra))
        ? record.nevra
        : formatNevra(proved.pkg.facts.nevra),
    file,
    sha256: isOriginal
      ? (proved.sha256 ??
        mostCommon([record.sha256, trailer('Rpm-Sha256'), message?.metadata?.get('Checksum')]))
      : undefined,
    contentSha256: proved.contentSha256,
    headerSha256: proved.headerSha256,
    sourceTree,
    signingKey: isOriginal ? certificate.fingerprint : undefined,
    signedAt:
      isOriginal && proved.signature !== undefined
        ? formatTimestamp(proved.signature.created ?? 0)
        : undefined,
  };
  return Object.entries(expected).flatMap(([key, value]) => {
    const actual = record[key as keyof ReleaseRecord];
    // What a mirror begun by the predecessor never recorded is null; a line of ours says all.
    if (value === undefined || (actual === null && message?.trailers === undefined)) return [];
    return compare(`${listPath} ${key}`, value, typeof actual === 'string' ? actual : 'none');
  });
}

function compare(label: string, expected: string, actual: string): Finding[] {
  return expected === actual ? [] : [{ kind: 'metadata', path: label, expected, actual }];
}

/** The predecessor neither indented further lines, nor cleaned white space at their ends, nor broke what hosts act upon. */
function normal(text: string): string {
  return text
    .replaceAll('\u2060', '')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}
