// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { headline } from '../../../src/report/headline.js';
import { hostLinks } from '../../../src/report/hosts.js';
import { paintFor } from '../../../src/report/paint.js';
import {
  emptyReport,
  type FindingRow,
  type ReleaseRow,
  type Report,
  type RunResult,
} from '../../../src/report/report.js';
import { formatSummary } from '../../../src/report/summary.js';
import { formatTable } from '../../../src/report/terminal.js';

const row = (version: string, more: Partial<ReleaseRow> = {}): ReleaseRow => ({
  nevra: `hello-${version}-1.noarch`,
  version,
  tag: version,
  status: 'exists',
  ...more,
});
const finding: FindingRow = {
  ref: 'refs/tags/1.0',
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
      '3 published, 1 refused: rnp-0.9.0-1.el7 is not signed. 1 skipped. Latest version: 3.0.',
      result(
        'publish',
        {
          releases: [
            ...['1.0', '2.0', '3.0'].map((version) => row(version, { status: 'published' })),
            row('4.0', {
              status: 'failed',
              nevra: 'rnp-0.9.0-1.el7.x86_64',
              error: { code: 'NO_SIGNATURE', message: 'm', remedy: 'r' },
            }),
            row('5.0', { status: 'skipped' }),
          ],
        },
        { hasNew: true, failed: true, latestVersion: '3.0' },
      ),
    ],
    [
      'Failed: AUTH: the push was refused. 1 skipped.',
      result(
        'publish',
        {
          releases: [row('1.0', { status: 'skipped' })],
          errors: [{ code: 'AUTH', message: 'the push was refused.', remedy: 'r' }],
        },
        { hasNew: true, failed: true },
      ),
    ],
    [
      '2 releases: 2 proved, no findings. Latest version: 2.0.',
      result(
        'verify',
        {
          releases: [row('1.0', { proof: 'proved' }), row('2.0', { proof: 'proved' })],
          anchors: [{ fingerprint: 'F', why: 'pinned' }],
        },
        { latestVersion: '2.0', isVerified: true },
      ),
    ],
    [
      '2 releases: 0 proved, 1 failed, 1 unproved, 1 foreign, 1 finding. Key not pinned: F. Not pinned: packages: hello.',
      result(
        'verify',
        {
          releases: [row('1.0', { proof: 'failed' }), row('2.0', { proof: 'unproved' })],
          findings: [finding],
          foreign: [{ ref: 'refs/tags/mine' }, { path: 'README.md' }],
          anchors: [{ fingerprint: 'F', why: 'first-release' }],
          notPinned: ['key: F', 'packages: hello'],
        },
        { failed: true, isVerified: true },
      ),
    ],
    [
      '1 release: 1 proved, no findings.',
      result(
        'verify',
        {
          releases: [row('1.0', { proof: 'proved' })],
          anchors: [{ fingerprint: 'F', why: 'gpgkey' }],
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
    expect(await formatTable(publish)).toMatch(/^Version +Package +Tag +Status +Files\n/);
  });

  it.each([200, 80, 60, 40])('keep to %i columns, and cut no name', async (room) => {
    const reason = 'another release has this tag; set tag-format to {version}-{release}';
    const given = result('publish', {
      releases: [
        row('2.0', { status: 'skipped', reason }),
        row('3.0', {
          status: 'published',
          notes: 'https://example.org/a/very/long/address/of/notes.rst',
          files: { added: 1, modified: 2, deleted: 0 },
          package: {
            file: 'hello-3.0-1.noarch.rpm',
            sha256: '',
            contentSha256: '',
            signature: { fingerprint: 'A'.repeat(40), created: '', version: 4, hash: 'SHA256' },
            checks: [],
          },
        }),
      ],
    });
    const text = await formatTable(given, room);
    const table = text.split('\n').slice(0, -1);
    const remark = table.filter((line) => line.startsWith('  ')).join('');
    for (const line of table)
      if (!remark.includes(line)) expect(line.length).toBeLessThanOrEqual(room);
    expect(text.replaceAll(/\s/g, '')).toContain(reason.replaceAll(/\s/g, ''));
    expect(text).not.toMatch(/[│┌─]/);
    expect(text).toMatch(/3\.0 .*published/);
  });

  it('have colour and links on a terminal that has them, and nothing of it elsewhere', async () => {
    const given = result(
      'publish',
      { releases: [row('2.0', { status: 'published' })] },
      { links: hostLinks('https://github.com/acme/x.git') },
    );
    const [plain, coloured, colourless, dumb] = [
      paintFor({}, {}),
      paintFor({ isTTY: true }, { TERM: 'xterm-kitty' }),
      paintFor({ isTTY: true }, { NO_COLOR: '1', TERM: 'xterm' }),
      paintFor({ isTTY: true }, { TERM: 'dumb', VTE_VERSION: '7000' }),
    ];
    expect(await formatTable(given, 80, plain)).toBe(await formatTable(given, 80));
    expect(await formatTable(given, 80, colourless)).toBe(await formatTable(given, 80));
    expect(await formatTable(given, 80, dumb)).toBe(await formatTable(given, 80));
    const shown = await formatTable(given, 80, coloured);
    expect(shown).toContain('\u001b[32mpublished');
    expect(shown).toContain('\u001b]8;;https://github.com/acme/x/tree/2.0\u00072.0');
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

describe('the job summary', () => {
  const refused = (version: string, code: string): ReleaseRow =>
    row(version, {
      status: 'failed',
      error: { code, message: `${version} is bad`, remedy: 'Do.' },
    });

  it('says what to do, with a line to paste, and where the code is explained', () => {
    const text = formatSummary(
      result(
        'publish',
        {
          releases: [
            refused('1.0', 'NO_SIGNATURE'),
            refused('2.0', 'NO_SIGNATURE'),
            refused('3.0', 'FILE_TOO_LARGE'),
          ],
          errors: [{ code: 'AUTH', message: 'no', remedy: 'Give a token.' }],
        },
        { failed: true },
      ),
    );
    expect(text).toContain('### What to do');
    expect(text).toContain('```yaml\n  skip: hello-1.0-1.noarch, hello-2.0-1.noarch\n');
    expect(text).toContain('archive-packages: header');
    expect(text).toContain('docs/troubleshooting.md#no_signature)');
    expect(text.match(/^- \[/gm)).toHaveLength(3);
  });

  it('links tag, commit, comparison and release of what is on the remote', () => {
    const text = formatSummary(
      result(
        'publish',
        {
          releases: [
            row('1.0'),
            row('2.0(~', {
              status: 'published',
              commit: 'a'.repeat(40),
              files: { added: 1, modified: 0, deleted: 0 },
              isReleased: true,
            }),
          ],
        },
        { hasNew: true, links: hostLinks('git@github.com:acme/x.git') },
      ),
    );
    for (const url of [
      'https://github.com/acme/x/tree/2.0%28~',
      `https://github.com/acme/x/commit/${'a'.repeat(40)}`,
      'https://github.com/acme/x/compare/1.0...2.0%28~',
      'https://github.com/acme/x/releases/tag/2.0%28~',
    ])
      expect(text).toContain(`](${url})`);
  });

  it('shows what install scripts do differently, but not that they name another version', () => {
    const change = (
      name: string,
      isVersionOnly: boolean,
    ): NonNullable<ReleaseRow['scripts']>[number] => ({
      name,
      change: 'changed',
      isVersionOnly,
      diff: '@@ -1,1 +1,1 @@\n-a\n+``` </details> ::error::',
    });
    const text = formatSummary(
      result('publish', {
        releases: [
          row('2.0', {
            status: 'published',
            comparedWith: '1.0',
            scripts: [change('%post', false), change('%pre', true)],
          }),
          row('3.0', { status: 'published', dkmsVersion: '2.9', licenseFiles: ['COPYING'] }),
          row('4.0', { status: 'published', dkmsVersion: '4.0', licenseFiles: ['COPYING'] }),
        ],
      }),
    );
    expect(text).toContain('**2.0** changes what **%post** does.');
    expect(text).not.toContain('%pre');
    expect(text).toContain('**3.0** dkms.conf says 2.9.');
    expect(text).not.toContain('**4.0**');
    expect(text).toMatch(/\n````diff\n[^]*\n````\n/);
  });

  it.each([1, 40, 10_000])('of %i releases stays under what GitHub takes', (count) => {
    const long = 'x '.repeat(3000);
    const given = result(
      'publish',
      {
        releases: Array.from({ length: count }, (_, at) =>
          row(`1.${at}`, {
            status: at % 3 === 0 ? 'failed' : at % 3 === 1 ? 'published' : 'exists',
            ...(at % 3 === 0 ? { error: { code: `CODE_${at}`, message: long, remedy: long } } : {}),
            scripts: [{ name: '%post', change: 'changed', isVersionOnly: false, diff: `+${long}` }],
          }),
        ),
        warnings: Array.from({ length: count }, () => long),
        changes: Array.from({ length: count }, (_, at) => ({
          nevra: 'n',
          tag: `${at}`,
          class: 're-signed',
        })),
      },
      { failed: true, links: hostLinks('https://github.com/acme/x') },
    );
    const bytes = Buffer.byteLength(formatSummary(given));
    expect(bytes).toBeLessThan(1000 * 1024);
    expect(
      formatSummary({
        ...given,
        report: {
          ...given.report,
          mode: 'verify',
          findings: Array.from({ length: count }, () => ({ ...finding, actual: long })),
        },
      }).length,
    ).toBeLessThan(1000 * 1024);
  });
});

describe('where people look at a mirror', () => {
  it.each([
    ['https://github.com/a/b.git', {}, 'github', 'https://github.com/a/b/tree/v1/2'],
    ['git@github.com:a/b.git', {}, 'github', 'https://github.com/a/b/tree/v1/2'],
    [
      'https://git.example.org/a/b',
      { GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://git.example.org' },
      'github',
      'https://git.example.org/a/b/tree/v1/2',
    ],
    [
      'https://git.example.org/a/b',
      {
        GITHUB_ACTIONS: 'true',
        GITEA_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://git.example.org',
      },
      'forgejo',
      'https://git.example.org/a/b/src/tag/v1/2',
    ],
    ['https://gitlab.com/a/b/c.git', {}, 'gitlab', 'https://gitlab.com/a/b/c/-/tags/v1/2'],
    [
      'https://lab.example.org/a/b.git',
      { GITLAB_CI: 'true', CI_SERVER_URL: 'https://lab.example.org' },
      'gitlab',
      'https://lab.example.org/a/b/-/tags/v1/2',
    ],
    ['https://codeberg.org/a/b.git', {}, 'forgejo', 'https://codeberg.org/a/b/src/tag/v1/2'],
    ['git@git.sr.ht:~a/b', {}, 'sourcehut', 'https://git.sr.ht/~a/b/refs/v1/2'],
    ['https://example.org/b.git', {}, 'plain', undefined],
    ['file:///srv/b.git', {}, 'plain', undefined],
  ] as const)('%s %j', (url, environment, kind, tag) => {
    const links = hostLinks(url, environment);
    expect([links.kind, links.tag('v1/2')]).toEqual([kind, tag]);
  });
});
