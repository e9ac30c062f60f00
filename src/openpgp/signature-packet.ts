// SPDX-License-Identifier: MIT
import { ALGORITHM, HASHES } from './algorithms/algorithms.js';
import { hex, PacketError, PacketReader, readLength } from './packets.js';

/** Signature types that matter here (RFC 9580 5.2.1). */
export const TYPE = {
  binary: 0x00,
  genericCertification: 0x10,
  positiveCertification: 0x13,
  subkeyBinding: 0x18,
  primaryKeyBinding: 0x19,
  directKey: 0x1f,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
  certificationRevocation: 0x30,
} as const;

/** What the signature's own fields say; nothing of it is proved before the value is checked. */
export interface SignaturePacket {
  readonly version: 3 | 4 | 6;
  readonly type: number;
  readonly algorithm: number;
  readonly hash: number;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds after `created`; null means never. */
  readonly expires: number | null;
  /** Hint: 16 lower-case hex digits. */
  readonly keyId: string | null;
  /** Hint: upper-case hex. */
  readonly issuer: string | null;
  /** Hashed before the signed data: the salt of version 6, else empty. */
  readonly prefix: Uint8Array;
  /** Hashed after the signed data. */
  readonly trailer: Uint8Array;
  /** First two bytes of the digest. */
  readonly check: Uint8Array;
  /** The numbers of the signature value, as the algorithm orders them; empty for an unknown algorithm. */
  readonly values: readonly Uint8Array[];
  /** Seconds after the key's creation at which it expires (a self-signature's word); null: it does not. */
  readonly keyExpires: number | null;
  /** First byte of the key flags; null when there are none. */
  readonly keyFlags: number | null;
  readonly primaryUserId: boolean;
  /** Code and text of a revocation's reason. */
  readonly revocationReason: string;
  /** The signature packets embedded in this one (a signing subkey's own consent). */
  readonly embedded: readonly Uint8Array[];
}

/** Subpacket types (RFC 9580 5.2.3.7). */
const SUB = {
  created: 2,
  expires: 3,
  keyExpires: 9,
  issuer: 16,
  primaryUserId: 25,
  keyFlags: 27,
  reason: 29,
  embedded: 32,
  issuerFingerprint: 33,
} as const;

/** Subpackets whose meaning we know or may ignore even when they are marked critical; notations (20) are not among them. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  ...Object.values(SUB),
  4,
  5,
  7,
  11,
  21,
  22,
  23,
  24,
  26,
  28,
  30,
  34,
  35,
  39,
]);

interface Subpacket {
  readonly type: number;
  readonly data: Uint8Array;
}

/**
 * Parses the body of a signature packet of version 3, 4 or 6 (RFC 9580 5.2.2, 5.2.3).
 * @throws PacketError on anything that is not exactly one, an unknown critical subpacket included (5.2.3.7).
 */
export function parseSignature(body: Uint8Array): SignaturePacket {
  const reader = new PacketReader(body);
  const version = reader.uint(1);
  if (version === 3) return parseV3(reader);
  if (version === 4 || version === 6) return parseV4(version, body, reader);
  throw new PacketError(`expected a signature of version 3, 4 or 6, found ${version}`);
}

function parseV3(reader: PacketReader): SignaturePacket {
  const hashedLength = reader.uint(1);
  if (hashedLength !== 5) throw new PacketError(`expected 5 hashed bytes, found ${hashedLength}`);
  const trailer = reader.take(5);
  const covered = new PacketReader(trailer);
  const [type, created] = [covered.uint(1), covered.uint(4)];
  const keyId = hex(reader.take(8)).toLowerCase();
  const [algorithm, hash] = [reader.uint(1), reader.uint(1)];
  return {
    ...readSubpackets([], []),
    version: 3,
    type,
    algorithm,
    hash,
    created,
    keyId,
    prefix: new Uint8Array(),
    trailer,
    check: reader.take(2),
    values: readValues(algorithm, reader),
  };
}

function parseV4(version: 4 | 6, body: Uint8Array, reader: PacketReader): SignaturePacket {
  const size = version === 4 ? 2 : 4;
  const [type, algorithm, hash] = [reader.uint(1), reader.uint(1), reader.uint(1)];
  const hashed = parseSubpackets(reader.take(reader.uint(size)));
  const covered = body.subarray(0, reader.position);
  const unhashed = parseSubpackets(reader.take(reader.uint(size)));
  const created = lastNumber(hashed, SUB.created);
  if (created === null) throw new PacketError('the signature has no creation time');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(covered.length);
  return {
    ...readSubpackets(hashed, unhashed),
    version,
    type,
    algorithm,
    hash,
    created,
    trailer: Buffer.concat([covered, Buffer.from([version, 0xff]), length]),
    check: reader.take(2),
    prefix: version === 6 ? readSalt(hash, reader) : new Uint8Array(),
    values: readValues(algorithm, reader),
  };
}

function readSalt(hash: number, reader: PacketReader): Uint8Array {
  const expected = HASHES[hash]?.saltLength;
  const length = reader.uint(1);
  if (expected === undefined)
    throw new PacketError(`hash ${hash} is not allowed in a version 6 signature`);
  if (length !== expected)
    throw new PacketError(`expected a salt of ${expected} bytes, found ${length}`);
  return reader.take(length);
}

/** The signature value (RFC 9580 5.2.3.1 ff.); nothing may follow it. */
function readValues(algorithm: number, reader: PacketReader): readonly Uint8Array[] {
  const values: Uint8Array[] = [];
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSignOnly:
      values.push(readValue(reader));
      break;
    case ALGORITHM.dsa:
    case ALGORITHM.ecdsa:
    case ALGORITHM.eddsaLegacy:
      values.push(readValue(reader), readValue(reader));
      break;
    case ALGORITHM.ed25519:
      values.push(reader.take(64));
      break;
    case ALGORITHM.ed448:
      values.push(reader.take(114));
      break;
    case ALGORITHM.mlDsa65Ed25519:
      values.push(reader.take(64 + 3309));
      break;
    case ALGORITHM.mlDsa87Ed448:
      values.push(reader.take(114 + 4627));
      break;
    default:
      reader.rest();
  }
  if (!reader.done) throw new PacketError('bytes follow the signature value');
  return values;
}

/** A number whose stated length is its own, or that of its bytes (as Go's library writes it). */
function readValue(reader: PacketReader): Uint8Array {
  const { bits, value } = reader.mpi();
  const zeros = value.findIndex((byte) => byte !== 0);
  const first = value[zeros];
  const exact = first === undefined ? 0 : (value.length - zeros) * 8 - Math.clz32(first) + 24;
  if (bits !== exact && bits !== value.length * 8)
    throw new PacketError(`expected a number of ${bits} bits, found ${exact}`);
  return value;
}

function parseSubpackets(area: Uint8Array): readonly Subpacket[] {
  const reader = new PacketReader(area);
  const found: Subpacket[] = [];
  while (!reader.done) {
    const body = reader.take(readLength(reader, 'subpacket'));
    const head = body[0];
    if (head === undefined) throw new PacketError('a subpacket is empty');
    const type = head & 0x7f;
    if (head !== type && !UNDERSTOOD.has(type))
      throw new PacketError(`the critical subpacket ${type} is not understood`);
    found.push({ type, data: body.subarray(1) });
  }
  return found;
}

/** Facts come from the hashed area; the unhashed one may only hint at the issuer or hold a signature that proves itself. */
function readSubpackets(hashed: readonly Subpacket[], unhashed: readonly Subpacket[]) {
  const both = [...unhashed, ...hashed];
  const issuer = last(both, SUB.issuerFingerprint)?.subarray(1);
  const keyId = last(both, SUB.issuer);
  const reason = last(hashed, SUB.reason);
  return {
    expires: lastNumber(hashed, SUB.expires) || null,
    keyExpires: lastNumber(hashed, SUB.keyExpires) || null,
    keyFlags: last(hashed, SUB.keyFlags)?.at(0) ?? null,
    primaryUserId: (last(hashed, SUB.primaryUserId)?.at(0) ?? 0) !== 0,
    revocationReason: reason === undefined ? '' : Buffer.from(reason.subarray(1)).toString('utf8'),
    embedded: both.filter(({ type }) => type === SUB.embedded).map(({ data }) => data),
    issuer: issuer === undefined ? null : hex(issuer),
    keyId: keyId === undefined ? hintFrom(issuer) : hex(keyId).toLowerCase(),
  };
}

/** The key id that a fingerprint contains: its last 8 bytes, or the first 8 of a version 6 one. */
function hintFrom(fingerprint: Uint8Array | undefined): string | null {
  if (fingerprint === undefined) return null;
  return hex(
    fingerprint.length === 32 ? fingerprint.subarray(0, 8) : fingerprint.subarray(-8),
  ).toLowerCase();
}

function last(subpackets: readonly Subpacket[], type: number): Uint8Array | undefined {
  return subpackets.findLast((subpacket) => subpacket.type === type)?.data;
}

function lastNumber(subpackets: readonly Subpacket[], type: number): number | null {
  const data = last(subpackets, type);
  return data === undefined ? null : new PacketReader(data).uint(4);
}
