// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';
import { LIMITS, MIB } from '../limits.js';
import { type Header, type HeaderEntry, type HeaderKind, ParsedHeader } from './parsed-header.js';
import { ByteReader } from './reader.js';
import { ALIGNMENT, isStringType, REGION, TYPE, typeFits } from './tags.js';

export type { Header, HeaderKind } from './parsed-header.js';

/** Bytes of magic, reserved field, entry count and data length that begin a header structure. */
export const HEADER_INTRO_SIZE = 16;
const ENTRY_SIZE = 16;
const MAGIC = 0x8eade801;
/** Tags below this one are regions, which only the first entry may be (rpm hdrchkTag). */
const FIRST_TAG = 100;
/** rpm's own caps for the signature header (hdrblobVerifyLengths). */
const SIGNATURE_LIMITS = { entries: 32, dataBytes: 64 * MIB };
/** rpm's HEADER_ARRAY_MAX: no array but a binary one is longer. */
const ARRAY_MAX = 0xfffff;

/** Counts of a header structure, checked against rpm's caps before anything is read or allocated. */
export interface HeaderIntro {
  readonly entryCount: number;
  readonly dataLength: number;
  /** Bytes of the whole structure, introduction included, padding not. */
  readonly size: number;
}

/**
 * Reads the 16 bytes that begin a header structure (rpm format_header.md).
 * @throws RpmFormatError BAD_MAGIC, HEADER_BOUNDS, LIMIT_EXCEEDED
 */
export function parseHeaderIntro(bytes: Uint8Array, kind: HeaderKind): HeaderIntro {
  const reader = new ByteReader(bytes, `${kind} header`);
  if (reader.u32(0) !== MAGIC || reader.u32(4) !== 0) {
    const actual = Buffer.from(reader.bytes(0, 8)).toString('hex');
    throw new RpmFormatError(
      'BAD_MAGIC',
      `${kind} header: expected magic 8eade80100000000, found ${actual}`,
      { expected: '8eade80100000000', actual },
    );
  }
  const entryCount = reader.u32(8);
  const dataLength = reader.u32(12);
  const limits =
    kind === 'signature'
      ? SIGNATURE_LIMITS
      : { entries: LIMITS.headerEntries, dataBytes: LIMITS.headerDataBytes };
  limit(`${kind} header: entries`, entryCount, limits.entries);
  limit(`${kind} header: bytes of data`, dataLength, limits.dataBytes);
  return { entryCount, dataLength, size: HEADER_INTRO_SIZE + entryCount * ENTRY_SIZE + dataLength };
}

/**
 * Parses a header structure, refusing whatever rpm's hdrblobInit refuses, and besides it tags that occur twice
 * (rpm verifies the first and installs any of them).
 * @param bytes - exactly one header: introduction, index, store
 * @throws RpmFormatError BAD_MAGIC, HEADER_BOUNDS, HEADER_INVALID, LIMIT_EXCEEDED
 */
export function parseHeader(bytes: Uint8Array, kind: HeaderKind): Header {
  const intro = parseHeaderIntro(bytes, kind);
  if (bytes.length !== intro.size) {
    throw bounds(
      `${kind} header: expected ${intro.size} bytes, found ${bytes.length}`,
      intro.size,
      bytes.length,
    );
  }
  const index = new ByteReader(
    bytes.subarray(HEADER_INTRO_SIZE, bytes.length - intro.dataLength),
    `index of the ${kind} header`,
  );
  const store = new ByteReader(
    bytes.subarray(bytes.length - intro.dataLength),
    `store of the ${kind} header`,
  );
  if (intro.entryCount < 1) throw invalid(`${kind} header: no entries`);
  const regionLength = checkRegion({ kind, index, store, entryCount: intro.entryCount });
  const sealed = regionLength !== undefined;
  const entries: HeaderEntry[] = [];
  let end = 0;
  for (let row = sealed ? 1 : 0; row < intro.entryCount; row++) {
    const { entry, offset } = readEntry({ kind, index, store, sealed }, row);
    if (offset < end)
      throw bounds(
        `${kind} header: data of tag ${entry.tag} overlaps the entry before it`,
        end,
        offset,
      );
    end = offset + entry.data.length;
    // The trailer is no entry, so nothing else notices data that lies over it.
    if (sealed && offset < regionLength && end > regionLength - ENTRY_SIZE) {
      throw bounds(
        `${kind} header: data of tag ${entry.tag} overlaps the region trailer`,
        regionLength - ENTRY_SIZE,
        end,
      );
    }
    entries.push(entry);
  }
  return new ParsedHeader(kind, sealed, entries);
}

interface Blob {
  readonly kind: HeaderKind;
  readonly index: ByteReader;
  readonly store: ByteReader;
}

/** Length of the region's data, trailer included; undefined when no region begins the header (rpm hdrblobVerifyRegion). */
function checkRegion(blob: Blob & { readonly entryCount: number }): number | undefined {
  const { kind, index, store, entryCount } = blob;
  const regionTag = kind === 'signature' ? REGION.SIGNATURES : REGION.IMMUTABLE;
  if (index.u32(0) !== regionTag) return undefined;
  const offset = regionOffset(blob);
  const regionEntries = trailerEntries(blob, offset, regionTag);
  if (!Number.isInteger(regionEntries) || regionEntries < 0 || regionEntries > entryCount) {
    throw bounds(
      `${kind} header: the region has ${regionEntries} of ${entryCount} entries`,
      entryCount,
      regionEntries,
    );
  }
  const regionLength = offset + ENTRY_SIZE;
  // Nothing may lie outside what is signed: in a package file the region is the whole main header.
  if (kind === 'main' && (regionEntries !== entryCount || regionLength !== store.length)) {
    throw bounds(
      `main header: the immutable region covers ${regionEntries} of ${entryCount} entries and ${regionLength} of ${store.length} bytes`,
      entryCount,
      regionEntries,
    );
  }
  return regionLength;
}

/** Where the trailer of the region begins, by the tag that opens it. */
function regionOffset({ kind, index, store }: Blob): number {
  const offset = index.i32(8);
  if (index.u32(4) !== TYPE.BIN || index.u32(12) !== ENTRY_SIZE)
    throw invalid(`${kind} header: the region tag is malformed`);
  if (offset < 0 || offset + ENTRY_SIZE > store.length)
    throw bounds(
      `${kind} header: the region trailer lies outside`,
      store.length,
      offset + ENTRY_SIZE,
    );
  return offset;
}

/** How many entries the region has, as its trailer says. */
function trailerEntries({ kind, store }: Blob, offset: number, regionTag: number): number {
  const trailer = new ByteReader(
    store.bytes(offset, ENTRY_SIZE),
    `region trailer of the ${kind} header`,
  );
  const trailerTag = trailer.u32(0);
  // Some old packages have HEADERIMAGE in the trailer of the signature region.
  const named = trailerTag === regionTag || (kind === 'signature' && trailerTag === REGION.IMAGE);
  if (!named || trailer.u32(4) !== TYPE.BIN || trailer.u32(12) !== ENTRY_SIZE)
    throw invalid(`${kind} header: the region trailer is malformed`);
  const indexLength = -trailer.i32(8);
  return indexLength / ENTRY_SIZE;
}

interface Row {
  readonly tag: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** One row of the index, checked as rpm's hdrblobVerifyInfo does. */
function readEntry(
  blob: Blob & { readonly sealed: boolean },
  row: number,
): { entry: HeaderEntry; offset: number } {
  const { kind, index, store } = blob;
  const at = row * ENTRY_SIZE;
  const found: Row = {
    tag: index.u32(at),
    type: index.u32(at + 4),
    offset: index.u32(at + 8),
    count: index.u32(at + 12),
  };
  const { tag, type, offset, count } = found;
  const bad = (why: string): RpmFormatError =>
    new RpmFormatError(
      'HEADER_BOUNDS',
      `${kind} header: entry ${row} (tag ${tag}, type ${type}, offset ${offset}, count ${count}) ${why}`,
    );
  const fault = faultOfRow(found, store) ?? faultOfType(found, blob);
  if (fault !== undefined) throw bad(fault);
  const length = dataLength(store, found);
  if (length === undefined) throw bad('ends outside the store');
  return { entry: { tag, type, count, data: store.bytes(offset, length) }, offset };
}

function faultOfRow({ tag, type, offset, count }: Row, store: ByteReader): string | undefined {
  if (tag < FIRST_TAG || tag > 0x7fffffff) return 'has a tag that only a region may have';
  if (type < TYPE.CHAR || type > TYPE.I18N_STRING) return 'has an unknown type';
  if (count < 1 || count > store.length) return 'has an impossible count';
  if (type !== TYPE.BIN && count > ARRAY_MAX) return `has more than ${ARRAY_MAX} elements`;
  if (offset % (ALIGNMENT[type] ?? 1) !== 0) return 'is not aligned';
  return offset > store.length ? 'begins outside the store' : undefined;
}

/** Tags of the signature header mean other things than the same numbers of the main one. */
function faultOfType(
  { tag, type }: Row,
  { kind, sealed }: Blob & { readonly sealed: boolean },
): string | undefined {
  return kind === 'main' && sealed && !typeFits(tag, type)
    ? 'has a type that this tag never has'
    : undefined;
}

/** Bytes that an entry occupies; undefined when they do not fit. */
function dataLength(store: ByteReader, { type, offset, count }: Row): number | undefined {
  if (!isStringType(type)) {
    const length = (ALIGNMENT[type] ?? 1) * count;
    return offset + length <= store.length ? length : undefined;
  }
  if (type === TYPE.STRING && count !== 1) return undefined;
  let end = offset;
  for (let string = 0; string < count; string++) {
    const nul = store.nul(end, store.length);
    if (nul < 0) return undefined;
    end = nul + 1;
  }
  return end - offset;
}

function limit(what: string, actual: number, most: number): void {
  if (actual <= most) return;
  throw new RpmFormatError('LIMIT_EXCEEDED', `${what}: expected at most ${most}, found ${actual}`, {
    expected: `at most ${most}`,
    actual: String(actual),
  });
}

function bounds(message: string, expected: number, actual: number): RpmFormatError {
  return new RpmFormatError('HEADER_BOUNDS', message, {
    expected: String(expected),
    actual: String(actual),
  });
}

function invalid(message: string): RpmFormatError {
  return new RpmFormatError('HEADER_INVALID', message);
}
