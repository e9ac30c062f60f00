// SPDX-License-Identifier: MIT
import type { HashName } from '../openpgp/model.js';

/** OpenPGP's numbers for hash algorithms (RFC 9580 9.5), which rpm uses for file digests, too; 0 is md5 there. */
const NAMES: Readonly<Record<number, HashName>> = {
  0: 'md5',
  1: 'md5',
  2: 'sha1',
  3: 'ripemd160',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
  12: 'sha3-256',
  14: 'sha3-512',
};

/** node:crypto's name of a hash algorithm; undefined for one that neither knows. */
export function hashName(id: number): HashName | undefined {
  return NAMES[id];
}
