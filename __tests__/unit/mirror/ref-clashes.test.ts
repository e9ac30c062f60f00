// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { findRefClash } from '../../../src/mirror/ref-clashes.js';
import { formatTagName, isReleaseTagName } from '../../../src/mirror/tag-names.js';

describe('findRefClash', () => {
  it.each([
    [[], ['1.0'], ['main'], ['0.9'], undefined],
    [[], ['1.0'], ['1.0'], [], /tag 1\.0 .* a branch/],
    [['1.0'], [], [], ['1.0'], /branch 1\.0 .* a tag/],
    [['1.0'], ['1.0'], [], [], /1\.0/],
    [[], ['1.0RC'], [], ['1.0rc'], /tag 1\.0RC .* tag 1\.0rc in case alone/],
    [[], ['1.0RC', '1.0rc'], [], [], /in case alone/],
    [['Main'], [], ['main'], [], /branch Main .* branch main in case alone/],
    [[], ['e\u0301'], [], ['\u00e9'], /in case alone/],
    [[], ['1.0'], ['a', 'A'], ['x', 'X'], undefined],
    [[], ['Main'], ['main'], [], undefined],
  ])('making %j %j beside %j %j', (branches, tags, oldBranches, oldTags, expected) => {
    const clash = findRefClash({ branches, tags }, { branches: oldBranches, tags: oldTags });
    if (expected === undefined) expect(clash).toBeUndefined();
    else expect(clash).toMatch(expected);
  });
});

describe('isReleaseTagName', () => {
  it.each([
    ['{version}', '1.0', true],
    ['{version}', '2', true],
    ['{version}', 'v1.0', false],
    ['{version}', '', false],
    ['{version}', '1.0/x', false],
    ['{version}', '1%2Fx', true],
    ['{version}', '1%zz', false],
    ['v{version}', 'v1.0', true],
    ['v{version}', '1.0', false],
    ['v{version}', 'v', false],
    ['v{version}', 'vx', false],
    ['{name}-{version}', 'hello-1.0', true],
    ['{name}-{version}', 'hello-x', false],
    ['{name}-{version}', '-1', false],
    ['{name}/{version}', 'hello/1.0', true],
    ['{name}/{version}', 'a/b/1.0', false],
    ['{epoch}%{version}', '0%251.0', true],
    ['{epoch}%{version}', '0%1.0', false],
    ['{version}-{release}', '1.0-2', true],
    ['{version}-{release}', '1.0-', false],
    ['{version}-{release}', '1.0', false],
    ['{release}', 'el9', true],
  ])('%s and %s: %s', (format, name, expected) => {
    expect(isReleaseTagName(format, name)).toBe(expected);
  });

  it('says yes to all that the format makes', () => {
    const nevra = { name: 'a/b', epoch: 1, version: '1.0~rc^git:x', release: '1', arch: 'src' };
    for (const format of [
      '{version}',
      '.{version}.',
      '{name}/{epoch}:{version}-{release}.{arch}',
      'v {version}.lock',
    ])
      expect([format, isReleaseTagName(format, formatTagName(format, nevra))]).toEqual([
        format,
        true,
      ]);
  });

  it('takes linear time (T52)', () => {
    const format = '{version}-{release}-{version}-{release}-{version}-{release}';
    const time = (length: number): number => {
      const name = '1-'.repeat(length / 2);
      const start = performance.now();
      isReleaseTagName(format, name);
      return performance.now() - start;
    };
    time(2000);
    const best = (length: number): number => Math.min(time(length), time(length), time(length));
    expect(best(64_000)).toBeLessThan(64 * best(4000));
  });
});
