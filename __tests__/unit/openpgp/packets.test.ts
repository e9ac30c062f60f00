// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parsePublicKey } from '../../../src/openpgp/algorithms/public-key.js';
import { armor, dearmor } from '../../../src/openpgp/armor.js';
import { encodePacket, PacketError, readPackets } from '../../../src/openpgp/packets.js';
import { type SignatureForm, signatureForm } from '../../../src/openpgp/signature-file.js';
import { parseSignature } from '../../../src/openpgp/signature-packet.js';
import { makeKey } from '../../fixtures/openpgp-builder.js';

const header = (...bytes: number[]) => Buffer.from(bytes);
const body = (length: number) => Buffer.alloc(length, 7);

describe('readPackets', () => {
  it.each([
    ['old, one byte', header(0x88, 5), 2, 5],
    ['old, two bytes', header(0x89, 1, 0), 2, 256],
    ['old, four bytes', header(0x8a, 0, 0, 0, 3), 2, 3],
    ['new, one byte', header(0xc6, 191), 6, 191],
    ['new, two bytes', header(0xc6, 192, 0), 6, 192],
    ['new, two bytes at most', header(0xc6, 223, 255), 6, 8383],
    ['new, five bytes', header(0xc6, 255, 0, 0, 0, 9), 6, 9],
  ])('reads a length: %s', (_, head, tag, length) => {
    expect([...readPackets(Buffer.concat([head, body(length)]))]).toEqual([
      { tag, body: body(length) },
    ]);
  });

  it.each([
    ['a byte that begins no packet', header(0x17, 5)],
    ['the reserved type 0', header(0xc0, 0)],
    ['a body cut short', header(0xc2, 10, 1, 2)],
    ['a length cut short', header(0xc2)],
    ['an old indeterminate length', header(0x8b, 1, 2)],
    ['a new partial length', header(0xc2, 0xe1, 1, 2)],
    ['a length beyond the bytes', header(0xc2, 0xff, 0xff, 0xff, 0xff, 0xff, 1)],
  ])('refuses %s', (_, bytes) => {
    expect(() => [...readPackets(bytes)]).toThrow(PacketError);
  });

  it('reads what encodePacket writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 63 }),
        fc.constantFrom(0, 1, 191, 192, 8383, 8384, 70_000),
        (tag, length) => {
          const packet = { tag, body: body(length) };
          expect([...readPackets(encodePacket(packet))]).toEqual([packet]);
        },
      ),
    );
  });
});

describe('parseSignature and parsePublicKey', () => {
  it('raise nothing but PacketError, whatever they are given', () => {
    const plausible = fc
      .tuple(fc.constantFrom(2, 3, 4, 5, 6), fc.uint8Array({ maxLength: 300 }))
      .map(([version, rest]) => Buffer.from([version, ...rest]));
    const shaped = fc
      .tuple(
        fc.constantFrom(4, 6),
        fc.nat(255),
        fc.constantFrom(1, 17, 19, 22, 27, 30),
        fc.constantFrom(2, 8, 10),
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 200 }),
      )
      .map(([version, type, algorithm, hash, area, rest]) =>
        Buffer.from([
          version,
          type,
          algorithm,
          hash,
          ...(version === 6 ? [0, 0] : []),
          0,
          area.length,
          ...area,
          ...rest,
        ]),
      );
    fc.assert(
      fc.property(fc.oneof(plausible, shaped), (bytes) => {
        for (const parse of [parseSignature, parsePublicKey]) {
          try {
            parse(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(PacketError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parsePublicKey', () => {
  const ecdsa = (...rest: number[]) => Buffer.from([4, 0, 0, 0, 1, 19, ...rest]);

  it.each([
    ['an empty curve', ecdsa(0, 0, 8, 4)],
    ['a reserved length of the curve', ecdsa(0xff, ...Array<number>(260).fill(1))],
    ['a curve that is cut off', ecdsa(8, 1, 2)],
  ])('refuses %s', (_, bytes) => {
    expect(() => parsePublicKey(bytes)).toThrow(PacketError);
  });

  it.each([
    ['uncompressed', 4, true],
    ['compressed', 2, false],
    ['hybrid', 6, false],
    ['of no form', 0x40, false],
  ])('takes a point that is %s: %s', (_, form, isTaken) => {
    const { body: whole } = makeKey('P-256');
    const copy = Buffer.from(whole);
    // Version, time, algorithm, the curve with its length, the bits of the point, its form.
    const at = 6 + 9 + 2;
    expect(copy[at]).toBe(4);
    copy[at] = form;
    copy.writeUInt16BE(512 + form.toString(2).length, at - 2);
    expect(parsePublicKey(copy).verify !== undefined).toBe(isTaken);
  });

  it.each([
    ['prefixed by 0x40', 0x40, true],
    ['prefixed by another byte', 0x41, false],
  ])('takes a legacy Edwards point %s: %s', (_, prefix, isTaken) => {
    const { body: whole } = makeKey('EdDSA');
    const copy = Buffer.from(whole);
    const at = copy.length - 33;
    expect(copy[at]).toBe(0x40);
    copy[at] = prefix;
    expect(parsePublicKey(copy).verify !== undefined).toBe(isTaken);
  });
});

describe('signatureForm', () => {
  const signature = encodePacket({ tag: 2, body: Buffer.of(4, 0, 1, 8) });
  const old = (tag: number) => Buffer.of(0x80 | (tag << 2), 1, 0);

  it.each<[string, Uint8Array, SignatureForm]>([
    ['a signature', signature, 'detached'],
    ['a signature with a header of the old form', old(2), 'detached'],
    ['an armored one', Buffer.from(armor('SIGNATURE', signature)), 'detached'],
    ['a signed text', Buffer.from('-----BEGIN PGP SIGNED MESSAGE-----\n'), 'clearsigned'],
    ['an armored message', Buffer.from('-----BEGIN PGP MESSAGE-----\n'), 'attached'],
    ...[4, 8, 11].flatMap((tag): [string, Uint8Array, SignatureForm][] => [
      [
        `a message that begins with packet ${tag}`,
        encodePacket({ tag, body: Buffer.of(1) }),
        'attached',
      ],
      [`the same with a header of the old form, ${tag}`, old(tag), 'attached'],
    ]),
    ['a key', encodePacket({ tag: 6, body: Buffer.of(4) }), 'none'],
    ['a signature that is cut off', signature.subarray(0, 4), 'none'],
    ['a text', Buffer.from('hello'), 'none'],
    ['nothing', Buffer.alloc(0), 'none'],
  ])('%s', (_, bytes, form) => {
    expect(signatureForm(bytes)).toBe(form);
  });
});

describe('dearmor', () => {
  const packets = Buffer.from('c2050102030405', 'hex');
  const block = armor('SIGNATURE', packets);

  it.each([
    ['what armor writes', block],
    ['CRLF line ends', block.replaceAll('\n', '\r\n')],
    ['headers', block.replace('\n\n', '\nVersion: GnuPG v1\nComment: x: y\n\n')],
    ['no empty line', block.replace('\n\n', '\n')],
    ['no checksum', block.replace(/^=.*\n/m, '')],
    ['a wrong checksum', block.replace(/^=....$/m, '=AAAA')],
    ['white space at the ends of lines', block.replaceAll('\n', ' \t\n')],
    ['text around it', `The key of\nsome distribution\n\n${block}\nthat was it\n`],
    ['a byte-order mark', `\u{feff}${block}`],
    ['no line end at the end', block.trimEnd()],
    ['lines of dashes around it', `-----\nnews\n----- more -----\n${block}\n-----\n`],
    [
      'a signed text before it, which is no block of packets',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -----\nwords!\n${block}`,
    ],
  ])('reads a block with %s', (_, text) => {
    expect(Buffer.from(dearmor(Buffer.from(text)))).toEqual(packets);
  });

  it('reads several blocks one after the other, and binary packets as they are', () => {
    expect(Buffer.from(dearmor(Buffer.from(block + block)))).toEqual(
      Buffer.concat([packets, packets]),
    );
    expect(dearmor(packets)).toBe(packets);
  });

  it.each([
    ['nothing', ''],
    ['a web page', '<html><body>404</body></html>'],
    ['a block without end', block.slice(0, 40)],
    ['a block without end behind one that is whole', block + block.slice(0, 60)],
    ['a block that ends as another', block.replace('END PGP SIGNATURE', 'END PGP MESSAGE')],
    ['a block in a block', block.replace('\n\n', `\n\n${block}`)],
    ['characters that are not base64', block.replace('wg', 'w!')],
  ])('refuses %s', (_, text) => {
    expect(() => dearmor(Buffer.from(text))).toThrow(PacketError);
  });

  it('takes for text only what begins with a whole byte-order mark', () => {
    for (const bytes of [
      [0xef, 1, 2],
      [0xef, 0xbb, 2],
      [0xfb, 0xbb, 0xbf],
    ])
      expect(dearmor(Buffer.from(bytes))).toEqual(Buffer.from(bytes));
  });

  it('armor writes the checksum of RFC 9580', () => {
    // The check value of CRC-24/OPENPGP, which catalogues of such sums give.
    expect(armor('SIGNATURE', Buffer.from('123456789'))).toContain('\n=Ic8C\n-----END');
  });

  it('reads what armor writes, whatever it is', () => {
    expect(() => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
          Buffer.from(dearmor(Buffer.from(armor('PUBLIC KEY BLOCK', bytes)))).equals(bytes),
        ),
      );
    }).not.toThrow();
  });
});
