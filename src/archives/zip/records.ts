// SPDX-License-Identifier: MIT

/** First words of the records of a zip archive (APPNOTE.TXT 6.3.10, 4.3). */
export const SIGNATURE = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  digital: 0x05054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
} as const;

/** Bytes of the records before what varies in length. */
export const SIZE = { local: 30, central: 46, end64: 56, locator64: 20, end: 22 } as const;

/** What stands in a 32-bit field whose value is in the zip64 field. */
const ELSEWHERE = 0xffffffff;
const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;

/** General purpose bits. */
export const FLAG = {
  encrypted: 1 << 0,
  descriptor: 1 << 3,
  patch: 1 << 5,
  strong: 1 << 6,
  utf8: 1 << 11,
  masked: 1 << 13,
} as const;

/** What local and central records both say of a member. */
export interface ZipFields {
  readonly flags: number;
  /** 0 is stored, 8 is deflate. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly name: Uint8Array;
  readonly extra: ReadonlyMap<number, Uint8Array>;
}

/** Lengths of name, extra field and comment behind a record's fixed part. */
export function tailLengths(
  fixed: Uint8Array,
  kind: 'local' | 'central',
): [number, number, number] {
  const view = viewOf(fixed);
  return kind === 'local'
    ? [view.getUint16(26, true), view.getUint16(28, true), 0]
    : [view.getUint16(28, true), view.getUint16(30, true), view.getUint16(32, true)];
}

/** The fields of a record; undefined when its extra field is broken, or lacks the sizes that it should have. */
export function parseFields(
  record: Uint8Array,
  kind: 'local' | 'central',
): (ZipFields & { readonly offset: number }) | undefined {
  const view = viewOf(record);
  const at = kind === 'local' ? 6 : 8;
  const [nameLength, extraLength] = tailLengths(record, kind);
  const nameAt = SIZE[kind];
  const extra = parseExtra(record.subarray(nameAt + nameLength, nameAt + nameLength + extraLength));
  if (extra === undefined) return undefined;
  const large = new Zip64(extra.get(ZIP64));
  // The field holds only what is elsewhere, in this order.
  const size = large.or(view.getUint32(at + 16, true));
  const packedSize = large.or(view.getUint32(at + 12, true));
  const offset = kind === 'central' ? large.or(view.getUint32(42, true)) : 0;
  if (large.isShort) return undefined;
  return {
    flags: view.getUint16(at, true),
    method: view.getUint16(at + 2, true),
    crc: view.getUint32(at + 8, true),
    packedSize,
    size,
    name: Uint8Array.from(record.subarray(nameAt, nameAt + nameLength)),
    extra,
    offset,
  };
}

/** What the central record alone says. */
export function parseAttributes(record: Uint8Array): {
  readonly host: number;
  readonly attributes: number;
} {
  const view = viewOf(record);
  return { host: view.getUint8(5), attributes: view.getUint32(38, true) };
}

/** Hands out the values of a zip64 field one after the other. */
class Zip64 {
  private at = 0;
  isShort = false;

  constructor(private readonly bytes: Uint8Array | undefined) {}

  or(value: number): number {
    if (value !== ELSEWHERE || this.bytes === undefined) return value;
    if (this.bytes.length < this.at + 8) {
      this.isShort = true;
      return value;
    }
    const large = Number(viewOf(this.bytes).getBigUint64(this.at, true));
    this.at += 8;
    if (!Number.isSafeInteger(large)) this.isShort = true;
    return large;
  }
}

/** Blocks of an extra field by their ids; bytes at its end that are too few for a block are padding, as some writers leave them. */
function parseExtra(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  const blocks = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) return undefined;
    const id = view.getUint16(at, true);
    if (!blocks.has(id)) blocks.set(id, Uint8Array.from(bytes.subarray(at + 4, end)));
    at = end;
  }
  return blocks;
}

/** The name in UTF-8 that Info-ZIP writes beside one in another encoding: version, CRC-32 of the other, name. */
export function unicodePath(
  { name, extra }: ZipFields,
  crc32: (bytes: Uint8Array) => number,
): Uint8Array | undefined {
  const field = extra.get(UNICODE_PATH);
  if (field === undefined || field.length < 5 || field[0] !== 1) return undefined;
  return viewOf(field).getUint32(1, true) === crc32(name) ? field.subarray(5) : undefined;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
