// SPDX-License-Identifier: MIT
import { describeError } from '../errors.js';
import { paintFor } from '../report/paint.js';
import type { RunResult } from '../report/report.js';
import { formatError, formatTable } from '../report/terminal.js';
import { failures, writeReport } from '../run/after/write-report.js';
import type { CommandLine } from './arguments.js';

/** Shows what a run did, and returns it with what went wrong in that: failures on standard error, the report where it is asked for, a table for people unless they want quiet. */
export async function showResult(
  ran: RunResult,
  { line, print }: { readonly line: CommandLine; readonly print: (text: string) => void },
): Promise<RunResult> {
  const result = line.report === undefined ? ran : await keepReport(ran, line.report);
  for (const failure of failures(result))
    process.stderr.write(formatError(failure, paintFor(process.stderr)));
  if (line.json) print(`${JSON.stringify(result.report)}\n`);
  if (line.quiet) return result;
  const stream = line.json ? process.stderr : process.stdout;
  const table = `${await formatTable(result, stream.columns || undefined, paintFor(stream))}\n`;
  if (line.json) process.stderr.write(table);
  else print(table);
  return result;
}

/** A report that cannot be written is a failure of the run, beside what else the run has to say. */
async function keepReport(result: RunResult, path: string): Promise<RunResult> {
  try {
    await writeReport(result, path);
    return result;
  } catch (error) {
    result.report.errors.push(describeError(error));
    return { ...result, failed: true };
  }
}
