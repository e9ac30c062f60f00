// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { DownloadError, isTransient } from '../errors.js';
import type { Logger } from '../log.js';

/** How often and how patiently; times in milliseconds. */
export interface RetryPolicy {
  /** Attempts, the first included. */
  readonly attempts: number;
  /** The first wait lies between half of this and all of it, each further one in the double. */
  readonly backoff: number;
  /** The longest Retry-After that is obeyed. A server that asks for more gets no further attempt. */
  readonly retryAfter: number;
}

/** What the loop works with. */
export interface RetryContext {
  readonly policy: RetryPolicy;
  readonly logger: Logger;
  /** Ends a wait. */
  readonly signal: AbortSignal;
  /** True when the time for the request is used up. */
  readonly expired: () => boolean;
}

/** An HTTP error with the wait that the server asked for. */
export class RetryLater extends DownloadError {
  constructor(
    message: string,
    status: number,
    readonly wait: number,
  ) {
    super('HTTP_STATUS', message, { status });
    this.name = 'DownloadError';
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the attempts are used up; waits in between with exponential
 * backoff and jitter, or as long as Retry-After says (T38).
 * @throws what the last attempt threw
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  { policy, logger, signal, expired }: RetryContext,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitBefore(error, n, policy);
      if (n >= policy.attempts || wait === undefined || expired() || signal.aborted) throw error;
      logger.debug(
        `attempt ${n} of ${policy.attempts} failed, next in ${Math.round(wait)} ms: ${(error as Error).message}`,
      );
      await sleep(wait, undefined, { signal }).catch(() => {
        signal.throwIfAborted();
      });
    }
  }
}

function waitBefore(error: unknown, n: number, policy: RetryPolicy): number | undefined {
  if (!isTransient(error) || isCertificateProblem(error)) return undefined;
  if (error instanceof RetryLater) return error.wait <= policy.retryAfter ? error.wait : undefined;
  // Half is fixed, so that a server under load gets some peace; half is random, so that many clients do not come back as one.
  return policy.backoff * 2 ** (n - 1) * (0.5 + Math.random() / 2);
}

/** A wrong certificate does not become right by asking again. */
function isCertificateProblem(error: unknown): boolean {
  return /CERT|^ERR_TLS|^UNABLE_TO|^HOSTNAME_MISMATCH/.test(
    errorFields((error as Error).cause).code,
  );
}

/** `code` and `message` of an error of node or undici; empty where there is none. */
export function errorFields(error: unknown): { readonly code: string; readonly message: string } {
  const text = (field: string): string => {
    const value: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), message: text('message') };
}

/** The wait in milliseconds that a Retry-After header asks for: seconds or a date (RFC 9110, 10.2.3); undefined for anything else. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
