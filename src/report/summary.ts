// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import { required } from '../defect.js';
import { code, plain } from './escape.js';
import { groupFindings, kindRemedies, verifyNotes } from './findings.js';
import { headline } from './headline.js';
import { codeUrl, type HostLinks, hostLinks } from './hosts.js';
import { address, type Cell, fenced, folded, markdownList, markdownTable } from './markdown.js';
import { listNotChecked } from './not-checked.js';
import { remediesOf, type Remedy } from './remedies.js';
import type { ReleaseRow, Report, RunResult } from './report.js';
import { scriptSection } from './script-section.js';
import { tabulateReleases } from './tables.js';

/** GitHub refuses a step's summary over 1 MiB; each part has its share, and what does not fit is counted. */
const KIB = 1024;
const SHARES = {
  todo: 60,
  scripts: 150,
  releases: 250,
  changes: 60,
  findings: 200,
  earlier: 120,
  list: 40,
} as const;

const STATUS_ICON: Readonly<Record<ReleaseRow['status'], string>> = {
  published: '✅ published',
  planned: '🗓️ planned',
  exists: '☑️ exists',
  skipped: '⏭️ skipped',
  failed: '❌ failed',
};

/** The job summary as GitHub-flavoured Markdown: outcome, what to do, what changed; every text from outside is escaped. */
export function formatSummary(result: RunResult): string {
  const { report } = result;
  const links = result.links ?? hostLinks('');
  const parts = [
    `## rpm-source-mirror: ${report.mode}`,
    plain(headline(result)),
    toDo(report),
    scriptSection(report, SHARES.scripts * KIB),
    releaseTable(report, links),
    changeTable(report, links),
    findingTable(report, links),
    lineOf([repositoryLine(report), newestLine(report), mirrorLine(result, links)]),
    list('Could not be checked', listNotChecked(report)),
    list('Besides', verifyNotes(report)),
    warningList(report),
    list('Tried', result.facts ?? []),
    earlierTable(report, links),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function lineOf(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}

function list(title: string, messages: readonly string[]): string {
  return markdownList(
    title,
    messages.map((message) => plain(message)),
    SHARES.list * KIB,
  );
}

/** Few are read at once; many are folded. */
function warningList({ warnings }: Report): string {
  const all = list('Warnings', warnings);
  return warnings.length > 10 ? folded(`${warnings.length} warnings`, all) : all;
}

/** Each failure with the way out of it, ready to paste. */
function toDo(report: Report): string {
  const remedies = remediesOf(report);
  if (remedies.length === 0) return '';
  const title = report.mode === 'check' ? 'What publish would refuse' : 'What to do';
  return markdownList(title, remedies.map(formatRemedy), SHARES.todo * KIB);
}

const MOST_NAMES = 5;

function formatRemedy({ code: name, releases, message, advice, paste }: Remedy): string {
  const rest = releases.length > MOST_NAMES ? ` and ${releases.length - MOST_NAMES} more` : '';
  const who =
    releases.length === 0
      ? ''
      : `${releases
          .slice(0, MOST_NAMES)
          .map((nevra) => plain(nevra))
          .join(', ')}${rest}: `;
  const text = `${who}${plain(message.slice(0, 2000).replace(/[.\s]{1,20}$/, ''))}. ${plain(advice)}`;
  const block = paste === undefined ? '' : `\n\n${fenced(paste, 'yaml').replace(/^/gm, '  ')}`;
  return `[${plain(name)}](${codeUrl(name)}): ${text}${block}`;
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

function mirrorLine({ commit }: RunResult, links: HostLinks): string {
  const { home } = links;
  if (home === undefined || commit === '') return '';
  return `Mirror: [${plain(home.replace(/^https?:\/\//, ''))}](${address(home)}), at ${linked(commit.slice(0, 12), links.commit(commit))}.`;
}

function linked(text: string, url: string | undefined): string {
  return url === undefined ? plain(text) : `[${plain(text)}](${address(url)})`;
}

function releaseTable({ mode, releases }: Report, links: HostLinks): string {
  const shown = mode === 'verify' ? releases : releases.filter((row) => row.status !== 'exists');
  if (shown.length === 0) return '';
  const { columns, rows } = tabulateReleases(shown, ({ status }) =>
    mode === 'verify' ? status : STATUS_ICON[status],
  );
  const before = olderTags(releases);
  const cells = rows.map((texts, at) => {
    const row = required(shown[at], 'the release of a row');
    return texts.map((text, column) =>
      cellOf(required(columns[column], 'the column of a cell'), text, {
        row,
        before: before.get(row),
        links,
      }),
    );
  });
  return markdownTable({ columns, rows: cells }, SHARES.releases * KIB);
}

/** The tag before each row's, in the order of the rows, among those that are on the remote. */
function olderTags(releases: readonly ReleaseRow[]): Map<ReleaseRow, string> {
  const found = new Map<ReleaseRow, string>();
  let last: string | undefined;
  for (const row of releases) {
    if (row.status !== 'published' && row.status !== 'exists') continue;
    if (last !== undefined) found.set(row, last);
    last = row.tag;
  }
  return found;
}

/** What is on the remote is linked: the tag by its name, the comparison by its counts, the commit by the version. */
function cellOf(
  column: string,
  text: string,
  { row, before, links }: { row: ReleaseRow; before: string | undefined; links: HostLinks },
): Cell {
  const isThere = row.status === 'published' || row.status === 'exists';
  if (!isThere) return text;
  if (column === 'Tag') return { text, url: links.tag(row.tag) };
  if (column === 'Version' && row.commit !== undefined)
    return { text, url: links.commit(row.commit) };
  if (column === 'Files' && before !== undefined)
    return { text, url: links.compare(before, row.tag) };
  if (column === 'Status' && row.isReleased === true) return { text, url: links.release(row.tag) };
  return text;
}

function earlierTable({ mode, releases }: Report, links: HostLinks): string {
  const quiet = mode === 'verify' ? [] : releases.filter((row) => row.status === 'exists');
  if (quiet.length === 0) return '';
  const rows = quiet.map((row): Cell[] => [
    row.version,
    row.nevra,
    { text: row.tag, url: links.tag(row.tag) },
  ]);
  return folded(
    `${counted(quiet.length, 'release')} published earlier`,
    markdownTable({ columns: ['Version', 'Package', 'Tag'], rows }, SHARES.earlier * KIB),
  );
}

function changeTable({ changes }: Report, links: HostLinks): string {
  const moved = changes.filter((change) => change.class !== 'unchanged');
  if (moved.length === 0) return '';
  const rows = moved.map((change): Cell[] => [
    { text: change.tag, url: links.tag(change.tag) },
    change.nevra,
    change.class,
    (change.files ?? []).join(', '),
  ]);
  const table = markdownTable(
    { columns: ['Tag', 'Package', 'Class', 'Files'], rows },
    SHARES.changes * KIB,
  );
  // Every package of some publishers is signed anew at every publication: that is no news.
  const isQuiet = moved.every((change) => change.class === 're-signed') && moved.length > 5;
  return isQuiet
    ? folded(
        `${counted(moved.length, 'package')} signed again by the publisher, with the same content`,
        table,
      )
    : `### What upstream changed\n\n${table}`;
}

function findingTable({ findings, mode, errors }: Report, links: HostLinks): string {
  if (mode !== 'verify') return '';
  if (findings.length === 0) return errors.length > 0 ? '' : 'No findings.';
  const rows = groupFindings(findings).map(
    ({ kind, count, where, paths, expected, actual }): Cell[] => [
      kind,
      String(count),
      { text: where, url: links.tag(where) },
      paths,
      expected,
      actual,
    ],
  );
  const columns = ['Kind', 'Count', 'Where', 'Path', 'Expected', 'Actual'];
  const table = markdownTable({ columns, rows }, SHARES.findings * KIB);
  return `### Findings\n\n${table}\n\n${list('What to do about them', kindRemedies(findings))}`;
}
