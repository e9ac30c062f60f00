// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { AbortedError, DiskFullError, GitError } from '../../../src/errors.js';
import type { AcceptedFinding } from '../../../src/mirror/accepted-findings.js';
import { emptyReport } from '../../../src/report/report.js';
import {
  faultOf,
  type Finding,
  Findings,
  orFinding,
  reasonOf,
} from '../../../src/verify/findings.js';

const TAG = { ref: 'refs/tags/1.0' };
const found = (kind: Finding['kind'], path: string): Finding => ({
  kind,
  path,
  expected: 'one',
  actual: 'other',
});

function findings(...acceptFindings: readonly AcceptedFinding[]) {
  const report = emptyReport('verify');
  return { report, findings: new Findings(report, { acceptFindings }) };
}

describe('Findings', () => {
  it('has one of each place, the first that was found there', () => {
    const { report, findings: all } = findings();
    all.add(TAG, found('content', 'src/a'), found('mode', 'src/a'), found('mode', 'src/b'));
    all.add(TAG, found('extra', 'src/b'));
    all.add({ ref: 'refs/heads/main' }, found('content', 'src/a'));
    expect(report.findings.map(({ ref, tag, kind, path }) => [ref, tag, kind, path])).toEqual([
      ['refs/tags/1.0', '1.0', 'content', 'src/a'],
      ['refs/tags/1.0', '1.0', 'mode', 'src/b'],
      ['refs/heads/main', undefined, 'content', 'src/a'],
    ]);
    expect([all.count, all.of(TAG)]).toEqual([3, { failing: 2, accepted: 0 }]);
  });

  it('keeps apart what is accepted, which hides nothing that is not', () => {
    const accept = { kind: 'content', tagGlob: undefined, pathGlob: undefined } as const;
    const { report, findings: all } = findings(accept);
    for (const kind of ['content', 'content', 'mode', 'content'] as const)
      all.add(TAG, found(kind, 'src/a'));
    expect([report.accepted, report.findings].map((rows) => rows.map(({ kind }) => kind))).toEqual([
      ['content'],
      ['mode'],
    ]);
    expect([all.count, all.of(TAG)]).toEqual([2, { failing: 1, accepted: 1 }]);
  });

  it('knows the kinds that were found at a ref, and counts nothing where nothing was', () => {
    const { findings: all } = findings();
    all.add(TAG, found('content', 'src/a'));
    const elsewhere = { ref: 'refs/tags/2.0' };
    expect([all.has(TAG, 'content'), all.has(TAG, 'mode'), all.has(elsewhere, 'content')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(all.of(elsewhere)).toEqual({ failing: 0, accepted: 0 });
  });

  it('names a cause, and what no proof covers, once', () => {
    const { report, findings: all } = findings();
    expect([all.isNew('a'), all.isNew('a'), all.isNew('b')]).toEqual([true, false, true]);
    for (const text of ['notes', 'notes', 'tags']) all.residue(text);
    expect(report.residue).toEqual(['notes', 'tags']);
  });
});

describe('what could not be read', () => {
  const finding = { kind: 'content', path: 'src/a', expected: 'one' } as const;

  it('is a finding with the reason; of an object that git would refuse one of its own kind', async () => {
    const fault = (code: 'OBJECT_INVALID' | 'MIRROR_INVALID') =>
      faultOf(new GitError(code, 'no'), finding);
    expect([fault('MIRROR_INVALID'), fault('OBJECT_INVALID')]).toEqual([
      { ...finding, actual: 'MIRROR_INVALID: no' },
      {
        kind: 'object',
        path: 'src/a',
        expected: 'an object that git takes',
        actual: 'OBJECT_INVALID: no',
      },
    ]);
    expect(await orFinding(() => Promise.resolve(1), finding)).toEqual({ value: 1 });
    expect(
      await orFinding(() => Promise.reject(new GitError('MIRROR_INVALID', 'no')), finding),
    ).toEqual({ fault: fault('MIRROR_INVALID') });
  });

  it.each([
    ['where the program itself is wrong', new TypeError('x is undefined')],
    ['where the run was stopped', new AbortedError('the run was stopped from outside')],
    ['where a disk is full', new DiskFullError('no space is left')],
  ])('is no finding %s', async (_, error) => {
    expect(() => reasonOf(error)).toThrow(error);
    expect(() => faultOf(error, finding)).toThrow(error);
    await expect(orFinding(() => Promise.reject(error), finding)).rejects.toBe(error);
  });
});
