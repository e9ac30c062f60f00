// SPDX-License-Identifier: MIT
import { parsePublicKey, type PublicKey } from './algorithms/public-key.js';
import { encodePacket, type Packet, PacketError, TAG } from './packets.js';
import { parseSignature, type SignaturePacket, TYPE } from './signature-packet.js';

/** A user id, user attribute or subkey with the signatures that follow it. */
export interface Component {
  readonly tag: number;
  readonly body: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

/** A certificate as its packets spell it (RFC 9580 10.1), unproved. */
export interface CertificatePackets {
  readonly primary: PublicKey;
  /** Signatures over the primary key alone. */
  readonly direct: readonly Uint8Array[];
  readonly components: readonly Component[];
}

/** What a key file holds. */
export interface KeyFileContent {
  readonly certificates: readonly CertificatePackets[];
  /** Revocations that come without their certificate, as `gpg --gen-revoke` writes them. */
  readonly revocations: readonly Uint8Array[];
  /** Primary keys of versions or forms that are not read here. */
  readonly skipped: readonly string[];
}

/**
 * Groups packets into certificates. Packets that belong to none, and certificates of obsolete versions, are skipped.
 * @throws PacketError when there is private key material, which must never lie in a public key file.
 */
export function groupCertificates(packets: Iterable<Packet>): KeyFileContent {
  const certificates: Builder[] = [];
  const revocations: Uint8Array[] = [];
  const skipped: string[] = [];
  let current: Builder | undefined;
  for (const { tag, body } of packets) {
    if (tag === TAG.secretKey || tag === TAG.secretSubkey)
      throw new PacketError('it holds a private key');
    if (tag === TAG.publicKey) {
      current = tryBuilder(body, skipped);
      if (current !== undefined) certificates.push(current);
    } else if (tag === TAG.signature && isKeyRevocation(body)) {
      (current?.direct ?? revocations).push(body);
    } else {
      current?.add(tag, body);
    }
  }
  return { certificates: certificates.map((builder) => builder.build()), revocations, skipped };
}

/** One certificate of several with the same primary key: all components, each signature once. */
export function mergeCertificates(
  parts: readonly [CertificatePackets, ...CertificatePackets[]],
): CertificatePackets {
  const components = new Map<string, { tag: number; body: Uint8Array; signatures: Uint8Array[] }>();
  for (const { tag, body, signatures } of parts.flatMap((part) => part.components)) {
    const id = `${tag}:${Buffer.from(body).toString('base64')}`;
    const component = components.get(id) ?? { tag, body, signatures: [] };
    components.set(id, component);
    for (const signature of signatures) component.signatures.push(signature);
  }
  return {
    primary: parts[0].primary,
    direct: unique(parts.flatMap(({ direct }) => direct)),
    components: [...components.values()].map((component) => ({
      ...component,
      signatures: unique(component.signatures),
    })),
  };
}

/** The certificate's packets in the order of RFC 9580 10.1. */
export function encodeCertificate({ primary, direct, components }: CertificatePackets): Uint8Array {
  const signatures = (bodies: readonly Uint8Array[]) =>
    bodies.map((body) => encodePacket({ tag: TAG.signature, body }));
  const inOrder = [...components].sort(
    (one, two) => Number(one.tag === TAG.publicSubkey) - Number(two.tag === TAG.publicSubkey),
  );
  return Buffer.concat([
    encodePacket({ tag: TAG.publicKey, body: primary.body }),
    ...signatures(direct),
    ...inOrder.flatMap((component) => [
      encodePacket(component),
      ...signatures(component.signatures),
    ]),
  ]);
}

/** The signature, or undefined when it cannot be read; a certificate may hold signatures of any kind by anyone. */
export function tryParseSignature(body: Uint8Array): SignaturePacket | undefined {
  try {
    return parseSignature(body);
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

class Builder {
  readonly direct: Uint8Array[] = [];
  readonly #components: { tag: number; body: Uint8Array; signatures: Uint8Array[] }[] = [];
  /** Where signatures go: undefined after a packet that is not known here. */
  #target: Uint8Array[] | undefined = this.direct;

  constructor(private readonly primary: PublicKey) {}

  add(tag: number, body: Uint8Array): void {
    if (tag === TAG.signature) {
      this.#target?.push(body);
    } else if (tag === TAG.userId || tag === TAG.userAttribute || tag === TAG.publicSubkey) {
      const component = { tag, body, signatures: [] };
      this.#components.push(component);
      this.#target = component.signatures;
    } else if (!PASSED_OVER.has(tag)) {
      this.#target = undefined;
    }
  }

  build(): CertificatePackets {
    return { primary: this.primary, direct: this.direct, components: this.#components };
  }
}

/** Marker, trust and padding packets (RFC 9580 5.8, 5.10, 5.14) may stand anywhere and mean nothing. */
const PASSED_OVER: ReadonlySet<number> = new Set([10, 12, 21]);

function tryBuilder(body: Uint8Array, skipped: string[]): Builder | undefined {
  try {
    return new Builder(parsePublicKey(body));
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    skipped.push(error.message);
    return undefined;
  }
}

function isKeyRevocation(body: Uint8Array): boolean {
  return tryParseSignature(body)?.type === TYPE.keyRevocation;
}

function unique(bodies: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(bodies.map((body) => [Buffer.from(body).toString('base64'), body])).values()];
}
