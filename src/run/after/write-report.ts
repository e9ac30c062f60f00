// SPDX-License-Identifier: MIT
import { writeWhole } from '../../disk.js';
import type { RunResult } from '../../report/report.js';
import { writeStatements } from '../../report/statements.js';

/** Writes the JSON report, with the statements of what was published beside it, and returns its path. */
export async function writeReport(result: RunResult, path: string): Promise<string> {
  await writeWhole(path, formatReport(result));
  await writeStatements(result, path);
  return path;
}

/** The JSON report as text. */
export function formatReport({ report }: RunResult): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** All failures of a run, in order: of releases first, then of the run. */
export function failures({
  report,
}: RunResult): { code: string; message: string; remedy: string }[] {
  const ofReleases = report.releases.flatMap((row) =>
    row.error === undefined
      ? []
      : [{ ...row.error, message: `${row.nevra}: ${row.error.message}` }],
  );
  return [...ofReleases, ...report.errors];
}
