// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { required } from '../defect.js';
import { ALGORITHM, algorithmLabel, HASHES, hashLabel } from './algorithms/algorithms.js';
import type { PublicKey } from './algorithms/public-key.js';
import { dearmor } from './armor.js';
import { type Certificate, isRightDigest, isRightValue } from './certificate.js';
import { CertificateKeyring } from './keyring.js';
import type {
  HashName,
  Keyring,
  SignatureCode,
  SignaturePolicy,
  SignatureReport,
  SignatureStatus,
  SignedData,
} from './model.js';
import { PacketError, readPackets, TAG } from './packets.js';
import { parseSignature, type SignaturePacket, TYPE } from './signature-packet.js';
import { findObjection } from './validity.js';
import { findWeaknesses } from './weakness.js';

// Signatures are read by this room's own code on node:crypto: OpenPGP.js reads no version 3 packets, and its verify()
// then resolves with zero signatures, which an every() takes for success.

/** A context that `checkSignature` will ask for: {@link SignedData.hash} gets exactly these two. */
export interface HashNeed {
  readonly hash: HashName;
  readonly prefix: Uint8Array;
}

/** Packets in one signature tag or file; rpm 6 writes one per signer and tag value, and real packages have at most three. */
const MAX_PACKETS = 32;

/** Which hash contexts the signatures in these packets need, so that large data is read once. Never throws. */
export function peekSignature(packets: Uint8Array): HashNeed[] {
  return split(packets).flatMap((item) => {
    const hash = item instanceof Error ? undefined : HASHES[item.hash];
    return item instanceof Error || hash === undefined || objectionToKind(item) !== undefined
      ? []
      : [{ hash: hash.name, prefix: item.prefix }];
  });
}

/**
 * Checks each signature packet (RFC 9580 5.2, versions 3, 4 and 6) over `data`. There is one report a packet, and one that says
 * `unsupported` for bytes that cannot be read, so the list is never empty: no signature is never success. Never throws for the bytes' sake.
 * @param packets - Binary packets as an RPM tag holds them.
 * @throws TypeError for a keyring that `loadKeyring` did not make.
 */
export async function checkSignature(
  packets: Uint8Array,
  data: SignedData,
  keyring: Keyring,
  policy: SignaturePolicy,
): Promise<SignatureReport[]> {
  if (!(keyring instanceof CertificateKeyring))
    throw new TypeError('expected a keyring from loadKeyring');
  return split(packets).map((item) =>
    item instanceof Error ? unreadable(packets, item) : check(item, data, keyring, policy),
  );
}

/**
 * What the packets alone tell of signatures over data that is not at hand: each is judged as if its value were right, so `good` only means that nothing
 * speaks against it yet. Never throws for the bytes' sake.
 */
export function foreseeSignature(
  packets: Uint8Array,
  keyring: Keyring,
  policy: SignaturePolicy,
): SignatureReport[] {
  if (!(keyring instanceof CertificateKeyring))
    throw new TypeError('expected a keyring from loadKeyring');
  return split(packets).map((item) =>
    item instanceof Error ? unreadable(packets, item) : foresee(item, keyring, policy),
  );
}

/**
 * Checks a detached signature file, armored or binary, such as repomd.xml.asc. It speaks for the present, so a key that has
 * expired since is refused unless `policy.currentKey` is false.
 */
export async function checkDetached(
  signature: Uint8Array,
  data: Uint8Array,
  keyring: Keyring,
  policy: SignaturePolicy,
): Promise<SignatureReport[]> {
  const signed: SignedData = {
    hash: (algorithm, prefix = new Uint8Array()) =>
      createHash(algorithm).update(prefix).update(data),
  };
  let packets: Uint8Array;
  try {
    packets = dearmor(signature);
  } catch (error) {
    if (error instanceof PacketError) return [unreadable(signature, error)];
    throw error;
  }
  return checkSignature(packets, signed, keyring, {
    ...policy,
    currentKey: policy.currentKey ?? true,
  });
}

/** Each packet parsed, or why it is none; never empty. */
function split(packets: Uint8Array): (SignaturePacket | PacketError)[] {
  const found: (SignaturePacket | PacketError)[] = [];
  try {
    for (const { tag, body } of readPackets(packets)) {
      if (found.length === MAX_PACKETS)
        throw new PacketError(`expected at most ${MAX_PACKETS} packets`);
      found.push(
        tag === TAG.signature
          ? parse(body)
          : new PacketError(`expected a signature packet, found packet type ${tag}`),
      );
    }
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    found.push(error);
  }
  return found.length > 0 ? found : [new PacketError('the signature is empty')];
}

function parse(body: Uint8Array): SignaturePacket | PacketError {
  try {
    return parseSignature(body);
  } catch (error) {
    if (error instanceof PacketError) return error;
    throw error;
  }
}

function check(
  signature: SignaturePacket,
  data: SignedData,
  keyring: CertificateKeyring,
  policy: SignaturePolicy,
): SignatureReport {
  const hash = HASHES[signature.hash];
  const unsupported = objectionToKind(signature);
  if (hash === undefined || unsupported !== undefined)
    return report(
      signature,
      'unsupported',
      'NO_SIGNATURE',
      unsupported ?? 'its hash algorithm is unknown',
    );
  const issuers = keyring.issuersOf(signature);
  const context = () => data.hash(hash.name, signature.prefix);
  const maker = issuers.find(({ key }) => isRightValue(signature, key, context()));
  if (maker !== undefined) return judge(signature, maker, policy);
  const key = issuers[0]?.key;
  if (!isRightDigest(signature, context().update(signature.trailer).digest()))
    return report(signature, 'bad', 'BAD_SIGNATURE', 'the signature is over other data');
  if (key === undefined) return withoutKey(signature);
  if (issuers.every((issuer) => issuer.key.verify === undefined)) return unusable(signature, key);
  return report(
    signature,
    'bad',
    'BAD_SIGNATURE',
    `the signature was not made by the key ${key.fingerprint}`,
  );
}

function foresee(
  signature: SignaturePacket,
  keyring: CertificateKeyring,
  policy: SignaturePolicy,
): SignatureReport {
  const unsupported = objectionToKind(signature);
  if (unsupported !== undefined)
    return report(signature, 'unsupported', 'NO_SIGNATURE', unsupported);
  const issuers = keyring.issuersOf(signature);
  const [first] = issuers;
  if (first === undefined) return withoutKey(signature);
  const verdicts = issuers
    .filter(({ key }) => key.verify !== undefined)
    .map((issuer) => judge(signature, issuer, policy));
  return (
    verdicts.find(({ status }) => status === 'good') ??
    verdicts[0] ??
    unusable(signature, first.key)
  );
}

function withoutKey(signature: SignaturePacket): SignatureReport {
  const key = signature.issuer ?? signature.keyId ?? '(none named)';
  return report(signature, 'no-key', 'UNKNOWN_KEY', `no trusted certificate has the key ${key}`);
}

function unusable(signature: SignaturePacket, { label }: PublicKey): SignatureReport {
  return report(
    signature,
    'unsupported',
    'NO_SIGNATURE',
    `${label} keys of this form cannot be used here`,
  );
}

/** Verdict on a signature whose value is right. */
function judge(
  signature: SignaturePacket,
  { certificate, key }: { certificate: Certificate; key: PublicKey },
  policy: SignaturePolicy,
): SignatureReport {
  const hash = required(HASHES[signature.hash], 'a hash that was computed');
  const weak = findWeaknesses(hash.name, [key, certificate.primary], policy);
  const refused = weak.filter(({ tolerated }) => !tolerated).map(({ name }) => name);
  const objection = findObjection(certificate, key, signature, policy);
  const facts = {
    fingerprint: certificate.facts.fingerprint,
    tolerated: weak.filter(({ tolerated }) => tolerated).map(({ name }) => name),
  };
  if (objection !== undefined)
    return { ...report(signature, 'rejected', objection.code, objection.reason), ...facts };
  if (refused.length > 0)
    return {
      ...report(
        signature,
        'rejected',
        'WEAK_ALGORITHM',
        `it rests on ${refused.join(' and ')}, which is weak`,
      ),
      ...facts,
    };
  return { ...describe(signature), ...facts, status: 'good' };
}

const SIGNING: ReadonlySet<number> = new Set(Object.values(ALGORITHM));

/** What keeps a well-formed packet from being computed; only signatures over binary documents stand for an RPM or an index. */
function objectionToKind({ type, algorithm, hash }: SignaturePacket): string | undefined {
  if (type !== TYPE.binary)
    return `expected a signature over a binary document (type 0x00), found type 0x${type.toString(16).padStart(2, '0')}`;
  if (!SIGNING.has(algorithm))
    return `the public-key algorithm ${algorithmLabel(algorithm)} is not supported`;
  return HASHES[hash] === undefined ? `the hash algorithm ${hash} is not supported` : undefined;
}

function describe(
  signature: SignaturePacket,
): Omit<SignatureReport, 'status' | 'fingerprint' | 'tolerated'> {
  const { version, keyId, created } = signature;
  return {
    version,
    algorithm: algorithmLabel(signature.algorithm),
    hash: hashLabel(signature.hash),
    keyId,
    created,
  };
}

function report(
  signature: SignaturePacket,
  status: SignatureStatus,
  code: SignatureCode,
  reason: string,
): SignatureReport {
  return { ...describe(signature), fingerprint: null, status, code, reason, tolerated: [] };
}

function unreadable(bytes: Uint8Array, { message }: Error): SignatureReport {
  const facts = {
    version: null,
    algorithm: 'unknown',
    hash: 'unknown',
    keyId: null,
    created: null,
    fingerprint: null,
  };
  const reason =
    bytes.length === 0 ? 'the signature is empty' : `the signature cannot be read: ${message}`;
  return { ...facts, status: 'unsupported', code: 'NO_SIGNATURE', reason, tolerated: [] };
}
