// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { hex, PacketError, PacketReader } from '../packets.js';
import { type KeyMaterial, parseMaterial } from './key-material.js';

/** A primary key or subkey. */
export interface PublicKey extends KeyMaterial {
  readonly version: 4 | 6;
  /** Seconds since 1970. */
  readonly created: number;
  readonly algorithm: number;
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** 16 lower-case hex digits. */
  readonly keyId: string;
  /** Packet body. */
  readonly body: Uint8Array;
  /** The key as signatures over it hash it (RFC 9580 5.2.4). */
  readonly hashed: Uint8Array;
}

/**
 * Parses the body of a public key or subkey packet of version 4 or 6 (RFC 9580 5.5.2). Versions 2 and 3 are gone from
 * rpm and GnuPG, and so from here.
 * @throws PacketError
 */
export function parsePublicKey(body: Uint8Array): PublicKey {
  const reader = new PacketReader(body);
  const version = reader.uint(1);
  if (version !== 4 && version !== 6)
    throw new PacketError(`expected a key of version 4 or 6, found ${version}`);
  const [created, algorithm] = [reader.uint(4), reader.uint(1)];
  if (version === 6 && reader.uint(4) !== body.length - reader.position)
    throw new PacketError('the key material has another length than it states');
  const hashed = Buffer.concat([hashHeader(version, body.length), body]);
  const fingerprint = hex(
    createHash(version === 4 ? 'sha1' : 'sha256')
      .update(hashed)
      .digest(),
  );
  const keyId = (version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16)).toLowerCase();
  return {
    version,
    created,
    algorithm,
    fingerprint,
    keyId,
    body,
    hashed,
    ...parseMaterial(algorithm, reader),
  };
}

function hashHeader(version: 4 | 6, length: number): Buffer {
  if (version === 4 && length > 0xffff)
    throw new PacketError(`expected a key of at most 65535 bytes, found ${length}`);
  const header = Buffer.alloc(version === 4 ? 3 : 5);
  header[0] = version === 4 ? 0x99 : 0x9b;
  header.writeUIntBE(length, 1, version === 4 ? 2 : 4);
  return header;
}
