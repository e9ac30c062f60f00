// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InputError } from '../../../src/errors.js';
import { tryParseNevra } from '../../../src/mirror/nevra.js';
import { parseConstraints, satisfies } from '../../../src/rpm/constraints.js';

const holds = (evr: string, text: string): boolean =>
  satisfies(tryParseNevra(`name-${evr}.noarch`)!, parseConstraints(text));

describe('parseConstraints', () => {
  it('reads lists with commas, white space or both', () => {
    const expected = [
      { operator: '>=', evr: { epoch: null, version: '2.20', release: undefined } },
      { operator: '<', evr: { epoch: null, version: '3', release: undefined } },
      { operator: '!=', evr: { epoch: 1, version: '2.20.74.0', release: 'dkms' } },
    ];
    expect(parseConstraints('>= 2.20, < 3, != 1:2.20.74.0-dkms')).toEqual(expected);
    expect(parseConstraints('>=2.20 <3\n!=1:2.20.74.0-dkms')).toEqual(expected);
    expect(parseConstraints('')).toEqual([]);
    expect(parseConstraints(' , ')).toEqual([]);
  });

  it.each(['>=', '>= 2.20,, <', '=> 1', '>= 1-2-3', '1 || 2 >', '>= a:b', '<> 3', '~> 2 ='])(
    'refuses %j with INPUT_INVALID, naming the input',
    (text) => {
      expect(() => parseConstraints(text, 'versions')).toThrow(InputError);
      expect(() => parseConstraints(text, 'versions')).toThrow(
        expect.objectContaining({
          code: 'INPUT_INVALID',
          message: expect.stringMatching(/^versions: /),
        }),
      );
    },
  );

  it('answers any text with constraints or an InputError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseConstraints(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('satisfies', () => {
  it.each([
    ['2.20.28.0-dkms', '>= 2.20, < 3, != 2.20.74.0', true],
    ['2.20.74.0-dkms', '>= 2.20, < 3, != 2.20.74.0', false],
    ['2.9-1', '>= 2.20', false],
    ['3.0-1', '< 3', false],
    ['3.0~rc1-1', '< 3.0', true],
    ['2.20-5', '= 2.20', true],
    ['2.20-5', '= 2.20-4', false],
    ['2.20-5', '<= 2.20', true],
    ['2.20-5', '> 2.20', false],
    ['1:1.0-1', '> 2.0', true],
    ['1.0-1', '= 0:1.0', true],
    ['1.0-1', '1.0', true],
    ['1.0^git1-1', '> 1.0', true],
  ])('%s against %s: %s', (evr, text, expected) => {
    expect(holds(evr, text)).toBe(expected);
  });
});
