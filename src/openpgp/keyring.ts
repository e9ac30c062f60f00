// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { VerificationError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';
import type { PublicKey } from './algorithms/public-key.js';
import { armor, dearmor } from './armor.js';
import {
  buildCertificate,
  type Certificate,
  countSelfSignatures,
  isIssuedBy,
} from './certificate.js';
import {
  type CertificatePackets,
  groupCertificates,
  type KeyFileContent,
  mergeCertificates,
  tryParseSignature,
} from './certificate-packets.js';
import type { CertificateFacts, Keyring } from './model.js';
import { PacketError, readPackets } from './packets.js';
import type { SignaturePacket } from './signature-packet.js';

// Certificates are read by this room's own code on node:crypto: OpenPGP.js refuses DSA, SHA-1 self-signatures and
// version 3 signatures by design, judges self-signatures by their own date, and costs 60 ms to load.

/** A key file: armored or binary, one certificate or many. */
export interface KeyringSource {
  /** URL, path or input that it came from, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads public keys; certificates with one primary key are merged, with all identities, self-signatures, subkeys and revocations
 * of all sources. A revocation that stands alone is attached to its certificate. No sources give an empty keyring.
 * @throws VerificationError KEY_INVALID when a source is no public key, holds a private one, or is larger or holds more than any real one.
 */
export async function loadKeyring(sources: readonly KeyringSource[]): Promise<Keyring> {
  const contents = sources.map((source) => ({ source, content: readSource(source) }));
  const certificates = contents.flatMap(({ content }) => content.certificates);
  const parts = Map.groupBy(certificates, ({ primary }) => primary.fingerprint);
  limit('certificates', parts.size, MAX_CERTIFICATES);
  for (const { source, content } of contents) attachRevocations(source, content, parts);
  const merged = [...parts.values()].map((group) =>
    mergeCertificates(group as [CertificatePackets, ...CertificatePackets[]]),
  );
  limit(
    'self-signatures',
    merged.reduce((sum, packets) => sum + countSelfSignatures(packets), 0),
    MAX_SELF_SIGNATURES,
  );
  return new CertificateKeyring(merged.map(buildCertificate));
}

/** Debian's keyring, the largest that anybody trusts at once, has some 1,000. */
const MAX_CERTIFICATES = 2_000;
/** Each costs up to 15 ms to prove. 25 years of yearly renewals of three identities and two subkeys stay below 150 in one certificate. */
const MAX_SELF_SIGNATURES = 5_000;
/** Revocations without their certificate come one in a file. */
const MAX_REVOCATIONS = 100;

/** The {@link Keyring} that this room can verify with. */
export class CertificateKeyring implements Keyring {
  readonly certificates: readonly CertificateFacts[];
  readonly #members: readonly Certificate[];

  constructor(members: readonly Certificate[]) {
    this.#members = members;
    this.certificates = members.map(({ facts }) => facts);
  }

  restrictedTo(fingerprints: ReadonlySet<string>): Keyring {
    return new CertificateKeyring(
      this.#members.filter(({ facts }) => fingerprints.has(facts.fingerprint)),
    );
  }

  /** @throws VerificationError UNKNOWN_KEY */
  armored(fingerprint: string): string {
    const member = this.#members.find(({ facts }) => facts.fingerprint === fingerprint);
    if (member === undefined)
      throw new VerificationError(
        'UNKNOWN_KEY',
        `no certificate has the fingerprint ${fingerprint}`,
      );
    return armor('PUBLIC KEY BLOCK', member.encode());
  }

  /** All primary keys and subkeys that the signature's hints name; key ids are no proof and may name several. */
  issuersOf(
    signature: SignaturePacket,
  ): readonly { readonly certificate: Certificate; readonly key: PublicKey }[] {
    return this.#members.flatMap((certificate) =>
      [certificate.primary, ...certificate.subkeys.map(({ key }) => key)]
        .filter((key) => isIssuedBy(signature, key))
        .map((key) => ({ certificate, key })),
    );
  }
}

function readSource({ name, bytes }: KeyringSource): KeyFileContent {
  if (bytes.length > LIMITS.keyBytes)
    throw invalid(name, `expected at most ${LIMITS.keyBytes} bytes, found ${bytes.length}`);
  let content: KeyFileContent;
  try {
    content = groupCertificates(readPackets(dearmor(bytes)));
  } catch (error) {
    if (error instanceof PacketError)
      throw isWebPage(bytes)
        ? invalid(name, WEB_PAGE.actual, error, WEB_PAGE.remedy)
        : invalid(name, error.message, error);
    throw error;
  }
  if (content.certificates.length === 0 && content.revocations.length === 0) {
    throw invalid(name, content.skipped[0] ?? 'it holds no certificate');
  }
  return content;
}

function attachRevocations(
  { name }: KeyringSource,
  { certificates, revocations }: KeyFileContent,
  parts: Map<string, CertificatePackets[]>,
): void {
  limit(`revocations in ${name}`, revocations.length, MAX_REVOCATIONS);
  let attached = 0;
  for (const body of revocations) {
    const signature = tryParseSignature(body);
    for (const group of parts.values()) {
      const { primary } = required(group[0], 'the packets of a certificate');
      if (signature === undefined || !isIssuedBy(signature, primary)) continue;
      group.push({ primary, direct: [body], components: [] });
      attached++;
    }
  }
  if (certificates.length === 0 && attached === 0)
    throw invalid(name, 'it holds a revocation of a key that no source gives');
}

function limit(what: string, found: number, most: number): void {
  if (found > most)
    throw new VerificationError('KEY_INVALID', `expected at most ${most} ${what}, found ${found}`, {
      expected: `${most}`,
      actual: `${found}`,
    });
}

function invalid(name: string, found: string, cause?: unknown, remedy?: string): VerificationError {
  return new VerificationError('KEY_INVALID', `${name} is no OpenPGP public key: ${found}`, {
    expected: 'OpenPGP public key',
    actual: found,
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** An armored or binary OpenPGP certificate by its first bytes. */
export function looksLikeKey(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return (
    Buffer.from(bytes).includes('-----BEGIN PGP PUBLIC KEY BLOCK-----') ||
    first === 0x99 ||
    first === 0x98 ||
    first === 0xc6
  );
}
