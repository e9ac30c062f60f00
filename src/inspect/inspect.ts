// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import type { ByteSource } from '../bytes.js';
import { type CheckSignature, examinePackage, withPayload } from '../rpm/evidence/examine.js';
import { formatNevra } from '../rpm/evr.js';
import type {
  DigestReport,
  FileEntry,
  FileType,
  PackageEvidence,
  PayloadFile,
  RpmSignatureReport,
  RpmString,
} from '../rpm/model.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { TAG } from '../rpm/tags.js';
import { showText, toRpmString } from '../rpm/text.js';
import type { FolderRules } from '../source/judgement.js';
import { judge, NOT_CHECKED } from '../trust/policy.js';
import { inspectPayload, reasonOf } from './payload.js';

/** One package file to look at. */
export interface InspectRequest {
  /** As the user named it. */
  readonly file: string;
  readonly source: ByteSource;
  /** Bound to the given keys; to an empty keyring where none were given. */
  readonly check: CheckSignature;
  /** False leaves the signature rule out of the verdict. */
  readonly keysGiven: boolean;
  /** What publish would take of it, where that was asked: only this is judged by its names and types. */
  readonly rules?: FolderRules | undefined;
}

/** What `inspect --json` prints, one object a file, keys in this order. */
export interface InspectResult {
  readonly file: string;
  readonly sha256: string;
  /** Everything but verdict and reasons is absent for a file that is no readable package. */
  readonly contentSha256?: string;
  readonly headerSha256?: string;
  readonly nevra?: string;
  readonly name?: string;
  readonly epoch?: number | null;
  readonly version?: string;
  readonly release?: string;
  readonly arch?: string;
  readonly license?: RpmString | null;
  readonly summary?: RpmString | null;
  readonly buildTime?: number | null;
  readonly buildHost?: RpmString | null;
  readonly payload?: { readonly format: string; readonly compressor: string };
  readonly signatures?: readonly InspectedSignature[];
  readonly digests?: readonly Pick<DigestReport, 'name' | 'covers' | 'status'>[];
  readonly files?: readonly InspectedFile[];
  readonly verdict: 'accept' | 'reject';
  /** `CODE: text`; `NOT_CHECKED` refuses nothing. */
  readonly reasons: readonly string[];
}

type InspectedSignature = Omit<RpmSignatureReport, 'code' | 'tolerated'>;

export interface InspectedFile {
  readonly path: RpmString;
  readonly type: FileType;
  /** Six octal digits. */
  readonly mode: string;
  readonly size: number;
  /** Of the extracted content of a regular file. */
  readonly sha256?: string;
  readonly digest: PayloadFile['digest'];
  readonly target?: RpmString;
  readonly ghost?: true;
}

/** The result, and the parsed package for whoever wants to extract what was accepted. */
export interface Inspection {
  readonly result: InspectResult;
  readonly pkg: RpmPackage | undefined;
}

/**
 * Looks at one package file from its lead to its last file: facts, evidence, payload, verdict. A file that cannot be read as a
 * package is a rejected one, not an error.
 */
export async function inspectPackage(request: InspectRequest): Promise<Inspection> {
  try {
    const pkg = await readPackage(request.source);
    return { result: await inspectReadable(request, pkg), pkg };
  } catch (error) {
    const { file, source } = request;
    return {
      result: {
        file,
        sha256: await hashFile(source),
        verdict: 'reject',
        reasons: [reasonOf(error)],
      },
      pkg: undefined,
    };
  }
}

async function inspectReadable(
  { file, source, check, keysGiven, rules }: InspectRequest,
  pkg: RpmPackage,
): Promise<InspectResult> {
  const payload = await inspectPayload(pkg, source, rules);
  const evidence = withPayload(pkg, await examinePackage(pkg, source, check), payload.digests);
  const judgement = judge(evidence, { keysGiven, filesGood: payload.filesGood });
  const accepted = judgement.accepted && payload.accepted;
  return {
    file,
    ...describeHeader(pkg, evidence),
    signatures: evidence.signatures.map(describeSignature),
    digests: evidence.digests.map(({ name, covers, status }) => ({ name, covers, status })),
    files: pkg.facts.files.map((entry, index) => describeFile(entry, payload.files.get(index))),
    verdict: accepted ? 'accept' : 'reject',
    reasons: [
      ...judgement.reasons.map(({ code, message }) => `${code}: ${message}`),
      ...payload.reasons,
    ],
  };
}

function describeHeader(pkg: RpmPackage, evidence: PackageEvidence) {
  const { facts, header } = pkg;
  const { name, epoch, version, release, arch } = facts.nevra;
  const orNull = (tag: number, value: RpmString): RpmString | null =>
    header.get(tag) === undefined ? null : value;
  return {
    sha256: evidence.sha256,
    contentSha256: evidence.contentSha256,
    headerSha256: evidence.headerSha256,
    nevra: formatNevra(facts.nevra),
    name,
    epoch,
    version,
    release,
    arch,
    license: orNull(TAG.LICENSE, facts.license),
    summary: orNull(TAG.SUMMARY, facts.summary),
    buildTime: facts.buildTime,
    buildHost: orNull(TAG.BUILD_HOST, facts.buildHost),
    payload: { format: facts.payload.format, compressor: facts.payload.compressor },
  };
}

function describeSignature(report: RpmSignatureReport): InspectedSignature {
  const { tag, covers, version, algorithm, hash, keyId, created, fingerprint, status, reason } =
    report;
  return {
    tag,
    covers,
    version,
    algorithm,
    hash,
    keyId,
    created,
    fingerprint,
    status,
    ...(reason === undefined ? {} : { reason }),
  };
}

function describeFile(
  entry: FileEntry,
  read: Pick<PayloadFile, 'digest' | 'sha256'> | undefined,
): InspectedFile {
  const { path, type, mode, size, target, ghost } = entry;
  return {
    path: toRpmString(path),
    type,
    mode: mode.toString(8).padStart(6, '0'),
    size,
    ...(read?.sha256 === undefined ? {} : { sha256: read.sha256 }),
    digest: read?.digest ?? 'absent',
    ...(type === 'symlink' ? { target: toRpmString(target) } : {}),
    ...(ghost ? { ghost } : {}),
  };
}

/** As `reasons` holds it. */
const UNJUDGED = `${NOT_CHECKED.code}: ${NOT_CHECKED.message}`;

/** The result for people, a line a fact; but for line ends text from the package is left as it is, so the caller escapes it for its medium. */
export function formatInspection(result: InspectResult): string {
  const {
    nevra,
    license,
    summary,
    buildHost,
    buildTime,
    payload,
    signatures = [],
    digests = [],
    files = [],
  } = result;
  const optional = (text: RpmString | null | undefined): string | undefined =>
    text ? showText(text) : undefined;
  const built = `${typeof buildTime === 'number' ? new Date(buildTime * 1000).toISOString() : '?'} on ${optional(buildHost) ?? '?'}`;
  const facts: readonly [string, string | undefined][] = [
    ['package', nevra],
    ['summary', optional(summary)],
    ['license', optional(license)],
    ['built', nevra === undefined ? undefined : built],
    [
      'payload',
      payload === undefined
        ? undefined
        : `${payload.format}, ${payload.compressor}, ${files.length} files`,
    ],
    ['sha256', result.sha256],
    ['content', result.contentSha256],
    ['header', result.headerSha256],
  ];
  return [
    result.file,
    ...facts.flatMap(([label, value]) =>
      value === undefined ? [] : [`  ${label.padEnd(10)}${value}`],
    ),
    ...digests.map(({ name, covers, status }) => `  digest    ${name} (${covers}): ${status}`),
    ...signatures.map((signature) => `  signature ${showSignature(signature)}`),
    ...files
      .filter(({ digest }) => digest === 'bad')
      .map(({ path }) => `  file      ${showText(path)}: bad`),
    `  verdict   ${result.verdict}${result.verdict === 'accept' && result.reasons.includes(UNJUDGED) ? ', but the signatures were not checked: no --gpgkey' : ''}`,
    ...result.reasons.map((reason) => `            ${reason}`),
  ]
    .map((line) => line.replaceAll('\n', ' \u23ce '))
    .join('\n');
}

function showSignature({
  tag,
  covers,
  version,
  algorithm,
  hash,
  keyId,
  fingerprint,
  status,
  reason,
}: InspectedSignature): string {
  const made =
    version === null
      ? 'unreadable'
      : `V${version} ${algorithm}/${hash} by ${fingerprint ?? keyId ?? 'nobody named'}`;
  return `${tag} (${covers}) ${made}: ${status}${reason === undefined ? '' : ` (${reason})`}`;
}

async function hashFile(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source.stream()) hash.update(chunk);
  return hash.digest('hex');
}
