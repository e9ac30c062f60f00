// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { RepodataError } from '../../../src/errors.js';
import {
  packageFileName,
  printableUrl,
  resolveAll,
  resolveHref,
} from '../../../src/repodata/hrefs.js';
import { anyText } from '../../fixtures/any-text.js';

const BASE = 'https://yum.example.org/repo';

describe('resolveHref', () => {
  it.each([
    ['a-1-1.noarch.rpm', `${BASE}/a-1-1.noarch.rpm`],
    ['Packages/a/a.rpm', `${BASE}/Packages/a/a.rpm`],
    ['./x86_64//a.rpm', `${BASE}/x86_64/a.rpm`],
    ['a+b-1^git~rc1.rpm', `${BASE}/a%2Bb-1%5Egit~rc1.rpm`],
    ['a%2Bb%5e.rpm', `${BASE}/a%2Bb%5E.rpm`],
    ['a b?c#d&e=(f).rpm', `${BASE}/a%20b%3Fc%23d%26e%3D%28f%29.rpm`],
    ['50%.rpm', `${BASE}/50%25.rpm`],
    ['caf\u00e9.rpm', `${BASE}/caf%C3%A9.rpm`],
    ['a-1:2-3.rpm', `${BASE}/a-1%3A2-3.rpm`],
    ['..a../b...rpm', `${BASE}/..a../b...rpm`],
  ])('gives the URL of %s', (href, url) => {
    expect(resolveHref(BASE, href)).toBe(url);
  });

  it('keeps credentials and query of the base, and takes a trailing slash as none', () => {
    expect(resolveHref('https://u:p@h.example/r/?token=1#x', 'a.rpm')).toBe(
      'https://u:p@h.example/r/a.rpm?token=1',
    );
    expect(resolveHref('file:///srv/yum', 'a b.rpm')).toBe('file:///srv/yum/a%20b.rpm');
  });

  it.each([
    [`${BASE}/pool/`, `${BASE}/pool/a.rpm`],
    ['https://yum.example.org/other', 'https://yum.example.org/other/a.rpm'],
    ['https://yum.example.org', 'https://yum.example.org/a.rpm'],
    ['https://YUM.example.org:443/x', 'https://yum.example.org/x/a.rpm'],
    ['pool', `${BASE}/pool/a.rpm`],
    ['', `${BASE}/a.rpm`],
  ])('follows xml:base %j', (xmlBase, url) => {
    expect(resolveHref(BASE, 'a.rpm', xmlBase)).toBe(url);
  });

  it('carries the credentials of the base to an xml:base of its origin', () => {
    expect(resolveHref('https://u:p@h.example/r', 'a.rpm', 'https://h.example/s')).toBe(
      'https://u:p@h.example/s/a.rpm',
    );
  });

  it('gives nothing but URLs below the base, or refuses', () => {
    const parts = fc.array(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%2e',
        '%2f',
        '%5c',
        '%25',
        '%',
        '2e',
        '2f',
        'a',
        ':',
        '?',
        '#',
        '@',
        '\n',
        '\0',
        'é',
        '//',
        'http:',
        ' ',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          parts.map((each) => each.join('')),
          anyText(),
        ),
        (href) => {
          try {
            const url = new URL(resolveHref(BASE, href));
            expect(url.origin + url.search + url.hash).toBe('https://yum.example.org');
            expect(url.pathname.startsWith('/repo/')).toBe(true);
            expect(decodeURIComponent(url.pathname).split('/')).not.toContain('..');
          } catch (error) {
            expect(error).toBeInstanceOf(RepodataError);
          }
        },
      ),
      { numRuns: 3000, examples: [['\ud800'], ['a\udc00.rpm']] },
    );
  });
});

describe('resolveAll', () => {
  it('gives one URL for each base', () => {
    expect(resolveAll([BASE, 'http://mirror.example/x'], 'a.rpm')).toEqual([
      `${BASE}/a.rpm`,
      'http://mirror.example/x/a.rpm',
    ]);
  });

  it('gives the one URL of an absolute xml:base that has the origin of any base', () => {
    expect(resolveAll(['http://mirror.example/x', BASE], 'a.rpm', `${BASE}/pool`)).toEqual([
      `${BASE}/pool/a.rpm`,
    ]);
    expect(() => resolveAll(['http://mirror.example/x'], 'a.rpm', `${BASE}/pool`)).toThrow(
      /expected the origin of http:\/\/mirror\.example\/x/,
    );
  });
});

describe('packageFileName', () => {
  it('gives the decoded last segment', () => {
    expect(packageFileName('Packages/a%2Bb-1%5E~.rpm')).toBe('a+b-1^~.rpm');
  });

  it.each(['a.rpm/', 'a', '.rpm', '.git', 'a.rpm.sha256', `${'x'.repeat(260)}.rpm`, '%FF.rpm'])(
    'refuses %s',
    (href) => {
      expect(() => packageFileName(href)).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
    },
  );
});

describe('printableUrl', () => {
  it.each([
    ['https://u:p@h.example/r/?token=1#x', 'https://h.example/r'],
    ['https://h.example/', 'https://h.example'],
    ['file:///srv/yum/', 'file:///srv/yum'],
    ['not a url //u:p@x/?y', 'not a url //x'],
  ])('prints %s without secrets and trailing slash', (url, text) => {
    expect(printableUrl(url)).toBe(text);
  });
});
