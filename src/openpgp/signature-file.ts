// SPDX-License-Identifier: MIT
import { PacketError, readPackets, TAG } from './packets.js';

/** What the bytes of a signature file are, before anybody checks them. `none`: no OpenPGP data at all. */
export type SignatureForm = 'detached' | 'attached' | 'clearsigned' | 'none';

/** Packets that a message begins with (RFC 9580 10.3): encrypted, one-pass signature, compressed, literal. */
const MESSAGE_TAGS: ReadonlySet<number> = new Set([1, 3, 4, 8, 9, 11, 18, 20]);

/** Tells a detached signature from a message that holds what it signs, and both from anything else. */
export function signatureForm(bytes: Uint8Array): SignatureForm {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) return 'clearsigned';
  if (text.includes('-----BEGIN PGP MESSAGE')) return 'attached';
  if (text.includes('-----BEGIN PGP ')) return 'detached';
  const head = bytes[0] ?? 0;
  if ((head & 0x80) === 0) return 'none';
  const tag = (head & 0x40) !== 0 ? head & 0x3f : (head >> 2) & 0x0f;
  if (MESSAGE_TAGS.has(tag)) return 'attached';
  return tag === TAG.signature && isWhole(bytes) ? 'detached' : 'none';
}

/** Many a file of another kind begins with a byte that could begin a packet. */
function isWhole(bytes: Uint8Array): boolean {
  try {
    return readPackets(bytes).next().done !== true;
  } catch (error) {
    if (error instanceof PacketError) return false;
    throw error;
  }
}
