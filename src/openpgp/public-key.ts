// SPDX-License-Identifier: MIT
import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  timingSafeEqual,
  verify,
} from 'node:crypto';

import { ALGORITHM, algorithmLabel, HASHES } from './algorithms.js';
import { CURVES } from './curves.js';
import { bitLength, toBigInt, verifyDsa } from './discrete-log.js';
import { isOnCurve, verifyEcdsa } from './ecdsa.js';
import { hex, PacketError, PacketReader } from './packets.js';
import type { SignaturePacket } from './signature-packet.js';

/** A primary key or subkey. */
export interface PublicKey {
  readonly version: 4 | 6;
  /** Seconds since 1970. */
  readonly created: number;
  readonly algorithm: number;
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** 16 lower-case hex digits. */
  readonly keyId: string;
  /** Packet body. */
  readonly body: Uint8Array;
  /** The key as signatures over it hash it (RFC 9580 5.2.4). */
  readonly hashed: Uint8Array;
  /** `RSA 2048`, `Ed25519`, … */
  readonly label: string;
  /** Name of its strength for `allow-weak` where less is called weak: `rsa` or `dsa` with its bits. */
  readonly strength: { readonly family: 'rsa' | 'dsa'; readonly bits: number } | null;
  /** Whether the signature's value is right for this digest; undefined when the algorithm cannot be computed here. */
  readonly verify: Verify | undefined;
}

type Verify = (signature: SignaturePacket, digest: Uint8Array) => boolean;

/**
 * Parses the body of a public key or subkey packet of version 4 or 6 (RFC 9580 5.5.2). Versions 2 and 3 are gone from
 * rpm and GnuPG, and so from here.
 * @throws PacketError
 */
export function parsePublicKey(body: Uint8Array): PublicKey {
  const reader = new PacketReader(body);
  const version = reader.uint(1);
  if (version !== 4 && version !== 6)
    throw new PacketError(`expected a key of version 4 or 6, found ${version}`);
  const [created, algorithm] = [reader.uint(4), reader.uint(1)];
  if (version === 6 && reader.uint(4) !== body.length - reader.position)
    throw new PacketError('the key material has another length than it states');
  const hashed = Buffer.concat([hashHeader(version, body.length), body]);
  const fingerprint = hex(
    createHash(version === 4 ? 'sha1' : 'sha256')
      .update(hashed)
      .digest(),
  );
  const keyId = (version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16)).toLowerCase();
  return {
    version,
    created,
    algorithm,
    fingerprint,
    keyId,
    body,
    hashed,
    ...parseMaterial(algorithm, reader),
  };
}

/** Refuses digests that are too short for the key (RFC 9580 5.2.3.2 to 5.2.3.5, FIPS 186-4 4.2), as GnuPG does. */
function withDigestOf(bits: number, inner: Verify): Verify {
  return (signature, digest) => digest.length * 8 >= bits && inner(signature, digest);
}

type Material = Pick<PublicKey, 'label' | 'strength' | 'verify'>;

function hashHeader(version: 4 | 6, length: number): Buffer {
  if (version === 4 && length > 0xffff)
    throw new PacketError(`expected a key of at most 65535 bytes, found ${length}`);
  const header = Buffer.alloc(version === 4 ? 3 : 5);
  header[0] = version === 4 ? 0x99 : 0x9b;
  header.writeUIntBE(length, 1, version === 4 ? 2 : 4);
  return header;
}

function parseMaterial(algorithm: number, reader: PacketReader): Material {
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

function rsa(reader: PacketReader): Material {
  const n = stripZeros(reader.mpi().value);
  const e = stripZeros(reader.mpi().value);
  const bits = roundedBits(n);
  const key = publicKey({ kty: 'RSA', n: base64url(n), e: base64url(e) });
  return { label: `RSA ${bits}`, strength: { family: 'rsa', bits }, verify: key && verifyWith };

  /** PKCS #1 v1.5 (RFC 8017 8.2.2): the encoding that we expect, byte for byte, so that nothing can hide in it. */
  function verifyWith({ hash, values: [value] }: SignaturePacket, digest: Uint8Array): boolean {
    const info = HASHES[hash]?.digestInfo;
    const number = stripZeros(value!);
    if (info === undefined || number.length > n.length) return false;
    const padded = Buffer.alloc(n.length);
    padded.set(number, n.length - number.length);
    try {
      const opened = publicDecrypt({ key: key!, padding: constants.RSA_PKCS1_PADDING }, padded);
      return equal(opened, Buffer.concat([info, digest]));
    } catch {
      return false; // OpenSSL found no PKCS #1 padding: not made by this key
    }
  }
}

function dsa(reader: PacketReader): Material {
  const [p, q, g, y] = [0, 1, 2, 3].map(() => toBigInt(reader.mpi().value)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  // 1024-bit DSA has a 160-bit q; a short q is as weak as a short p.
  const bits = bitLength(q) < 224 ? Math.min(1024, bitLength(p)) : bitLength(p);
  return {
    label: `DSA ${bitLength(p)}`,
    strength: { family: 'dsa', bits },
    verify: withDigestOf(bitLength(q), ({ values: [r, s] }, digest) =>
      verifyDsa({ p, q, g, y }, digest, { r: toBigInt(r!), s: toBigInt(s!) }),
    ),
  };
}

function ecdsa(reader: PacketReader): Material {
  const curve = CURVES[readCurveId(reader)];
  const encoded = reader.mpi().value;
  if (curve === undefined) return { label: 'ECDSA', strength: null, verify: undefined };
  const half = (encoded.length - 1) / 2;
  const key = {
    x: toBigInt(encoded.subarray(1, 1 + half)),
    y: toBigInt(encoded.subarray(1 + half)),
  };
  const usable = encoded[0] === 4 && Number.isInteger(half) && isOnCurve(curve, key);
  const verifyWith: Verify = ({ values: [r, s] }, digest) =>
    verifyEcdsa(curve, key, digest, { r: toBigInt(r!), s: toBigInt(s!) });
  return {
    label: `ECDSA ${curve.name}`,
    strength: null,
    verify: usable ? withDigestOf(Math.min(bitLength(curve.n), 512), verifyWith) : undefined,
  };
}

/** EdDSALegacy (RFC 9580 5.2.3.3): Ed25519 with its numbers as MPIs, the point prefixed by 0x40. */
function legacyEdwards(reader: PacketReader): Material {
  const id = readCurveId(reader);
  const encoded = reader.mpi().value;
  if (id !== '2b06010401da470f01' || encoded.length !== 33 || encoded[0] !== 0x40)
    return { label: 'EdDSA', strength: null, verify: undefined };
  return edwards('Ed25519', encoded.subarray(1));
}

function edwards(name: 'Ed25519' | 'Ed448', point: Uint8Array): Material {
  const key = publicKey({ kty: 'OKP', crv: name, x: base64url(point) });
  const half = name === 'Ed25519' ? 32 : 57;
  return {
    label: name,
    strength: null,
    verify: key && withDigestOf(name === 'Ed25519' ? 256 : 512, verifyWith),
  };

  function verifyWith({ values }: SignaturePacket, digest: Uint8Array): boolean {
    const parts =
      values.length === 2 ? values.map((value) => leftPad(stripZeros(value), half)) : values;
    return (
      parts.every((part) => part !== undefined) && verify(null, digest, key!, Buffer.concat(parts))
    );
  }
}

/** ML-DSA beside an Edwards curve (draft-ietf-openpgp-pqc 5.2): both must be right. Unsupported where OpenSSL is older than 3.5. */
function composite(algorithm: number, reader: PacketReader): Material {
  const { crv, point, encoding, size, split } = COMPOSITES[algorithm]!;
  const curve = publicKey({ kty: 'OKP', crv, x: base64url(reader.take(point)) });
  const lattice = publicKey(Buffer.concat([Buffer.from(encoding, 'hex'), reader.take(size)]));
  const verifyWith: Verify = ({ values: [value] }, digest) =>
    verify(null, digest, curve!, value!.subarray(0, split)) &&
    verify(null, digest, lattice!, value!.subarray(split));
  return {
    label: algorithmLabel(algorithm),
    strength: null,
    verify: curve && lattice && verifyWith,
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
