// SPDX-License-Identifier: MIT
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { DownloadError, InputError } from '../../../src/errors.js';
import { nextHop } from '../../../src/net/redirects.js';
import {
  addressKind,
  displayUrl,
  hostKind,
  parseHeaderLines,
  parseTarget,
  sameHost,
} from '../../../src/net/urls.js';
import { anyText } from '../../fixtures/any-text.js';

describe('parseTarget', () => {
  it('takes user information out of the URL', () => {
    const target = parseTarget('https://us%20er:p%40ss%zz@example.org/a?b#c');
    expect(target).toMatchObject({
      kind: 'http',
      authorization: `Basic ${Buffer.from('us er:p@ss%zz').toString('base64')}`,
    });
    expect(target.kind === 'http' && target.url.href).toBe('https://example.org/a?b');
    expect(parseTarget('https://example.org/')).toMatchObject({ authorization: undefined });
  });

  it('tells paths from URLs', () => {
    for (const path of ['key.asc', './key.asc', '/etc/key', 'C:\\key.asc', 'a:b'.slice(0, 1)])
      expect(parseTarget(path)).toEqual({ kind: 'file', path });
    const path = resolve('a key.asc');
    expect(parseTarget(pathToFileURL(path).href)).toEqual({ kind: 'file', path });
  });

  it.each([
    'ftp://x/',
    'file://host/share',
    'file:%',
    'file:///a%2Fb',
    'http://',
    'https://:80',
    'javascript:1',
    'mailto:a@b',
  ])('refuses %s', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('throws nothing but our error, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `http://${text}`),
          fc.string().map((text) => `file:${text}`),
        ),
        (text) => {
          try {
            parseTarget(text);
          } catch (error) {
            expect(error).toBeInstanceOf(DownloadError);
          }
        },
      ),
    );
  });
});

describe('displayUrl', () => {
  it.each([
    ['https://u:p@example.org:8443/a/b?key=1#x', 'https://example.org:8443/a/b?…'],
    ['http://example.org/a', 'http://example.org/a'],
    ['file:///a/b', 'file:///a/b'],
    ['http://u:p@ho st/?secret', 'http://ho st/?…'],
    ['/local/path', '/local/path'],
  ])('%s is shown as %s', (url, shown) => {
    expect(displayUrl(url)).toBe(shown);
  });

  it('shows no user information and no query of any URL', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.stringMatching(/^[A-Z]{8}$/),
        (text, secret) => {
          const url = new URL(text);
          url.username = url.password = secret;
          url.search = secret;
          expect(displayUrl(url.href)).not.toContain(secret);
        },
      ),
    );
  });
});

describe('sameHost', () => {
  it.each([
    ['http://a/', 'https://a/x', true],
    ['http://a:80/', 'https://a:443/', true],
    ['http://a:8080/', 'https://a:8080/', true],
    ['http://a:8080/', 'https://a/', false],
    ['http://a/', 'http://b.a/', false],
    ['http://127.0.0.1/', 'http://localhost/', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameHost(new URL(a), new URL(b))).toBe(same);
  });
});

describe('addressKind and hostKind', () => {
  it('give a kind for every address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(['public', 'private', 'loopback', 'link-local']).toContain(addressKind(address));
        const url = new URL(address.includes(':') ? `http://[${address}]/` : `http://${address}/`);
        expect(hostKind(url)).toBe(addressKind(address));
      }),
    );
  });
});

describe('parseHeaderLines', () => {
  it('gives names and values, and skips empty lines', () => {
    expect(parseHeaderLines('\n A: b \r\nX-Key:c: d\n\nEmpty:\n')).toEqual([
      ['A', 'b'],
      ['X-Key', 'c: d'],
      ['Empty', ''],
    ]);
    expect(parseHeaderLines('')).toEqual([]);
  });

  it('lets no control character through, and throws nothing but our error', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        try {
          for (const [name, value] of parseHeaderLines(text))
            expect(name + value).toMatch(/^[\t\x20-\x7e]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('nextHop', () => {
  const redirect = { status: 302, hop: 0, limit: 5, trusted: 'anywhere' } as const;

  it('resolves relative locations and drops user information and fragments', () => {
    expect(
      nextHop({ ...redirect, from: new URL('https://a/b/c'), location: '../x?y#z' }).href,
    ).toBe('https://a/x?y');
    expect(nextHop({ ...redirect, from: new URL('https://a/'), location: '//u:p@b/' }).href).toBe(
      'https://b/',
    );
    expect(
      nextHop({ ...redirect, trusted: 'here', from: new URL('http://a/'), location: 'https://a/x' })
        .href,
    ).toBe('https://a/x');
  });

  it('leads to another host over https alone where a pinned key decides (T39)', () => {
    const to = (location: string): string =>
      nextHop({ ...redirect, trusted: 'over-https', from: new URL('http://a/'), location }).href;
    expect(to('https://b/x')).toBe('https://b/x');
    expect(() => to('http://b/x')).toThrow(expect.objectContaining({ code: 'INSECURE_REDIRECT' }));
  });

  it('leads to http and https only, never down, whatever the location', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('http://a/', 'https://a/'),
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.constantFrom('http:b', 'https:\\\\b', '//b', 'HTTP://b', ' http://b'),
        ),
        fc.constantFrom('anywhere', 'over-https', 'here'),
        (from, location, trusted) => {
          try {
            const to = nextHop({ ...redirect, from: new URL(from), location, trusted });
            expect(
              to.protocol === 'https:' || (to.protocol === 'http:' && from === 'http://a/'),
            ).toBe(true);
            if (trusted === 'here') expect(to.host).toBe('a');
          } catch (error) {
            expect(error).toBeInstanceOf(DownloadError);
          }
        },
      ),
    );
  });
});
