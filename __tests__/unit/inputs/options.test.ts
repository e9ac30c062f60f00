// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { InputError } from '../../../src/errors.js';
import { type Options, parseOptions } from '../../../src/inputs/options.js';

const parse = (inputs: Readonly<Record<string, string>>): Options =>
  parseOptions(
    (name) => ({ baseurl: 'https://example.org', packages: 'x', ...inputs })[name as string] ?? '',
    { GITHUB_REPOSITORY: 'acme/x' },
  );
const refusal = (inputs: Readonly<Record<string, string>>): string => {
  try {
    parse(inputs);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.code} ${error.message}`;
  }
};

describe('parseOptions', () => {
  it.each([
    ['', 104857600],
    ['100 MiB', 104857600],
    ['104857600', 104857600],
    ['100mib', 104857600],
    ['102400 KiB', 104857600],
    ['104857600 B', 104857600],
  ])('reads max-file-size %j as %d bytes', (text, bytes) => {
    expect(parse({ 'max-file-size': text }).maxFileSize).toBe(bytes);
  });

  it.each(['100 MB', '-1', '0', '1.5 GiB', '1e9', 'MiB', '99999999999 GiB', '100 MiB x'])(
    'refuses max-file-size %j with what it takes',
    (text) => {
      expect(refusal({ 'max-file-size': text })).toMatch(
        /^INPUT_INVALID max-file-size is .*100 MiB, 2 GiB or a number of bytes/,
      );
    },
  );

  it('knows what was given from what is the default', () => {
    const { given, sourcePath, tagFormat } = parse({ 'source-path': 'opt/*' });
    expect([...given]).toEqual(['baseurl', 'packages', 'source-path']);
    expect([sourcePath, tagFormat]).toEqual(['opt/*', '{version}']);
  });

  it.each([
    [{ 'archive-packages': 'release' }, /^INPUT_CONFLICT .*create-releases/],
    [{ mode: 'verify', 'package-files': './missing' }, /^INPUT_INVALID package-files .*missing/],
    [
      { mode: 'verify', 'package-files': './package.json' },
      /^INPUT_INVALID package-files .*folder/,
    ],
    [{ 'accept-findings': 'all' }, /^INPUT_INVALID accept-findings/],
    [{ 'on-refused': 'skip' }, /^INPUT_INVALID on-refused .*stop, continue/],
    [{ 'dot-git': 'keep' }, /^INPUT_INVALID dot-git .*refuse, drop/],
  ])('refuses %j', (inputs, reason) => {
    expect(refusal(inputs as Readonly<Record<string, string>>)).toMatch(reason);
  });
});
