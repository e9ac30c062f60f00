// SPDX-License-Identifier: MIT
import { paintFor } from '../report/paint.js';
import type { RunResult } from '../report/report.js';
import { formatError, formatTable } from '../report/terminal.js';
import { failures, writeReport } from '../run/run.js';
import type { CommandLine } from './arguments.js';

/** Shows what a run did: failures on standard error, the report where it is asked for, a table for people unless they want quiet. */
export async function showResult(
  result: RunResult,
  { line, print }: { readonly line: CommandLine; readonly print: (text: string) => void },
): Promise<void> {
  if (line.report !== undefined) await writeReport(result, line.report);
  for (const failure of failures(result))
    process.stderr.write(formatError(failure, paintFor(process.stderr)));
  if (line.json) print(`${JSON.stringify(result.report)}\n`);
  if (line.quiet) return;
  const stream = line.json ? process.stderr : process.stdout;
  const table = `${await formatTable(result, stream.columns || undefined, paintFor(stream))}\n`;
  if (line.json) process.stderr.write(table);
  else print(table);
}
