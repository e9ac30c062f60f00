// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { lacksOnly } from '../../../../src/git/objects/fsck.js';

const [ours, theirs] = ['a'.repeat(40), 'b'.repeat(40)];
const missing = (oid: string, kind = 'gitmodules') =>
  `error: object ${oid}: ${kind}Missing: unable to read .${kind} blob`;
const END = 'fatal: fsck error in pack objects';

describe('lacksOnly', () => {
  // As `cleanText` hands over what git says: lines joined by ` | `.
  it.each([
    ['a file that the remote has', [missing(theirs), END], true],
    ['several, of both kinds', [missing(theirs), missing(theirs, 'gitattributes'), END], true],
    ['warnings beside it', ['warning: object x: y', missing(theirs), 'warning: z', END], true],
    ['a file that nobody is known to have', [missing(ours), END], false],
    ['one that is known beside one that is not', [missing(theirs), missing(ours), END], false],
    ['another fault beside it', [missing(theirs), `error: object ${ours}: badTree: x`, END], false],
    ['another end', [missing(theirs), 'fatal: out of memory'], false],
    ['a text that quotes it', [`x ${missing(theirs)}`, END], false],
    ['another missing file', [missing(theirs, 'gitignore'), END], false],
    ['the end alone', [END], false],
    ['warnings alone', ['warning: x'], false],
    ['nothing', [], false],
  ])('is said of %s: %j is %s', (_, lines, expected) => {
    for (const between of [' | ', '\n'])
      expect(lacksOnly(lines.join(between), new Set([theirs]))).toBe(expected);
  });
});
