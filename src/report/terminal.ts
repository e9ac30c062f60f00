// SPDX-License-Identifier: MIT
import { sentences } from '../errors.js';
import { printable } from './escape.js';
import type { RunResult } from './report.js';
import { headline, listNotChecked, tabulateReleases } from './summary.js';

/** One line for standard error: code, message and remedy. */
export function formatError(failure: {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}): string {
  return `${printable(`error: ${failure.code}: ${sentences(failure)}`)}\n`;
}

/** The same table as the job summary's, for a terminal of `room` columns; cells that would not fit are broken into lines. */
export async function formatTable(
  result: RunResult,
  room = Number.POSITIVE_INFINITY,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const { report } = result;
  const parts: string[] = [];
  const rows = report.releases.filter((row) => row.status !== 'exists' || report.mode === 'verify');
  if (rows.length > 0) {
    const { columns, rows: cells } = tabulateReleases(rows);
    const shown = cells.map((row) => row.map((cell) => printable(cell)));
    const table = new Table({
      head: [...columns],
      style: { head: [], border: [] },
      colWidths: columnWidths([columns, ...shown], room),
      wordWrap: true,
      wrapOnWordBoundary: false,
    });
    for (const row of shown) table.push(row);
    parts.push(table.toString());
  }
  const moved = report.changes.filter((change) => change.class !== 'unchanged');
  // No call takes a million arguments, and a million rows are no reason to die.
  return [
    ...parts,
    ...moved.map((change) => printable(`${change.class}: ${change.nevra} (tag ${change.tag})`)),
    ...report.findings.map((f) =>
      printable(`${f.kind}: ${f.tag}: ${f.path}: expected ${f.expected}, found ${f.actual}`),
    ),
    ...listNotChecked(report).map((line) => printable(`not checked: ${line}`)),
    printable(headline(result)),
  ].join('\n');
}

/** Columns narrower than this are not worth reading. */
const NARROWEST = 9;
/** A blank on each side of a cell. */
const PADDING = 2;

/** None for a table that fits as it is; else what each column needs, the widest giving way. */
function columnWidths(rows: readonly (readonly string[])[], room: number): number[] {
  const widths = rows[0]!.map(
    (_, at) => PADDING + rows.reduce((most, row) => Math.max(most, row[at]!.length), 0),
  );
  const borders = widths.length + 1;
  const excess = widths.reduce((sum, width) => sum + width, borders) - room;
  if (excess <= 0) return [];
  for (let step = 0; step < excess; step += 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]! -= 1;
  }
  return widths;
}
