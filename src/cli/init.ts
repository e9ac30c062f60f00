// SPDX-License-Identifier: MIT
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { InputError } from '../errors.js';
import { otherSources } from '../init/candidates.js';
import { chooseInputs } from '../init/inputs.js';
import { lookAt } from '../init/look.js';
import { reportLook, reportNextSteps } from '../init/report.js';
import { formatWorkflow } from '../init/workflow.js';
import { type InputReader, parseOptions } from '../inputs/options.js';
import { type InputName, INPUTS } from '../inputs/table.js';
import { splitList } from '../inputs/values.js';
import type { Logger } from '../log.js';
import { createFetcher } from '../net/http.js';
import { formatError } from '../report/terminal.js';
import { serverUrls } from '../run/run.js';
import { resolveSource } from '../upstream/sources.js';
import { VERSION } from '../version.js';
import type { CommandLine } from './arguments.js';

export interface InitCommand {
  readonly line: CommandLine;
  readonly read: InputReader;
  readonly logger: Logger;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
}

/** Where GitHub looks for workflows, from the top of a repository. */
const USUAL_FILE = join('.github', 'workflows', 'mirror.yml');

/**
 * `init`: looks at a repository and writes a workflow for it, on stdout and, once a fitting key is there, as a file; what was found and what to do next goes to the logger.
 * Returns the exit status: 1 when a file with other content is in the way, which stays as it is.
 * @throws InputError, DownloadError, RepodataError, IntegrityError, VerificationError
 */
export async function writeWorkflow({ line, read, logger, print }: InitCommand): Promise<number> {
  const given = new Map(
    (Object.keys(INPUTS) as InputName[])
      .filter((name) => name !== 'mode' && read(name).trim() !== '')
      .map((name) => [name, read(name)]),
  );
  // What the workflow will fill in, or what the user is still to choose, is no reason to refuse.
  const options = parseOptions(
    (name) =>
      name === 'mode' ? 'check' : name === 'packages' ? (given.get(name) ?? '*') : read(name),
    { GITHUB_REPOSITORY: 'owner/name' },
  );
  const secretHeaders = { lines: options.httpHeaders, urls: await serverUrls(options) };
  const fetcher = createFetcher({
    logger,
    userAgent: `rpm-source-mirror/${VERSION}`,
    concurrency: options.concurrency,
    environment: process.env,
    secretHeaders,
  });
  try {
    const source = await resolveSource(options, fetcher);
    const look = await lookAt({
      options,
      arch: given.has('arch') ? splitList(given.get('arch')!) : undefined,
      source,
      fetcher,
      logger,
    });
    const inputs = chooseInputs({ given, look, source });
    const workflow = formatWorkflow({ inputs, others: otherSources(look) });
    reportLook(look, { inputs, logger });
    print(workflow);
    const file =
      line.output === '-' || inputs.obstacle !== undefined
        ? undefined
        : (line.output ?? USUAL_FILE);
    const obstacle = file === undefined ? undefined : await keepFile(file, workflow, logger);
    if (obstacle === undefined) reportNextSteps({ inputs, file, logger });
    else process.stderr.write(formatError(obstacle));
    return obstacle === undefined ? 0 : 1;
  } finally {
    await fetcher.close();
  }
}

/** Writes a file that does not exist yet; what stands in the way is given back, not touched: it is somebody's work. */
async function keepFile(
  file: string,
  content: string,
  logger: Logger,
): Promise<InputError | undefined> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const held = await readFile(file, 'utf8').catch(() => undefined);
    if (held !== content) await writeFile(file, content, { flag: 'wx' });
    logger.info(held === content ? `${file} holds just this already` : `written: ${file}`);
    return undefined;
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const problem = isTaken
      ? `${file} exists and holds something else; it was not touched`
      : `${file} cannot be written: ${(error as Error).message}`;
    return new InputError(isTaken ? 'INPUT_CONFLICT' : 'INPUT_INVALID', `output: ${problem}`, {
      remedy:
        'The workflow is on stdout. Give another file with --output FILE, or --output - for stdout alone; or compare, and remove the file if you do not need it.',
      cause: error,
    });
  }
}
