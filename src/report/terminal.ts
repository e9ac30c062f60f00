// SPDX-License-Identifier: MIT
import { sentences } from '../errors.js';
import { printable } from './escape.js';
import type { RunResult } from './report.js';
import { headline, tabulateReleases } from './summary.js';

/** One line for standard error: code, message and remedy. */
export function formatError(failure: { readonly code: string; readonly message: string; readonly remedy: string }): string {
  return `${printable(`error: ${failure.code}: ${sentences(failure)}`)}\n`;
}

/** The same table as the job summary's, for a terminal. */
export async function formatTable(result: RunResult): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const { report } = result;
  const parts: string[] = [];
  const rows = report.releases.filter((row) => row.status !== 'exists' || report.mode === 'verify');
  if (rows.length > 0) {
    const { columns, rows: cells } = tabulateReleases(rows);
    const table = new Table({ head: [...columns], style: { head: [], border: [] } });
    for (const row of cells) table.push(row.map((cell) => printable(cell)));
    parts.push(table.toString());
  }
  const moved = report.changes.filter((change) => change.class !== 'unchanged');
  parts.push(...moved.map((change) => printable(`${change.class}: ${change.nevra} (tag ${change.tag})`)));
  parts.push(...report.findings.map((f) => printable(`${f.kind}: ${f.tag}: ${f.path}: expected ${f.expected}, found ${f.actual}`)));
  parts.push(...report.notChecked.map((n) => printable(`not checked: ${n.tag}: ${n.path}: ${n.reason}`)));
  parts.push(printable(headline(result)));
  return parts.join('\n');
}
