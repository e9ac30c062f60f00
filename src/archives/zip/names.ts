// SPDX-License-Identifier: MIT
import { crc32 } from 'node:zlib';

import { FLAG, unicodePath, type ZipFields } from './records.js';

/** Systems that wrote a member; version made by, APPNOTE.TXT 4.4.2. */
const HOST = { fat: 0, unix: 3, ntfs: 10, vfat: 14, darwin: 19 } as const;
const DOS_HOSTS: ReadonlySet<number> = new Set([HOST.fat, HOST.ntfs, HOST.vfat]);
const UNIX_HOSTS: ReadonlySet<number> = new Set([HOST.unix, HOST.darwin]);
const DOS_FOLDER = 0x10;
const TYPE_MASK = 0o170000;
const TYPES: Readonly<Record<number, 'file' | 'directory' | 'symlink'>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
};
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** Characters 128 to 255 of code page 437, in which names are that say nothing else. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** What the central record says a member is. */
export interface ZipEntry {
  readonly path: Uint8Array;
  /** `special` is a device, a fifo or a socket. */
  readonly type: 'file' | 'directory' | 'symlink' | 'special';
  /** Permission bits. */
  readonly mode: number;
}

/** A member as Info-ZIP's unzip takes it on Unix. */
export function describeEntry(
  fields: ZipFields,
  { host, attributes }: { readonly host: number; readonly attributes: number },
): ZipEntry {
  const name = decodeName(fields, host);
  const isFolder = name.at(-1) === SLASH;
  const unix = attributes >>> 16;
  const kind = unix & TYPE_MASK;
  // PKZIP and 7-Zip mark members as of DOS and give Unix modes all the same.
  const isUnix = unix !== 0 && (UNIX_HOSTS.has(host) || kind in TYPES);
  const byName = isFolder || (!isUnix && (attributes & DOS_FOLDER) !== 0) ? 'directory' : 'file';
  const type = !isUnix || kind === 0 ? byName : (TYPES[kind] ?? 'special');
  return {
    path: cleanPath(name),
    type: isFolder && type === 'file' ? 'directory' : type,
    mode: isUnix ? unix & 0o7777 : 0o644,
  };
}

function decodeName(fields: ZipFields, host: number): Uint8Array {
  const { name, flags } = fields;
  const unicode = unicodePath(fields, crc32);
  if (unicode !== undefined) return unicode;
  const isDos = !UNIX_HOSTS.has(host);
  const plain =
    DOS_HOSTS.has(host) && !name.includes(SLASH)
      ? name.map((byte) => (byte === BACKSLASH ? SLASH : byte))
      : name;
  if (!isDos || (flags & FLAG.utf8) !== 0 || plain.every((byte) => byte < 0x80)) return plain;
  return Buffer.from(
    Array.from(plain, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : CP437.charAt(byte - 0x80),
    ).join(''),
  );
}

/** As tar's: a leading `./` and the slash of a folder say nothing. */
function cleanPath(path: Uint8Array): Uint8Array {
  const text = Buffer.from(path)
    .toString('latin1')
    .replace(/^(?:\.\/)+/, '')
    .replace(/(?<=[^/])\/+$/, '');
  return Buffer.from(text === '.' ? '' : text, 'latin1');
}
