// SPDX-License-Identifier: MIT
import { createHash, type Hash } from 'node:crypto';

import { HASHES } from './algorithms/algorithms.js';
import { parsePublicKey, type PublicKey } from './algorithms/public-key.js';
import {
  type CertificatePackets,
  type Component,
  encodeCertificate,
  tryParseSignature,
} from './certificate-packets.js';
import type { CertificateFacts } from './model.js';
import { PacketError, TAG } from './packets.js';
import { type SignaturePacket, TYPE } from './signature-packet.js';

/** A subkey with what its primary key said of it; every signature here is proved. */
export interface Subkey {
  readonly key: PublicKey;
  /** Bindings, newest first. */
  readonly bindings: readonly Binding[];
  readonly revocations: readonly SignaturePacket[];
}

export interface Binding {
  readonly signature: SignaturePacket;
  /** The subkey agreed (0x19), so that nobody can adopt another's signing key. */
  readonly agreed: boolean;
}

/** A user id that the primary key certified, newest certification first; every signature here is proved. */
interface Identity {
  /** null for a user attribute (a photograph). */
  readonly userId: string | null;
  readonly certifications: readonly SignaturePacket[];
  readonly revoked: boolean;
}

/** A certificate whose self-signatures are proved. What they say at a given time is for `validity.ts` to judge. */
export interface Certificate {
  readonly facts: CertificateFacts;
  readonly primary: PublicKey;
  /** Direct-key signatures, newest first. */
  readonly direct: readonly SignaturePacket[];
  readonly revocations: readonly SignaturePacket[];
  readonly identities: readonly Identity[];
  readonly subkeys: readonly Subkey[];
  readonly packets: CertificatePackets;
  encode(): Uint8Array;
}

/** Proves the self-signatures of a certificate (RFC 9580 5.2.4, 10.1). Those that are wrong, by others or of other kinds are left out. */
export function buildCertificate(packets: CertificatePackets): Certificate {
  const { primary } = packets;
  const direct = proved(
    primary,
    packets.direct,
    [TYPE.directKey, TYPE.keyRevocation],
    [primary.hashed],
  );
  const identities = packets.components
    .filter(({ tag }) => tag !== TAG.publicSubkey)
    .map((component) => buildIdentity(primary, component));
  const subkeys = packets.components
    .filter(({ tag }) => tag === TAG.publicSubkey)
    .flatMap((component) => buildSubkey(primary, component));
  return {
    facts: {
      fingerprint: primary.fingerprint,
      keyIds: [primary, ...subkeys.map(({ key }) => key)].map(({ keyId }) => keyId),
      userId: primaryUserId(identities.filter(({ userId }) => userId !== null)),
      created: primary.created,
      algorithm: primary.label,
    },
    primary,
    direct: direct.filter(({ type }) => type === TYPE.directKey),
    revocations: direct.filter(({ type }) => type === TYPE.keyRevocation),
    identities,
    subkeys,
    packets,
    encode: () => encodeCertificate(packets),
  };
}

/** How many signatures of a certificate claim to be by its primary key, so that none are proved when they are too many. */
export function countSelfSignatures({ primary, direct, components }: CertificatePackets): number {
  const bodies = [direct, ...components.map(({ signatures }) => signatures)].flat();
  return bodies
    .map(tryParseSignature)
    .filter((signature) => signature !== undefined && isIssuedBy(signature, primary)).length;
}

/** Whether a signature names this key as its maker, as far as it names one. */
export function isIssuedBy(signature: SignaturePacket, key: PublicKey): boolean {
  const { keyId, issuer } = signature;
  return (
    (keyId !== null || issuer !== null) &&
    (keyId ?? key.keyId) === key.keyId &&
    (issuer ?? key.fingerprint) === key.fingerprint
  );
}

/** Whether the key can have made the signature at all: same algorithm, and version 6 keys make version 6 signatures only. */
function fits(signature: SignaturePacket, key: PublicKey): boolean {
  return key.algorithm === signature.algorithm && (signature.version === 6) === (key.version === 6);
}

/** Whether the value is right; the context has consumed prefix and signed bytes, and is used up. */
export function isRightValue(signature: SignaturePacket, key: PublicKey, context: Hash): boolean {
  const digest = context.update(signature.trailer).digest();
  return (
    isRightDigest(signature, digest) &&
    fits(signature, key) &&
    key.verify?.(signature, digest) === true
  );
}

/** Whether the digest begins with the two bytes that the packet shows of it; rpm, too, calls a signature bad by that alone, with no key at hand. */
export function isRightDigest({ check }: SignaturePacket, digest: Uint8Array): boolean {
  return digest[0] === check[0] && digest[1] === check[1];
}

function isRightOver(
  signature: SignaturePacket,
  key: PublicKey,
  parts: readonly Uint8Array[],
): boolean {
  const algorithm = HASHES[signature.hash];
  if (algorithm === undefined) return false;
  const context = createHash(algorithm.name).update(signature.prefix);
  for (const part of parts) context.update(part);
  return isRightValue(signature, key, context);
}

/** The right ones of these types by the primary key, newest first. */
function proved(
  primary: PublicKey,
  bodies: readonly Uint8Array[],
  types: readonly number[],
  parts: readonly Uint8Array[],
): SignaturePacket[] {
  return bodies
    .map(tryParseSignature)
    .filter((signature) => signature !== undefined)
    .filter(
      (signature) =>
        types.includes(signature.type) &&
        isIssuedBy(signature, primary) &&
        isRightOver(signature, primary, parts),
    )
    .sort((one, two) => two.created - one.created);
}

const CERTIFICATIONS = [TYPE.genericCertification, 0x11, 0x12, TYPE.positiveCertification];

function buildIdentity(primary: PublicKey, { tag, body, signatures }: Component): Identity {
  const head = Buffer.alloc(5);
  head[0] = tag === TAG.userId ? 0xb4 : 0xd1;
  head.writeUInt32BE(body.length, 1);
  const types = [...CERTIFICATIONS, TYPE.certificationRevocation];
  const isOld = (signature: Uint8Array) => signature[0] === 3;
  const good = [
    ...proved(
      primary,
      signatures.filter((one) => !isOld(one)),
      types,
      [primary.hashed, head, body],
    ),
    ...proved(primary, signatures.filter(isOld), types, [primary.hashed, body]),
  ].sort((one, two) => two.created - one.created);
  const certifications = good.filter(({ type }) => type !== TYPE.certificationRevocation);
  const revocation = good.find(({ type }) => type === TYPE.certificationRevocation);
  const newest = certifications[0]?.created ?? 0;
  return {
    userId: tag === TAG.userId ? Buffer.from(body).toString('utf8') : null,
    certifications,
    revoked: revocation !== undefined && revocation.created >= newest,
  };
}

function buildSubkey(primary: PublicKey, { body, signatures }: Component): Subkey[] {
  const key = tryPublicKey(body);
  if (key === undefined || key.version !== primary.version) return [];
  const parts = [primary.hashed, key.hashed];
  const good = proved(primary, signatures, [TYPE.subkeyBinding, TYPE.subkeyRevocation], parts);
  // MD5 collisions cost nothing: a binding that rests on one could be made from any MD5 signature of the owner.
  const bindings = good.filter(
    ({ type, hash }) => type === TYPE.subkeyBinding && HASHES[hash]?.name !== 'md5',
  );
  return [
    {
      key,
      bindings: bindings.map((signature) => ({
        signature,
        agreed: hasAgreed(signature, key, parts),
      })),
      revocations: good.filter(({ type }) => type === TYPE.subkeyRevocation),
    },
  ];
}

function hasAgreed(
  { embedded }: SignaturePacket,
  key: PublicKey,
  parts: readonly Uint8Array[],
): boolean {
  return embedded
    .slice(0, MAX_EMBEDDED)
    .map(tryParseSignature)
    .some(
      (signature) =>
        signature?.type === TYPE.primaryKeyBinding && isRightOver(signature, key, parts),
    );
}

/** A binding embeds one signature; more are tolerated, many are not computed. */
const MAX_EMBEDDED = 4;

function tryPublicKey(body: Uint8Array): PublicKey | undefined {
  try {
    return parsePublicKey(body);
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

/** The user id marked as primary, else the one certified last (as GnuPG chooses). */
function primaryUserId(identities: readonly Identity[]): string {
  const certified = identities.flatMap(({ userId, revoked, certifications: [newest] }) =>
    newest === undefined ? [] : [{ userId, revoked, newest }],
  );
  const live = certified.filter(({ revoked }) => !revoked);
  const ranked = (live.length > 0 ? live : certified).toSorted(
    ({ newest: a }, { newest: b }) =>
      Number(b.primaryUserId) - Number(a.primaryUserId) || b.created - a.created,
  );
  return (ranked[0] ?? identities[0])?.userId ?? '';
}
