// SPDX-License-Identifier: MIT
import { sentences } from '../errors.js';
import { code, plain } from './escape.js';
import type { ReleaseRow, Report, RunResult } from './report.js';

/** GitHub cuts a step's summary off at 1 MiB; rows past this many are counted instead of shown. */
const MOST_ROWS = 500;

const STATUS_ICON: Readonly<Record<ReleaseRow['status'], string>> = {
  published: '✅ published',
  planned: '🗓️ planned',
  exists: '☑️ exists',
  skipped: '⏭️ skipped',
  failed: '❌ failed',
};

/** The job summary as GitHub-flavoured Markdown; every text from outside is escaped. */
export function formatSummary(result: RunResult): string {
  const { report } = result;
  const parts = [
    `## rpm-source-mirror: ${report.mode}`,
    plain(headline(result)),
    [repositoryLine(report), newestLine(report)].filter((line) => line !== '').join('\n'),
    report.releases.length > 0 ? releaseTable(report) : '',
    changeTable(report),
    findingTable(report),
    messageList('Could not be checked', listNotChecked(report)),
    messageList(
      'Errors',
      report.errors.map((error) => `${error.code}: ${sentences(error)}`),
    ),
    messageList('Warnings', report.warnings),
    messageList('Tried', result.facts ?? []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** How the run ended, in a line of unescaped text. */
export function headline(result: RunResult): string {
  const { report, latestVersion } = result;
  const latest = latestVersion === '' ? '' : ` Latest version: ${latestVersion}.`;
  const count = (status: ReleaseRow['status']): number =>
    report.releases.filter((row) => row.status === status).length;
  const parts = (['published', 'planned', 'failed', 'skipped', 'exists'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${wordFor(status, result)}`);
  return `${outcomeOf(result)}${report.mode === 'verify' || parts.length === 0 ? '' : ` ${parts.join(', ')}.`}${latest}`;
}

function outcomeOf({ report, failed, hasNew, isDryRun, isVerified }: RunResult): string {
  if (report.mode === 'verify') {
    if (isVerified !== true) return 'Not verified, see the error.';
    return `${counted(report.releases.length, 'tag')} verified: ${report.findings.length === 0 ? 'no findings' : counted(report.findings.length, 'finding')}.`;
  }
  if (failed && report.mode === 'check') return foreseen(report);
  if (failed) return 'Something was refused or failed.';
  if (!hasNew) return 'Nothing new.';
  return isDryRun === true
    ? 'Dry run, nothing was pushed.'
    : report.mode === 'check'
      ? 'Checked, nothing was changed.'
      : 'Done.';
}

function foreseen({ releases, errors }: Report): string {
  const isNew = ({ status }: ReleaseRow): boolean => status === 'planned' || status === 'failed';
  const refused = releases.filter(({ status }) => status === 'failed').length;
  return [
    ...(refused === 0
      ? []
      : [
          `publish would refuse ${refused} of ${counted(releases.filter(isNew).length, 'new release')}.`,
        ]),
    ...(errors.length === 0 ? [] : ['publish would fail, see the error.']),
  ].join(' ');
}

function wordFor(status: ReleaseRow['status'], { report, isDryRun }: RunResult): string {
  if (status === 'exists') return 'published earlier';
  if (status === 'failed' && report.mode === 'check') return 'would be refused';
  return status === 'planned' && (isDryRun === true || report.mode === 'check')
    ? 'to be published'
    : status;
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function repositoryLine({ repository }: Report): string {
  if (repository.url === '') return '';
  const age = repository.ageDays === null ? '' : `, ${repository.ageDays} days old`;
  const signed = repository.signed ? 'signed' : 'not signed';
  return `Index: ${code(repository.url)}, revision ${plain(repository.revision) || 'none'}${age}, ${signed}.`;
}

function newestLine({ newest }: Report): string {
  if (newest === null) return '';
  const age =
    newest.date === null || newest.ageDays === null
      ? ', of unknown age'
      : `, ${newest.ageDays} days old (${newest.date.slice(0, 10)})`;
  return `Newest tag: ${plain(newest.tag + age)}.`;
}

/** A table of text. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table of releases without the columns that none of them fills; the terminal shows the same. */
export function tabulateReleases(
  releases: readonly ReleaseRow[],
  statusOf: (row: ReleaseRow) => string = ({ status }) => status,
): TextTable {
  const rows = releases.map((row) => releaseCells(row, statusOf(row)));
  const isUsed = (at: number): boolean => rows.some((cells) => cells[at] !== '');
  const used = (cells: readonly string[]): string[] => cells.filter((_, at) => isUsed(at));
  return { columns: used(RELEASE_COLUMNS), rows: rows.map(used) };
}

const RELEASE_COLUMNS = [
  'Version',
  'Package',
  'Tag',
  'Status',
  'Signature',
  'Files',
  'Notes',
  'Remark',
];

function releaseCells(row: ReleaseRow, status: string): string[] {
  const files = row.files;
  const signature = row.package?.signature;
  return [
    row.version,
    row.package?.file ?? row.nevra,
    row.tag,
    status,
    signature === undefined
      ? ''
      : `good, v${signature.version} ${signature.hash}, ${signature.fingerprint.slice(-16)}`,
    files === undefined ? '' : `+${files.added} ~${files.modified} -${files.deleted}`,
    row.notes ?? '',
    row.error === undefined ? (row.reason ?? '') : `${row.error.code}: ${row.error.message}`,
  ];
}

function releaseTable({ mode, releases }: Report): string {
  if (mode === 'verify') return markdownTable(tabulateReleases(releases));
  const interesting = releases.filter((row) => row.status !== 'exists');
  const quiet = releases
    .filter((row) => row.status === 'exists')
    .map((row) => [row.version, row.nevra, row.tag]);
  const table =
    interesting.length === 0
      ? ''
      : markdownTable(tabulateReleases(interesting, ({ status }) => STATUS_ICON[status]));
  const folded =
    quiet.length === 0
      ? ''
      : `<details><summary>${counted(quiet.length, 'release')} published earlier</summary>\n\n${markdownTable({ columns: ['Version', 'Package', 'Tag'], rows: quiet })}\n\n</details>`;
  return [table, folded].filter((part) => part !== '').join('\n\n');
}

function changeTable({ changes }: Report): string {
  const moved = changes.filter((change) => change.class !== 'unchanged');
  if (moved.length === 0) return '';
  const rows = moved.map((change) => [
    change.tag,
    change.nevra,
    change.class,
    (change.files ?? []).join(', '),
  ]);
  return `### What upstream changed\n\n${markdownTable({ columns: ['Tag', 'Package', 'Class', 'Files'], rows })}`;
}

function findingTable({ findings, mode, errors }: Report): string {
  if (mode !== 'verify') return '';
  if (findings.length === 0) return errors.length > 0 ? '' : 'No findings.';
  const rows = findings.map((finding) => [
    finding.tag,
    finding.kind,
    finding.path,
    finding.expected,
    finding.actual,
  ]);
  return `### Findings\n\n${markdownTable({ columns: ['Tag', 'Kind', 'Path', 'Expected', 'Actual'], rows })}`;
}

/** A line for each; in a check one for all that share a reason, since what only payloads show they all show. */
export function listNotChecked({ mode, notChecked }: Report): string[] {
  if (mode !== 'check') return notChecked.map((row) => `${row.tag}: ${row.path}: ${row.reason}`);
  return [...Map.groupBy(notChecked, ({ reason }) => reason)].map(([reason, [first, ...others]]) =>
    others.length === 0
      ? `${first!.path}: ${reason}`
      : `${first!.path} and ${counted(others.length, 'other package')}: ${reason}`,
  );
}

function messageList(title: string, messages: readonly string[]): string {
  if (messages.length === 0) return '';
  const shown = messages.slice(0, MOST_ROWS).map((message) => `- ${plain(message)}`);
  const rest = messages.length - shown.length;
  return `### ${title}\n\n${shown.join('\n')}${rest > 0 ? `\n- and ${rest} more in the report` : ''}`;
}

function markdownTable({ columns, rows }: TextTable): string {
  const shown = rows.slice(0, MOST_ROWS);
  const lines = [
    `| ${columns.join(' | ')} |`,
    `|${' --- |'.repeat(columns.length)}`,
    ...shown.map((row) => `| ${row.map((cell) => plain(cell)).join(' | ')} |`),
  ];
  if (rows.length > shown.length)
    lines.push('', `… and ${rows.length - shown.length} more in the report.`);
  return lines.join('\n');
}
