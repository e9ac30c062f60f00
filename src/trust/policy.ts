// SPDX-License-Identifier: MIT
import { IntegrityError, VerificationError, type VerificationErrorCode } from '../errors.js';
import type { HeaderEvidence } from '../rpm/evidence/examine.js';
import type { DigestReport, PackageEvidence, RpmSignatureReport } from '../rpm/model.js';

/** Why a package is refused, or what is to be known of it: what was left unchecked (`NOT_CHECKED`), or is odd and harmless (`WARNING`). */
export interface Reason {
  readonly code: VerificationErrorCode | 'DIGEST_MISMATCH' | 'NOT_CHECKED' | 'WARNING';
  readonly message: string;
}

/** What the evidence is worth. */
export interface Judgement {
  readonly accepted: boolean;
  readonly reasons: readonly Reason[];
  /** The signature to name as the package's: the first good one. */
  readonly signature: RpmSignatureReport | undefined;
}

export interface JudgeOptions {
  /** False leaves the signature rule out: nobody can tell a good signature without keys. */
  readonly keysGiven: boolean;
  /** True when the whole payload was read and every file's digest is good. */
  readonly filesGood?: boolean;
}

/** Digests that may stand between a signed header and its payload. */
const STRONG: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512']);

/**
 * Decides whether the evidence carries the package: every digest good, digests over header and payload, and, with keys, good
 * signatures that cover header and payload (rpmkeys(8), VERIFICATION POLICY). Stricter than rpm: with keys, a package that
 * nobody signed is refused. No signature, or only such as nobody could check, is never success (T10).
 */
export function judge(
  { digests, ...rest }: Pick<PackageEvidence, 'digests' | 'signatures'>,
  { keysGiven, filesGood = false }: JudgeOptions,
): Judgement {
  const odd = filesGood ? digests.filter((digest) => isOddAlternative(digest, digests)) : [];
  const evidence = { ...rest, digests: digests.filter((digest) => !odd.includes(digest)) };
  const reasons = [
    ...odd.map((digest): Reason => ({ code: 'WARNING', message: describeOdd(digest) })),
    ...judgeDigests(evidence.digests, ['header', 'payload']),
    ...judgeBroken(evidence.signatures),
    ...(keysGiven ? judgeCoverage(evidence) : [NOT_CHECKED]),
  ];
  return conclude(evidence.signatures, reasons);
}

/**
 * Decides whether the evidence carries the main header alone, which says nothing of the payload: the rule for header archives
 * and for the headers that a changed package is classified by.
 */
export function judgeHeader(evidence: HeaderEvidence): Judgement {
  const { digests, signatures } = evidence;
  const good = signatures.some(({ status }) => status === 'good');
  const reasons = [
    ...judgeDigests(digests, []),
    ...judgeBroken(signatures),
    ...(good ? [] : refusals(signatures)),
  ];
  return conclude(signatures, reasons);
}

/**
 * Turns a refusal into the error that ends a release.
 * @param what - names the package: `aws-neuronx-dkms-2.25.4.0.noarch.rpm`
 * @throws VerificationError, IntegrityError
 */
export function verifyJudgement(judgement: Judgement, what: string): void {
  if (judgement.accepted) return;
  const [first, ...others] = judgement.reasons.filter(isRefusal);
  const message = [first, ...others].map((reason) => reason?.message).join('; ');
  if (first === undefined || first.code === 'DIGEST_MISMATCH')
    throw new IntegrityError('DIGEST_MISMATCH', `${what}: ${message}`);
  throw new VerificationError(first.code as VerificationErrorCode, `${what}: ${message}`);
}

/** Said when no keys were given; it refuses nothing. */
export const NOT_CHECKED: Reason = {
  code: 'NOT_CHECKED',
  message: 'no keys were given, so signatures were not judged',
};

/**
 * Whether a digest of the uncompressed payload is wrong beside a good one of the payload as it is in the file. rpm asks for one of the two
 * (rpmvsVerify), and rpm-rs 0.14 wrote packages of which the other is wrong.
 */
export function isOddAlternative(
  { name, status }: DigestReport,
  digests: readonly DigestReport[],
): boolean {
  return (
    status === 'bad' &&
    name.endsWith('ALT') &&
    digests.some((other) => other.status === 'good' && `${other.name}ALT` === name)
  );
}

/** The warning for {@link isOddAlternative}. */
export function describeOdd({ name, expected, actual }: DigestReport): string {
  return `${name} of the uncompressed payload is wrong (expected ${expected}, found ${actual}); ${name.replace(/ALT$/, '')} and the digests of all files are good, which rpm accepts, too`;
}

function judgeDigests(
  digests: readonly DigestReport[],
  needed: readonly ('header' | 'payload')[],
): Reason[] {
  const bad = digests.filter(({ status }) => status === 'bad');
  if (bad.length > 0) return bad.map(mismatch);
  const good = digests.filter(({ status }) => status === 'good');
  return needed
    .filter((part) => !good.some(({ covers }) => covers.includes(part)))
    .map((part) => ({ code: 'NOT_COVERED', message: `no digest covers the ${part}` }));
}

function mismatch({ name, covers, expected, actual }: DigestReport): Reason {
  return {
    code: 'DIGEST_MISMATCH',
    message: `${name} of the ${covers}: expected ${expected}, found ${actual}`,
  };
}

/** Bad signatures, and those that cannot even be parsed, refuse a package whatever else speaks for it. */
function judgeBroken(signatures: readonly RpmSignatureReport[]): Reason[] {
  return signatures
    .filter((report) => report.status === 'bad' || isUnreadable(report))
    .map(refusal);
}

function isUnreadable({ status, version }: RpmSignatureReport): boolean {
  return status === 'unsupported' && version === null;
}

/** rpm's rule: header and payload must be covered, directly or by a strong payload digest within a covered header. */
function judgeCoverage({
  signatures,
  digests,
}: Pick<PackageEvidence, 'digests' | 'signatures'>): Reason[] {
  if (signatures.length === 0)
    return [{ code: 'NO_SIGNATURE', message: 'the package is not signed' }];
  const good = signatures.filter(({ status }) => status === 'good');
  if (good.length === 0) return refusals(signatures);
  if (good.some(({ covers }) => covers === 'header+payload') || digests.some(isStrongPayloadDigest))
    return [];
  // A signature that would have covered the payload says more about what is wrong than the absence of coverage does.
  const others = signatures.filter(
    ({ status, covers }) => status !== 'good' && covers === 'header+payload',
  );
  if (others.length > 0) return refusals(others);
  // The mismatch is the cause, and has been named.
  if (digests.some(({ covers, status }) => covers === 'payload' && status === 'bad')) return [];
  return [
    {
      code: 'NOT_COVERED',
      message:
        'the signature covers the header only, and the header has no good strong digest of the payload',
    },
  ];
}

function isStrongPayloadDigest({ covers, status, algorithm }: DigestReport): boolean {
  return covers === 'payload' && status === 'good' && STRONG.has(algorithm);
}

/** Why each of these is not good; those that {@link judgeBroken} has named are left out. */
function refusals(signatures: readonly RpmSignatureReport[]): Reason[] {
  if (signatures.length === 0)
    return [{ code: 'NO_SIGNATURE', message: 'no signature covers the header' }];
  return signatures
    .filter((report) => report.status !== 'bad' && !isUnreadable(report))
    .map(refusal);
}

function refusal({ tag, code, reason, status }: RpmSignatureReport): Reason {
  return { code: code ?? 'NO_SIGNATURE', message: `${tag}: ${reason ?? status}` };
}

function conclude(
  signatures: readonly RpmSignatureReport[],
  reasons: readonly Reason[],
): Judgement {
  return {
    accepted: !reasons.some(isRefusal),
    reasons,
    signature: signatures.find(({ status }) => status === 'good'),
  };
}

function isRefusal({ code }: Reason): boolean {
  return code !== 'NOT_CHECKED' && code !== 'WARNING';
}
