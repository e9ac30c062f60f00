// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { ByteSource } from '../bytes.js';
import { describeError, InputError, MirrorError } from '../errors.js';
import type { InputReader } from '../inputs/options.js';
import { oneOf, parseKeys, splitList } from '../inputs/values.js';
import { extractFiles, requireEmpty } from '../inspect/extract-files.js';
import { openFileSource } from '../inspect/file-source.js';
import { formatInspection, inspectPackage, type InspectResult } from '../inspect/inspect.js';
import type { Logger } from '../log.js';
import { validateSourcePath } from '../mirror/source-path.js';
import { createFetcher } from '../net/http.js';
import { SignatureChecker } from '../openpgp/checker.js';
import { loadKeyring } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import { printable } from '../report/escape.js';
import type { RpmPackage } from '../rpm/read.js';
import type { FolderRules } from '../source/judgement.js';
import { fetchKeys } from '../upstream/sources.js';
import { VERSION } from '../version.js';
import type { CommandLine } from './arguments.js';

export interface InspectCommand {
  readonly line: CommandLine;
  readonly read: InputReader;
  readonly logger: Logger;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  /** RUNNER_TEMP is the folder for what is not to stay. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * `inspect FILE…`: prints what each file says and whether it is accepted. Returns the exit status: 0 if all are.
 * @throws InputError when no file is named, or a file or a key is missing
 */
export async function inspectFiles({
  line,
  read,
  logger,
  print,
  environment,
}: InspectCommand): Promise<number> {
  if (line.files.length === 0)
    throw new InputError('INPUT_MISSING', 'inspect: no file is named', {
      remedy: 'Write inspect FILE…',
    });
  const missing = line.files.find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new InputError('INPUT_INVALID', `inspect: ${missing} does not exist`, {
      remedy: 'Name existing files.',
    });
  const folders = await extractFolders(line);
  const keyring = await readKeys(read('gpgkey'), { logger, environment });
  const checker = new SignatureChecker(keyring, {
    allowWeak: new Set(splitList(read('allow-weak')).map((name) => name.toLowerCase())),
    now: Math.floor(Date.now() / 1000),
  });
  const rules = readRules(read);
  let accepted = true;
  for (const [at, file] of line.files.entries()) {
    const result = await inspectFile(file, {
      checker,
      rules,
      folder: folders[at],
      logger,
    });
    accepted &&= result.verdict === 'accept';
    print(format(result, line));
  }
  return accepted ? 0 : 1;
}

/** What publish would take; undefined where nobody asked, and all names are judged. @throws InputError INPUT_INVALID */
function readRules(read: InputReader): FolderRules | undefined {
  const sourcePath = read('source-path').trim();
  if (sourcePath === '') return undefined;
  validateSourcePath(sourcePath);
  const dotGit = read('dot-git').trim() || 'refuse';
  return { sourcePath, dotGit: oneOf('dot-git', dotGit, ['refuse', 'drop']) };
}

/** Where each file is to be unpacked: one into the folder itself, several each into a folder of its own. */
async function extractFolders({ extract: folder, files }: CommandLine): Promise<string[]> {
  if (folder === undefined) return [];
  const folders = files.map((file) =>
    files.length === 1 ? folder : join(folder, basename(file).replace(/\.rpm$/, '')),
  );
  const twice = folders.find((name, at) => folders.indexOf(name) !== at);
  if (twice !== undefined)
    throw new InputError(
      'INPUT_CONFLICT',
      `extract: two of the files would be unpacked into ${twice}`,
      { remedy: 'Unpack them one at a time.' },
    );
  for (const name of folders) await requireEmpty(name);
  return folders;
}

function format(result: InspectResult, { json, quiet }: CommandLine): string {
  if (json) return `${JSON.stringify(result)}\n`;
  return quiet ? '' : `${formatInspection(result).split('\n').map(printable).join('\n')}\n`;
}

async function readKeys(
  text: string,
  { logger, environment }: Pick<InspectCommand, 'logger' | 'environment'>,
): Promise<Keyring> {
  const sources = parseKeys(text);
  const fetcher = createFetcher({
    logger,
    userAgent: `rpm-source-mirror/${VERSION}`,
    concurrency: 1,
    environment,
  });
  try {
    return await loadKeyring(
      (await fetchKeys(sources, fetcher)).map(({ source, bytes }) => ({ name: source, bytes })),
    );
  } finally {
    await fetcher.close();
  }
}

interface Inspecting {
  readonly checker: SignatureChecker;
  readonly rules: FolderRules | undefined;
  readonly folder: string | undefined;
  readonly logger: Logger;
}

async function inspectFile(
  file: string,
  { checker, rules, folder, logger }: Inspecting,
): Promise<InspectResult> {
  let source: Awaited<ReturnType<typeof openFileSource>>;
  try {
    // A pipe would be waited for without end, and a folder cannot be read.
    if (!(await stat(file)).isFile())
      throw new Error('expected a regular file, found a folder, pipe or device');
    source = await openFileSource(file);
  } catch (error) {
    return {
      file,
      sha256: '',
      verdict: 'reject',
      reasons: [`NOT_FOUND: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  try {
    const keysGiven = checker.keyring.certificates.length > 0;
    const { result, pkg } = await inspectPackage({
      file,
      source,
      keysGiven,
      rules,
      check: checker.check,
    });
    if (folder === undefined || pkg === undefined || result.verdict === 'reject') return result;
    const obstacle = await extract(pkg, source, { folder, logger });
    return obstacle === undefined
      ? result
      : { ...result, verdict: 'reject', reasons: [...result.reasons, obstacle] };
  } finally {
    await source.close();
  }
}

/** Unpacks an accepted package; what stands in the way of it is a reason, unless it is the folder. */
async function extract(
  pkg: RpmPackage,
  source: ByteSource,
  { folder, logger }: { readonly folder: string; readonly logger: Logger },
): Promise<string | undefined> {
  try {
    const { written, left } = await extractFiles(pkg, source, folder);
    logger.info(`${written === 1 ? '1 entry' : `${written} entries`} unpacked into ${folder}`);
    for (const path of left)
      logger.warning(`${path} is a device, fifo or socket and was not extracted`);
    return undefined;
  } catch (error) {
    if (!(error instanceof MirrorError) || error instanceof InputError) throw error;
    const { code, message } = describeError(error);
    return `${code}: ${message}`;
  }
}
