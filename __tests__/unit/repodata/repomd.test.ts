// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { findRecord, parseRepomd } from '../../../src/repodata/repomd.js';
import { codeOf, recordXml, repomdXml, sha256 } from './index-builder.js';

const bytes = Buffer.from('x');
const primary = recordXml({ type: 'primary', href: 'repodata/primary.xml.gz', bytes });
const parse = (text: string) => parseRepomd(Buffer.from(text));

describe('parseRepomd', () => {
  it('gives the revision and all facts of a record', () => {
    const extra = `<size>7</size><open-size>9</open-size><open-checksum type="SHA512">${'A'.repeat(128)}</open-checksum><database_version>10</database_version>`;
    const repomd = parse(
      repomdXml(
        [
          recordXml({
            type: 'primary',
            href: 'repodata/primary.xml.gz',
            bytes,
            base: 'https://h.example/',
            timestamp: '1768438849.3',
            extra,
          }),
        ],
        'r 1',
      ),
    );
    expect(repomd).toEqual({
      revision: 'r 1',
      records: [
        {
          type: 'primary',
          href: 'repodata/primary.xml.gz',
          base: 'https://h.example/',
          checksum: { algorithm: 'sha256', hex: sha256(bytes) },
          openChecksum: { algorithm: 'sha512', hex: 'a'.repeat(128) },
          size: 7,
          openSize: 9,
          timestamp: 1768438849.3,
        },
      ],
    });
  });

  it('takes a missing revision as empty, and what is no number as absent', () => {
    const repomd = parse(
      repomdXml(
        [
          recordXml({
            type: 'primary',
            href: 'p',
            bytes,
            timestamp: 'soon',
            extra: '<size>-1</size><open-size>1e3</open-size>',
          }),
        ],
        '',
      ),
    );
    expect(repomd.revision).toBe('');
    expect(repomd.records[0]).toMatchObject({
      size: undefined,
      openSize: undefined,
      timestamp: undefined,
    });
  });

  it('reads elements whatever their namespace prefix', () => {
    const text = repomdXml([primary])
      .replace(/<(\/?)(\w)/g, '<$1r:$2')
      .replace('xmlns=', 'xmlns:r=');
    expect(findRecord(parse(text), 'primary')?.href).toBe('repodata/primary.xml.gz');
  });

  it('lets unknown records be, complete or not, once or twice', () => {
    const others = [
      'modules',
      'updateinfo',
      'primary_db',
      'primary_zck',
      'group_gz',
      'group',
      'group',
    ].map((type) => recordXml({ type, href: 'x', bytes }));
    const repomd = parse(
      repomdXml([
        ...others,
        '<data type="appstream"/>',
        '<data/>',
        '<data type="x"><checksum type="crc">1</checksum><location href="x"/></data>',
        primary,
        '<tags><content>x</content></tags>',
      ]),
    );
    expect(repomd.records.map(({ type }) => type)).toEqual([
      'modules',
      'updateinfo',
      'primary_db',
      'primary_zck',
      'group_gz',
      'group',
      'group',
      'primary',
    ]);
  });

  it('accepts an index without any record', () => {
    expect(parse('<repomd/>')).toEqual({ revision: '', records: [] });
  });

  it.each([
    ['nothing', ''],
    ['an HTML page', '<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['an HTML page without DOCTYPE', '<html><body><p>Sign in</p></body></html>'],
    ['JSON', '{"error": 404}'],
    ['a truncated file', repomdXml([primary]).slice(0, 200)],
    ['another root', '<metadata packages="0"/>'],
    ['a needed record twice', repomdXml([primary, primary])],
    ['a needed record without location', repomdXml([primary.replace(/<location[^>]*>/, '')])],
    [
      'a needed record with an empty location',
      repomdXml([primary.replace(/href="[^"]*"/, 'href=""')]),
    ],
    [
      'a needed record without checksum',
      repomdXml([primary.replace(/<checksum.*<\/checksum>/, '')]),
    ],
    [
      'a needed record with two checksums',
      repomdXml([primary.replace(/(<checksum.*<\/checksum>)/, '$1$1')]),
    ],
    ['a checksum of an unknown type', repomdXml([primary.replace('"sha256"', '"crc32"')])],
    ['a checksum of the wrong length', repomdXml([primary.replace('"sha256"', '"sha512"')])],
    [
      'a checksum that is no hex',
      repomdXml([primary.replace(/>[0-9a-f]{64}</, `>${'g'.repeat(64)}<`)]),
    ],
    [
      'two revisions',
      repomdXml([primary]).replace('<revision>', '<revision>1</revision><revision>'),
    ],
  ])('refuses %s', async (_, text) => {
    expect(await codeOf(() => parse(text))).toBe('REPOMD_INVALID');
  });
});
