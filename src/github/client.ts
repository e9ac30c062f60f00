// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import type { getOctokit } from '@actions/github';

import { AbortedError, GitError, MirrorError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../log.js';
import { backoff, retry } from '../retry.js';
import type { RepositoryName } from './repository-name.js';

export interface ClientOptions {
  readonly token: string;
  /** Such as https://api.github.com, or https://host/api/v3 on GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly repository: RepositoryName;
  readonly userAgent: string;
  readonly logger: Logger;
  /** Milliseconds before the first repetition; 1,000 when absent. */
  readonly retryDelay?: number;
  /** Ends questions that are only glances. */
  readonly signal?: AbortSignal;
}

/** Milliseconds for a question whose answer nothing depends on but a warning. */
const GLANCE_TIMEOUT = 10_000;

type Octokit = ReturnType<typeof getOctokit>;

/** GitHub's REST API for one repository. The library is loaded with the first call. */
export class Client {
  readonly options: ClientOptions;
  #octokit: Promise<Octokit> | undefined;
  /** When the last request that changes something began, milliseconds. */
  #changedAt = 0;
  #changes = 0;
  /** The host asked to stay away for longer than a run waits. */
  #isRefused = false;
  /** Requests that the window of the rate limit still has, as the last answer said. */
  #remaining = Number.POSITIVE_INFINITY;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /**
   * True when this run had its share of GitHub's limits: 500 things made an hour, and for a job's token 1,000 requests an hour
   * and repository (GitHub Docs, Rate limits for the REST API).
   */
  get isSpent(): boolean {
    return (
      this.#isRefused || this.#changes >= LIMITS.hostChanges || this.#remaining < LIMITS.hostReserve
    );
  }

  /** One request; `{owner}` and `{repo}` of the route are filled in. Not repeated by itself, see {@link persist}. */
  async request(
    route: string,
    parameters: Readonly<Record<string, unknown>> = {},
    signal = AbortSignal.timeout(LIMITS.requestTimeout),
  ): Promise<unknown> {
    this.#octokit ??= this.#open();
    const octokit = await this.#octokit;
    if (!route.startsWith('GET ')) await this.#pace(signal);
    const answer: {
      readonly status: number;
      readonly data: unknown;
      readonly headers: Readonly<Record<string, unknown>>;
    } = await octokit.request(route, {
      ...this.options.repository,
      ...parameters,
      request: { signal },
    });
    const remaining = answer.headers['x-ratelimit-remaining'];
    if (typeof remaining === 'string' && /^\d{1,9}$/.test(remaining))
      this.#remaining = Number(remaining);
    this.options.logger.debug(`GitHub: ${route}: status ${answer.status}`);
    return answer.data;
  }

  /** "wait at least one second between each request" that changes something (GitHub Docs, Best practices for using the REST API). */
  async #pace(signal: AbortSignal): Promise<void> {
    const wait = this.#changedAt + LIMITS.hostPace - Date.now();
    this.#changedAt = Math.max(Date.now(), this.#changedAt + LIMITS.hostPace);
    this.#changes += 1;
    if (wait > 0) await sleep(wait, undefined, { signal });
  }

  /** All entries of a listing, up to `pages` of a hundred. */
  async list(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    pages: number,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let page = 1; page <= pages; page += 1) {
      const entries: unknown = await this.request(
        route,
        { ...parameters, per_page: 100, page },
        signal,
      );
      if (!Array.isArray(entries))
        throw new GitError(
          'REMOTE_FAILED',
          `GitHub: ${route}: expected a list, found ${typeof entries}`,
        );
      all.push(...(entries as unknown[]));
      if (entries.length < 100) break;
    }
    return all;
  }

  /**
   * Does something that may be begun again at any point, again after rate limits and faults of server or network.
   * @param what completes "GitHub: could not …"
   * @param permission is what the job needs for it, such as `contents: write`
   * @throws GitError AUTH, REMOTE_FAILED
   */
  async persist<T>(
    { what, permission }: { readonly what: string; readonly permission: string },
    action: () => Promise<T>,
  ): Promise<T> {
    let wait = Number.POSITIVE_INFINITY;
    try {
      return await retry(action, {
        attempts: LIMITS.attempts,
        signal: this.options.signal,
        waitAfter: (error, n) => {
          wait = this.#waitAfter(error, n);
          return wait > LIMITS.retryAfter ? undefined : wait;
        },
        onWait: (error) => {
          this.options.logger.info(
            `GitHub: could not ${what} yet (${messageOf(error)}); trying again in ${Math.ceil(wait / 1000)} s`,
          );
        },
      });
    } catch (error) {
      throw this.#describe(error, { what, permission, wait });
    }
  }

  /** Milliseconds that GitHub asks for, or that are usual; without end where asking again does not help. */
  #waitAfter(error: unknown, n: number): number {
    if (!isTransient(error)) return Number.POSITIVE_INFINITY;
    const usual = isRateLimit(error)
      ? LIMITS.hostRest
      : backoff(n, this.options.retryDelay ?? 1000);
    const wait = askedWait(error) ?? usual;
    this.#isRefused ||= isRateLimit(error) && wait > LIMITS.retryAfter;
    return wait;
  }

  /**
   * Asks for what nothing depends on but a warning: once, for ten seconds in all.
   * @param what and `permission` as in {@link persist}
   * @throws GitError AUTH, REMOTE_FAILED
   */
  async glance<T>(
    about: { readonly what: string; readonly permission: string },
    action: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.options;
    try {
      return await action(
        AbortSignal.any([
          AbortSignal.timeout(GLANCE_TIMEOUT),
          ...(signal === undefined ? [] : [signal]),
        ]),
      );
    } catch (error) {
      throw this.#describe(error, { ...about, wait: 0 });
    }
  }

  async #open(): Promise<Octokit> {
    const github = await import('@actions/github');
    const { apiUrl, token, userAgent, logger } = this.options;
    const debug = (message: string): void => {
      logger.debug(`GitHub: ${message}`);
    };
    return github.getOctokit(token, {
      baseUrl: apiUrl,
      userAgent,
      log: { debug, info: debug, warn: debug, error: debug },
    });
  }

  #describe(
    error: unknown,
    { what, permission, wait }: { what: string; permission: string; wait: number },
  ): MirrorError | AbortedError {
    if (error instanceof MirrorError || error instanceof AbortedError) return error;
    const { owner, repo } = this.options.repository;
    const status = statusOf(error);
    const message = `GitHub: could not ${what} in ${owner}/${repo}: ${messageOf(error)}`;
    if (isTransient(error)) {
      const later =
        Number.isFinite(wait) && wait > LIMITS.retryAfter
          ? `; it asks to come back in ${Math.ceil(wait / 60_000)} minutes`
          : '';
      return new GitError('REMOTE_FAILED', message + later, {
        cause: error,
        remedy: 'Run again later: what is done stays, and the rest is made up for.',
      });
    }
    if (status === 401 || status === 403 || status === 404) {
      return new GitError('AUTH', message, {
        cause: error,
        remedy: `Give the job permissions: ${permission}, or a token that has them for this repository.`,
      });
    }
    return new GitError('REMOTE_FAILED', message, {
      cause: error,
      remedy: "Read GitHub's answer in the message; run again when its cause is gone.",
    });
  }
}

/** The failure as the library describes it: status, and the headers of the answer. */
function answerOf(error: unknown): { status: number; headers: Readonly<Record<string, unknown>> } {
  const { status, response } = (typeof error === 'object' && error !== null ? error : {}) as {
    status?: unknown;
    response?: { headers?: Record<string, unknown> };
  };
  return { status: typeof status === 'number' ? status : 0, headers: response?.headers ?? {} };
}

function statusOf(error: unknown): number {
  return answerOf(error).status;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);
  return `${status > 0 ? `status ${status}, ` : ''}${text.slice(0, 500)}`;
}

/** 5xx (the library's number for faults of the network, too), time-outs and both kinds of rate limits. */
function isTransient(error: unknown): boolean {
  if (error instanceof MirrorError || error instanceof AbortedError) return false;
  const { status } = answerOf(error);
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return true;
  return status >= 500 || status === 408 || isRateLimit(error);
}

/** Both kinds: the hourly one says when it ends, the secondary one need not say anything but its name. */
function isRateLimit(error: unknown): boolean {
  const { status, headers } = answerOf(error);
  return (
    status === 429 ||
    (status === 403 &&
      (headers['retry-after'] !== undefined ||
        headers['x-ratelimit-remaining'] === '0' ||
        /rate limit|abuse detection/iu.test(messageOf(error))))
  );
}

/** Milliseconds that the server asks to wait (Retry-After, or the end of the rate limit's window). */
function askedWait(error: unknown): number | undefined {
  const { headers } = answerOf(error);
  const { 'retry-after': after, 'x-ratelimit-reset': reset } = headers;
  if (typeof after === 'string' && /^\d{1,6}$/.test(after)) return Number(after) * 1000;
  if (
    headers['x-ratelimit-remaining'] === '0' &&
    typeof reset === 'string' &&
    /^\d{1,12}$/.test(reset)
  )
    return Math.max(1000, Number(reset) * 1000 - Date.now());
  return undefined;
}
