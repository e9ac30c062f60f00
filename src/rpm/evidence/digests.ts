// SPDX-License-Identifier: MIT
import type { HashName } from '../../openpgp/model.js';
import type { Header } from '../header.js';
import type { Coverage, DigestReport } from '../model.js';
import { SIGTAG, TAG, TYPE } from '../tags.js';
import { decodeLossy } from '../text.js';
import { hasLegacyTags } from './signatures.js';

/** A digest that the package states; `expected` is lower-case hex, or what stands in its place. */
export interface StatedDigest {
  readonly name: string;
  readonly covers: Coverage;
  readonly algorithm: HashName;
  readonly expected: string;
  /** False when the value cannot be a digest of this algorithm, which rpm calls bad. */
  readonly wellFormed: boolean;
}

/** A digest of the payload as it is in the file, with its alternative over the uncompressed payload. */
export interface PayloadDigests {
  readonly algorithm: HashName;
  readonly compressed: readonly StatedDigest[];
  readonly uncompressed: readonly StatedDigest[];
}

const HEX = /^(?:[0-9a-f]{2})+$/;

const HEADER_DIGESTS = [
  { tag: SIGTAG.SHA1_HEADER, name: 'SHA1HEADER', algorithm: 'sha1' },
  { tag: SIGTAG.SHA256_HEADER, name: 'SHA256HEADER', algorithm: 'sha256' },
  { tag: SIGTAG.SHA3_256_HEADER, name: 'SHA3_256HEADER', algorithm: 'sha3-256' },
] as const;

const PAYLOAD_DIGESTS = [
  {
    tag: TAG.PAYLOAD_SHA256,
    alternative: TAG.PAYLOAD_SHA256_ALT,
    name: 'PAYLOADDIGEST',
    algorithm: 'sha256',
    type: TYPE.STRING_ARRAY,
  },
  {
    tag: TAG.PAYLOAD_SHA512,
    alternative: TAG.PAYLOAD_SHA512_ALT,
    name: 'PAYLOADSHA512',
    algorithm: 'sha512',
    type: TYPE.STRING,
  },
  {
    tag: TAG.PAYLOAD_SHA3_256,
    alternative: TAG.PAYLOAD_SHA3_256_ALT,
    name: 'PAYLOADSHA3_256',
    algorithm: 'sha3-256',
    type: TYPE.STRING,
  },
] as const;

const LENGTHS: Readonly<Partial<Record<HashName, number>>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  'sha3-256': 32,
};

/** Digests of the main header that the signature header states (rpm signatures_digests.md). */
export function headerDigests(signatureHeader: Header): StatedDigest[] {
  return HEADER_DIGESTS.flatMap(({ tag, name, algorithm }) =>
    hexOf(signatureHeader, tag, TYPE.STRING).map((expected) =>
      stated({ name, covers: 'header', algorithm }, expected),
    ),
  );
}

/** MD5 of header and payload; undefined when the package has none, or is one of rpm 6, which must not. */
export function packageDigest(signatureHeader: Header): StatedDigest | undefined {
  const entry = signatureHeader.get(SIGTAG.MD5);
  if (entry === undefined || !hasLegacyTags(signatureHeader)) return undefined;
  const bytes = signatureHeader.binary(SIGTAG.MD5);
  const expected = bytes === undefined ? `type ${entry.type}` : Buffer.from(bytes).toString('hex');
  return stated({ name: 'SIGMD5', covers: 'header+payload', algorithm: 'md5' }, expected);
}

/** Digests of the payload that the signed main header states. The algorithm is the tag's; rpm ignores PAYLOADDIGESTALGO. */
export function payloadDigests(header: Header): PayloadDigests[] {
  return PAYLOAD_DIGESTS.flatMap(({ tag, alternative, name, algorithm, type }) => {
    const read = (from: number, as: string): StatedDigest[] =>
      hexOf(header, from, type).map((expected) =>
        stated({ name: as, covers: 'payload', algorithm }, expected),
      );
    const group = {
      algorithm,
      compressed: read(tag, name),
      uncompressed: read(alternative, `${name}ALT`),
    };
    return group.compressed.length + group.uncompressed.length === 0 ? [] : [group];
  });
}

/** Algorithms that {@link checkUncompressed} needs the uncompressed payload hashed with. */
export function uncompressedAlgorithms(header: Header): HashName[] {
  return payloadDigests(header)
    .filter(({ uncompressed }) => uncompressed.length > 0)
    .map(({ algorithm }) => algorithm);
}

/** Compares what is stated with what was computed. */
export function checkDigest(digest: StatedDigest, actual: string): DigestReport {
  const { name, covers, algorithm, expected, wellFormed } = digest;
  return {
    name,
    covers,
    algorithm,
    status: wellFormed && expected === actual ? 'good' : 'bad',
    expected,
    actual,
  };
}

/**
 * Checks the payload as it is in the file by rpm's rule (rpmvsVerify): of a digest and its alternative one must be right.
 * The alternative can only be right here for a payload that is stored uncompressed; otherwise it is left for
 * {@link checkUncompressed}, and alone it covers nothing.
 */
export function checkCompressed(
  { compressed, uncompressed }: PayloadDigests,
  actual: string,
): DigestReport[] {
  const check = (digests: readonly StatedDigest[]): DigestReport[] =>
    digests.map((digest) => checkDigest(digest, actual));
  const isGood = ({ status }: DigestReport): boolean => status === 'good';
  const [reports, alternatives] = [check(compressed), check(uncompressed)];
  if (reports.some(isGood)) return reports.filter(isGood);
  if (alternatives.some(isGood)) return alternatives.filter(isGood);
  return reports.length > 0 ? reports : alternatives;
}

/** Checks the alternative digests against the uncompressed payload; `actual` maps an algorithm to lower-case hex. */
export function checkUncompressed(
  groups: readonly PayloadDigests[],
  actual: Readonly<Record<string, string>>,
): DigestReport[] {
  return groups.flatMap(({ algorithm, uncompressed }) => {
    const hex = actual[algorithm];
    return hex === undefined ? [] : uncompressed.map((digest) => checkDigest(digest, hex));
  });
}

/** Checks the digests of both forms of a payload that was read whole; `compressed` and `uncompressed` map an algorithm to lower-case hex. */
export function checkBothForms(
  groups: readonly PayloadDigests[],
  {
    compressed,
    uncompressed,
  }: Readonly<Record<'compressed' | 'uncompressed', Readonly<Record<string, string>>>>,
): DigestReport[] {
  return [
    ...groups.flatMap((group) => {
      const hex = compressed[group.algorithm];
      return hex === undefined ? [] : group.compressed.map((digest) => checkDigest(digest, hex));
    }),
    ...checkUncompressed(groups, uncompressed),
  ];
}

function stated(
  digest: { readonly name: string; readonly covers: Coverage; readonly algorithm: HashName },
  expected: string,
): StatedDigest {
  const wellFormed = HEX.test(expected) && expected.length === (LENGTHS[digest.algorithm] ?? 0) * 2;
  return { ...digest, expected, wellFormed };
}

/** The strings of a tag; of another type than rpm demands none can be a digest. */
function hexOf(header: Header, tag: number, type: number): string[] {
  const entry = header.get(tag);
  if (entry === undefined) return [];
  if (entry.type !== type) return [`type ${entry.type}`];
  return (header.strings(tag) ?? []).map((value) => decodeLossy(value).toLowerCase());
}
