// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { writeWhole } from '../disk.js';
import { diskFull, InputError } from '../errors.js';
import { resolveRepository } from '../git/remote/access/credentials.js';
import { otherSources } from '../init/candidates.js';
import { explore } from '../init/explore.js';
import { chooseInputs } from '../init/inputs.js';
import { reportLook, reportNextSteps } from '../init/report.js';
import { formatWorkflow } from '../init/workflow.js';
import { type InputReader, parseOptions } from '../inputs/options.js';
import { type InputName, INPUTS } from '../inputs/table.js';
import { splitList, withoutUserInfo } from '../inputs/values.js';
import type { Logger } from '../log.js';
import { createFetcher } from '../net/http.js';
import { formatError } from '../report/terminal.js';
import { serverUrls } from '../run/server-urls.js';
import { resolveSource } from '../upstream/sources.js';
import { VERSION } from '../version.js';
import type { CommandLine } from './arguments.js';

export interface InitCommand {
  readonly line: CommandLine;
  readonly read: InputReader;
  readonly logger: Logger;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  /** RUNNER_TEMP is the folder for what is not to stay. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Where GitHub looks for workflows, from the top of a repository. */
const USUAL_FILE = join('.github', 'workflows', 'mirror.yml');

/**
 * `init`: looks at a repository and writes a workflow for it, on stdout and, once a fitting key is there, as a file; what was found and what to do next goes to the logger.
 * Returns the exit status: 2 when the file cannot be the workflow's, such as one with other content, which stays as it is.
 * @throws InputError, DownloadError, RepodataError, IntegrityError, VerificationError
 */
export async function writeWorkflow({
  line,
  read,
  logger,
  print,
  environment,
}: InitCommand): Promise<number> {
  const given = givenInputs(line, read);
  // What the workflow will fill in, or what the user is still to choose, is no reason to refuse.
  const options = parseOptions(
    (name) => (name === 'mode' ? 'check' : (given.get(name) ?? (name === 'packages' ? '*' : ''))),
    { GITHUB_REPOSITORY: 'owner/name' },
  );
  // Wrong before any request, as every input.
  const repository = given.get('repository');
  if (repository !== undefined) resolveRepository(repository, { serverUrl: 'https://github.com' });
  const archs = given.get('arch');
  const secretHeaders = { lines: options.httpHeaders, urls: await serverUrls(options) };
  const fetcher = createFetcher({
    logger,
    userAgent: `rpm-source-mirror/${VERSION}`,
    concurrency: options.concurrency,
    environment,
    secretHeaders,
  });
  try {
    const source = await resolveSource(options, fetcher);
    const exploration = await explore({
      options,
      sourcePath: given.has('source-path') ? options.sourcePath : undefined,
      arch: archs === undefined ? undefined : splitList(archs),
      source,
      fetcher,
      logger,
    });
    const inputs = chooseInputs({ given, exploration, source });
    const workflow = formatWorkflow({ inputs, others: otherSources(exploration) });
    reportLook(exploration, { inputs, logger });
    print(workflow);
    const file =
      line.output === '-' || inputs.obstacle !== undefined
        ? undefined
        : (line.output ?? USUAL_FILE);
    const obstacle = file === undefined ? undefined : await keepFile(file, workflow, logger);
    if (obstacle === undefined) reportNextSteps({ inputs, file, logger });
    else process.stderr.write(formatError(obstacle));
    return obstacle === undefined ? 0 : 2;
  } finally {
    await fetcher.close();
  }
}

/** Flags and variables, and the address that stands without a flag. @throws InputError INPUT_CONFLICT */
function givenInputs({ files }: CommandLine, read: InputReader): Map<InputName, string> {
  const given = new Map(
    (Object.keys(INPUTS) as InputName[])
      .filter((name) => name !== 'mode' && read(name).trim() !== '')
      .map((name) => [name, read(name)]),
  );
  const [address] = files;
  if (address === undefined) return given;
  const name = placeOf(address);
  const other = (['baseurl', 'mirrorlist', 'metalink', 'repo-file'] as const).find((input) =>
    given.has(input),
  );
  if (other !== undefined)
    throw new InputError(
      'INPUT_CONFLICT',
      `the address ${JSON.stringify(withoutUserInfo(address))} and ${other} exclude one another`,
    );
  return given.set(name, name === 'baseurl' ? toUrl(address) : address);
}

/** What an address without a name is: the file ends in .repo, lists of mirrors say so. */
function placeOf(address: string): InputName {
  if (/\.repo(?:[?#].*)?$/i.test(address)) return 'repo-file';
  if (/metalink/i.test(address)) return 'metalink';
  return /mirror-?list/i.test(address) ? 'mirrorlist' : 'baseurl';
}

/** A folder of this machine is a base, too; what is neither is refused as a baseurl is. */
function toUrl(address: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || !existsSync(address)
    ? address
    : pathToFileURL(resolve(address)).href;
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
    if (held !== content) await writeWhole(file, content, 'wx');
    logger.info(held === content ? `${file} holds just this already` : `written: ${file}`);
    return undefined;
  } catch (error) {
    if (diskFull(error) !== undefined) throw error;
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
