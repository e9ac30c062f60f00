// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';

import { describeError, InputError } from '../errors.js';
import { warnOfMistypedInputs } from '../inputs/mistyped.js';
import { type InputReader, parseOptions } from '../inputs/options.js';
import { terminalLogger } from '../report/loggers.js';
import { paintFor } from '../report/paint.js';
import type { Report, RunResult } from '../report/report.js';
import { formatError } from '../report/terminal.js';
import { failures, formatReport } from '../run/after/write-report.js';
import { type CrashGuard, guardAgainstCrash } from '../run/crash.js';
import { run } from '../run/run.js';
import { stopSignal } from '../run/signals.js';
import { inTemporaryFolder } from '../run/temporary-folder.js';
import { VERSION } from '../version.js';
import { type CommandLine, parseCommandLine, shellVariableOf, variableOf } from './arguments.js';
import { helpText } from './help.js';
import { writeWorkflow } from './init.js';
import { inspectFiles } from './inspect.js';
import { showResult } from './show-result.js';
import { reserveStandardOutput } from './standard-output.js';

/** The command line: the same use cases as the Action, flags named as the inputs. Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  if (line.help || line.version) {
    process.stdout.write(line.help ? helpText(line.command) : `${VERSION}\n`);
    return 0;
  }
  const print = reserveStandardOutput();
  guard = guardAgainstCrash(modeOf(line), (result) => {
    lastWords(result, { line, print });
  });
  const logger = terminalLogger({
    stream: process.stderr,
    quiet: line.quiet,
    verbose: line.verbose,
  });
  warnOfMistypedInputs(process.env, { logger, underscores: true });
  if (line.command === 'inspect' || line.command === 'init') {
    const command = line.command === 'init' ? writeWorkflow : inspectFiles;
    guard.endOnSignal();
    return inTemporaryFolder(process.env, guard.unfinished.folders, (folder) =>
      command({
        line,
        read: inputReader(line),
        logger,
        print,
        environment: { ...process.env, RUNNER_TEMP: folder },
      }),
    );
  }
  if (line.command === 'site') {
    const { writeSite } = await import('./site.js');
    const { unfinished } = guard;
    return writeSite({ line, read: inputReader(line), logger, print, unfinished });
  }
  const options = parseOptions(inputReader(line), process.env);
  const ran = await run(options, {
    logger,
    environment: withoutToolCache(process.env),
    signal: stopSignal(),
    unfinished: guard.unfinished,
  });
  const result = await showResult(ran, { line, print });
  return result.isInputWrong === true ? 2 : result.failed ? 1 : 0;
}

function modeOf({ command }: CommandLine): Report['mode'] {
  if (command === 'site') return 'verify';
  return command === 'check' || command === 'verify' ? command : 'publish';
}

interface Voice {
  readonly line: CommandLine;
  readonly print: (text: string) => void;
}

/** What a run that crashed leaves, with nothing to wait for: the process ends when this returns. */
function lastWords(result: RunResult, { line, print }: Voice): void {
  for (const failure of failures(result)) process.stderr.write(formatError(failure));
  if (line.command === 'inspect' || line.command === 'init') return;
  if (line.report !== undefined) writeFileSync(line.report, formatReport(result));
  if (line.json) print(`${JSON.stringify(result.report)}\n`);
}

/** `@actions/tool-cache` writes workflow commands to stdout, which is the report's here. */
function withoutToolCache(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, RUNNER_TOOL_CACHE: undefined };
}

/** Flags win over the environment; INPUT_SIGNING_KEY works where a shell cannot export INPUT_SIGNING-KEY. */
function inputReader(line: CommandLine): InputReader {
  return (name) => {
    if (name === 'mode') return line.command === 'site' ? 'verify' : (line.command ?? '');
    return (
      line.inputs.get(name) ??
      process.env[variableOf(name)] ??
      process.env[shellVariableOf(name)] ??
      ''
    );
  };
}

let guard: CrashGuard | undefined;
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(formatError(describeError(error), paintFor(process.stderr)));
  process.exitCode = error instanceof InputError ? 2 : 1;
}
guard?.done();
