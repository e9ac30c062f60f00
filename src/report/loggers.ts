// SPDX-License-Identifier: MIT
import * as core from '@actions/core';

import type { Logger } from '../log.js';
import { annotation, printable } from './escape.js';
import { paintFor } from './paint.js';

/** The runner shows ten annotations a step and kind; the rest stay log lines. */
export const MOST_ANNOTATIONS = 10;

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
      if (annotations <= MOST_ANNOTATIONS) core.warning(annotation(message));
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

/** Log lines for a person at a terminal; on a TTY the last line shows what is under way, how much of it is done, and for how long. */
export function terminalLogger({ stream, quiet, verbose }: TerminalOptions): Logger {
  const paint = paintFor(stream);
  const progress = progressLine(stream);
  const line = (text: string): void => {
    progress.clear();
    stream.write(`${text}\n`);
  };
  return {
    debug: (message) => {
      if (verbose) line(paint.dim(`debug: ${printable(message)}`));
    },
    info: (message) => {
      if (!quiet) line(printable(message));
    },
    warning: (message) => {
      line(`${paint.warn('warning:')} ${printable(message)}`);
    },
    startGroup: (title) => {
      if (!quiet) line(paint.bold(printable(title)));
    },
    endGroup: () => {
      progress.clear();
    },
    progress: (message) => {
      if (!quiet && stream.isTTY) progress.show(message);
    },
  };
}

/** Steps shorter than this say nothing of their time. */
const SHORT_MS = 2000;

/** The line that is written over. A step is known by its first word; its time runs until another begins. */
function progressLine(stream: NodeJS.WriteStream): {
  show: (message: string) => void;
  clear: () => void;
} {
  let isShown = false;
  let step = { name: '', since: 0 };
  return {
    show: (message) => {
      const [name = ''] = message.split(/[\s:]/, 1);
      const now = performance.now();
      if (step.name !== name) step = { name, since: now };
      const ms = now - step.since;
      const time = ms < SHORT_MS ? '' : `, ${formatTime(ms)}`;
      const room = Math.max(20, stream.columns - 1) - time.length;
      stream.write(`\r\u001b[K${printable(message).slice(0, room)}${time}`);
      isShown = true;
    },
    clear: () => {
      if (isShown) stream.write('\r\u001b[K');
      isShown = false;
    },
  };
}

function formatTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Passes everything on and remembers the warnings for the report; one that comes again, as after a lost race, is said once. */
export function collectingLogger(inner: Logger, warnings: string[]): Logger {
  const said = new Set(warnings);
  return {
    ...inner,
    warning: (message) => {
      if (said.has(message)) return;
      said.add(message);
      warnings.push(message);
      inner.warning(message);
    },
  };
}
