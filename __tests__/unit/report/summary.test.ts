// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import {
  emptyReport,
  type FindingRow,
  type ReleaseRow,
  type Report,
  type RunResult,
} from '../../../src/report/report.js';
import { formatSummary, headline } from '../../../src/report/summary.js';
import { formatTable } from '../../../src/report/terminal.js';

const row = (version: string, more: Partial<ReleaseRow> = {}): ReleaseRow => ({
  nevra: `hello-${version}-1.noarch`,
  version,
  tag: version,
  status: 'exists',
  ...more,
});
const finding: FindingRow = {
  tag: '1.0',
  kind: 'content',
  path: 'src/a',
  expected: 'b',
  actual: 'c',
};
const result = (
  mode: Report['mode'],
  report: Partial<Report>,
  more: Partial<RunResult> = {},
): RunResult => ({
  report: { ...emptyReport(mode), ...report },
  hasNew: false,
  newVersions: [],
  latestVersion: '',
  commit: '',
  failed: false,
  ...more,
});

describe('the line that says how a run ended', () => {
  it.each<[string, RunResult]>([
    ['Nothing new.', result('publish', {})],
    [
      'Done. 1 published, 2 published earlier. Latest version: 3.0.',
      result(
        'publish',
        { releases: [row('1.0'), row('2.0'), row('3.0', { status: 'published' })] },
        { hasNew: true, latestVersion: '3.0' },
      ),
    ],
    [
      'Something was refused or failed. 1 failed.',
      result(
        'publish',
        { releases: [row('1.0', { status: 'failed' })] },
        { hasNew: true, failed: true },
      ),
    ],
    [
      '2 tags verified: no findings. Latest version: 2.0.',
      result(
        'verify',
        { releases: [row('1.0'), row('2.0')] },
        { latestVersion: '2.0', isVerified: true },
      ),
    ],
    [
      '1 tag verified: 1 finding.',
      result(
        'verify',
        { releases: [row('1.0')], findings: [finding] },
        { failed: true, isVerified: true },
      ),
    ],
    [
      '1 tag verified: no findings.',
      result(
        'verify',
        {
          releases: [row('1.0')],
          errors: [{ code: 'AUTH', message: 'the alarm issue', remedy: 'r' }],
        },
        { failed: true, isVerified: true },
      ),
    ],
    [
      'Dry run, nothing was pushed. 1 to be published.',
      result(
        'publish',
        { releases: [row('1.0', { status: 'planned' })] },
        { hasNew: true, isDryRun: true },
      ),
    ],
    [
      'Checked, nothing was changed. 1 to be published, 1 skipped.',
      result(
        'check',
        { releases: [row('1.0', { status: 'planned' }), row('1.1', { status: 'skipped' })] },
        { hasNew: true },
      ),
    ],
    [
      'Done. 1 published, 1 planned.',
      result(
        'publish',
        { releases: [row('1.0', { status: 'published' }), row('2.0', { status: 'planned' })] },
        { hasNew: true },
      ),
    ],
    [
      'Not verified, see the error.',
      result('verify', { errors: [{ code: 'AUTH', message: 'm', remedy: 'r' }] }, { failed: true }),
    ],
  ])('%s', (expected, given) => {
    expect(headline(given)).toBe(expected);
  });
});

describe('the tables of a run', () => {
  const releases = [
    row('1.0'),
    row('2.0', { status: 'published', files: { added: 1, modified: 2, deleted: 0 } }),
  ];

  it('leave out columns that say nothing', async () => {
    const publish = result('publish', { releases });
    expect(formatSummary(publish)).toContain('| Version | Package | Tag | Status | Files |\n');
    expect(await formatTable(publish)).toMatch(/Version.*Package.*Tag.*Status.*Files\s*│\n/);
  });

  it('keep to the columns of a terminal and lose nothing', async () => {
    const reason = 'another release has this tag; set tag-format to {version}-{release}';
    const given = result('publish', { releases: [row('2.0', { status: 'skipped', reason })] });
    const narrow = (await formatTable(given, 60)).split('\n');
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(
      narrow
        .map((line) => line.split('│').at(-2)?.trim() ?? '')
        .join('')
        .replaceAll(' ', ''),
    ).toContain(reason.replaceAll(' ', ''));
    expect(await formatTable(given)).toContain(reason);
    expect(await formatTable(given, 200)).toBe(await formatTable(given));
  });

  it('fold what was published earlier, and show all that was verified', () => {
    expect(formatSummary(result('publish', { releases }))).toContain(
      '<summary>1 release published earlier</summary>',
    );
    const verified = formatSummary(
      result('verify', { releases: [row('1.0', { reason: 'good' })] }),
    );
    expect(verified).toContain('\n\n| Version | Package | Tag | Status | Remark |\n');
  });

  it('say nothing of findings where nothing was verified', () => {
    const errors = [{ code: 'MIRROR_INVALID', message: 'm', remedy: 'r' }];
    expect(formatSummary(result('verify', { errors }, { failed: true }))).not.toContain(
      'No findings',
    );
    expect(
      formatSummary(result('verify', { releases: [row('1.0')] }, { isVerified: true })),
    ).toContain('No findings.');
  });
});
