// SPDX-License-Identifier: MIT
import type { CertificateFacts } from '../openpgp/model.js';
import type { Exploration } from './explore.js';
import type { FoundKeys } from './keys.js';

/** The certificates that somebody named. */
export function namedCertificates(keys: readonly FoundKeys[]): CertificateFacts[] {
  return uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}

/** Those of all lists, each once. */
export function mergeCertificates(
  ...lists: readonly (readonly CertificateFacts[])[]
): CertificateFacts[] {
  return [...new Map(lists.flat().map((facts) => [facts.fingerprint, facts])).values()];
}

/** The keys that signed what was looked at; where that is not known, those that somebody named. A key that merely lay about vouches for nothing, nor does one when another signed. */
export function certificatesToPin({
  keys,
  indexSignatures = [],
  packageSignatures = [],
  judged,
}: Exploration): CertificateFacts[] {
  const makers = new Set([
    ...[...indexSignatures, ...packageSignatures]
      .filter(({ status }) => status === 'good')
      .map(({ fingerprint }) => fingerprint),
    ...judged.flatMap(({ verdict }) => verdict?.signer ?? []),
  ]);
  const all = uniqueCertificates(keys);
  const signed = all.filter(({ fingerprint }) => makers.has(fingerprint));
  return signed.length > 0 || isByOthers(packageSignatures)
    ? signed
    : uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}

/** The newest package is signed by none of the keys that were found. */
export function isByOthers(packageSignatures: Exploration['packageSignatures'] = []): boolean {
  return (
    packageSignatures.length > 0 && packageSignatures.every(({ status }) => status === 'no-key')
  );
}

/** Every certificate once. */
export function uniqueCertificates(keys: readonly FoundKeys[]): CertificateFacts[] {
  return [
    ...new Map(
      keys.flatMap(({ keyring }) =>
        keyring.certificates.map((facts) => [facts.fingerprint, facts] as const),
      ),
    ).values(),
  ];
}
