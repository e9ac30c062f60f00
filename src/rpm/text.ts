// SPDX-License-Identifier: MIT
import type { RpmString } from './model.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text when the bytes are UTF-8, else undefined. */
export function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text when the bytes are UTF-8, otherwise the bytes in base64. */
export function toRpmString(bytes: Uint8Array): RpmString {
  return tryDecode(bytes) ?? { b64: Buffer.from(bytes).toString('base64') };
}

/** Text for people: what is not UTF-8 becomes U+FFFD. */
export function decodeLossy(bytes: Uint8Array): string {
  return lossy.decode(bytes);
}

/** A string of a package for people. */
export function showText(text: RpmString): string {
  return typeof text === 'string' ? text : `base64:${text.b64}`;
}
