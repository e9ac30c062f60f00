// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import type { Logger } from '../log.js';
import { backoff, isTransient, type Patience } from '../retry.js';

/** How often and how patiently; times in milliseconds. */
interface RequestPatience {
  /** Attempts, the first included. */
  readonly attempts: number;
  /** The first wait of {@link backoff}. */
  readonly backoff: number;
  /** The longest Retry-After that is obeyed. A server that asks for more gets no further attempt. */
  readonly retryAfter: number;
}

/** What the attempts of a request have in common. */
export interface RequestAttempts {
  readonly policy: RequestPatience;
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

/** Tries a request again after faults that pass: with exponential backoff and jitter, or as long as Retry-After says (T38). */
export function requestPatience({ policy, logger, signal, expired }: RequestAttempts): Patience {
  return {
    attempts: policy.attempts,
    signal,
    waitAfter: (error, n) => (expired() ? undefined : waitBefore(error, n, policy)),
    onWait: (error, wait, n) => {
      logger.debug(
        `attempt ${n} of ${policy.attempts} failed, next in ${Math.round(wait)} ms: ${(error as Error).message}`,
      );
    },
  };
}

function waitBefore(error: unknown, n: number, policy: RequestPatience): number | undefined {
  if (!isTransient(error) || isCertificateProblem(error)) return undefined;
  if (error instanceof RetryLater) return error.wait <= policy.retryAfter ? error.wait : undefined;
  return backoff(n, policy.backoff);
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
