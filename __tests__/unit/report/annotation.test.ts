// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { annotation } from '../../../src/report/escape.js';

// The runner's own limit: an annotation's message is cut off after 4,096 characters (actions/runner, ExecutionContext).
describe('annotation', () => {
  it('leaves a message of 3,500 characters whole', () => {
    const text = `${'a'.repeat(3490)} Remedy.`;
    expect(annotation(text)).toBe(text);
  });

  it.each([
    ['plain text', `why ${'a'.repeat(9000)} Do this.`],
    ['text that grows when it is made printable', `why ${'\n'.repeat(9000)} Do this.`],
    ['surrogate pairs where it is cut', `why ${'😀'.repeat(5000)} Do this.`],
  ])('cuts the middle out of %s, and keeps reason and remedy', (_, text) => {
    const cut = annotation(text);
    expect(cut.length).toBeLessThanOrEqual(3500);
    expect(cut).toMatch(/^why [\s\S]* … \(cut\) … [\s\S]* Do this\.$/);
    expect(cut.isWellFormed()).toBe(true);
  });
});
