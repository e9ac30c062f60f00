// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { IntegrityError } from '../../src/errors.js';
import type { Nevra } from '../../src/rpm/model.js';
import { verifyIndexMatch } from '../../src/trust/index-match.js';

const announced: Nevra = {
  name: 'hello',
  epoch: null,
  version: '2.0',
  release: '1',
  arch: 'noarch',
};

describe('T9 a validly signed other package under this URL', () => {
  it.each<[string, Partial<Nevra>]>([
    ['another name', { name: 'goodbye' }],
    ['an older version', { version: '1.0' }],
    ['another release', { release: '2' }],
    ['another epoch', { epoch: 1 }],
    ['another architecture', { arch: 'src' }],
    ['a version that rpm orders as equal but that is another text', { version: '2.00' }],
  ])('%s: INDEX_MISMATCH that names both', (_, change) => {
    const verify = (): void => {
      verifyIndexMatch({ ...announced, ...change }, announced);
    };
    expect(verify).toThrow(IntegrityError);
    expect(verify).toThrow(
      expect.objectContaining({ code: 'INDEX_MISMATCH', expected: 'hello-2.0-1.noarch' }),
    );
  });

  it("the index's epoch 0 is the header's none", () => {
    expect(() => {
      verifyIndexMatch(announced, { ...announced, epoch: 0 });
    }).not.toThrow();
  });
});
