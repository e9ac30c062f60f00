// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { nevraKey } from '../mirror/nevra.js';
import type { ReleaseFacts } from '../mirror/records/facts.js';
import { formatTagName } from '../mirror/tag-names.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import type { Finding } from '../verify/findings.js';
import type { ReleaseCase } from '../verify/scope.js';
import { type FoundPackage, mostCommon, recordedNevra } from './packages.js';
import type { Content, Proof } from './prove.js';

/** Does what the commit records have nothing in common with what releases.json says of the tag? Then the tag was moved. */
export function checkTagTarget({ ref, record, listed, message }: ReleaseCase): Finding | undefined {
  const claimed = record ?? listed;
  if (claimed === undefined || message === undefined) return undefined;
  const trailer = trailersOf(message);
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
    path: ref,
    expected: claimed.nevra,
    actual: trailer('Rpm-Nevra') ?? message.metadata?.get('Filename') ?? message.subject,
  };
}

/** Is the tag's name what a tag format makes of the signed NEVRA (interface, Names)? */
export function checkTagName({ ref, tag, shape }: ReleaseCase, nevra: Nevra): Finding | undefined {
  const names = shape.tagFormats.map((format) => formatTagName(format, nevra));
  if (!ref.startsWith('refs/tags/') || names.includes(tag)) return undefined;
  return { kind: 'tag', path: ref, expected: names.join(' or '), actual: tag };
}

/** Does the release lack names that only `dot-git: drop` leaves out, though its mirror.json says that they are refused? */
export function checkDotGit(
  { shape }: ReleaseCase,
  { droppedDotGit = [] }: ReleaseFacts,
): Finding[] {
  const { claim, directories } = shape;
  if (droppedDotGit.length === 0 || claim?.dotGit !== 'refuse') return [];
  const path = `${directories.archive}/mirror.json`;
  return [{ kind: 'metadata', path, expected: 'dotGit drop', actual: `dotGit ${claim.dotGit}` }];
}

/**
 * Does the package disagree with most of what is recorded of it? Then it was exchanged, and that is the one finding;
 * a single wrong record of the right package is a finding of its own.
 * @param checksum content of its `.sha256`
 */
export function isOtherPackage(
  item: ReleaseCase,
  { found, proof, checksum }: { found: FoundPackage; proof: Proof; checksum: string | undefined },
): { expected: string; actual: string } | undefined {
  const { recorded, actual } = digestsOf(item, { found, proof, checksum });
  const known = recorded.filter((value) => typeof value === 'string');
  const wrong = known.filter((value) => value !== actual);
  const [first] = wrong;
  if (first === undefined || wrong.length * 2 < known.length) return undefined;
  const isTie = wrong.length * 2 === known.length;
  if (isTie && isRecordedRelease(item, proof)) return undefined;
  return { expected: first, actual: actual ?? '' };
}

/** The records that tell one package from another, and what they say of this one. */
function digestsOf(
  { record, message }: ReleaseCase,
  { found, proof, checksum }: { found: FoundPackage; proof: Proof; checksum: string | undefined },
): { recorded: readonly (string | null | undefined)[]; actual: string | undefined } {
  const trailer = trailersOf(message);
  // It may have been signed anew; what is not signature must be the same.
  if (found.oid === undefined)
    return {
      recorded: [trailer('Content-Sha256'), record?.contentSha256],
      actual: proof.contentSha256,
    };
  if (found.isHeader)
    return {
      recorded: [trailer('Header-Sha256'), record?.headerSha256],
      actual: proof.headerSha256,
    };
  return {
    recorded: [trailer('Rpm-Sha256'), record?.sha256, message?.metadata?.get('Checksum'), checksum],
    actual: proof.sha256,
  };
}

/** The first value that a message records under a label. */
function trailersOf(message: ReleaseCase['message']): (label: string) => string | undefined {
  return (label) => message?.trailers?.get(label)?.[0];
}

function isRecordedRelease(item: ReleaseCase, { pkg: { facts } }: Proof): boolean {
  const { message } = item;
  const nevra = recordedNevra(item);
  if (nevra !== undefined) return nevraKey(nevra) === nevraKey(formatNevra(facts.nevra));
  return (
    message?.metadata?.get('Package') === facts.nevra.name &&
    message.metadata.get('Version') === facts.nevra.version
  );
}

/** The facts of a release by its package. What cannot be known without the package as it was published stands as most records have it, so that one wrong record shows. */
export function factsOf(
  item: ReleaseCase,
  {
    found,
    proof,
    content,
    isOriginal,
    sourceTree,
  }: {
    found: FoundPackage;
    proof: Proof;
    content: Content;
    isOriginal: boolean;
    sourceTree: string | undefined;
  },
): ReleaseFacts {
  const { facts } = proof.pkg;
  return {
    tag: item.tag,
    facts,
    evidence: evidenceOf(item, { proof, isOriginal }),
    file: found.file,
    key: required(proof.certificate, 'the certificate that vouches for the package'),
    signedAt: proof.signature?.created ?? 0,
    checkedFiles: facts.files.filter(
      ({ type, ghost, digest }) => type === 'file' && !ghost && digest !== '',
    ).length,
    sourcePaths: content.source.roots,
    sourceTree: sourceTree ?? recordedTree(item) ?? '',
    repomdRevision: mostRecorded(item, 'repomdRevision', 'Repomd-Revision') ?? '',
    indexSha256: '',
    weakAlgorithms: proof.signature?.tolerated ?? [],
    droppedModes: content.droppedModes,
    droppedDotGit: content.source.dropped ?? [],
    unpackedFrom: content.unpackedFrom,
  };
}

function evidenceOf(
  item: ReleaseCase,
  { proof, isOriginal }: { readonly proof: Proof; readonly isOriginal: boolean },
): ReleaseFacts['evidence'] {
  const { record, message } = item;
  return {
    sha256:
      (isOriginal ? proof.sha256 : undefined) ??
      mostCommon([
        record?.sha256,
        trailersOf(message)('Rpm-Sha256'),
        message?.metadata?.get('Checksum'),
      ]) ??
      '',
    contentSha256:
      proof.contentSha256 ?? mostRecorded(item, 'contentSha256', 'Content-Sha256') ?? '',
    headerSha256: proof.headerSha256,
  };
}

function recordedTree({ record, message }: ReleaseCase): string | null | undefined {
  return trailersOf(message)('Source-Tree') ?? record?.sourceTree;
}

/** What most records of a release have: its own line of releases.json, its message, its line at the end of the branch. */
function mostRecorded(
  { record, message, listed }: ReleaseCase,
  field: 'contentSha256' | 'repomdRevision',
  label: string,
): string | undefined {
  return mostCommon([record?.[field], trailersOf(message)(label), listed?.[field]]);
}
