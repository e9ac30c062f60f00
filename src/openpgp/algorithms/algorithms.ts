// SPDX-License-Identifier: MIT
import type { HashName } from '../model.js';

interface HashAlgorithm {
  readonly name: HashName;
  /** As reports print it. */
  readonly label: string;
  /** What comes before the digest in a PKCS #1 v1.5 signature (RFC 9580 5.2.2, RFC 8017 9.2). */
  readonly digestInfo: Uint8Array;
  /** Length of a version 6 signature's salt; absent where version 6 forbids the algorithm (RFC 9580 9.5). */
  readonly saltLength?: number;
}

/** The DigestInfo header of an algorithm with this object identifier and digest length. */
function digestInfo(oid: string, length: number): Uint8Array {
  const id = Buffer.from(oid, 'hex');
  const algorithm = Buffer.concat([Buffer.from([0x06, id.length]), id, Buffer.from([0x05, 0x00])]);
  return Buffer.concat([
    Buffer.from([0x30, algorithm.length + length + 4, 0x30, algorithm.length]),
    algorithm,
    Buffer.from([0x04, length]),
  ]);
}

/** Hash algorithms by their OpenPGP number (RFC 9580 9.5). */
export const HASHES: Readonly<Record<number, HashAlgorithm>> = {
  1: { name: 'md5', label: 'MD5', digestInfo: digestInfo('2a864886f70d0205', 16) },
  2: { name: 'sha1', label: 'SHA1', digestInfo: digestInfo('2b0e03021a', 20) },
  3: { name: 'ripemd160', label: 'RIPEMD160', digestInfo: digestInfo('2b24030201', 20) },
  8: {
    name: 'sha256',
    label: 'SHA256',
    digestInfo: digestInfo('608648016503040201', 32),
    saltLength: 16,
  },
  9: {
    name: 'sha384',
    label: 'SHA384',
    digestInfo: digestInfo('608648016503040202', 48),
    saltLength: 24,
  },
  10: {
    name: 'sha512',
    label: 'SHA512',
    digestInfo: digestInfo('608648016503040203', 64),
    saltLength: 32,
  },
  11: {
    name: 'sha224',
    label: 'SHA224',
    digestInfo: digestInfo('608648016503040204', 28),
    saltLength: 16,
  },
  12: {
    name: 'sha3-256',
    label: 'SHA3-256',
    digestInfo: digestInfo('608648016503040208', 32),
    saltLength: 16,
  },
  14: {
    name: 'sha3-512',
    label: 'SHA3-512',
    digestInfo: digestInfo('60864801650304020a', 64),
    saltLength: 32,
  },
};

/** Public-key algorithms that can sign, by their OpenPGP number (RFC 9580 9.1). RSA encrypt-only (2) and Elgamal cannot. */
export const ALGORITHM = {
  rsa: 1,
  rsaSignOnly: 3,
  dsa: 17,
  ecdsa: 19,
  eddsaLegacy: 22,
  ed25519: 27,
  ed448: 28,
  mlDsa65Ed25519: 30,
  mlDsa87Ed448: 31,
} as const;

const LABELS: Readonly<Record<number, string>> = {
  1: 'RSA',
  2: 'RSA',
  3: 'RSA',
  16: 'Elgamal',
  17: 'DSA',
  18: 'ECDH',
  19: 'ECDSA',
  22: 'EdDSA',
  25: 'X25519',
  26: 'X448',
  27: 'Ed25519',
  28: 'Ed448',
  30: 'ML-DSA-65+Ed25519',
  31: 'ML-DSA-87+Ed448',
};

/** A public-key algorithm's name for reports: `RSA`, `algorithm 99`. */
export function algorithmLabel(id: number): string {
  return LABELS[id] ?? `algorithm ${id}`;
}

/** A hash algorithm's name for reports: `SHA256`, `hash 99`. */
export function hashLabel(id: number): string {
  return HASHES[id]?.label ?? `hash ${id}`;
}
