// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { proposeSource } from '../../../src/source/proposal.js';

const propose = (files: string, version = '1.2'): unknown =>
  proposeSource(
    files.split(' ').map((path) => ({ path: Buffer.from(path), isDirectory: false })),
    version,
  );

describe('proposeSource', () => {
  it.each([
    [
      'the usual folder',
      'usr/src/x-1.2/a.c usr/src/x-1.2/README usr/bin/x',
      { glob: 'usr/src/*', files: 2 },
    ],
    [
      'a folder called src, with a version in its path',
      'opt/x-1.2/src/a.c opt/x-1.2/src/b/c.h opt/x-1.2/bin/x',
      { glob: 'opt/x-*/src', files: 2 },
    ],
    [
      'a folder called source',
      'usr/share/x/source/Makefile usr/share/x/doc.txt',
      { glob: 'usr/share/x/source', files: 1 },
    ],
    [
      'the folder of the program',
      'usr/share/x/a.c usr/share/x/lib/b.c usr/share/x/README usr/share/doc/x/a.c',
      { glob: 'usr/share/x', files: 3 },
    ],
    [
      'where the files part ways',
      'opt/vendor/x/a.c opt/vendor/x/lib/b.h',
      { glob: 'opt/vendor/x', files: 2 },
    ],
    [
      'the folder that holds most',
      'usr/share/x/a.c usr/lib/y/a.c usr/lib/y/b.c',
      { glob: 'usr/lib/y', files: 2 },
    ],
    [
      'source beside what debuggers read',
      'usr/src/debug/x/a.c opt/x/src/a.c',
      { glob: 'opt/x/src', files: 1 },
    ],
    [
      'scripts, where nothing is compiled',
      'opt/x/x.py opt/x/README usr/bin/x.py',
      { glob: 'opt/x', files: 2, isScripts: true },
    ],
  ])('finds %s', (_, files, proposal) => {
    expect(propose(files)).toEqual(proposal);
  });

  it.each([
    ['programs', 'usr/bin/x usr/lib64/libx.so etc/x.conf'],
    ['headers for others', 'usr/include/x/x.h usr/include/x/y.h'],
    [
      'documents and debug data',
      'usr/share/doc/x/example.c usr/lib/debug/x.c usr/src/debug/x-1.2/a.c',
    ],
    ['files at the top', 'a.c opt/b.c'],
    ['folders that mean more than themselves in a glob', 'opt/x*/a.c'],
    ['folders with an expression', 'opt/${{x}}/src/a.c'],
  ])('finds nothing in %s', (_, files) => {
    expect(propose(files)).toBeUndefined();
  });

  it('puts a star where the version stands for itself, twice at most', () => {
    const glob = (files: string, version: string): unknown =>
      proposeSource([{ path: Buffer.from(files), isDirectory: false }], version)?.glob;
    expect(glob('opt/x-v1.2/src/a.c', '1.2')).toBe('opt/x-v*/src');
    expect(glob('opt/1.2/1.2/1.2/src/a.c', '1.2')).toBe('opt/*/*/1.2/src');
    expect(glob('opt/a1b1/src/a.c', '1')).toBe('opt/a1b1/src');
  });
});

describe('a package that was made to keep proposeSource busy', () => {
  const many = (folder: string, count: number): { path: Buffer; isDirectory: boolean }[] =>
    Array.from({ length: count }, (_, at) => ({
      path: Buffer.from(`${folder}/f${at}.c`),
      isDirectory: false,
    }));

  it('gives no glob that takes for ever on its own names', () => {
    const folder = `opt/1${'b1'.repeat(12)}`;
    expect(
      proposeSource(
        [
          ...many(folder, 2),
          { path: Buffer.from(`opt/${'b'.repeat(40)}c/x.c`), isDirectory: false },
        ],
        '1',
      ),
    ).toEqual({ glob: folder, files: 2 });
  });

  it('is given up for paths that could not be published', () => {
    expect(proposeSource(many(`opt/x${'/y'.repeat(40_000)}`, 3), '1.2')).toBeUndefined();
  });

  it('is read in one go, however deep and many its files', () => {
    expect(proposeSource(many(`opt/x${'/y'.repeat(2000)}`, 20_000), '1.2')).toMatchObject({
      files: 20_000,
    });
  });
});
