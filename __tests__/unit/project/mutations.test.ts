// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../..');
const { MUTATIONS } = (await import(path.join(root, 'scripts/mutations.mjs'))) as {
  MUTATIONS: { name: string; file: string; find: string; replacement: string; tests: string[] }[];
};

describe('scripts/mutations.mjs', () => {
  it('names guards that stand where it says, and tests that are there', () => {
    const stale = MUTATIONS.filter(({ file, find, replacement, tests }) => {
      const full = path.join(root, file);
      const times = existsSync(full) ? readFileSync(full, 'utf8').split(find).length - 1 : 0;
      return (
        times !== 1 ||
        find === replacement ||
        !tests.every((test) => existsSync(path.join(root, test)))
      );
    });
    expect(stale.map(({ name }) => name)).toEqual([]);
  });
});
