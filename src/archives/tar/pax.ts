// SPDX-License-Identifier: MIT
import { latin1 } from '../../text.js';

const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const SPACE = 0x20;
/** Digits of a record's length: more than a header that is allowed can have. */
const MOST_DIGITS = 8;

/**
 * Reads the records of an extended header, `<length> <keyword>=<value>\n` each (POSIX pax, "pax Extended Header"); of records with one keyword
 * the last holds. Values stay bytes. Undefined when the bytes are not exactly such records.
 */
export function parsePax(bytes: Uint8Array): Map<string, Uint8Array> | undefined {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.subarray(at, at + MOST_DIGITS + 1).indexOf(SPACE);
    const digits = latin1(bytes.subarray(at, at + Math.max(space, 0)));
    if (!/^[1-9]\d*$/.test(digits)) return undefined;
    const end = at + Number(digits);
    const record = bytes.subarray(at + space + 1, end - 1);
    const equals = record.indexOf(EQUALS);
    if (end > bytes.length || end <= at + space + 1 || bytes[end - 1] !== NEWLINE || equals < 1)
      return undefined;
    records.set(latin1(record.subarray(0, equals)), Uint8Array.from(record.subarray(equals + 1)));
    at = end;
  }
  return records;
}
