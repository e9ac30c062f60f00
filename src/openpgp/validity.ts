// SPDX-License-Identifier: MIT
import type { PublicKey } from './algorithms/public-key.js';
import type { Binding, Certificate, Subkey } from './certificate.js';
import type { SignatureCode, SignaturePolicy } from './model.js';
import type { SignaturePacket } from './signature-packet.js';

/** Why a key must not have made a signature, or why that signature must not count. */
export interface Objection {
  readonly code: SignatureCode;
  readonly reason: string;
}

/** A day: clocks differ, and a build machine's time zone may be wrong. */
const CLOCK_TOLERANCE = 86_400;
const MAY_SIGN = 0x02;

/** When a signature was made, and when it is looked at. */
interface Moment {
  readonly signed: number;
  readonly now: number;
  /** When the keys must be unexpired. */
  readonly judged: number;
}

/**
 * What GnuPG (and rpm, where it looks) would object to in a right signature by `key`; undefined means nothing.
 * The newest self-signature counts for all times, so that one renewed after the signature does not harm it. A revocation
 * counts for all times, too, whatever its reason: GnuPG says REVKEYSIG even for a key that was merely retired.
 */
export function findObjection(
  certificate: Certificate,
  key: PublicKey,
  signature: SignaturePacket,
  policy: SignaturePolicy,
): Objection | undefined {
  const { created: signed, expires } = signature;
  const { now } = policy;
  const moment: Moment = {
    signed,
    now,
    judged: policy.currentKey === true ? Math.max(now, signed) : signed,
  };
  const end = expires === null ? Number.POSITIVE_INFINITY : signed + expires;
  const subkey = certificate.subkeys.find((candidate) => candidate.key === key);
  return (
    objectionToPrimary(certificate, moment, { signs: subkey === undefined }) ??
    (subkey && objectionToSubkey(subkey, moment)) ??
    when(
      signed > now + CLOCK_TOLERANCE,
      'BAD_SIGNATURE',
      () => `the signature claims to be made on ${day(signed)}, after today (${day(now)})`,
    ) ??
    when(
      signed < key.created,
      'BAD_SIGNATURE',
      () =>
        `the signature claims to be made on ${day(signed)}, before its key (${day(key.created)})`,
    ) ??
    when(end <= now, 'KEY_EXPIRED', () => `the signature itself expired on ${day(end)}`)
  );
}

function objectionToPrimary(
  certificate: Certificate,
  moment: Moment,
  { signs }: { signs: boolean },
): Objection | undefined {
  const { primary, revocations } = certificate;
  const { isCertified, lifetime, flags } = selfSigned(certificate, moment);
  return (
    objectionToRevoked(primary, revocations) ??
    when(
      primary.created > moment.now + CLOCK_TOLERANCE,
      'KEY_INVALID',
      () =>
        `key ${primary.fingerprint} was made on ${day(primary.created)}, after today (${day(moment.now)}); is this machine's clock right?`,
    ) ??
    when(
      !isCertified,
      'KEY_INVALID',
      () => `key ${primary.fingerprint} has no self-signature that is valid on ${day(moment.now)}`,
    ) ??
    when(
      signs && !maySign(flags),
      'KEY_INVALID',
      () => `key ${primary.fingerprint} is not meant for signing`,
    ) ??
    objectionToLifetime(primary, lifetime, moment)
  );
}

/** What the primary key says of itself: directly, else in a certification of a user id. */
function selfSigned(certificate: Certificate, moment: Moment) {
  const direct = newest(certificate.direct, moment);
  const certification = newestCertification(certificate, moment);
  return {
    isCertified: direct !== undefined || certification !== undefined,
    lifetime: direct?.keyExpires ?? certification?.keyExpires ?? null,
    flags: direct?.keyFlags ?? certification?.keyFlags ?? null,
  };
}

function objectionToSubkey(
  { key, bindings, revocations }: Subkey,
  moment: Moment,
): Objection | undefined {
  const signature = newest(
    bindings.map((binding) => binding.signature),
    moment,
  );
  const binding = bindings.find((candidate) => candidate.signature === signature);
  return objectionToRevoked(key, revocations) ?? objectionToBinding(key, binding, moment);
}

function objectionToBinding(
  key: PublicKey,
  binding: Binding | undefined,
  moment: Moment,
): Objection | undefined {
  if (binding === undefined)
    return {
      code: 'KEY_INVALID',
      reason: `subkey ${key.fingerprint} is not bound to its primary key`,
    };
  const { signature, agreed } = binding;
  return (
    when(
      !maySign(signature.keyFlags),
      'KEY_INVALID',
      () => `subkey ${key.fingerprint} is not meant for signing`,
    ) ??
    when(
      !agreed,
      'KEY_INVALID',
      () => `subkey ${key.fingerprint} did not sign its binding to the primary key`,
    ) ??
    objectionToLifetime(key, signature.keyExpires, moment)
  );
}

/** The newest self-certification of a user id that is not revoked; where all are, of any. */
function newestCertification(
  { identities }: Certificate,
  moment: Moment,
): SignaturePacket | undefined {
  const live = identities.filter(({ revoked }) => !revoked);
  const all = (of: typeof identities) =>
    of
      .flatMap(({ certifications }) => certifications)
      .toSorted((one, two) => two.created - one.created);
  return newest(all(live), moment) ?? newest(all(identities), moment);
}

/** The newest of self-signatures that come newest first, without those of the future and those that had expired. */
function newest(
  signatures: readonly SignaturePacket[],
  { signed, now }: Moment,
): SignaturePacket | undefined {
  return signatures.find(
    ({ created, expires }) =>
      created <= now + CLOCK_TOLERANCE && (expires === null || created + expires > signed),
  );
}

function objectionToRevoked(
  key: PublicKey,
  [revocation]: readonly SignaturePacket[],
): Objection | undefined {
  if (revocation === undefined) return undefined;
  const why = revocation.revocationReason === '' ? '' : `: ${revocation.revocationReason}`;
  return {
    code: 'KEY_REVOKED',
    reason: `key ${key.fingerprint} was revoked on ${day(revocation.created)}${why}`,
  };
}

function objectionToLifetime(
  key: PublicKey,
  lifetime: number | null,
  { judged }: Moment,
): Objection | undefined {
  if (lifetime === null || judged < key.created + lifetime) return undefined;
  return {
    code: 'KEY_EXPIRED',
    reason: `key ${key.fingerprint} expired on ${day(key.created + lifetime)}, expected one valid on ${day(judged)}`,
  };
}

/** Certificates of before 2003 have no key flags; then any key that can sign may (as GnuPG decides). */
function maySign(flags: number | null): boolean {
  return flags === null || (flags & MAY_SIGN) !== 0;
}

function when(applies: boolean, code: SignatureCode, reason: () => string): Objection | undefined {
  return applies ? { code, reason: reason() } : undefined;
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
