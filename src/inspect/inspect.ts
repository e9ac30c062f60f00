// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import type { ByteSource } from '../bytes.js';
import { describeError, MirrorError } from '../errors.js';
import { uncompressedAlgorithms } from '../rpm/digests.js';
import { formatNevra } from '../rpm/evr.js';
import { type CheckSignature, examinePackage, withPayload } from '../rpm/examine.js';
import type {
  DigestReport,
  FileEntry,
  FileType,
  PackageEvidence,
  PayloadFile,
  RpmSignatureReport,
  RpmString,
} from '../rpm/model.js';
import { readPayload } from '../rpm/payload/payload.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { TAG } from '../rpm/tags.js';
import { toRpmString } from '../rpm/text.js';
import { judge, NOT_CHECKED } from '../trust/policy.js';

/** One package file to look at. */
export interface InspectRequest {
  /** As the user named it. */
  readonly file: string;
  readonly source: ByteSource;
  /** Bound to the given keys; to an empty keyring where none were given. */
  readonly check: CheckSignature;
  /** False leaves the signature rule out of the verdict. */
  readonly keysGiven: boolean;
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

export type InspectedSignature = Omit<RpmSignatureReport, 'code' | 'tolerated'>;

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
  { file, source, check, keysGiven }: InspectRequest,
  pkg: RpmPackage,
): Promise<InspectResult> {
  const payload = await inspectPayload(pkg, source);
  const evidence = withPayload(pkg, await examinePackage(pkg, source, check), payload.digests);
  const judgement = judge(evidence, { keysGiven });
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

interface InspectedPayload {
  /** What was read, by index in the header's list; all of it unless the payload is refused. */
  readonly files: ReadonlyMap<number, Pick<PayloadFile, 'digest' | 'sha256'>>;
  readonly digests: Readonly<Record<string, string>>;
  readonly accepted: boolean;
  readonly reasons: readonly string[];
}

async function inspectPayload(pkg: RpmPackage, source: ByteSource): Promise<InspectedPayload> {
  const files = new Map<number, Pick<PayloadFile, 'digest' | 'sha256'>>();
  const { format } = pkg.facts.payload;
  if (format !== 'cpio') {
    // A delta package is whole and may be signed, but it cannot be unpacked without the package that it changes.
    return {
      files,
      digests: {},
      accepted: true,
      reasons: [
        `NOT_CHECKED: the payload has the format ${format}, so its files were not looked at`,
      ],
    };
  }
  const reasons: string[] = [];
  let digests: Readonly<Record<string, string>> = {};
  try {
    const payload = readPayload(pkg, source.stream(pkg.payloadStart), {
      keep: () => false,
      uncompressedDigests: uncompressedAlgorithms(pkg.header),
    });
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        digests = step.value.digests;
        break;
      }
      const { index, entry, digest, sha256 } = step.value;
      files.set(index, { digest, sha256 });
      if (digest === 'bad')
        reasons.push(
          `DIGEST_MISMATCH: the file ${showText(toRpmString(entry.path))} is not the one that the header describes`,
        );
    }
  } catch (error) {
    reasons.push(reasonOf(error));
  }
  return { files, digests, accepted: reasons.length === 0, reasons };
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

function showText(text: RpmString): string {
  return typeof text === 'string' ? text : `base64:${text.b64}`;
}

async function hashFile(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source.stream()) hash.update(chunk);
  return hash.digest('hex');
}

/** Only what we raise on purpose is a reason; anything else is a defect and goes up. */
function reasonOf(error: unknown): string {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}
