// SPDX-License-Identifier: MIT
import { latin1 } from '../../text.js';

/** Bytes of a header, and of what contents are padded to. */
export const BLOCK = 512;

/** One header block with its fields as stored. */
export interface TarHeader {
  /** With the prefix of ustar in front. */
  readonly name: Uint8Array;
  /** Target of a link. */
  readonly target: Uint8Array;
  /** The type flag as a character; `\0` is an ordinary file of the oldest format. */
  readonly type: string;
  readonly mode: number;
  readonly size: number;
}

const NAME = [0, 100] as const;
const MODE = [100, 108] as const;
const SIZE = [124, 136] as const;
const CHECKSUM = [148, 156] as const;
const TYPE = 156;
const TARGET = [157, 257] as const;
const MAGIC = [257, 263] as const;
const PREFIX = [345, 500] as const;
const SPACE = 0x20;
const SLASH = 0x2f;

/**
 * Reads a header block (POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"); undefined when its
 * checksum or a number is wrong, so that no block of anything else is taken for one.
 */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.length < BLOCK || !isChecksumGood(block)) return undefined;
  const mode = parseNumber(block.subarray(...MODE));
  const size = parseNumber(block.subarray(...SIZE));
  if (mode === undefined || size === undefined) return undefined;
  const name = untilNul(block.subarray(...NAME));
  // GNU's own format has another magic, and times where ustar has the prefix.
  const isUstar = latin1(block.subarray(...MAGIC)) === 'ustar\0';
  const prefix = isUstar ? untilNul(block.subarray(...PREFIX)) : new Uint8Array();
  return {
    name:
      prefix.length === 0
        ? Uint8Array.from(name)
        : Buffer.concat([prefix, Uint8Array.of(SLASH), name]),
    target: Uint8Array.from(untilNul(block.subarray(...TARGET))),
    type: String.fromCharCode(block[TYPE] ?? 0),
    mode,
    size,
  };
}

/** Old writers added signed bytes; every reader takes both sums. */
function isChecksumGood(block: Uint8Array): boolean {
  const expected = parseNumber(block.subarray(...CHECKSUM));
  if (expected === undefined) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= CHECKSUM[0] && at < CHECKSUM[1] ? SPACE : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === unsigned || expected === signed;
}

/** Octal digits between spaces or NULs, or GNU's big-endian number behind a first byte of 0x80; undefined for anything else. */
function parseNumber(field: Uint8Array): number | undefined {
  const first = field[0] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = /^[ \0]*([0-7]*)(?![^ \0])/.exec(latin1(field))?.[1];
    return digits === undefined ? undefined : safe(BigInt(`0o0${digits}`));
  }
  return first === 0x80
    ? safe(BigInt(`0x0${Buffer.from(field.subarray(1)).toString('hex')}`))
    : undefined;
}

function safe(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/** The bytes before the first NUL, or all. */
export function untilNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}
