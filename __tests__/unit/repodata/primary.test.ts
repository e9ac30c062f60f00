// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parsePrimary } from '../../../src/repodata/primary.js';
import { codeOf, packageXml, pieces, primaryXml, sha256 } from './index-builder.js';

const all = () => true;
const parse = (text: string, select: Parameters<typeof parsePrimary>[1] = all) =>
  parsePrimary(pieces(text), select);

describe('parsePrimary', () => {
  it('gives every fact of a package', async () => {
    const { packages, packageCount } = await parse(
      primaryXml([
        packageXml({
          name: 'a&b',
          epoch: '3',
          version: '1~rc1',
          href: 'p/a%2Bb-1.rpm',
          base: 'https://h.example/',
        }),
      ]),
    );
    expect(packageCount).toBe(1);
    expect(packages).toEqual([
      {
        nevra: { name: 'a&b', epoch: 3, version: '1~rc1', release: '1', arch: 'noarch' },
        checksum: { algorithm: 'sha256', hex: sha256('a&b-1~rc1-1.noarch') },
        size: 100,
        archiveSize: 3000,
        href: 'p/a%2Bb-1.rpm',
        base: 'https://h.example/',
        fileName: 'a+b-1.rpm',
        headerRange: { start: 440, end: 2000 },
        buildTime: 1690000000,
        fileTime: 1700000001,
        refused: undefined,
      },
    ]);
  });

  it('tells no epoch from epoch 0', async () => {
    const { packages } = await parse(
      primaryXml([packageXml({ name: 'a', epoch: '' }), packageXml({ name: 'b', epoch: '0' })]),
    );
    expect(packages.map(({ nevra }) => nevra.epoch)).toEqual([null, 0]);
  });

  it('selects by name and architecture, counts all, and keeps the order', async () => {
    const list = [
      packageXml({ name: 'c' }),
      packageXml({ name: 'a' }),
      packageXml({ name: 'a', arch: 'src' }),
      packageXml({ name: 'b' }),
      packageXml({ name: 'a', version: '0' }),
    ];
    const { packages, packageCount, names } = await parse(
      primaryXml(list),
      ({ name, arch }) => name !== 'b' && arch === 'noarch',
    );
    expect(packages.map(({ fileName }) => fileName)).toEqual([
      'c-1-1.noarch.rpm',
      'a-1-1.noarch.rpm',
      'a-0-1.noarch.rpm',
    ]);
    expect(packageCount).toBe(5);
    expect(names.size).toBe(0);
  });

  it('selects by the decoded name, wherever it stands', async () => {
    const cdata = packageXml({ name: 'x' })
      .replace('<name>x</name>', '')
      .replace('</package>', '<name><![CDATA[a&b]]></name></package>');
    const seen: string[] = [];
    const { packages } = await parse(
      primaryXml([packageXml({ name: 'a&b' }), cdata.replace('ver="1"', 'ver="2"')]),
      ({ name }) => seen.push(name) > 0 && name === 'a&b',
    );
    expect(packages).toHaveLength(2);
    expect(new Set(seen)).toEqual(new Set(['a&b']));
  });

  it('gives all names when nothing is selected', async () => {
    const { packages, names } = await parse(
      primaryXml([
        packageXml({ name: 'a' }),
        packageXml({ name: 'b' }),
        packageXml({ name: 'a', arch: 'src' }),
      ]),
      () => false,
    );
    expect([packages.length, [...names]]).toEqual([0, ['a', 'b']]);
  });

  it('takes one NEVRA that is listed twice with one checksum once', async () => {
    const { packages, packageCount } = await parse(
      primaryXml([packageXml({ href: 'x/a.rpm' }), packageXml({ href: 'y/a.rpm', epoch: '' })]),
    );
    expect([packages.map(({ href }) => href), packageCount]).toEqual([['x/a.rpm'], 2]);
  });

  it('lets other elements, other package types and the SUSE extensions be', async () => {
    const { packages, packageCount } = await parse(
      primaryXml([
        packageXml({ extra: '<suse:x><name>z</name></suse:x>' }),
        packageXml({ name: 'b' }).replace('type="rpm"', 'type="deb"'),
      ]).replace('</metadata>', '<patch><name>p</name></patch></metadata>'),
    );
    expect([packages.map(({ nevra }) => nevra.name), packageCount]).toEqual([['a'], 2]);
  });

  it('needs no declared count, and no header range', async () => {
    const { packages } = await parse(
      primaryXml([packageXml().replace(/<rpm:header-range[^>]*>/, '')]).replace('packages="1"', ''),
    );
    expect(packages[0]?.headerRange).toBeUndefined();
  });

  it('keeps with a package why it must not be fetched', async () => {
    const { packages } = await parse(
      primaryXml([
        packageXml({ href: '../a.rpm' }),
        packageXml({ name: 'b', checksumType: 'sha', checksum: 'a'.repeat(40) }),
      ]),
    );
    expect(packages.map(({ fileName, refused }) => [fileName, refused?.code])).toEqual([
      ['', 'UNSAFE_PATH'],
      ['b-1-1.noarch.rpm', 'WEAK_ALGORITHM'],
    ]);
  });

  it.each([
    ['another root', '<repomd/>'],
    ['a count that is no number', primaryXml([], 'many')],
  ])('refuses an index with %s', async (_, text) => {
    expect(await codeOf(() => parse(text))).toBe('PRIMARY_INVALID');
  });

  const good = packageXml({ version: '2' });
  const spoilt = (from: string | RegExp, to: string) =>
    parse(primaryXml([packageXml().replace(from, to), good]));

  it.each([
    ['no release', 'rel="1"', 'rel=""', 'PRIMARY_INVALID'],
    ['an epoch that is no number', 'epoch="0"', 'epoch="x"', 'PRIMARY_INVALID'],
    ['an epoch beyond 32 bits', 'epoch="0"', 'epoch="4294967296"', 'PRIMARY_INVALID'],
    ['no checksum', /<checksum.*<\/checksum>/, '', 'PRIMARY_INVALID'],
    ['two checksums', /(<checksum.*<\/checksum>)/, '$1$1', 'PRIMARY_INVALID'],
    ['a checksum of the wrong length', 'type="sha256"', 'type="sha512"', 'PRIMARY_INVALID'],
    ['a checksum of an unknown type', 'type="sha256"', 'type="crc"', 'PRIMARY_INVALID'],
    [
      'a weak checksum',
      /type="sha256".*<\/checksum>/,
      `type="md5">${'a'.repeat(32)}</checksum>`,
      'WEAK_ALGORITHM',
    ],
    ['no size', 'package="100"', '', 'PRIMARY_INVALID'],
    ['a negative size', 'package="100"', 'package="-100"', 'PRIMARY_INVALID'],
    ['a size over the cap', 'package="100"', 'package="9999999999999"', 'LIMIT_EXCEEDED'],
    ['no location', /<location[^>]*>/, '', 'PRIMARY_INVALID'],
    ['two locations', /(<location[^>]*>)/, '$1$1', 'PRIMARY_INVALID'],
    ['no href', /href="[^"]*"/, 'href=""', 'PRIMARY_INVALID'],
    ['an href that leads out', 'href="', 'href="../', 'UNSAFE_PATH'],
  ] as const)('refuses a row with %s, and it alone', async (_, from, to, code) => {
    const { packages } = await spoilt(from, to);
    expect(packages.map(({ nevra, refused }) => [nevra.version, refused?.code])).toEqual([
      ['1', code],
      ['2', undefined],
    ]);
  });

  it.each([
    ['no version', 'ver="1"', ''],
    ['two versions', /(<version[^>]*>)/, '$1$1'],
    ['two names', '<name>a</name>', '<name>a</name><name>a</name>'],
    ['two architectures', '<arch>noarch</arch>', '<arch>noarch</arch><arch>x</arch>'],
  ])('passes a row by that is no release, and says so: %s', async (_, from, to) => {
    const { packages, warnings, packageCount } = await spoilt(from, to);
    expect([packages.length, warnings.length, packageCount]).toEqual([1, 1, 2]);
  });

  it.each([
    ['no name', '<name>a</name>', ''],
    ['an empty name', '<name>a</name>', '<name/>'],
    ['no architecture', '<arch>noarch</arch>', ''],
    ['two names of others', '<name>a</name>', '<name>x</name><name>y</name>'],
    ['a text that needs a DTD', '<summary>', '<summary>&nbsp;'],
  ])('does not care for a row that nobody selects: %s', async (_, from, to) => {
    const { packages, warnings } = await parse(
      primaryXml([packageXml({ version: '1' }).replace(from, to), good]),
      ({ name }) => name === 'a',
    );
    expect([packages.at(-1)?.nevra.version, warnings]).toEqual(['2', []]);
  });

  it('does not care for the facts of packages that are not selected', async () => {
    const { packageCount } = await parse(
      primaryXml([packageXml().replace(/<checksum.*<\/checksum>/, '')]),
      () => false,
    );
    expect(packageCount).toBe(1);
  });

  it('never fails with anything but its own error, whatever is changed in an index', async () => {
    const text = primaryXml([packageXml(), packageXml({ name: 'b' })]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length),
        fc.nat(20),
        fc.string({ maxLength: 12 }),
        async (at, length, insert) => {
          const code = await codeOf(() =>
            parse(text.slice(0, at) + insert + text.slice(at + length)),
          );
          expect(['ok', 'PRIMARY_INVALID', 'XML_FORBIDDEN', 'LIMIT_EXCEEDED']).toContain(code);
        },
      ),
      { numRuns: 500 },
    );
  });
});
