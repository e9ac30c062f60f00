// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { linkId, MirrorFiles, SourceBlobs } from '../../../../src/git/objects/mirror-files.js';
import { hashObject } from '../../../../src/git/objects/objects.js';
import type { MirrorReader, ObjectVisitor, TreeEntry } from '../../../../src/git/store.js';

const sha = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
const oidOf = (text: string) => hashObject('blob', Buffer.from(text));
const entry = (name: string, oid: string, mode: TreeEntry['mode'] = '100644'): TreeEntry => ({
  name: Buffer.from(name, 'latin1'),
  mode,
  oid,
});

/** A reader of these trees and texts, which says what it was asked for; texts that are `undefined` are damaged. */
function readerOf(
  trees: Record<string, TreeEntry[]>,
  texts: Record<string, string | undefined> = {},
) {
  const asked: string[] = [];
  const reader = {
    readTree: async (oid: string) => {
      asked.push(oid);
      return trees[oid] ?? Promise.reject(new Error(`${oid} is no tree`));
    },
    readBlob: async (oid: string) => {
      asked.push(oid);
      return Buffer.from(texts[oid] ?? '');
    },
    scan: async (oids: Iterable<string>, visitor: ObjectVisitor) => {
      for (const oid of oids) {
        const text = texts[oid];
        const info = { oid, type: trees[oid] ? 'tree' : 'blob', size: text?.length ?? 0 } as const;
        const receive = visitor.begin?.(info);
        for (const byte of text ?? '') receive?.(Buffer.from(byte, 'latin1'));
        await visitor.end({ ...info, status: text === undefined ? 'damaged' : 'good' } as never);
      }
    },
  };
  return { asked, reader: reader as unknown as MirrorReader };
}

describe('MirrorFiles', () => {
  const trees = {
    root: [entry('src', 'inner', '040000'), entry('README', 'r')],
    inner: [entry('a.c', 'a'), entry('\xfc', 'u')],
  };

  it('finds what is at a path, and nothing below a file or where there is none', async () => {
    const files = new MirrorFiles(readerOf(trees).reader);
    expect(await files.find('root', 'README')).toEqual({ mode: '100644', oid: 'r' });
    expect(await files.find('root', 'src/a.c')).toEqual({ mode: '100644', oid: 'a' });
    expect(await files.find('root', 'src')).toEqual({ mode: '040000', oid: 'inner' });
    for (const path of ['README/a.c', 'src/b.c', 'other', 'src/a.c/x', 'other/x', ''])
      expect([path, await files.find('root', path)]).toEqual([path, undefined]);
  });

  it('lists a folder by the bytes of its names, and nothing where there is no folder', async () => {
    const files = new MirrorFiles(readerOf(trees).reader);
    expect((await files.entries('root', 'src')).map(([name]) => name)).toEqual(['a.c', '\xfc']);
    expect(await files.entries('root', 'README')).toEqual([]);
    expect(await files.entries('root', 'other')).toEqual([]);
    expect([...(await files.list('root')).keys()].sort()).toEqual([
      'README',
      'src/a.c',
      'src/\xfc',
    ]);
  });

  it('reads a tree and a small file once', async () => {
    const { asked, reader } = readerOf(trees, { s: 'text' });
    const files = new MirrorFiles(reader);
    for (let round = 0; round < 3; round++) {
      await files.find('root', 'src/a.c');
      expect(Buffer.from(await files.small('s')).toString()).toBe('text');
    }
    expect(asked.sort()).toEqual(['inner', 'root', 's']);
  });

  it('keeps no more than some MiB of small files', async () => {
    const half = 'x'.repeat(5 * 1024 * 1024);
    const { asked, reader } = readerOf({}, { one: half, two: half });
    const files = new MirrorFiles(reader);
    for (const oid of ['one', 'one', 'two', 'two', 'one']) await files.small(oid);
    expect(asked).toEqual(['one', 'two', 'one']);
  });

  it.each([
    ['abc  file.rpm\n', false, 'abc  file.rpm\n'],
    ['abc  file.rpm\n', true, 'abc'],
    ['  abc\tfile', true, 'abc'],
    ['', true, ''],
    ['y'.repeat(3000), false, 'y'.repeat(200)],
  ])('reads what the checksum file %j says (loose: %s)', async (text, isLoose, expected) => {
    const files = new MirrorFiles(readerOf({}, { sum: text }).reader);
    expect(await files.checksum('sum', { isLoose })).toBe(expected);
  });
});

describe('SourceBlobs', () => {
  const [good, bad] = [oidOf('good'), oidOf('bad')];
  const open = async () => {
    const { asked, reader } = readerOf({ t: [] }, { [good]: 'good', [bad]: undefined, t: 'tree' });
    const progress: number[] = [];
    const blobs = await SourceBlobs.read(reader, [good, bad, 't'], (done) => progress.push(done));
    return { asked, blobs, progress };
  };

  it('has what was read whole, and neither what is damaged, nor a tree, nor what nobody asked for', async () => {
    const { blobs, progress } = await open();
    expect([good, bad, 't', 'other'].map((oid) => blobs.has(oid))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(progress).toEqual([1, 2, 3]);
  });

  it('finds a file by its SHA-256, and no other', async () => {
    const { blobs } = await open();
    expect(blobs.find(sha('sha256', 'good'))).toBe(good);
    for (const text of ['bad', 'tree', '']) expect(blobs.find(sha('sha256', text))).toBeUndefined();
  });

  it('gives the digest by any algorithm, reading again once for another than SHA-256', async () => {
    const { asked, blobs } = await open();
    expect(await blobs.digest(good, 'sha256')).toBe(sha('sha256', 'good'));
    expect(asked).toEqual([]);
    for (const algorithm of ['sha512', 'sha512', 'sha1'])
      expect(await blobs.digest(good, algorithm)).toBe(sha(algorithm, 'good'));
    expect(asked).toEqual([good, good]);
    for (const algorithm of ['sha256', 'sha512'])
      expect(await blobs.digest(bad, algorithm)).toBeUndefined();
  });
});

describe('linkId', () => {
  it('is the id of a blob that holds the target', () => {
    expect(linkId(Buffer.from('../a'))).toBe(oidOf('../a'));
  });
});
