// SPDX-License-Identifier: MIT
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { readFilelists } from '../../../src/repodata/filelists.js';

const [ONE, TWO] = ['a'.repeat(64), 'b'.repeat(64)] as const;
const element = (id: string, files: string): string =>
  `<package pkgid="${id}" name="x" arch="noarch"><version epoch="0" ver="1" rel="1"/>${files}</package>`;
const read = (body: string, maxBytes = 1_000_000): Promise<unknown> =>
  readFilelists(
    {
      type: 'filelists',
      archiveName: 'filelists.xml.gz',
      bytes: gzipSync(`<?xml version="1.0"?><filelists packages="2">${body}</filelists>`),
    },
    new Set([TWO]),
    maxBytes,
  );

describe('readFilelists', () => {
  it('gives paths and folders of the packages asked for, entities decoded', async () => {
    const lists = await read(
      element(ONE, '<file>/one</file>') +
        element(
          TWO,
          '<file type="dir">/usr/src/x</file><file>/usr/src/x/a &amp; b.c</file><file type="ghost">/g</file>',
        ),
    );
    expect(lists).toEqual(
      new Map([
        [
          TWO,
          [
            { path: 'usr/src/x', isDirectory: true },
            { path: 'usr/src/x/a & b.c', isDirectory: false },
            { path: 'g', isDirectory: false },
          ],
        ],
      ]),
    );
  });

  it('refuses what is broken, forbidden or too large', async () => {
    await expect(read(element(TWO, '<file>/a'))).rejects.toMatchObject({ code: 'REPOMD_INVALID' });
    await expect(read('<!ENTITY x "y">')).rejects.toMatchObject({ code: 'XML_FORBIDDEN' });
    await expect(
      read(element(TWO, `<file>/${'a'.repeat(5000)}</file>`), 1000),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
