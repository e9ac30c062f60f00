// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { DownloadError, type ErrorCode } from './errors.js';

/** How often something is tried, and how long one waits in between; times in milliseconds. */
export interface Patience {
  /** Attempts, the first included. */
  readonly attempts: number;
  /** The wait after the failure of attempt `n`, from 1; undefined where another attempt makes no sense. */
  readonly waitAfter: (error: unknown, n: number) => number | undefined;
  /** Told of each failure that is followed by a wait. */
  readonly onWait?: (error: unknown, wait: number, n: number) => void;
  /** Ends a wait, and lets nothing begin anew. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the attempts are used up (T38).
 * @throws what the last attempt threw; the signal's reason when that ended a wait
 */
export async function retry<T>(
  attempt: (n: number) => Promise<T>,
  { attempts, waitAfter, onWait, signal }: Patience,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt(n);
    } catch (error) {
      const wait = waitAfter(error, n);
      if (n >= attempts || wait === undefined || signal?.aborted === true) throw error;
      onWait?.(error, wait, n);
      await pause(wait, signal);
    }
  }
}

/** Waits for so many milliseconds. @throws the signal's reason, as soon as it fires */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
    signal?.throwIfAborted();
  });
}

/**
 * Milliseconds to wait after attempt `n`, from 1: the first wait lies between half of `first` and all of it, each further one in the double.
 * Half is fixed, so that a server under load gets some peace; half is random, so that many clients do not come back as one.
 */
export function backoff(n: number, first: number): number {
  return first * 2 ** (n - 1) * (0.5 + Math.random() / 2);
}

/** The codes for which the same request may succeed a moment later. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'TIMEOUT',
  'TRUNCATED',
  'CONNECTION_FAILED',
]);

/** True when `error` is a network fault that a retry may cure: time-outs, resets, truncation, HTTP 408, 429 and 5xx. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof DownloadError)) return false;
  if (error.code !== 'HTTP_STATUS') return TRANSIENT.has(error.code);
  const status = error.status ?? 0;
  return status === 408 || status === 429 || status >= 500;
}
