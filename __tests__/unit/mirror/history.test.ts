// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import {
  classifyByHeader,
  classifyByIndex,
  classifyByPackage,
  recordClass,
  type ServedHeader,
} from '../../../src/mirror/changes.js';
import {
  findNewest,
  followLines,
  parseLineBranches,
  placeRelease,
} from '../../../src/mirror/lines.js';
import { nevra, record } from './builders.js';

const sha256 = (digit: string) => ({ algorithm: 'sha256', hex: digit.repeat(64) });

describe('classifyByIndex', () => {
  const published = record('a-1-1.noarch', '1');

  it.each([
    ['the recorded checksum', published, sha256('a'), 'unchanged'],
    ['another checksum', published, sha256('9'), 'needs-header'],
    ['nothing', published, undefined, 'withdrawn'],
    [
      'the checksum that was classified before',
      { ...published, indexSha256: sha256('9').hex, class: 're-signed' as const },
      sha256('9'),
      're-signed',
    ],
    [
      'the published checksum again',
      { ...published, indexSha256: sha256('9').hex, class: 're-signed' as const },
      sha256('a'),
      'unchanged',
    ],
    [
      'a checksum after one that was classified',
      { ...published, indexSha256: sha256('9').hex, class: 're-signed' as const },
      sha256('8'),
      'needs-header',
    ],
    [
      'a release that had been withdrawn',
      { ...published, indexSha256: sha256('9').hex, class: 'withdrawn' as const },
      sha256('9'),
      'needs-header',
    ],
    [
      'a release that was never classified',
      { ...published, sha256: null, indexSha256: null, class: null },
      sha256('9'),
      'needs-header',
    ],
    [
      'another kind of checksum',
      published,
      { algorithm: 'sha512', hex: 'a'.repeat(128) },
      'needs-header',
    ],
  ])('%s', (_, known, listed, expected) => {
    expect(classifyByIndex(known, listed)).toBe(expected);
  });
});

describe('classifyByHeader', () => {
  const published = { headerSha256: 'h', payloadSize: 10, payloadDigest: null, sigMd5: 'm' };
  const served: ServedHeader = { ...published, signature: 'good' };

  it.each<[string, Partial<ServedHeader>, string]>([
    ['nothing', {}, 're-signed'],
    ['the header', { headerSha256: 'x' }, 'content-changed'],
    ['the payload size', { payloadSize: 11 }, 'content-changed'],
    ['SIGMD5', { sigMd5: 'x' }, 'content-changed'],
    ['a signature that is bad', { signature: 'bad' }, 'content-changed'],
    ['a signature that is not there', { signature: 'absent' }, 'needs-package'],
    ['a size that is not there', { payloadSize: null }, 'needs-package'],
    ['digests that are not there', { sigMd5: null }, 'needs-package'],
    ['a missing size and another SIGMD5', { payloadSize: null, sigMd5: 'x' }, 'content-changed'],
  ])('differs in %s', (_, changes, expected) => {
    expect(classifyByHeader(published, { ...served, ...changes })).toBe(expected);
  });

  it('is content with a payload digest where there is no SIGMD5', () => {
    const identity = {
      headerSha256: 'h',
      payloadSize: 10,
      payloadDigest: 'sha256:d',
      sigMd5: null,
    };
    expect(classifyByHeader(identity, { ...identity, signature: 'good' })).toBe('re-signed');
  });
});

describe('classifyByPackage', () => {
  it.each([
    ['c', true, 're-signed'],
    ['x', true, 'content-changed'],
    ['c', false, 'content-changed'],
  ])('content %s, trusted %s', (contentSha256, isTrusted, expected) => {
    expect(classifyByPackage({ contentSha256: 'c' }, { contentSha256, isTrusted })).toBe(expected);
  });
});

describe('recordClass', () => {
  const known = record('a-1-1.noarch', '1');

  it('keeps the record when nothing is new', () => {
    expect(recordClass(known, 'unchanged', sha256('a'))).toBe(known);
  });

  it('notes class and checksum, and leaves the published facts alone', () => {
    expect(recordClass(known, 're-signed', sha256('9'))).toEqual({
      ...known,
      class: 're-signed',
      indexSha256: '9'.repeat(64),
    });
    expect(recordClass(known, 'withdrawn', undefined)).toEqual({ ...known, class: 'withdrawn' });
  });
});

const tagged = (...versions: string[]) =>
  versions.map((version) => ({ nevra: nevra(`a-${version}-1.noarch`), tag: version }));

describe('placeRelease', () => {
  it.each([
    ['1', [], { on: 'tip' }],
    ['2.25.4', ['2.25.3', '2.9'], { on: 'tip' }],
    ['2.25.3', ['2.25.3'], { on: 'tip' }],
    ['2.19.99', ['2.25.4', '2.19.64', '2.20.1', '2.9'], { on: 'tag', tag: '2.19.64' }],
    ['1.0', ['2', '3'], { on: 'root' }],
    ['2~rc1', ['2', '1'], { on: 'tag', tag: '1' }],
  ])('puts %s beside %j', (version, versions, expected) => {
    expect(placeRelease(nevra(`a-${version}-1.noarch`), tagged(...versions))).toEqual(expected);
  });
});

describe('followLines', () => {
  it('points each branch to the newest release of its line', () => {
    const lines = parseLineBranches(['2.21.*=release/2.21', '3.*=three', '{1,2}.*=old']);
    expect(
      followLines(lines, tagged('2.21.37', '2.21.4', '2.22.2', '1.1')).map(
        ({ branch, release }) => `${branch} ${release.tag}`,
      ),
    ).toEqual(['release/2.21 2.21.37', 'old 2.22.2']);
  });

  it('knows no newest of nothing', () => {
    expect(findNewest(tagged())).toBeUndefined();
  });
});

describe('parseLineBranches', () => {
  it('parses pairs', () => {
    expect(parseLineBranches(['2.21.*=release/2.21', 'a=b=c'])).toEqual([
      { pattern: '2.21.*', branch: 'release/2.21' },
      { pattern: 'a', branch: 'b=c' },
    ]);
  });

  it.each(['2.21', '=x', 'x='])('refuses %j', (pair) => {
    expect(() => parseLineBranches([pair])).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });

  it('refuses two patterns for one branch', () => {
    expect(() => parseLineBranches(['1.*=x', '2.*=x'])).toThrow(
      expect.objectContaining({ code: 'INPUT_CONFLICT' }),
    );
  });
});
