// SPDX-License-Identifier: MIT
import {
  constants,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  timingSafeEqual,
  verify,
} from 'node:crypto';

import { required } from '../../defect.js';
import { hex, PacketError, type PacketReader } from '../packets.js';
import type { SignaturePacket } from '../signature-packet.js';
import { ALGORITHM, algorithmLabel, HASHES } from './algorithms.js';
import { CURVES } from './curves.js';
import { bitLength, type Pair, toBigInt, verifyDsa } from './discrete-log.js';
import { isOnCurve, verifyEcdsa } from './ecdsa.js';

/** What a key verifies with, by its algorithm. */
export interface KeyMaterial {
  /** `RSA 2048`, `Ed25519`, … */
  readonly label: string;
  /** Name of its strength for `allow-weak` where less is called weak: `rsa` or `dsa` with its bits. */
  readonly strength: { readonly family: 'rsa' | 'dsa'; readonly bits: number } | null;
  /** Whether the signature's value is right for this digest; undefined when the algorithm cannot be computed here. */
  readonly verify: Verify | undefined;
}

type Verify = (signature: SignaturePacket, digest: Uint8Array) => boolean;

/** Reads the part of a key that its algorithm decides. @throws PacketError */
export function parseMaterial(algorithm: number, reader: PacketReader): KeyMaterial {
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSignOnly:
      return rsa(reader);
    case ALGORITHM.dsa:
      return dsa(reader);
    case ALGORITHM.ecdsa:
      return ecdsa(reader);
    case ALGORITHM.eddsaLegacy:
      return legacyEdwards(reader);
    case ALGORITHM.ed25519:
      return edwards('Ed25519', reader.take(32));
    case ALGORITHM.ed448:
      return edwards('Ed448', reader.take(57));
    case ALGORITHM.mlDsa65Ed25519:
    case ALGORITHM.mlDsa87Ed448:
      return composite(algorithm, reader);
    default:
      return { label: algorithmLabel(algorithm), strength: null, verify: undefined };
  }
}

/** Refuses digests that are too short for the key (RFC 9580 5.2.3.2 to 5.2.3.5, FIPS 186-4 4.2), as GnuPG does. */
function withDigestOf(bits: number, inner: Verify): Verify {
  return (signature, digest) => digest.length * 8 >= bits && inner(signature, digest);
}

function rsa(reader: PacketReader): KeyMaterial {
  const n = stripZeros(reader.mpi().value);
  const e = stripZeros(reader.mpi().value);
  const bits = roundedBits(n);
  const key = publicKey({ kty: 'RSA', n: base64url(n), e: base64url(e) });
  return {
    label: `RSA ${bits}`,
    strength: { family: 'rsa', bits },
    verify: key && verifyRsa(key, n.length),
  };
}

/** PKCS #1 v1.5 (RFC 8017 8.2.2): the encoding that we expect, byte for byte, so that nothing can hide in it. */
function verifyRsa(key: KeyObject, size: number): Verify {
  return ({ hash, values }, digest) => {
    const info = HASHES[hash]?.digestInfo;
    const number = stripZeros(valueAt(values, 0));
    if (info === undefined || number.length > size) return false;
    const padded = Buffer.alloc(size);
    padded.set(number, size - number.length);
    try {
      const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, padded);
      return equal(opened, Buffer.concat([info, digest]));
    } catch {
      return false; // OpenSSL found no PKCS #1 padding: not made by this key
    }
  };
}

/** Of the numbers that a signature has by its algorithm, which is that of the key. */
function valueAt(values: readonly Uint8Array[], at: number): Uint8Array {
  return required(values[at], `number ${at} of a signature`);
}

function pairOf({ values }: SignaturePacket): Pair {
  return { r: toBigInt(valueAt(values, 0)), s: toBigInt(valueAt(values, 1)) };
}

function dsa(reader: PacketReader): KeyMaterial {
  const number = (): bigint => toBigInt(reader.mpi().value);
  const [p, q, g, y] = [number(), number(), number(), number()];
  // 1024-bit DSA has a 160-bit q; a short q is as weak as a short p.
  const bits = bitLength(q) < 224 ? Math.min(1024, bitLength(p)) : bitLength(p);
  return {
    label: `DSA ${bitLength(p)}`,
    strength: { family: 'dsa', bits },
    verify: withDigestOf(bitLength(q), (signature, digest) =>
      verifyDsa({ p, q, g, y }, digest, pairOf(signature)),
    ),
  };
}

function ecdsa(reader: PacketReader): KeyMaterial {
  const curve = CURVES[readCurveId(reader)];
  const encoded = reader.mpi().value;
  if (curve === undefined) return { label: 'ECDSA', strength: null, verify: undefined };
  const half = (encoded.length - 1) / 2;
  const key = {
    x: toBigInt(encoded.subarray(1, 1 + half)),
    y: toBigInt(encoded.subarray(1 + half)),
  };
  const usable = encoded[0] === 4 && Number.isInteger(half) && isOnCurve(curve, key);
  const verifyWith: Verify = (signature, digest) =>
    verifyEcdsa(curve, key, digest, pairOf(signature));
  return {
    label: `ECDSA ${curve.name}`,
    strength: null,
    verify: usable ? withDigestOf(Math.min(bitLength(curve.n), 512), verifyWith) : undefined,
  };
}

/** EdDSALegacy (RFC 9580 5.2.3.3): Ed25519 with its numbers as MPIs, the point prefixed by 0x40. */
function legacyEdwards(reader: PacketReader): KeyMaterial {
  const id = readCurveId(reader);
  const encoded = reader.mpi().value;
  if (id !== '2b06010401da470f01' || encoded.length !== 33 || encoded[0] !== 0x40)
    return { label: 'EdDSA', strength: null, verify: undefined };
  return edwards('Ed25519', encoded.subarray(1));
}

function edwards(name: 'Ed25519' | 'Ed448', point: Uint8Array): KeyMaterial {
  const key = publicKey({ kty: 'OKP', crv: name, x: base64url(point) });
  const half = name === 'Ed25519' ? 32 : 57;
  return {
    label: name,
    strength: null,
    verify: key && withDigestOf(name === 'Ed25519' ? 256 : 512, verifyEdwards(key, half)),
  };
}

function verifyEdwards(key: KeyObject, half: number): Verify {
  return ({ values }, digest) => {
    const parts =
      values.length === 2 ? values.map((value) => leftPad(stripZeros(value), half)) : values;
    return (
      parts.every((part) => part !== undefined) && verify(null, digest, key, Buffer.concat(parts))
    );
  };
}

/** ML-DSA beside an Edwards curve (draft-ietf-openpgp-pqc 5.2): both must be right. Unsupported where OpenSSL is older than 3.5. */
function composite(algorithm: number, reader: PacketReader): KeyMaterial {
  const { crv, point, encoding, size, split } = required(
    COMPOSITES[algorithm],
    'the parts of a composite key',
  );
  const curve = publicKey({ kty: 'OKP', crv, x: base64url(reader.take(point)) });
  const lattice = publicKey(Buffer.concat([Buffer.from(encoding, 'hex'), reader.take(size)]));
  return {
    label: algorithmLabel(algorithm),
    strength: null,
    verify: curve && lattice && verifyComposite({ curve, lattice, split }),
  };
}

function verifyComposite({
  curve,
  lattice,
  split,
}: {
  readonly curve: KeyObject;
  readonly lattice: KeyObject;
  readonly split: number;
}): Verify {
  return ({ values }, digest) => {
    const value = valueAt(values, 0);
    return (
      verify(null, digest, curve, value.subarray(0, split)) &&
      verify(null, digest, lattice, value.subarray(split))
    );
  };
}

/** Sizes of the parts in bytes, and what precedes an ML-DSA key in a SubjectPublicKeyInfo (RFC 9881 2). */
const COMPOSITES: Readonly<
  Record<number, { crv: string; point: number; encoding: string; size: number; split: number }>
> = {
  [ALGORITHM.mlDsa65Ed25519]: {
    crv: 'Ed25519',
    point: 32,
    encoding: '308207b2300b0609608648016503040312038207a100',
    size: 1952,
    split: 64,
  },
  [ALGORITHM.mlDsa87Ed448]: {
    crv: 'Ed448',
    point: 57,
    encoding: '30820a32300b060960864801650304031303820a2100',
    size: 2592,
    split: 114,
  },
};

function readCurveId(reader: PacketReader): string {
  const length = reader.uint(1);
  if (length === 0 || length === 0xff) throw new PacketError('the curve has no identifier');
  return hex(reader.take(length)).toLowerCase();
}

/** A key from a JWK, or from DER. */
function publicKey(key: Record<string, string> | Buffer): KeyObject | undefined {
  try {
    return Buffer.isBuffer(key)
      ? createPublicKey({ key, format: 'der', type: 'spki' })
      : createPublicKey({ key, format: 'jwk' });
  } catch {
    return undefined; // OpenSSL takes no such key, so it verifies nothing
  }
}

function equal(one: Uint8Array, two: Uint8Array): boolean {
  return one.length === two.length && timingSafeEqual(one, two);
}

function leftPad(value: Uint8Array, length: number): Buffer | undefined {
  return value.length > length
    ? undefined
    : Buffer.concat([Buffer.alloc(length - value.length), value]);
}

function stripZeros(value: Uint8Array): Uint8Array {
  const first = value.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array() : value.subarray(first);
}

/** Some makers draw a modulus one or two bits short of the size that they were asked for. */
function roundedBits(n: Uint8Array): number {
  return n.length * 8;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
