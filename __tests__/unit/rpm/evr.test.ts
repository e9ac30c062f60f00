// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { compareEvr, formatNevra, rpmvercmp, tryParseEvr } from '../../../src/rpm/evr.js';

const table = readFileSync(new URL('../../fixtures/rpm/rpmvercmp.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ') as [string, string, string]);

describe('rpmvercmp', () => {
  it.each(table)('orders %s and %s as %s, both ways round', (left, right, order) => {
    expect(Math.sign(rpmvercmp(left, right))).toBe(Number(order));
    expect(Math.sign(rpmvercmp(right, left))).toBe(0 - Number(order));
  });

  it('compares numbers of any length without losing digits', () => {
    expect(Math.sign(rpmvercmp('9007199254740993', '9007199254740992'))).toBe(1);
    expect(rpmvercmp('000000000000000000001', '1')).toBe(0);
  });

  it('is an order: antisymmetric, and any version equals itself', () => {
    const version = fc.stringMatching(/^[0-9a-z.~^_+]{0,12}$/);
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(rpmvercmp(a, b))).toBe(0 - Math.sign(rpmvercmp(b, a)));
        expect(rpmvercmp(a, a)).toBe(0);
      }),
    );
  });
});

describe('compareEvr', () => {
  const evr = (text: string) => tryParseEvr(text)!;

  it.each([
    ['1.0-1', '0:1.0-1', 0],
    ['1:1.0-1', '2.0-1', 1],
    ['1.0-1', '1.0-2', -1],
    ['1.0', '1.0-2', 0],
    ['2.9.4.0', '2.10.11.0', -1],
    ['1.0~rc1-9', '1.0-1', -1],
  ])('compares %s and %s: %s', (left, right, order) => {
    expect(Math.sign(compareEvr(evr(left), evr(right)))).toBe(order);
  });
});

describe('formatNevra', () => {
  it('writes the epoch only when there is one, 0 included', () => {
    const nevra = { name: 'a-b', epoch: null, version: '1.0~rc1', release: '1.el9', arch: 'src' };
    expect(formatNevra(nevra)).toBe('a-b-1.0~rc1-1.el9.src');
    expect(formatNevra({ ...nevra, epoch: 0 })).toBe('a-b-0:1.0~rc1-1.el9.src');
  });
});
