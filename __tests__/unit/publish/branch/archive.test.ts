// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { indexFiles } from '../../../../src/publish/branch/archive.js';
import type { IndexFile, RepositoryIndex } from '../../../../src/repodata/model.js';
import type { MirrorState } from '../../../../src/survey/mirror-state.js';

const bytes = Buffer.from('served');
const index = { repomdBytes: bytes, signatureBytes: undefined } as unknown as RepositoryIndex;
const wanted = (records: readonly string[], held: readonly string[]) =>
  indexFiles(
    index,
    records.map((archiveName) => ({ archiveName, bytes }) as unknown as IndexFile),
    { archive: new Map(held.map((name) => [name, {}])) } as unknown as MirrorState,
  );
const removed = (files: ReadonlyMap<string, unknown>) =>
  [...files].filter(([, content]) => content === undefined).map(([name]) => name);

describe('indexFiles', () => {
  it('gives each file its .sha256', () => {
    const files = wanted(['primary.xml.zst'], []);
    const sum = createHash('sha256').update(bytes).digest('hex');
    for (const name of ['repomd.xml', 'primary.xml.zst'])
      expect([files.get(name), files.get(`${name}.sha256`)]).toEqual([bytes, Buffer.from(sum)]);
  });

  it.each(['', '.gz', '.xz', '.zst', '.bz2'])(
    'removes records that were archived as .xml%s, with their .sha256, once another form is served',
    (extension) => {
      const other = extension === '.zst' ? '.gz' : '.zst';
      const former = ['primary', 'filelists', 'other'].flatMap((type) => [
        `${type}.xml${extension}`,
        `${type}.xml${extension}.sha256`,
      ]);
      expect(removed(wanted([`primary.xml${other}`], former))).toEqual([
        'repomd.xml.asc',
        ...former,
      ]);
    },
  );

  it('keeps the records that are served, and all that is none', () => {
    const others = [
      'primary.xml.gz',
      'primary.xml.gz.sha256',
      'hello-1.0-1.noarch.rpm',
      'primary.xml.gz.rpm',
      'my-primary.xml.gz',
      'releases.json',
    ];
    expect(removed(wanted(['primary.xml.gz'], others))).toEqual(['repomd.xml.asc']);
  });
});
