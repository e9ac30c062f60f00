// SPDX-License-Identifier: MIT

/** Bytes that are no well-formed OpenPGP. Never leaves this room: callers turn it into a report or a VerificationError. */
export class PacketError extends Error {}

/** Packet types that this room reads (RFC 9580 5). */
export const TAG = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
} as const;

/** One packet: its type and its body, header removed. */
export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** Bounds-checked big-endian reader: the only way that this room looks at bytes from outside. */
export class PacketReader {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get position(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** The next `length` bytes. @throws PacketError when fewer are left. */
  take(length: number): Uint8Array {
    const left = this.bytes.length - this.#at;
    if (length > left) throw new PacketError(`expected ${length} more bytes, found ${left}`);
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  /** An unsigned number of `size` (1, 2 or 4) bytes. */
  uint(size: 1 | 2 | 4): number {
    return this.take(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A multiprecision integer (RFC 9580 3.2) with its stated number of bits. */
  mpi(): { readonly bits: number; readonly value: Uint8Array } {
    const bits = this.uint(2);
    return { bits, value: this.take((bits + 7) >> 3) };
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.#at);
  }
}

/**
 * Splits bytes into packets, old and new format (RFC 9580 4.2). Lengths must be definite: partial and indeterminate ones
 * are for data, never for keys and signatures.
 * @throws PacketError when a header is wrong or a body is cut short.
 */
export function* readPackets(bytes: Uint8Array): Generator<Packet, void> {
  const reader = new PacketReader(bytes);
  while (!reader.done) {
    const head = reader.uint(1);
    if ((head & 0x80) === 0)
      throw new PacketError(
        `expected a packet header, found byte 0x${head.toString(16).padStart(2, '0')}`,
      );
    const modern = (head & 0x40) !== 0;
    const tag = modern ? head & 0x3f : (head >> 2) & 0x0f;
    if (tag === 0) throw new PacketError('packet type 0 is reserved');
    const length = modern ? readLength(reader, 'packet') : readOldLength(reader, head & 3);
    yield { tag, body: reader.take(length) };
  }
}

/** A length of one, two or five bytes (RFC 9580 4.2.1 for packets, 5.2.3.7 for subpackets, which have no partial lengths). */
export function readLength(reader: PacketReader, of: 'packet' | 'subpacket'): number {
  const first = reader.uint(1);
  if (first < 192) return first;
  if (first === 255) return reader.uint(4);
  if (of === 'packet' && first >= 224)
    throw new PacketError('a partial body length is not allowed here');
  return ((first - 192) << 8) + reader.uint(1) + 192;
}

/** Writes one packet in the new format with the shortest length. */
export function encodePacket({ tag, body }: Packet): Uint8Array {
  const length = body.length;
  const size =
    length < 192
      ? [length]
      : length < 8384
        ? [((length - 192) >> 8) + 192, (length - 192) & 0xff]
        : [255, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([0xc0 | tag, ...size]), body]);
}

/** Upper-case hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

function readOldLength(reader: PacketReader, kind: number): number {
  if (kind === 3) throw new PacketError('an indeterminate length is not allowed here');
  return reader.uint(kind === 0 ? 1 : kind === 1 ? 2 : 4);
}
