// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { badRefName, unsafeName, unsafeNewName } from '../../../../src/git/objects/names.js';

describe('unsafeName', () => {
  it.each([
    'a',
    '.gitignore',
    '.gitmodules',
    'git',
    '.gi',
    'git~2',
    '.git2',
    'x.git',
    '..a',
    '.a',
    'a b',
    'a\\b',
    'é',
    '-x',
    '.github',
  ])('lets %j pass', (name) => {
    expect(unsafeName(Buffer.from(name))).toBeUndefined();
  });

  it('lets names pass that are no UTF-8', () => {
    expect(unsafeName(Buffer.of(0xff, 0xfe, 0x41))).toBeUndefined();
  });

  it('takes control characters from trees that exist, and refuses them in new names', () => {
    expect(unsafeName(Buffer.from('a\nb'))).toBeUndefined();
    expect(unsafeNewName(Buffer.from('a\nb'))).toBe('holds a control character');
    expect(unsafeNewName(Buffer.from('a\x7fb'))).toBe('holds a control character');
    expect(unsafeNewName(Buffer.from('a\x1fb'))).toBe('holds a control character');
    expect(unsafeNewName(Buffer.from('a b'))).toBeUndefined();
    expect(unsafeNewName(Buffer.from('.git'))).toBe('is a spelling of .git');
  });
});

describe('badRefName', () => {
  it.each([
    'refs/heads/main',
    'refs/x',
    'refs/tags/1.2%7Erc1',
    'refs/heads/release/2.21',
    'refs/tags/@',
    'refs/tags/-x',
    'refs/tags/ü',
  ])('lets %j pass', (name) => {
    expect(badRefName(name)).toBeUndefined();
  });

  it.each([
    'refs/tags/a b',
    'refs/tags/a~1',
    'refs/tags/a^',
    'refs/tags/a:b',
    'refs/tags/a?',
    'refs/tags/a*',
    'refs/tags/[',
    'refs/tags/a\\b',
    'refs/tags/a\n',
    'refs/tags/\x7f',
    'refs/tags/a..b',
    'refs/tags/a@{b',
    'refs/tags/a.',
    'refs/tags/.a',
    'refs/tags/a.lock',
    'refs/tags/a.lock/b',
    'refs/tags//a',
    'refs/tags/',
    '/refs/a',
    'main',
    '',
  ])('refuses %j', (name) => {
    expect(badRefName(name)).toEqual(expect.any(String));
  });
});
