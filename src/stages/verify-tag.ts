// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { memorySource } from '../bytes.js';
import { describeError, MirrorError } from '../errors.js';
import { metadataFacts, trailerFacts, type Fact } from '../mirror/messages.js';
import type { RecordedMessage } from '../mirror/message-parser.js';
import { tryParseNevra } from '../mirror/nevra.js';
import type { ReleaseRecord } from '../mirror/releases.js';
import { formatTagName } from '../mirror/tag-names.js';
import type { Keyring, SignaturePolicy } from '../openpgp/model.js';
import { checkSignature } from '../openpgp/verify.js';
import type { FindingRow } from '../report/report.js';
import { compareEvr, formatNevra } from '../rpm/evr.js';
import { examineHeader, examinePackage } from '../rpm/examine.js';
import type { RpmSignatureReport } from '../rpm/model.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { judge, judgeHeader, type Judgement } from '../trust/policy.js';
import { formatTimestamp } from '../mirror/messages.js';
import { expectedSource, type ExpectedSource } from './source-files.js';

/** A finding before its tag is known. */
export type Finding = Omit<FindingRow, 'tag'>;

/** What was found in an archived package, and what it proves. */
export interface ProvedPackage {
  readonly pkg: RpmPackage;
  readonly sha256: string | undefined;
  readonly contentSha256: string | undefined;
  readonly headerSha256: string;
  readonly signature: RpmSignatureReport | undefined;
  readonly judgement: Judgement;
  readonly source: ExpectedSource;
}

/** Reads an archived package, or its header, and judges it. @throws MirrorError when it is no package */
export async function provePackage(
  bytes: Uint8Array,
  { isHeader, keyring, policy, sourcePath }: { isHeader: boolean; keyring: Keyring; policy: SignaturePolicy; sourcePath: string },
): Promise<ProvedPackage> {
  const source = memorySource(bytes);
  const pkg = await readPackage(source);
  const check = (packets: Uint8Array, data: Parameters<typeof checkSignature>[1]): ReturnType<typeof checkSignature> => checkSignature(packets, data, keyring, policy);
  if (isHeader) {
    const evidence = await examineHeader(pkg, check);
    const judgement = judgeHeader(evidence);
    const expected = await expectedSource(pkg, undefined, sourcePath);
    return { pkg, sha256: undefined, contentSha256: undefined, headerSha256: evidence.headerSha256, signature: judgement.signature, judgement, source: expected };
  }
  const evidence = await examinePackage(pkg, source, check);
  const judgement = judge(evidence, { keysGiven: true });
  const { sha256, contentSha256, headerSha256 } = evidence;
  return { pkg, sha256, contentSha256, headerSha256, signature: judgement.signature, judgement, source: await expectedSource(pkg, source, sourcePath) };
}

/** True for a refusal that is about who signed, not about the bytes. */
export function isForeignKey({ accepted, reasons }: Judgement): boolean {
  return !accepted && reasons.every(({ code }) => code === 'UNKNOWN_KEY' || code === 'PIN_MISMATCH');
}

export interface RecordedFacts {
  readonly tag: string;
  readonly file: string;
  readonly message: RecordedMessage;
  readonly record: ReleaseRecord | undefined;
  /** Id of the tree that the signed file list gives; undefined when it could not be computed. */
  readonly sourceTree: string | undefined;
  readonly certificate: { readonly fingerprint: string; readonly userId: string; readonly created: number };
}

/** Does the release that the commit records belong under this tag? Undefined when it does. */
export function checkTagName(tag: string, recorded: ReleaseRecord | undefined, { pkg }: ProvedPackage): Finding | undefined {
  const { nevra } = pkg.facts;
  const actual = formatNevra(nevra);
  if (recorded !== undefined) {
    const listed = tryParseNevra(recorded.nevra);
    if (listed !== undefined && listed.name === nevra.name && compareEvr(listed, nevra) === 0) return undefined;
    return { kind: 'tag', path: `refs/tags/${tag}`, expected: recorded.nevra, actual };
  }
  if (tag.includes(formatTagName('{version}', nevra))) return undefined;
  return { kind: 'tag', path: `refs/tags/${tag}`, expected: `a release named ${tag}`, actual };
}

/** Every recorded fact against the package: trailers, Metadata block, the line in releases.json. One finding per wrong fact. */
export function checkFacts(facts: RecordedFacts, proved: ProvedPackage): Finding[] {
  const { message, record, file, certificate } = facts;
  const { pkg, source } = proved;
  const release = {
    facts: pkg.facts,
    evidence: { sha256: proved.sha256 ?? '', contentSha256: proved.contentSha256 ?? '', headerSha256: proved.headerSha256 },
    title: '',
    file,
    repository: '',
    key: certificate,
    signedAt: proved.signature?.created ?? 0,
    checkedFiles: 0,
    sourcePaths: source.roots,
    sourceTree: facts.sourceTree ?? '',
    repomdRevision: record?.repomdRevision ?? '',
  };
  const unprovable = new Set(['GPG check', 'SHA256 check', 'File digests check']);
  if (typeof record?.repomdRevision !== 'string') unprovable.add('Repomd-Revision');
  if (proved.sha256 === undefined) for (const label of ['Rpm-Sha256', 'Content-Sha256', 'Checksum']) unprovable.add(label);
  if (facts.sourceTree === undefined) unprovable.add('Source-Tree');
  const findings: Finding[] = [];
  const trailers = group(trailerFacts(release));
  for (const [label, values] of message.trailers === undefined ? [] : trailers) {
    if (!unprovable.has(label)) findings.push(...compare(label, values.join(', '), (message.trailers?.get(label) ?? []).join(', ')));
  }
  // Where both say the same thing, one wrong fact is one finding.
  for (const [label, value] of message.metadata === undefined ? [] : metadataFacts(release)) {
    if (!unprovable.has(label)) findings.push(...compare(label, normal(value), normal(message.metadata?.get(label) ?? '')));
  }
  return [...findings, ...checkRecord(record, facts, proved)];
}

function checkRecord(record: ReleaseRecord | undefined, facts: RecordedFacts, proved: ProvedPackage): Finding[] {
  if (record === undefined) return [];
  const expected: Readonly<Record<string, string | undefined>> = {
    file: facts.file,
    sha256: proved.sha256,
    contentSha256: proved.contentSha256,
    headerSha256: proved.headerSha256,
    sourceTree: facts.sourceTree,
    signingKey: facts.certificate.fingerprint,
    signedAt: proved.signature === undefined ? undefined : formatTimestamp(proved.signature.created ?? 0),
  };
  return Object.entries(expected).flatMap(([key, value]) => {
    const actual = record[key as keyof ReleaseRecord];
    return value === undefined || typeof actual !== 'string' ? [] : compare(`releases.json ${key}`, value, actual);
  });
}

function group(facts: readonly Fact[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const [label, value] of facts) grouped.set(label, [...(grouped.get(label) ?? []), value]);
  return grouped;
}

function compare(label: string, expected: string, actual: string): Finding[] {
  return expected === actual ? [] : [{ kind: 'metadata', path: label, expected, actual }];
}

/** The predecessor neither indented further lines nor cleaned white space at their ends. */
function normal(text: string): string {
  return text.split('\n').map((line) => line.trim()).join('\n').trim();
}

/** Lower-case hex SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Why something could not be read, as a finding's `actual`. @throws what is no MirrorError */
export function reasonOf(error: unknown): string {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}
