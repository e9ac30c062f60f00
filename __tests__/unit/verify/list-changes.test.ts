// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { lineChanges } from '../../../src/verify/archive/list-changes.js';
import { record } from '../mirror/builders.js';

const [ONE, TWO, THREE] = ['1', '2', '3'].map((tag) => record(`hello-${tag}-1.noarch`, tag)) as [
  ReturnType<typeof record>,
  ReturnType<typeof record>,
  ReturnType<typeof record>,
];

describe('the lines of other releases, against the list of the parent', () => {
  it.each([
    ['its own line added', [ONE], [ONE, TWO], []],
    ['its own line changed', [ONE, TWO], [ONE, { ...TWO, class: null }], []],
    ['its own line gone', [ONE, TWO], [ONE], []],
    ['another order', [ONE, THREE], [THREE, ONE], []],
    [
      'a line gone',
      [ONE],
      [TWO],
      [{ expected: 'the line for 1 that its parent has', actual: 'missing' }],
    ],
    [
      'a line more',
      [],
      [THREE, TWO],
      [{ expected: 'no line for 3, as in its parent', actual: 'a line' }],
    ],
    [
      'a class changed',
      [ONE],
      [{ ...ONE, class: 'withdrawn' as const }],
      [{ expected: '1 class unchanged, as in its parent', actual: 'class withdrawn' }],
    ],
    [
      'a fact taken away',
      [ONE],
      [{ ...ONE, sourceTree: null }],
      [{ expected: `1 sourceTree ${'d'.repeat(40)}, as in its parent`, actual: 'sourceTree null' }],
    ],
    [
      'a further key',
      [ONE],
      [{ ...ONE, further: { later: ['x'] } }],
      [{ expected: '1 further none, as in its parent', actual: 'further {"later":["x"]}' }],
    ],
  ])('%s', (_, before, after, found) => {
    expect(lineChanges(before, after, '2')).toEqual(found);
  });
});
