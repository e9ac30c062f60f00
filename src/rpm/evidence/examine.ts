// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';

import type { ByteSource } from '../../bytes.js';
import type { HashName, SignatureReport, SignedData } from '../../openpgp/model.js';
import { peekSignature } from '../../openpgp/verify.js';
import type { DigestReport, PackageEvidence, RpmSignatureReport } from '../model.js';
import type { RpmPackage } from '../read.js';
import {
  checkCompressed,
  checkDigest,
  checkUncompressed,
  headerDigests,
  packageDigest,
  payloadDigests,
} from './digests.js';
import { listSignatures, type RpmSignature } from './signatures.js';

/** Checks the OpenPGP packets of one signature against a keyring and a policy, which it knows. Reports; never throws for bad packets. */
export type CheckSignature = (
  packets: Uint8Array,
  data: SignedData,
) => Promise<readonly SignatureReport[]>;

/** What foresees as well what data that is not at hand can still make of a signature. */
export interface SignatureJudge {
  readonly check: CheckSignature;
  readonly foresee: (packets: Uint8Array) => readonly SignatureReport[];
}

/** What can be found out without the payload: everything that stands for the main header alone. */
export interface HeaderEvidence {
  /** SHA-256 of the main header, lower-case hex. */
  readonly headerSha256: string;
  readonly digests: readonly DigestReport[];
  readonly signatures: readonly RpmSignatureReport[];
}

/**
 * Reads the whole file once and checks every digest and signature in it. The uncompressed payload's digests are left to
 * {@link withPayload}. The main header is hashed from the bytes that the facts were parsed from.
 */
export async function examinePackage(
  pkg: RpmPackage,
  source: ByteSource,
  check: CheckSignature,
): Promise<PackageEvidence> {
  const signatures = listSignatures(pkg.signatureHeader);
  const md5 = packageDigest(pkg.signatureHeader);
  const groups = payloadDigests(pkg.header);
  const file = createHash('sha256');
  const content = new ContentHashes(
    signatures.filter(({ covers }) => covers !== 'header'),
    md5 === undefined ? ['sha256'] : ['sha256', 'md5'],
  );
  const payload = new Map(groups.map(({ algorithm }) => [algorithm, createHash(algorithm)]));

  for await (const chunk of source.stream(0, pkg.headerStart)) file.update(chunk);
  file.update(pkg.headerBytes);
  content.update(pkg.headerBytes);
  for await (const chunk of source.stream(pkg.payloadStart)) {
    file.update(chunk);
    content.update(chunk);
    for (const hash of payload.values()) hash.update(chunk);
  }

  const reports: RpmSignatureReport[] = [];
  for (const signature of signatures) {
    reports.push(
      ...(await checkOne(
        signature,
        signature.covers === 'header' ? headerData(pkg) : content,
        check,
      )),
    );
  }
  return {
    sha256: file.digest('hex'),
    contentSha256: content.hash('sha256').digest('hex'),
    headerSha256: digestHeader(pkg, 'sha256'),
    size: source.size,
    digests: [
      ...checkHeaderDigests(pkg),
      ...(md5 === undefined ? [] : [checkDigest(md5, content.hash('md5').digest('hex'))]),
      ...groups.flatMap((group) =>
        checkCompressed(group, payload.get(group.algorithm)?.digest('hex') ?? ''),
      ),
    ],
    signatures: reports,
  };
}

/** Checks what stands for the main header alone; the payload need not be there (a header archive, the start of a download). */
export async function examineHeader(
  pkg: RpmPackage,
  check: CheckSignature,
): Promise<HeaderEvidence> {
  const signatures: RpmSignatureReport[] = [];
  for (const signature of listSignatures(pkg.signatureHeader)) {
    if (signature.covers === 'header')
      signatures.push(...(await checkOne(signature, headerData(pkg), check)));
  }
  return {
    headerSha256: digestHeader(pkg, 'sha256'),
    digests: checkHeaderDigests(pkg),
    signatures,
  };
}

/**
 * What the whole package can still turn out to be by its front alone: what stands for the header is checked; digests and signatures that need the payload count as
 * right where they are well-formed. It refuses what the payload cannot make good, and proves nothing.
 */
export async function foreseePackage(
  pkg: RpmPackage,
  { check, foresee }: SignatureJudge,
): Promise<Pick<PackageEvidence, 'digests' | 'signatures'>> {
  const signatures: RpmSignatureReport[] = [];
  for (const signature of listSignatures(pkg.signatureHeader)) {
    const { covers } = signature;
    const judge = covers === 'header' ? check : async (packets: Uint8Array) => foresee(packets);
    signatures.push(...(await checkOne(signature, headerData(pkg), judge)));
  }
  const md5 = packageDigest(pkg.signatureHeader);
  const payload = payloadDigests(pkg.header).flatMap(({ compressed, uncompressed }) =>
    compressed.length > 0 ? compressed : uncompressed,
  );
  return {
    digests: [
      ...checkHeaderDigests(pkg),
      ...[...(md5 === undefined ? [] : [md5]), ...payload].map((digest) =>
        checkDigest(digest, digest.expected),
      ),
    ],
    signatures,
  };
}

/** Adds what the uncompressed payload says, once it has been read: `digests` maps an algorithm to lower-case hex. */
export function withPayload(
  pkg: RpmPackage,
  evidence: PackageEvidence,
  digests: Readonly<Record<string, string>>,
): PackageEvidence {
  const known = new Set(evidence.digests.map(({ name }) => name));
  const added = checkUncompressed(payloadDigests(pkg.header), digests).filter(
    ({ name }) => !known.has(name),
  );
  return { ...evidence, digests: [...evidence.digests, ...added] };
}

function checkHeaderDigests(pkg: RpmPackage): DigestReport[] {
  return headerDigests(pkg.signatureHeader).map((digest) =>
    checkDigest(digest, digestHeader(pkg, digest.algorithm)),
  );
}

async function checkOne(
  signature: RpmSignature,
  data: SignedData,
  check: CheckSignature,
): Promise<RpmSignatureReport[]> {
  const { tag, covers, packets, fault } = signature;
  const reports = fault === undefined ? await check(packets, data) : [];
  // A tag that holds no signature is the same as a broken one: it must not look like the absence of a tag.
  if (reports.length === 0)
    return [{ ...unreadable(fault ?? `${tag} holds no OpenPGP signature`), tag, covers }];
  return reports.map((report) => ({ ...report, tag, covers }));
}

function unreadable(reason: string): SignatureReport {
  const unknown = {
    version: null,
    algorithm: '',
    hash: '',
    keyId: null,
    created: null,
    fingerprint: null,
    tolerated: [],
  };
  return { ...unknown, status: 'unsupported', code: 'NO_SIGNATURE', reason };
}

function digestHeader(pkg: RpmPackage, algorithm: HashName): string {
  return createHash(algorithm).update(pkg.headerBytes).digest('hex');
}

function headerData(pkg: RpmPackage): SignedData {
  return {
    hash: (algorithm, prefix = new Uint8Array()) =>
      createHash(algorithm).update(prefix).update(pkg.headerBytes),
  };
}

/** Hashes header and payload in one pass with all that the signatures over them need, and with what we report. */
class ContentHashes implements SignedData {
  readonly #hashes = new Map<string, Hash>();

  constructor(signatures: readonly RpmSignature[], reported: readonly HashName[]) {
    for (const algorithm of reported) this.#prepare(algorithm, new Uint8Array());
    for (const { packets } of signatures)
      for (const { hash, prefix } of peekSignature(packets)) this.#prepare(hash, prefix);
  }

  update(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }

  hash(algorithm: HashName, prefix: Uint8Array = new Uint8Array()): Hash {
    const hash = this.#hashes.get(nameOf(algorithm, prefix));
    if (hash === undefined)
      throw new Error(
        `the package was not hashed with ${algorithm}, which its signatures did not announce`,
      );
    return hash.copy();
  }

  #prepare(algorithm: HashName, prefix: Uint8Array): void {
    const name = nameOf(algorithm, prefix);
    if (!this.#hashes.has(name)) this.#hashes.set(name, createHash(algorithm).update(prefix));
  }
}

function nameOf(algorithm: HashName, prefix: Uint8Array): string {
  return `${algorithm} ${Buffer.from(prefix).toString('hex')}`;
}
