// SPDX-License-Identifier: MIT
import type { Hash } from 'node:crypto';

/** Hash algorithms of OpenPGP (RFC 9580 9.5), as node:crypto names them. */
export type HashName =
  | 'md5'
  | 'sha1'
  | 'ripemd160'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha224'
  | 'sha3-256'
  | 'sha3-512';

/** The bytes that a signature stands for, fed into a fresh hash context on each call, so that large data is read once for all signatures. */
export interface SignedData {
  /**
   * A context that has consumed `prefix` and then exactly the signed bytes, nothing else; the caller owns it.
   * The prefix is the salt of a version 6 signature (RFC 9580 5.2.4), empty or absent otherwise; `peekSignature` tells it beforehand.
   */
  hash(algorithm: HashName, prefix?: Uint8Array): Hash;
}

/**
 * `good`: cryptographically right and the key was allowed to make it. `bad`: the key is there and the value is wrong.
 * `no-key`: no certificate has this key. `unsupported`: cannot be parsed or computed here.
 * `rejected`: right, but policy refuses it (weak, expired, revoked, badly bound, in the future).
 */
export type SignatureStatus = 'good' | 'bad' | 'no-key' | 'unsupported' | 'rejected';

/** Why a signature is not good; equals the error code that a refusal carries. */
export type SignatureCode =
  | 'BAD_SIGNATURE'
  | 'UNKNOWN_KEY'
  | 'NO_SIGNATURE'
  | 'WEAK_ALGORITHM'
  | 'KEY_EXPIRED'
  | 'KEY_REVOKED'
  | 'KEY_INVALID';

/** What was found out about one OpenPGP signature packet. */
export interface SignatureReport {
  /** 3, 4 or 6; null when the packet cannot be parsed that far. */
  readonly version: number | null;
  /** `RSA`, `DSA`, `ECDSA`, `EdDSA` (legacy), `Ed25519`, `Ed448`, or `algorithm 99`. */
  readonly algorithm: string;
  /** `SHA256`, …, or `hash 99`. */
  readonly hash: string;
  /** 16 lower-case hex digits, as the packet hints (a v6 packet: first 8 bytes of the fingerprint); null if absent. */
  readonly keyId: string | null;
  /** Seconds since 1970. */
  readonly created: number | null;
  /** Primary fingerprint (upper-case hex) of the certificate that verified it; null unless `good` or `rejected` after a right value. */
  readonly fingerprint: string | null;
  readonly status: SignatureStatus;
  /** Set unless `good`. */
  readonly code?: SignatureCode;
  /** For people; set unless `good`. */
  readonly reason?: string;
  /** Weak algorithms that `allow-weak` tolerated for this signature, such as `sha1` or `rsa1024`. */
  readonly tolerated: readonly string[];
}

/** Facts of one certificate (public key with its identities and subkeys). */
export interface CertificateFacts {
  /** Primary fingerprint, upper-case hex, 40 (v4) or 64 (v6) digits; 32 for v3 keys. */
  readonly fingerprint: string;
  /** Lower-case key ids of the primary key and all subkeys. */
  readonly keyIds: readonly string[];
  /** Primary user id; empty when there is none. */
  readonly userId: string;
  /** Creation of the primary key, seconds since 1970. */
  readonly created: number;
  /** `RSA 2048`, `Ed25519`, … */
  readonly algorithm: string;
}

/** Rules that a signature is held to. */
export interface SignaturePolicy {
  /** Lower-case names from `allow-weak`: `sha1`, `md5`, `ripemd160`, `rsa1024` (RSA of at least so many bits), `dsa1024`, … */
  readonly allowWeak: ReadonlySet<string>;
  /** Current time, seconds since 1970; signatures made later (but for a day's tolerance) are refused. */
  readonly now: number;
  /**
   * Also refuse a key that has expired by `now`, even when it was valid at signing: right for a statement about the present
   * (repomd.xml.asc, as dnf does), wrong for packages, which outlive their keys. Default false; `checkDetached` takes true.
   */
  readonly currentKey?: boolean;
}

/** Certificates that may vouch for something. Immutable. */
export interface Keyring {
  readonly certificates: readonly CertificateFacts[];
  /** Only the certificates with these primary fingerprints (upper-case hex). */
  restrictedTo(fingerprints: ReadonlySet<string>): Keyring;
  /** One certificate, re-armored, holding all that is known of it. */
  armored(fingerprint: string): string;
}
