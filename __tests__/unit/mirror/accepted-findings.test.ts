// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { InputError } from '../../../src/errors.js';
import {
  createAcceptance,
  FINDING_KINDS,
  parseAcceptedFindings,
} from '../../../src/mirror/accepted-findings.js';

const refusal = (item: string): string => {
  try {
    parseAcceptedFindings([item]);
    return 'accepted';
  } catch (error) {
    return error instanceof InputError ? `${error.code} ${error.message}` : String(error);
  }
};

describe('parseAcceptedFindings', () => {
  it('reads kind, glob of tags, glob of paths', () => {
    expect(
      parseAcceptedFindings([
        'mode',
        'extra:1.*',
        'content:1%3A2.0:src/a%20b%2Cc%3Ad',
        'tag:a%2cb',
      ]),
    ).toEqual([
      { kind: 'mode', tagGlob: undefined, pathGlob: undefined },
      { kind: 'extra', tagGlob: '1.*', pathGlob: undefined },
      { kind: 'content', tagGlob: '1%3A2.0', pathGlob: 'src/a b,c:d' },
      { kind: 'tag', tagGlob: 'a,b', pathGlob: undefined },
    ]);
  });

  it.each([
    ['modes', /INPUT_INVALID accept-findings: .*"modes" is no kind; there are content, mode,/],
    ['Mode', /is no kind/],
    ['', /is no kind/],
    ['mode:', /a glob is empty/],
    ['mode::src/*', /a glob is empty/],
    ['mode:1.0:', /a glob is empty/],
    ['mode:1.0:src:x', /third colon; write %3A/],
  ])('refuses %j', (item, reason) => {
    expect(refusal(item)).toMatch(reason);
  });

  it.each(FINDING_KINDS)('takes %s wholesale only where that hides no other source', (kind) => {
    const isNamedAlone = ['content', 'package', 'signature', 'object'].includes(kind);
    for (const item of [kind, `${kind}:1.0`])
      expect(refusal(item)).toMatch(
        isNamedAlone ? /INPUT_INVALID .* as \w+:TAG:PATH/ : /^accepted/,
      );
    expect(refusal(`${kind}:1.0:src/a`)).toBe('accepted');
  });
});

describe('createAcceptance', () => {
  const accepts = (items: string, kind: string, ref: string, path: string): boolean =>
    createAcceptance(parseAcceptedFindings(items.split(' ')))({ kind, ref, path });

  it.each([
    ['mode', 'mode', 'refs/tags/1.0', 'src/a', true],
    ['mode', 'content', 'refs/tags/1.0', 'src/a', false],
    ['mode:1.*', 'mode', 'refs/tags/1.0', 'src/a', true],
    ['mode:1.*', 'mode', 'refs/tags/2.0', 'src/a', false],
    ['mode:1.*', 'mode', '1.0', 'src/a', true],
    ['branch:release/*', 'branch', 'refs/heads/release/1.x', 'src', true],
    ['branch:wip', 'branch', 'refs/remotes/origin/wip', 'src', true],
    ['tag:*', 'tag', 'refs/tags/kernel/1.0', '', true],
    ['extra:1.0:src/*', 'extra', 'refs/tags/1.0', 'src/.hidden', true],
    ['extra:1.0:src/*', 'extra', 'refs/tags/1.0', 'src/a/b', false],
    ['extra:1.0:src/**', 'extra', 'refs/tags/1.0', 'src/a/b', true],
    ['content:1.0:src/a%20b', 'content', 'refs/tags/1.0', 'src/a b', true],
    ['content:1.0:src/a%20b', 'content', 'refs/tags/1.0', 'src/a%20b', false],
    ['content:1.0:src/x[1].c', 'content', 'refs/tags/1.0', 'src/x[1].c', true],
    ['mode:!1.0', 'mode', 'refs/tags/2.0', 'src/a', false],
    ['mode:2.0 mode:1.0', 'mode', 'refs/tags/1.0', 'src/a', true],
  ])('%s: %s at %s %s is %s', (items, kind, ref, path, expected) => {
    expect(accepts(items, kind, ref, path)).toBe(expected);
  });
});
