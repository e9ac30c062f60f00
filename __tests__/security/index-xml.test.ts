// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/limits.js';
import { parsePrimary } from '../../src/repodata/primary.js';
import { parseRepomd } from '../../src/repodata/repomd.js';
import {
  codeOf,
  packageXml,
  pieces,
  primaryXml,
  recordXml,
  repomdXml,
  sha256,
} from '../unit/repodata/index-builder.js';

const PRIMARY = primaryXml([packageXml(), packageXml({ name: 'b' })]);
const REPOMD = repomdXml([recordXml({ type: 'primary', href: 'p', bytes: Buffer.from('') })]);

const primaryCode = (text: string | Uint8Array, select = true): Promise<string> =>
  codeOf(() => parsePrimary(pieces(text), () => select));
const repomdCode = (text: string | Uint8Array): Promise<string> =>
  codeOf(() => parseRepomd(Buffer.from(text as string)));

describe('T7: hostile XML in an index', () => {
  it('control: the same documents without it are read', async () => {
    expect([
      await primaryCode(PRIMARY),
      await primaryCode(PRIMARY, false),
      await repomdCode(REPOMD),
    ]).toEqual(['ok', 'ok', 'ok']);
  });

  describe.each([
    ['an external entity (XXE)', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    [
      'a billion laughs',
      '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
    ['a bare DOCTYPE', '<!DOCTYPE metadata>'],
    ['an external DTD', '<!DOCTYPE repomd SYSTEM "http://evil.example/x.dtd">'],
    ['a DOCTYPE in lower case', '<!doctype r>'],
    ['a DOCTYPE that claims to be HTML and declares entities', '<!DOCTYPE html [<!ENTITY x "y">]>'],
    ['an entity declaration', '<!ENTITY x "y">'],
    ['an element declaration', '<!ELEMENT x ANY>'],
    ['a marked section', '<![IGNORE[x]]>'],
  ])('%s', (_, declaration) => {
    it.each(['before the root', 'in the root', 'behind the root'])(
      '%s is refused',
      async (where) => {
        const insert = (text: string): string => {
          if (where === 'behind the root') return text + declaration;
          return text.replace(
            where === 'in the root' ? /(<(?:metadata|repomd)[^>]*>)/ : /(\?>\n)/,
            (all) => all + declaration,
          );
        };
        expect([
          await primaryCode(insert(PRIMARY)),
          await primaryCode(insert(PRIMARY), false),
          await repomdCode(insert(REPOMD)),
        ]).toEqual(['XML_FORBIDDEN', 'XML_FORBIDDEN', 'XML_FORBIDDEN']);
      },
    );
  });

  it('an entity that nobody declared is refused where it is read', async () => {
    expect(await primaryCode(PRIMARY.replace('<name>a</name>', '<name>&lol;</name>'))).toBe(
      'XML_FORBIDDEN',
    );
    expect(await primaryCode(PRIMARY.replace('href="a', 'href="&lol;'))).toBe('XML_FORBIDDEN');
    expect(await repomdCode(REPOMD.replace('href="p"', 'href="&lol;"'))).toBe('XML_FORBIDDEN');
  });

  it.each([
    [LIMITS.xmlDepth - 2, 'ok'],
    [LIMITS.xmlDepth - 1, 'LIMIT_EXCEEDED'],
    [1_000_000, 'LIMIT_EXCEEDED'],
  ])('%d more levels below a package: %s', async (levels, code) => {
    const nested = '<x>'.repeat(levels) + '</x>'.repeat(levels);
    expect([
      await primaryCode(PRIMARY.replace('<summary>', `${nested}<summary>`)),
      await primaryCode(PRIMARY.replace('<summary>', `${nested}<summary>`), false),
    ]).toEqual([code, code]);
  });

  it('huge text is refused, selected or not', async () => {
    const huge = PRIMARY.replace(
      '<summary>s',
      `<summary>${'s'.repeat(LIMITS.packageElementBytes)}`,
    );
    expect([await primaryCode(huge), await primaryCode(huge, false)]).toEqual([
      'LIMIT_EXCEEDED',
      'LIMIT_EXCEEDED',
    ]);
  });

  it.each(['<x a="', '<!-- ', '<![CDATA[', '<?x '])('an endless %s is refused', async (start) => {
    const text = PRIMARY.replace(
      '<summary>',
      `${start}${'s'.repeat(LIMITS.xmlTokenBytes + (1 << 18))}<summary>`,
    );
    expect(await primaryCode(text, false)).toBe('LIMIT_EXCEEDED');
  });

  it('a million tiny elements are refused', async () => {
    expect(
      await repomdCode(
        REPOMD.replace('<revision>', `${'<a/>'.repeat(LIMITS.xmlElements)}<revision>`),
      ),
    ).toBe('LIMIT_EXCEEDED');
    expect(
      await primaryCode(
        PRIMARY.replace('<version', `${'<time/>'.repeat(LIMITS.xmlTokenBytes / 7)}<version`),
      ),
    ).toBe('LIMIT_EXCEEDED');
  });

  it('bytes that are not UTF-8 are refused, selected or not', async () => {
    for (const bad of [
      [0xff],
      [0xc3, 0x28],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ]) {
      const [head = '', tail = ''] = PRIMARY.split('<summary>s', 2);
      const bytes = Buffer.concat([
        Buffer.from(`${head}<summary>`),
        Buffer.from(bad),
        Buffer.from(tail),
        Buffer.from(PRIMARY.slice(head.length + tail.length + 10)),
      ]);
      expect([await primaryCode(bytes), await primaryCode(bytes, false)]).toEqual([
        'PRIMARY_INVALID',
        'PRIMARY_INVALID',
      ]);
    }
  });

  it.each(['1', '3', '0', '-2', '2.0', '', '1e9', '999999999999999999999'])(
    'a declared count of %j for two packages is refused',
    async (count) => {
      const text = primaryXml([packageXml(), packageXml({ name: 'b' })], count);
      expect([await primaryCode(text), await primaryCode(text, false)]).toEqual([
        'PRIMARY_INVALID',
        'PRIMARY_INVALID',
      ]);
    },
  );

  it.each([
    ['different checksums', [packageXml(), packageXml({ checksum: sha256('other') })]],
    [
      'another spelling of its epoch',
      [packageXml({ epoch: '' }), packageXml({ epoch: '00', checksum: sha256('other') })],
    ],
    ['three rows', [packageXml(), packageXml({ checksum: sha256('other') }), packageXml()]],
  ])('a selected NEVRA twice is refused alone: %s', async (_, rows) => {
    const { packages } = await readAll([...rows, packageXml({ version: '2' })]);
    expect(packages.map(({ nevra, refused }) => [nevra.version, refused?.code])).toEqual([
      ['1', 'PRIMARY_INVALID'],
      ['2', undefined],
    ]);
  });

  it("a NEVRA twice that is not selected is nobody's business", async () => {
    const text = primaryXml([packageXml(), packageXml({ checksum: sha256('other') })]);
    expect(await primaryCode(text, false)).toBe('ok');
  });

  it('a name that says one thing to the selection and another to the parser is no release', async () => {
    const twice = packageXml().replace('<name>a</name>', '<name>a</name><name>evil</name>');
    const { packages, warnings } = await readAll([twice, packageXml({ version: '2' })]);
    expect(packages.map(({ nevra }) => nevra.version)).toEqual(['2']);
    expect(warnings).toEqual([expect.stringContaining('passed by')]);
    expect(await primaryCode(PRIMARY.replace('<name>a</name>', '<name>a<!-- --></name>'))).toBe(
      'ok',
    );
  });
});

function readAll(rows: readonly string[]) {
  return parsePrimary(pieces(primaryXml(rows)), () => true);
}
