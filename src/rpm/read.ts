// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { RpmFormatError } from '../errors.js';
import {
  type Header,
  HEADER_INTRO_SIZE,
  type HeaderKind,
  parseHeader,
  parseHeaderIntro,
} from './header.js';
import { LEAD_SIZE, parseLead } from './lead.js';
import type { PackageFacts } from './model.js';
import { parseFacts } from './package.js';

/** The parsed front of a package file; the payload is still in the file, from `payloadStart` to its end. */
export interface RpmPackage {
  readonly facts: PackageFacts;
  /** Not signed by anything. */
  readonly signatureHeader: Header;
  readonly header: Header;
  /** Offset of the main header's magic: everything before it is lead and signature. */
  readonly headerStart: number;
  /** Offset of the first byte after the main header. */
  readonly payloadStart: number;
  /** The main header, magic included: what header signatures and header digests stand for. */
  readonly headerBytes: Uint8Array;
}

/** The begin of a file is enough. */
type Front = Pick<ByteSource, 'size' | 'read'>;

/**
 * Reads lead, signature header and main header. The payload is not looked at and need not be there, so the bytes up to the
 * end of the header (a header archive, or the start of a download) are enough.
 * @throws RpmFormatError BAD_MAGIC, HEADER_BOUNDS, HEADER_INVALID, LIMIT_EXCEEDED
 */
export async function readPackage(source: Front): Promise<RpmPackage> {
  parseLead(await source.read(0, LEAD_SIZE));
  const signature = await readHeader(source, LEAD_SIZE, 'signature');
  // rpm does not look at the padding, and neither does any digest.
  const headerStart = LEAD_SIZE + padded(signature.bytes.length);
  const main = await readHeader(source, headerStart, 'main');
  return {
    facts: parseFacts({ signature: signature.header, main: main.header }),
    signatureHeader: signature.header,
    header: main.header,
    headerStart,
    payloadStart: headerStart + main.bytes.length,
    headerBytes: main.bytes,
  };
}

/**
 * How many bytes from the start hold lead, signature header and main header, as far as the bytes that are here tell: more than these where a part is still missing.
 * @throws RpmFormatError
 */
export function frontSize(bytes: Uint8Array): number {
  let end = LEAD_SIZE;
  for (const kind of ['signature', 'main'] as const) {
    if (bytes.length < end + HEADER_INTRO_SIZE) return end + HEADER_INTRO_SIZE;
    const { size } = parseHeaderIntro(bytes.subarray(end, end + HEADER_INTRO_SIZE), kind);
    end += kind === 'signature' ? padded(size) : size;
  }
  return end;
}

/** The signature header is padded to a multiple of 8 bytes. */
function padded(size: number): number {
  return size + ((8 - (size % 8)) % 8);
}

async function readHeader(
  source: Front,
  start: number,
  kind: HeaderKind,
): Promise<{ header: Header; bytes: Uint8Array }> {
  const intro = parseHeaderIntro(await source.read(start, start + HEADER_INTRO_SIZE), kind);
  const end = start + intro.size;
  if (end > source.size) {
    throw new RpmFormatError(
      'HEADER_BOUNDS',
      `${kind} header: expected it to end at ${end}, but the file ends at ${source.size}`,
      {
        expected: String(end),
        actual: String(source.size),
      },
    );
  }
  const bytes = await source.read(start, end);
  return { header: parseHeader(bytes, kind), bytes };
}
