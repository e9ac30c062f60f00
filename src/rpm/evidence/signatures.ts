// SPDX-License-Identifier: MIT
import type { Header } from '../header.js';
import type { Coverage } from '../model.js';
import { SIGTAG, TYPE } from '../tags.js';
import { decodeLossy } from '../text.js';

/** One signature of the signature header, before anybody looked into it. */
export interface RpmSignature {
  /** Name of the tag that holds it. */
  readonly tag: string;
  readonly covers: Coverage;
  /** OpenPGP packets as they are in the file; empty when `fault` says why there are none. */
  readonly packets: Uint8Array;
  /** Why the tag's value cannot be a signature. */
  readonly fault: string | undefined;
}

const BINARY: readonly {
  readonly tag: number;
  readonly name: string;
  readonly covers: Coverage;
}[] = [
  { tag: SIGTAG.RSA_HEADER, name: 'RSAHEADER', covers: 'header' },
  { tag: SIGTAG.DSA_HEADER, name: 'DSAHEADER', covers: 'header' },
  { tag: SIGTAG.PGP, name: 'SIGPGP', covers: 'header+payload' },
  { tag: SIGTAG.GPG, name: 'SIGGPG', covers: 'header+payload' },
  { tag: SIGTAG.PGP5, name: 'SIGPGP5', covers: 'header+payload' },
];

/** Every signature of a package, in the order of {@link BINARY}, then those of rpm 6 (rpm signatures_digests.md, format_v6.md). */
export function listSignatures(signatureHeader: Header): RpmSignature[] {
  const legacy = hasLegacyTags(signatureHeader);
  const binary = BINARY.filter(
    ({ tag }) => signatureHeader.get(tag) !== undefined && (legacy || tag < FIRST_LEGACY_TAG),
  );
  return [
    ...binary.map((known) => fromBinary(signatureHeader, known)),
    ...openPgpSignatures(signatureHeader),
  ];
}

const FIRST_LEGACY_TAG = 1000;

/**
 * False for a package of rpm 6, whose signature header has no tags from 1000 on; rpm ignores those that are there (rpmvsInit).
 * The marks are the reserved space and the SHA3-256 digest that such a package always has.
 */
export function hasLegacyTags(signatureHeader: Header): boolean {
  return (
    signatureHeader.get(SIGTAG.RESERVED) === undefined ||
    signatureHeader.get(SIGTAG.SHA3_256_HEADER) === undefined
  );
}

function fromBinary(header: Header, known: (typeof BINARY)[number]): RpmSignature {
  const packets = header.binary(known.tag);
  const fault =
    packets === undefined
      ? `expected binary data in ${known.name}, found type ${header.get(known.tag)?.type ?? 0}`
      : undefined;
  return { tag: known.name, covers: known.covers, packets: packets ?? new Uint8Array(), fault };
}

/** The base64 strings of OPENPGP; each stands for the header. */
function openPgpSignatures(header: Header): RpmSignature[] {
  const entry = header.get(SIGTAG.OPENPGP);
  if (entry === undefined) return [];
  const make = (packets: Uint8Array, fault?: string): RpmSignature => ({
    tag: 'OPENPGP',
    covers: 'header',
    packets,
    fault,
  });
  if (entry.type !== TYPE.STRING_ARRAY)
    return [make(new Uint8Array(), `expected strings in OPENPGP, found type ${entry.type}`)];
  return (header.strings(SIGTAG.OPENPGP) ?? []).map((string) => {
    const text = decodeLossy(string).replace(/\s+/g, '');
    const valid = text !== '' && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
    return valid
      ? make(Buffer.from(text, 'base64'))
      : make(new Uint8Array(), 'expected base64 in OPENPGP, found other text');
  });
}
