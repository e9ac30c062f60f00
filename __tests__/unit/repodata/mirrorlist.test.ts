// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/limits.js';
import { parseMetalink, parseMirrorlist, verifyListed } from '../../../src/repodata/mirrorlist.js';
import { codeOf, sha256 } from './index-builder.js';

const hash = (type: string, text: string) =>
  `<hash type="${type}">${createHash(type).update(text).digest('hex')}</hash>`;

/** A metalink as Fedora's MirrorManager writes it. */
const metalink = (
  hashes: string,
  alternates = '',
  urls = '<url protocol="https" type="https" location="DE" preference="90">https://two.example/r/repodata/repomd.xml</url><url protocol="rsync" type="rsync" preference="99">rsync://x.example/r/repodata/repomd.xml</url><url protocol="http" type="http" preference="100">http://one.example/r/repodata/repomd.xml</url>',
) => `<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/" type="dynamic" pubdate="x" generator="mirrormanager" xmlns:mm0="http://fedorahosted.org/mirrormanager">
 <files><file name="repomd.xml"><mm0:timestamp>1</mm0:timestamp><size>1</size><verification>${hashes}</verification>${alternates}
 <resources maxconnections="1">${urls}</resources></file></files>
</metalink>`;

const parse = (text: string) => parseMetalink(Buffer.from(text));

describe('parseMirrorlist', () => {
  it('gives the base URLs of a plain list, each once, without comments and other schemes', () => {
    const list = parseMirrorlist(
      Buffer.from(
        '\ufeff# repo = x\r\nhttp://one.example/r/\r\n\r\n  https://two.example/r\nrsync://three.example/r\nhttp://one.example/r\nfile:///etc\n',
      ),
    );
    expect(list).toEqual({
      bases: ['http://one.example/r', 'https://two.example/r'],
      repomd: undefined,
    });
  });

  it('reads a metalink where it finds one', () => {
    expect(parseMirrorlist(Buffer.from(metalink(hash('sha256', 'x')))).repomd).toEqual([
      [{ algorithm: 'sha256', hex: sha256('x') }],
    ]);
  });

  it('gives no more bases than the cap', () => {
    const lines = Array.from({ length: 5 * LIMITS.mirrors }, (_, i) => `http://m${i}.example/`);
    expect(parseMirrorlist(Buffer.from(lines.join('\n'))).bases).toHaveLength(LIMITS.mirrors);
  });

  it.each([
    ['nothing', ''],
    ['an error in words', 'Bad arch - not in list'],
    ['only other schemes', 'ftp://x.example'],
    ['an HTML page', '<!doctype html><html></html>'],
    ['other XML', '<repomd/>'],
  ])('refuses %s', async (_, text) => {
    expect(await codeOf(() => parseMirrorlist(Buffer.from(text)))).toBe('MIRRORLIST_INVALID');
  });
});

describe('parseMetalink', () => {
  it('gives the mirrors by preference, and the strong checksums of each version', () => {
    const alternates = `<mm0:alternates><mm0:alternate><mm0:timestamp>0</mm0:timestamp><size>2</size><verification>${hash('md5', 'old')}${hash('sha512', 'old')}</verification></mm0:alternate></mm0:alternates>`;
    const list = parse(
      metalink(
        hash('md5', 'new') + hash('sha1', 'new') + hash('sha256', 'new') + hash('sha512', 'new'),
        alternates,
      ),
    );
    expect(list.bases).toEqual(['http://one.example/r', 'https://two.example/r']);
    expect(list.repomd?.map((version) => version.map(({ algorithm }) => algorithm))).toEqual([
      ['sha256', 'sha512'],
      ['sha512'],
    ]);
    expect(() => {
      verifyListed(Buffer.from('new'), list.repomd!);
    }).not.toThrow();
    expect(() => {
      verifyListed(Buffer.from('old'), list.repomd!);
    }).not.toThrow();
    expect(() => {
      verifyListed(Buffer.from('other'), list.repomd!);
    }).toThrow(expect.objectContaining({ code: 'DIGEST_MISMATCH' }));
  });

  it('wants all checksums of a version to agree', () => {
    const list = parse(metalink(hash('sha256', 'new') + hash('sha512', 'other')));
    expect(() => {
      verifyListed(Buffer.from('new'), list.repomd!);
    }).toThrow(expect.objectContaining({ code: 'DIGEST_MISMATCH' }));
  });

  it.each([
    ['only md5 and sha1', hash('md5', 'x') + hash('sha1', 'x')],
    ['none', ''],
    ['a broken one', '<hash type="sha256">xyz</hash>'],
  ])('refuses checksums: %s (T4)', async (_, hashes) => {
    expect(await codeOf(() => parse(metalink(hashes)))).toBe('WEAK_ALGORITHM');
  });

  it.each([
    ['no file', '<metalink><files/></metalink>'],
    ['another file', metalink(hash('sha256', 'x')).replace('name="repomd.xml"', 'name="x.iso"')],
    ['no URL', metalink(hash('sha256', 'x'), '', '')],
    ['URLs of other files', metalink(hash('sha256', 'x'), '', '<url>http://h.example/x.iso</url>')],
    ['another root', '<repomd/>'],
  ])('refuses %s', async (_, text) => {
    expect(await codeOf(() => parse(text))).toBe('MIRRORLIST_INVALID');
  });
});
