// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { parseChecksum, requireStrong, verifyChecksum } from '../../../src/repodata/checksum.js';
import { codeOf } from './index-builder.js';

const bytes = Buffer.from('bytes');
const checksum = (type: string) =>
  parseChecksum(
    type,
    createHash(type === 'sha' ? 'sha1' : type)
      .update(bytes)
      .digest('hex')
      .toUpperCase(),
  )!;

describe('parseChecksum', () => {
  it('gives name and digits in lower case', () => {
    expect(parseChecksum('SHA256', 'A'.repeat(64))).toEqual({
      algorithm: 'sha256',
      hex: 'a'.repeat(64),
    });
  });

  it.each([
    ['sha256', 'a'.repeat(63)],
    ['sha256', 'a'.repeat(65)],
    ['sha256', 'z'.repeat(64)],
    ['sha3', 'a'.repeat(64)],
    ['', ''],
    ['toString', 'a'],
    ['__proto__', 'a'],
  ])('refuses %s of %s', (type, hex) => {
    expect(parseChecksum(type, hex)).toBeUndefined();
  });
});

describe('verifyChecksum', () => {
  it.each(['sha224', 'sha256', 'sha384', 'sha512'])(
    'accepts bytes that have the %s stated, and no others',
    async (type) => {
      expect(
        await codeOf(() => {
          verifyChecksum(bytes, checksum(type), 'it');
        }),
      ).toBe('ok');
      expect(
        await codeOf(() => {
          verifyChecksum(Buffer.from('bytez'), checksum(type), 'it');
        }),
      ).toBe('DIGEST_MISMATCH');
    },
  );

  it('names both sides', () => {
    expect(() => {
      verifyChecksum(bytes, checksum('sha256'), 'primary');
    }).not.toThrow();
    expect(() => {
      verifyChecksum(Buffer.from(''), checksum('sha256'), 'primary');
    }).toThrow(/^primary: expected sha256 [0-9a-f]{64}, found e3b0c442[0-9a-f]+ \(0 bytes\)$/);
  });
});

describe('requireStrong', () => {
  it('gives the digest to check by', () => {
    expect(requireStrong(checksum('sha384'), 'it')).toEqual({
      algorithm: 'sha384',
      hex: checksum('sha384').hex,
    });
    expect(requireStrong(checksum('sha'), 'it', new Set(['sha1'])).algorithm).toBe('sha1');
  });
});
