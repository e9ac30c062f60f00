// SPDX-License-Identifier: MIT
import { PacketError } from './packets.js';

/** What an armored block says of itself on its first line. */
export type ArmorLabel = 'PUBLIC KEY BLOCK' | 'SIGNATURE';

const BEGIN = /^-----BEGIN PGP ([A-Z0-9 ,/]+)-----$/;
const HEADER = /^[A-Za-z][A-Za-z0-9-]*:( |$)/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/;

/**
 * The packets in armored or binary bytes (RFC 9580 6.2): all blocks of a file one after the other, text around them skipped.
 * The checksum line is skipped, as RFC 9580 6.1 wants: it proves nothing that a signature does not.
 * @throws PacketError when there is no block, or one is cut short or holds other characters.
 */
export function dearmor(bytes: Uint8Array): Uint8Array {
  if (isBinary(bytes)) return bytes;
  const blocks: Buffer[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  // One line after the other, empty ones left out: as a list, a file of nothing but line ends takes 60 times its size.
  for (const [raw] of Buffer.from(bytes)
    .toString('latin1')
    .matchAll(/[^\r\n]+/g)) {
    const line = cleanLine(raw);
    if (!line.startsWith('-----')) open?.lines.push(line);
    else if (open === undefined) {
      const label = blockLabel(line);
      if (label !== undefined) open = { label, lines: [] };
    } else {
      if (line !== `-----END PGP ${open.label}-----`)
        throw new PacketError(`the armored ${open.label} has no end`);
      blocks.push(decodeBody(open.lines));
      open = undefined;
    }
  }
  if (open !== undefined) throw new PacketError(`the armored ${open.label} has no end`);
  if (blocks.length === 0)
    throw new PacketError('expected OpenPGP packets or an armored block, found neither');
  return Buffer.concat(blocks);
}

/** Armors packets with the checksum that rpm's older readers insist on. */
export function armor(label: ArmorLabel, packets: Uint8Array): string {
  const body =
    Buffer.from(packets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN PGP ${label}-----`,
    '',
    ...body,
    `=${crc24(packets)}`,
    `-----END PGP ${label}-----`,
    '',
  ].join('\n');
}

/** The first byte of a packet has its high bit set (RFC 9580 4.2). */
function isBinary(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0x80) !== 0 && !isByteOrderMark(bytes);
}

/** What begins with this line; a signed message is text, with a block of its own for the signature. */
function blockLabel(line: string): string | undefined {
  const label = BEGIN.exec(line)?.[1];
  return label === 'SIGNED MESSAGE' ? undefined : label;
}

function decodeBody(lines: readonly string[]): Buffer {
  const start = lines.findIndex((line) => line !== '' && !HEADER.test(line));
  const body = start === -1 ? [] : lines.slice(start).filter((line) => !CHECKSUM.test(line));
  const text = body.join('');
  if (!BASE64.test(text))
    throw new PacketError('the armored block holds characters that are not base64');
  return Buffer.from(text, 'base64');
}

/** Trailing white space is no part of an armor line; a byte-order mark may precede the first one. */
function cleanLine(line: string): string {
  return line.replace(/^\u00ef\u00bb\u00bf/, '').trim();
}

function isByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** CRC-24 of RFC 9580 6.1.1, in base64. */
function crc24(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x800000) === 0 ? crc << 1 : (crc << 1) ^ 0x1864cfb;
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]).toString('base64');
}
