// SPDX-License-Identifier: MIT
import type {
  CertificateFacts,
  Keyring,
  SignaturePolicy,
  SignatureReport,
  SignedData,
} from './model.js';
import { checkDetached, checkSignature, foreseeSignature } from './verify.js';

/** Judges signatures by the certificates that count and by one policy: bound once, for all packages and the index of a run. */
export class SignatureChecker {
  readonly keyring: Keyring;
  readonly #policy: SignaturePolicy;

  constructor(keyring: Keyring, policy: SignaturePolicy) {
    this.keyring = keyring;
    this.#policy = policy;
  }

  /** As {@link checkSignature}. */
  readonly check = (packets: Uint8Array, data: SignedData): Promise<SignatureReport[]> =>
    checkSignature(packets, data, this.keyring, this.#policy);

  /** As {@link foreseeSignature}. */
  readonly foresee = (packets: Uint8Array): SignatureReport[] =>
    foreseeSignature(packets, this.keyring, this.#policy);

  /** As {@link checkDetached}. */
  checkDetached(signature: Uint8Array, data: Uint8Array): Promise<SignatureReport[]> {
    return checkDetached(signature, data, this.keyring, this.#policy);
  }

  /** The certificate whose key made a signature; undefined when none of these did. */
  signerOf(
    signature: Pick<SignatureReport, 'fingerprint'> | undefined,
  ): CertificateFacts | undefined {
    return this.keyring.certificates.find(
      ({ fingerprint }) => fingerprint === signature?.fingerprint,
    );
  }

  /** The same rules with only some of the certificates (primary fingerprints, upper-case hex). */
  restrictedTo(fingerprints: ReadonlySet<string>): SignatureChecker {
    return new SignatureChecker(this.keyring.restrictedTo(fingerprints), this.#policy);
  }
}
