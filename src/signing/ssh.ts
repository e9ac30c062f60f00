// SPDX-License-Identifier: MIT
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';

import { InputError } from '../errors.js';
import { bitLength, toBigInt } from '../openpgp/algorithms/discrete-log.js';
import { PacketError, PacketReader } from '../openpgp/packets.js';
import { latin1 } from '../text.js';
import type { Signer } from './signer.js';

const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const MAGIC = 'openssh-key-v1\0';

/** True for a private key in OpenSSH's own format. */
export function isOpenSshKey(text: string): boolean {
  return text.trimStart().startsWith(BEGIN);
}

/**
 * Loads an OpenSSH private key (openssh/PROTOCOL.key): Ed25519, RSA or ECDSA, without passphrase. Its signatures are those of
 * `ssh-keygen -Y sign -n git` (openssh/PROTOCOL.sshsig).
 * @throws InputError INPUT_INVALID
 */
export async function loadSshSigner(text: string): Promise<Signer> {
  const { publicBlob, key } = readKey(text);
  const hash = createHash('sha256').update(publicBlob).digest('base64').replaceAll('=', '');
  return {
    description: `SSH key SHA256:${hash}`,
    async sign(data) {
      const fields = [sshString('git'), sshString(''), sshString('sha512')];
      const digest = createHash('sha512').update(data).digest();
      const signature = key.sign(
        Buffer.concat([Buffer.from('SSHSIG'), ...fields, sshString(digest)]),
      );
      const blob = Buffer.concat([
        Buffer.from('SSHSIG'),
        uint32(1),
        sshString(publicBlob),
        ...fields,
        sshString(signature),
      ]);
      const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
      return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join(
        '\n',
      );
    },
  };
}

/** A private key of one kind; `sign` gives the signature blob with its algorithm's name (RFC 8332 3, 5656 3.1.2, 8709 6). */
interface SshKey {
  sign(data: Uint8Array): Buffer;
}

function readKey(text: string): { publicBlob: Uint8Array; key: SshKey } {
  const base64 = text.trim().replace(BEGIN, '').replace(END, '').replace(/\s+/g, '');
  try {
    const reader = new PacketReader(Buffer.from(base64, 'base64'));
    if (latin1(reader.take(MAGIC.length)) !== MAGIC)
      throw new PacketError('it does not begin as one');
    const cipher = readText(reader);
    if (cipher !== 'none')
      throw new PacketError(
        `it is protected by a passphrase (${cipher}); give a copy without one (ssh-keygen -p), or an OpenPGP key`,
      );
    readText(reader);
    readString(reader);
    const count = reader.uint(4);
    if (count !== 1) throw new PacketError(`expected one key in it, found ${count}`);
    const publicBlob = readString(reader);
    return { publicBlob, key: readPrivate(new PacketReader(readString(reader))) };
  } catch (error) {
    const detail = error instanceof PacketError ? error.message : 'OpenSSL refuses it';
    throw new InputError(
      'INPUT_INVALID',
      `signing-key is no OpenSSH private key that can be used: ${detail}`,
      { cause: error },
    );
  }
}

function readPrivate(reader: PacketReader): SshKey {
  if (reader.uint(4) !== reader.uint(4)) throw new PacketError('its check numbers differ');
  const type = readText(reader);
  if (type === 'ssh-ed25519') return ed25519(reader);
  if (type === 'ssh-rsa') return rsa(reader);
  const curve = ECDSA[type];
  if (curve !== undefined) return ecdsa(type, curve, reader);
  throw new PacketError(
    `expected an Ed25519, RSA or ECDSA key, found ${JSON.stringify(type.slice(0, 40))}`,
  );
}

function ed25519(reader: PacketReader): SshKey {
  const x = readString(reader);
  const key = privateKey({
    kty: 'OKP',
    crv: 'Ed25519',
    x: base64url(x),
    d: base64url(readString(reader).subarray(0, 32)),
  });
  return { sign: (data) => signatureBlob('ssh-ed25519', sign(null, data, key)) };
}

function rsa(reader: PacketReader): SshKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => toBigInt(readString(reader))) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if (p < 2n || q < 2n) throw new PacketError('its primes are missing');
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const key = privateKey({
    kty: 'RSA',
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, base64url(toBytes(value))]),
    ),
  });
  return { sign: (data) => signatureBlob('rsa-sha2-512', sign('sha512', data, key)) };
}

const ECDSA: Readonly<Record<string, { readonly crv: string; readonly hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', hash: 'sha512' },
};

function ecdsa(
  type: string,
  { crv, hash }: { readonly crv: string; readonly hash: string },
  reader: PacketReader,
): SshKey {
  readText(reader);
  const point = readString(reader).subarray(1);
  const size = point.length / 2;
  const d = toBytes(toBigInt(readString(reader)), size);
  const key = privateKey({
    kty: 'EC',
    crv,
    x: base64url(point.subarray(0, size)),
    y: base64url(point.subarray(size)),
    d: base64url(d),
  });
  return {
    sign(data) {
      const pair = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
      const numbers = [pair.subarray(0, pair.length / 2), pair.subarray(pair.length / 2)].map(
        (part) => sshString(mpint(part)),
      );
      return signatureBlob(type, Buffer.concat(numbers));
    },
  };
}

function privateKey(jwk: Record<string, string>): KeyObject {
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function signatureBlob(algorithm: string, value: Uint8Array): Buffer {
  return Buffer.concat([sshString(algorithm), sshString(value)]);
}

/** RFC 4251 5: a positive number whose first bit is set gets a zero byte in front. */
function mpint(bytes: Uint8Array): Buffer {
  const value = toBytes(toBigInt(bytes));
  return (value[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), value]) : value;
}

function toBytes(value: bigint, size = Math.ceil(bitLength(value) / 8)): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex');
}

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function readString(reader: PacketReader): Uint8Array {
  return reader.take(reader.uint(4));
}

function readText(reader: PacketReader): string {
  return latin1(readString(reader));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
