// SPDX-License-Identifier: MIT
import { AbortedError } from '../errors.js';

/** Fires at the first SIGTERM or SIGINT, with the error ABORTED as its reason; the second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    controller.abort(new AbortedError('the run was stopped from outside'));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}
