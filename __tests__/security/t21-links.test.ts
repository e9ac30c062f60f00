// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import type { FileType } from '../../src/rpm/model.js';
import { checkTree } from '../../src/rpm/payload/paths.js';
import { fileEntry } from '../fixtures/payload-facts.js';

describe('T21: nothing lies below a link or a file', () => {
  it.each<[FileType]>([['symlink'], ['file'], ['fifo'], ['char']])(
    'refuses a path below a %s, in either order',
    (type) => {
      const above = fileEntry({ path: 'usr/lib', type, target: type === 'symlink' ? '/etc' : '' });
      for (const below of ['usr/lib/x', 'usr/lib/deep/er/x']) {
        for (const entries of [
          [above, fileEntry({ path: below })],
          [fileEntry({ path: below }), above],
        ]) {
          expect(checkTree(entries).errors).toEqual([
            { path: below, reason: `lies below a ${type}` },
          ]);
        }
      }
    },
  );

  it('accepts the same path below a directory, and beside a link whose name it begins with', () => {
    expect(
      checkTree([
        fileEntry({ path: 'usr/lib', type: 'directory' }),
        fileEntry({ path: 'usr/lib/x' }),
      ]).errors,
    ).toEqual([]);
    expect(
      checkTree([
        fileEntry({ path: 'usr/lib', type: 'symlink', target: 'x' }),
        fileEntry({ path: 'usr/lib64/x' }),
      ]).errors,
    ).toEqual([]);
  });
});
