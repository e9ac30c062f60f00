// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InputError } from '../../../src/errors.js';
import { formatTagName, parseTagName, validateTagFormat } from '../../../src/mirror/tag-names.js';
import { anyText } from '../../fixtures/any-text.js';
import { nevra } from './builders.js';

const release = nevra('kmod-1.2~rc1-3^git.el9.x86_64');

function tagOf(version: string): string {
  return formatTagName('{version}', { ...release, version });
}

describe('formatTagName', () => {
  it.each([
    ['{version}', '1.2%7Erc1'],
    ['{name}-{version}-{release}.{arch}', 'kmod-1.2%7Erc1-3%5Egit.el9.x86_64'],
    ['{epoch}:{version}', '0%3A1.2%7Erc1'],
    ['v{version}', 'v1.2%7Erc1'],
    ['{name}/{version}', 'kmod/1.2%7Erc1'],
  ])('fills %s', (format, expected) => {
    expect(formatTagName(format, release)).toBe(expected);
  });

  it.each([
    ['1.2.3.0', '1.2.3.0'],
    ['1%2', '1%252'],
    ['a b', 'a%20b'],
    ['a\tb\x7f', 'a%09b%7F'],
    ['a?*[\\', 'a%3F%2A%5B%5C'],
    ['a..b', 'a.%2Eb'],
    ['a...b', 'a.%2E%2Eb'],
    ['.a', '%2Ea'],
    ['a.', 'a%2E'],
    ['.', '%2E'],
    ['a@{1}', 'a%40{1}'],
    ['@', '%40'],
    ['a@b', 'a@b'],
    ['-d', '%2Dd'],
    ['a.lock', 'a%2Elock'],
    ['a.lock.1', 'a.lock.1'],
    ['a/b', 'a%2Fb'],
    ['ünï-ßø', 'ünï-ßø'],
    ['a\ud800b', 'a%uD800b'],
  ])('writes version %j as %s', (version, expected) => {
    expect(tagOf(version)).toBe(expected);
    expect(parseTagName(expected)).toBe(version);
  });

  it.each([
    ['/{version}', '%2F1'],
    ['{version}/', '1%2F'],
    ['a//{version}', 'a/%2F1'],
    ['a/.{version}', 'a/%2E1'],
    ['{version}.lock/x', '1%2Elock/x'],
  ])('makes format %s legal', (format, expected) => {
    expect(formatTagName(format, { ...release, version: '1' })).toBe(expected);
  });

  it('writes the epoch', () => {
    expect(formatTagName('{epoch}-{version}', { ...release, epoch: 2, version: '1' })).toBe('2-1');
  });

  it('refuses an empty name', () => {
    expect(() => tagOf('')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('can be read back, so that no two texts share a name (T29)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText({ minLength: 1 }),
          fc.string({
            unit: fc.constantFrom(...'./%@{~^:-lock25\\ü\ud800'.split('')),
            minLength: 1,
          }),
        ),
        (version) => {
          expect(parseTagName(tagOf(version))).toBe(version);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('validateTagFormat', () => {
  it.each(['{version}', '{name}/{version}', 'v{version}-{release}', '{release}'])(
    'takes %s',
    (format) => {
      expect(() => {
        validateTagFormat(format);
      }).not.toThrow();
    },
  );

  it.each([
    '',
    '{foo}',
    '{version',
    'version}',
    '{}',
    '{{version}}',
    'release',
    '{name}',
    '{Version}',
  ])('refuses %j', (format) => {
    expect(() => {
      validateTagFormat(format);
    }).toThrow(InputError);
  });
});
