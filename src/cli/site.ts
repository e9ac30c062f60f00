// SPDX-License-Identifier: MIT
import { join, resolve } from 'node:path';

import { InputError } from '../errors.js';
import { type InputReader, parseOptions } from '../inputs/options.js';
import type { Logger } from '../log.js';
import { run } from '../run/run.js';
import { stopSignal } from '../run/signals.js';
import { buildModel } from '../site/build-model.js';
import { renderSite } from '../site/pages/pages.js';
import type { CommandLine } from './arguments.js';
import { showResult } from './show-result.js';
import { openSiteFolder, writeSiteFolder } from './site-folder.js';

export interface SiteCommand {
  readonly line: CommandLine;
  readonly read: InputReader;
  readonly logger: Logger;
  /** Writes what was asked for to standard output. */
  readonly print: (text: string) => void;
  /** What a crash would leave. */
  readonly unfinished: NonNullable<Parameters<typeof run>[1]['unfinished']>;
}

/**
 * `site`: verifies the mirror, then writes its pages, which say what was found. Returns the exit status, which is that of `verify`.
 * @throws InputError before anything is read, for a folder that holds something else
 */
export async function writeSite({
  line,
  read,
  logger,
  print,
  unfinished,
}: SiteCommand): Promise<number> {
  if (line.output === undefined)
    throw new InputError('INPUT_MISSING', 'output is not given', {
      remedy: 'Write site --output DIR with the folder that is to hold the pages.',
    });
  const url = line.url === undefined ? undefined : siteUrl(line.url);
  const options = parseOptions(read, process.env);
  const folder = await openSiteFolder(resolve(line.output));
  const signal = stopSignal();
  const ran = await run(options, {
    logger,
    environment: process.env,
    signal,
    unfinished,
    afterVerify: async (visit) => {
      const now = Number(process.env['SOURCE_DATE_EPOCH'] || Math.floor(Date.now() / 1000));
      const model = await buildModel({
        ...visit,
        options,
        url,
        environment: process.env,
        now,
        logger,
        signal,
      });
      const count = await writeSiteFolder(folder, renderSite(model));
      logger.info(`${count} files written; the first page is ${join(folder.path, 'index.html')}`);
    },
  });
  const result = await showResult(ran, { line, print });
  return result.isInputWrong === true ? 2 : result.failed ? 1 : 0;
}

/** @throws InputError INPUT_INVALID */
function siteUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '')
    throw new InputError(
      'INPUT_INVALID',
      `url: expected the http or https address of the pages, without a password, found ${JSON.stringify(text.replace(/\/\/[^/]*@/, '//'))}`,
    );
  url.search = url.hash = '';
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
