// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { packageFileName, resolveHref } from '../../src/repodata/hrefs.js';
import { packageAddresses } from '../../src/repodata/package-address.js';
import { loadIndex, packageUrls } from '../../src/upstream/index-client.js';
import {
  codeOf,
  packageXml,
  recordXml,
  repomdXml,
  repository,
} from '../unit/repodata/index-builder.js';
import { MemoryFetcher } from '../unit/repodata/memory-fetcher.js';

const BASE = 'https://yum.example.org/repo';
const HREFS = [
  '../a.rpm',
  'x/../../a.rpm',
  '..',
  'x/..',
  '%2e%2e/a.rpm',
  '%2E./a.rpm',
  '.%2e/a.rpm',
  '%2e/a.rpm',
  '%252e%252e/a.rpm',
  '%25252e%25252e%25252fa.rpm',
  '..%2fa.rpm',
  'x%2fa.rpm',
  'x%252Fa.rpm',
  'x%5ca.rpm',
  'x%255ca.rpm',
  '..\\a.rpm',
  'x\\a.rpm',
  'a\0.rpm',
  'a%00.rpm',
  'a%2500.rpm',
  'a\n.rpm',
  'a%0a.rpm',
  'a\r.rpm',
  'a%0d%0a.rpm',
  'a\t.rpm',
  'a\u007f.rpm',
  'a\u0085.rpm',
  'https://evil.example/a.rpm',
  'HTTP://evil.example/a.rpm',
  'https:/evil.example/a.rpm',
  'file:///etc/a.rpm',
  '//evil.example/a.rpm',
  '/etc/a.rpm',
  `${BASE}/a.rpm`,
  '',
  '.',
  './',
  'x/',
  `${'x/'.repeat(3000)}a.rpm`,
];
const XML_BASES = [
  'https://evil.example/',
  'http://yum.example.org/repo',
  'https://yum.example.org:8443/',
  'https://yum.example.org.evil.example/',
  'https://yum.example.org@evil.example/',
  'https://u:p@yum.example.org/',
  'file:///etc/',
  '//evil.example/',
  '/other',
  '../other',
  '%2e%2e',
  'https://yum.example.org\\@evil.example/',
  'https://yum.example.org/\n',
  'https:\\\\evil.example',
  'HTTPS://EVIL.example/',
  'data:/x',
  'ftp://yum.example.org/',
];

describe('T8: hrefs that lead elsewhere', () => {
  it.each(HREFS.map((href) => [href.slice(0, 60), href]))(
    '%j is refused as URL and as file name',
    async (_, href) => {
      expect(await codeOf(() => resolveHref(BASE, href))).toBe('UNSAFE_PATH');
      if (!/^https?:\/\//i.test(href))
        expect(await codeOf(() => packageFileName(href))).toBe('UNSAFE_PATH');
    },
  );

  it.each(XML_BASES)('xml:base %j is refused', async (xmlBase) => {
    expect(await codeOf(() => resolveHref(BASE, 'a.rpm', xmlBase))).toBe('UNSAFE_PATH');
  });

  it('an xml:base beside a local repository is refused', async () => {
    expect(await codeOf(() => resolveHref('file:///srv/yum', 'passwd.rpm', 'file:///etc/'))).toBe(
      'UNSAFE_PATH',
    );
    expect(
      await codeOf(() => resolveHref('file:///srv/yum', 'passwd.rpm', 'file:///srv/yum-secrets')),
    ).toBe('UNSAFE_PATH');
    expect(
      await codeOf(() => resolveHref('file:///srv/yum', 'passwd.rpm', 'file:///srv/yum/../../etc')),
    ).toBe('UNSAFE_PATH');
    expect(resolveHref('file:///srv/yum', 'a.rpm', 'file:///srv/yum/pool/')).toBe(
      'file:///srv/yum/pool/a.rpm',
    );
  });

  it.each(
    HREFS.filter((href) => !/[\0\u0080-\uffff]/.test(href) && href !== '').map((href) => [
      href.slice(0, 60),
      href,
    ]),
  )('a record at %j is refused before any request for it', async (_, href) => {
    const fetcher = new MemoryFetcher({
      [`${BASE}/repodata/repomd.xml`]: repomdXml([
        recordXml({ type: 'primary', href, bytes: Buffer.from('') }),
      ]),
    });
    expect(await codeOf(() => loadIndex({ bases: [BASE], fetcher, select: () => true }))).toBe(
      'UNSAFE_PATH',
    );
    expect(fetcher.urls).toEqual([`${BASE}/repodata/repomd.xml`]);
  });

  it('a record of another origin is refused before any request for it', async () => {
    const fetcher = new MemoryFetcher({
      [`${BASE}/repodata/repomd.xml`]: repomdXml([
        recordXml({
          type: 'primary',
          href: 'p.xml',
          bytes: Buffer.from(''),
          base: 'https://evil.example/',
        }),
      ]),
    });
    expect(await codeOf(() => loadIndex({ bases: [BASE], fetcher, select: () => true }))).toBe(
      'UNSAFE_PATH',
    );
    expect(fetcher.urls).toHaveLength(1);
  });

  it.each([
    '../../evil.rpm',
    '.git/config',
    'https://evil.example/../evil.rpm',
    'https://evil.example/%2e%2e%2fevil.rpm',
    '%2e%2e%2fevil.rpm',
  ])('a package at %s gets no file name and no URL', async (href) => {
    const index = await loadIndex({
      bases: [BASE],
      fetcher: new MemoryFetcher(repository(BASE, [packageXml({ href })])),
      select: () => true,
    });
    expect(index.packages[0]).toMatchObject({ fileName: '', refused: { code: 'UNSAFE_PATH' } });
    expect(await codeOf(() => packageUrls(index, index.packages[0]!))).toBe('UNSAFE_PATH');
  });
});

describe('T8: packages that lie elsewhere', () => {
  const CHECKSUM = { algorithm: 'sha256', hex: 'a'.repeat(64) };
  const addresses = (href: string, base?: string, from = BASE, checksum = CHECKSUM) =>
    packageAddresses([from], { href, base, checksum });

  it.each([
    ['a.rpm', undefined, `${BASE}/a.rpm`, false],
    ['v1/a.rpm', 'https://other.example/pool/', 'https://other.example/pool/v1/a.rpm', true],
    ['a.rpm', '../pool/', 'https://yum.example.org/pool/a.rpm', false],
    ['a.rpm', '../../../pool/', 'https://yum.example.org/pool/a.rpm', false],
    ['a.rpm', '/pool', 'https://yum.example.org/pool/a.rpm', false],
    ['https://other.example/x/a%2B1.rpm', undefined, 'https://other.example/x/a%2B1.rpm', true],
    [
      'https://other.example/a.rpm?key=1#x',
      'https://z.example/',
      'https://other.example/a.rpm?key=1',
      true,
    ],
    [`${BASE}/p/a.rpm`, undefined, `${BASE}/p/a.rpm`, false],
  ])('%s with xml:base %s is followed to %s', (href, base, url, isElsewhere) => {
    expect(addresses(href, base)).toEqual([{ url, from: BASE, isElsewhere }]);
  });

  it.each([
    ['a.rpm', 'http://other.example/'],
    ['a.rpm', 'https://u:p@other.example/'],
    ['a.rpm', 'https://@other.example/'],
    ['a.rpm', 'https://other.example/x/../y/'],
    ['a.rpm', 'https://other.example/%2e%2e/'],
    ['a.rpm', '%2e%2e/pool'],
    ['a.rpm', '..%2fpool'],
    ['a.rpm', '..\\pool'],
    ['a.rpm', '//other.example/'],
    ['a.rpm', 'file:///etc/'],
    ['a.rpm', 'ftp://other.example/'],
    ['a.rpm', 'data:x'],
    ['a.rpm', 'https://other.example\\@evil.example/'],
    ['../a.rpm', 'https://other.example/x/'],
    ['https://other.example/../a.rpm', undefined],
    ['https://other.example/x/%2E%2E/a.rpm', undefined],
    ['https://other.example/x%2fa.rpm', undefined],
    ['https://other.example/a%00.rpm', undefined],
    ['https://u:p@other.example/a.rpm', undefined],
    ['http://other.example/a.rpm', undefined],
    ['https://other.example/', undefined],
    ['https://other.example', undefined],
    ['file:///etc/a.rpm', undefined],
    ['//other.example/a.rpm', undefined],
  ])('%s with xml:base %s is refused', async (href, base) => {
    expect(await codeOf(() => addresses(href, base))).toBe('UNSAFE_PATH');
  });

  it('is refused for a weak checksum, whatever allow-weak says', async () => {
    const weak = { algorithm: 'sha1', hex: 'a'.repeat(40) };
    const at = 'https://other.example/';
    expect(await codeOf(() => addresses('a.rpm', at, BASE, weak))).toBe('WEAK_ALGORITHM');
    expect(await codeOf(() => addresses('a.rpm', '../pool', BASE, weak))).toBe('ok');
  });
});
