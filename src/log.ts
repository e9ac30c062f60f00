// SPDX-License-Identifier: MIT

/**
 * Where the core says what it does. Adapters escape control characters and workflow commands,
 * so callers pass text from outside as it is.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  /** Also an annotation and an entry of the report's `warnings`. */
  warning(message: string): void;
  /** Opens a group of lines; `endGroup` closes it. Groups do not nest. */
  startGroup(title: string): void;
  endGroup(): void;
  /** A transient line on a terminal (bytes so far, releases so far); dropped elsewhere. */
  progress(message: string): void;
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  startGroup: () => undefined,
  endGroup: () => undefined,
  progress: () => undefined,
};

/** Does `work` within a group, which is closed however it ends. */
export async function inGroup<T>(
  logger: Logger,
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  logger.startGroup(title);
  try {
    return await work();
  } finally {
    logger.endGroup();
  }
}
