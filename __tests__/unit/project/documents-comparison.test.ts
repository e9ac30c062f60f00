// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { describeWithShared, sharedPath } from '../../fixtures/tools.js';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

interface Row {
  readonly feature: string;
  readonly here: string;
  readonly elsewhere: string;
  readonly shown: string;
}

const rows: readonly Row[] = [
  ...read('docs/comparison.md').matchAll(
    /^\| (?!feature )([^|]+) \| ((?:yes|partly|no)\b[^|]*) \| ([^|]+) \| ([^|]*)\|$/gm,
  ),
].map(([, feature = '', here = '', elsewhere = '', shown = '']) => ({
  feature,
  here,
  elsewhere,
  shown: shown.trim(),
}));

describe('docs/comparison.md', () => {
  it('has 84 rows', () => {
    expect(rows).toHaveLength(84);
  });

  it.each(rows.filter(({ here }) => !here.startsWith('no')))(
    '$feature: is shown by a test that exists',
    ({ shown }) => {
      const [, link = '', title = ''] = /^\[[\w-]+\]\(\.\.\/(\S+) "([^"]+)"\)$/.exec(shown) ?? [];
      expect({ link, exists: existsSync(path.join(root, link)) }).toEqual({ link, exists: true });
      expect(read(link)).toContain(title);
    },
  );
});

describeWithShared('what the peers have', () => {
  it('stands in docs/comparison.md as it was read in their files', () => {
    const noted = [
      ...readFileSync(sharedPath('features.md'), 'utf8').matchAll(/^\| \d+ \| (.+) \| (.+) \|$/gm),
    ].map(([, feature, elsewhere]) => ({ feature, elsewhere }));
    expect(rows.map(({ feature, elsewhere }) => ({ feature, elsewhere }))).toEqual(noted);
  });
});
