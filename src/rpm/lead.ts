// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';
import { ByteReader } from './reader.js';

/** Bytes of the lead (rpm format_lead.md). */
export const LEAD_SIZE = 96;

const MAGIC = 0xedabeedb;
/** RPMSIGTYPE_HEADERSIG: the signature is a header structure. Other kinds died with rpm 2. */
const HEADER_SIGNATURE = 5;

/** What rpm looks at in the lead; everything else in it is history, and all of it is unsigned. */
export interface Lead {
  /** 3 for packages of rpm 3 and 4, 4 for those of rpm 6. */
  readonly major: number;
  readonly minor: number;
}

/**
 * Checks the 96 bytes that begin an RPM file as rpm's rpmLeadRead does.
 * @throws RpmFormatError BAD_MAGIC
 */
export function parseLead(bytes: Uint8Array): Lead {
  if (bytes.length < LEAD_SIZE) throw notRpm(`${LEAD_SIZE} bytes of lead`, `${bytes.length} bytes`);
  const reader = new ByteReader(bytes, 'lead');
  if (reader.u32(0) !== MAGIC)
    throw notRpm('magic edabeedb', `magic ${reader.u32(0).toString(16).padStart(8, '0')}`);
  const [major = 0, minor = 0] = reader.bytes(4, 2);
  if (major < 3 || major > 4) throw notRpm('lead version 3 or 4', `lead version ${major}`);
  const signatureType = reader.u16(78);
  if (signatureType !== HEADER_SIGNATURE)
    throw notRpm(`signature type ${HEADER_SIGNATURE}`, `signature type ${signatureType}`);
  return { major, minor };
}

function notRpm(expected: string, actual: string): RpmFormatError {
  return new RpmFormatError(
    'BAD_MAGIC',
    `not an RPM package: expected ${expected}, found ${actual}`,
    { expected, actual },
  );
}
