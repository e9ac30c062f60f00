// SPDX-License-Identifier: MIT
import * as core from '@actions/core';

import type { Logger } from '../log.js';
import { printable } from './escape.js';

/** The runner shows ten annotations a step and kind; the rest stay log lines. */
const MOST_ANNOTATIONS = 10;

/** Log lines and annotations of a workflow run. */
export function actionLogger(): Logger {
  let annotations = 0;
  return {
    debug: (message) => {
      core.debug(printable(message));
    },
    info: (message) => {
      core.info(printable(message));
    },
    warning: (message) => {
      annotations++;
      if (annotations <= MOST_ANNOTATIONS) core.warning(printable(message));
      else core.info(`warning: ${printable(message)}`);
    },
    startGroup: (title) => {
      core.startGroup(printable(title));
    },
    endGroup: () => {
      core.endGroup();
    },
    progress: () => undefined,
  };
}

export interface TerminalOptions {
  readonly stream: NodeJS.WriteStream;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Log lines for a person at a terminal; on a TTY the last line shows progress. */
export function terminalLogger({ stream, quiet, verbose }: TerminalOptions): Logger {
  let pending = false;
  const line = (text: string): void => {
    if (pending) stream.write('\r\u001b[K');
    pending = false;
    stream.write(`${text}\n`);
  };
  return {
    debug: (message) => {
      if (verbose) line(`debug: ${printable(message)}`);
    },
    info: (message) => {
      if (!quiet) line(printable(message));
    },
    warning: (message) => {
      line(`warning: ${printable(message)}`);
    },
    startGroup: (title) => {
      if (!quiet) line(printable(title));
    },
    endGroup: () => undefined,
    progress: (message) => {
      if (quiet || !stream.isTTY) return;
      stream.write(`\r\u001b[K${printable(message).slice(0, Math.max(20, stream.columns - 1))}`);
      pending = true;
    },
  };
}

/** Passes everything on and remembers the warnings for the report. */
export function collectingLogger(inner: Logger, warnings: string[]): Logger {
  return {
    ...inner,
    warning: (message) => {
      warnings.push(message);
      inner.warning(message);
    },
  };
}
