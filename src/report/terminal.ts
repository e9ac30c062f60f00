// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { sentences } from '../errors.js';
import { printable, printableLines } from './escape.js';
import { groupFindings, groupLine, kindRemedies, verifyNotes } from './findings.js';
import { headline } from './headline.js';
import { codeUrl, hostLinks } from './hosts.js';
import { listNotChecked } from './not-checked.js';
import { type Paint, PLAIN } from './paint.js';
import { remediesOf } from './remedies.js';
import type { ReleaseRow, RunResult } from './report.js';
import { tabulateReleases } from './tables.js';

/** For standard error: code, message and remedy; where a remote had much to say, some lines. */
export function formatError(
  failure: { readonly code: string; readonly message: string; readonly remedy: string },
  paint: Paint = PLAIN,
): string {
  const { code } = failure;
  const show = code === 'PUSH_REJECTED' ? printableLines : printable;
  return `${paint.bad(printable('error:'))} ${paint.link(paint.bold(printable(code)), codeUrl(code))}${show(`: ${sentences(failure)}`)}\n`;
}

/** What a run did, for a terminal of `room` columns: a table of releases without rules, what upstream changed, findings, the outcome. */
export async function formatTable(
  result: RunResult,
  room = Number.POSITIVE_INFINITY,
  paint: Paint = PLAIN,
): Promise<string> {
  const { report } = result;
  const rows = report.releases.filter((row) => row.status !== 'exists' || report.mode === 'verify');
  const moved = report.changes.filter((change) => change.class !== 'unchanged');
  return [
    ...(rows.length > 0 ? [await releaseTable(rows, { result, room, paint })] : []),
    ...moved.map(
      ({ class: kind, nevra, tag }) => `${paint.warn(kind)}${printable(`: ${nevra} (tag ${tag})`)}`,
    ),
    ...groupFindings(report.findings).map(
      (group) => `${paint.bad(group.kind)}${printable(groupLine(group).slice(group.kind.length))}`,
    ),
    ...kindRemedies(report.findings).map((text) => printable(`what to do: ${text}`)),
    ...listNotChecked(report).map((text) => printable(`not checked: ${text}`)),
    ...verifyNotes(report).map((text) => printable(text)),
    ...scriptLines(rows, paint),
    ...pasteLines(result, paint),
    paint.bold((result.failed ? paint.bad : paint.good)(printable(headline(result)))),
  ].join('\n');
}

/** What installs differently than before. */
function scriptLines(rows: readonly ReleaseRow[], paint: Paint): string[] {
  return rows.flatMap(({ version, scripts = [] }) => {
    const names = scripts.filter(({ isVersionOnly }) => !isVersionOnly).map(({ name }) => name);
    return names.length === 0
      ? []
      : [
          `${paint.warn('look:')} ${printable(`${version} changes what ${names.join(', ')} ${names.length === 1 ? 'does' : 'do'}`)}`,
        ];
  });
}

/** Inputs that answer what was refused. */
function pasteLines({ report }: RunResult, paint: Paint): string[] {
  if (report.mode !== 'publish') return [];
  return remediesOf(report)
    .filter(({ releases }) => releases.length > 0)
    .flatMap(({ code, paste }) =>
      paste === undefined
        ? []
        : [
            `${paint.dim(`to pass by ${code}:`)} ${printable(`--${paste.replace(': ', '=').replaceAll(', ', ',')}`)}`,
          ],
    );
}

/** Columns that go first where there is no room; the others are what a release is known by, and are never cut. */
const DROPPED = ['Notes', 'Signature', 'Files', 'Tag', 'Package'];
const GAP = 2;
/** Remarks that cannot have so many columns stand below their rows. */
const NARROWEST = 24;

interface Shown {
  readonly result: RunResult;
  readonly room: number;
  readonly paint: Paint;
}

async function releaseTable(
  rows: readonly ReleaseRow[],
  { result, room, paint }: Shown,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const columns = columnsOf(rows);
  const remark = columns.find(({ name }) => name === 'Remark');
  const kept = choose(columns, room);
  const left = room - widthWith(kept);
  const isWide = remark !== undefined && remark.width > left;
  const isBelow = isWide && left < NARROWEST;
  const shown = remark === undefined || isBelow ? kept : [...kept, remark];
  const table = new Table({
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    head: shown.map(({ name }) => paint.dim(name)),
    ...(isWide && !isBelow
      ? {
          colWidths: [...kept.map(({ width }) => width + GAP), left],
          wordWrap: true,
          wrapOnWordBoundary: false,
        }
      : {}),
  });
  const links = result.links ?? hostLinks('');
  for (const [at, row] of rows.entries()) {
    table.push(
      shown.map(({ name, texts }) =>
        painted(name, required(texts[at], 'a cell'), { row, paint, url: links.tag(row.tag) }),
      ),
    );
  }
  const lines = trimmed(table.toString()).split('\n');
  if (!isBelow) return lines.join('\n');
  // No cell is broken into lines here: after the head there is one line a row.
  const [head = '', ...body] = lines;
  return [
    head,
    ...body.flatMap((line, at) => {
      const text = remark?.texts[at] ?? '';
      return text === '' ? [line] : [line, `  ${text}`];
    }),
  ].join('\n');
}

interface Column {
  readonly name: string;
  /** A row each. */
  readonly texts: readonly string[];
  readonly width: number;
}

function columnsOf(rows: readonly ReleaseRow[]): Column[] {
  const { columns, rows: cells } = tabulateReleases(rows);
  return columns.map((name, at) => {
    const texts = cells.map((row) => printable(required(row[at], 'a cell')));
    return { name, texts, width: Math.max(name.length, ...texts.map(widthOf)) };
  });
}

/** The width of the columns, and of a gap behind each. */
function widthWith(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP, 0);
}

/** What is left of the columns when they must fit, without the remark. */
function choose(columns: readonly Column[], room: number): Column[] {
  let kept = columns.filter(({ name }) => name !== 'Remark');
  for (const dropped of DROPPED) {
    if (widthWith(kept) - GAP <= room) break;
    kept = kept.filter(({ name }) => name !== dropped);
  }
  return kept;
}

function painted(
  column: string,
  text: string,
  { row, paint, url }: { row: ReleaseRow; paint: Paint; url: string | undefined },
): string {
  if (column === 'Status') {
    if (row.status === 'failed') return paint.bad(text);
    return row.status === 'published' ? paint.good(text) : paint.dim(text);
  }
  if (column === 'Tag')
    return paint.link(
      text,
      row.status === 'published' || row.status === 'exists' ? url : undefined,
    );
  if (column === 'Remark') return text === 'good' ? paint.good(text) : text;
  return column === 'Signature' ? paint.dim(text) : text;
}

/** No lines between anything. */
const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** Columns that a text takes on a terminal: most have one, wide ones two, combining ones none. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\p{Mn}\p{Me}\p{Cf}]/u.test(character)
      ? 0
      : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[^\0-\uffff]/u.test(
            character,
          )
        ? 2
        : 1;
  return width;
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
