// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';

/** Times in milliseconds, rate in bytes per second; see LIMITS. */
export interface Pace {
  readonly idleTimeout: number;
  readonly requestTimeout: number;
  /** 0: whatever arrives, `requestTimeout` is all there is. */
  readonly slowestRate: number;
}

/**
 * Two clocks over one request and all its attempts (T37): an idle clock that every byte winds up again, and a total
 * one that runs for `requestTimeout` and for what the received bytes take at the slowest rate that is tolerated.
 */
export class Deadline {
  readonly #pace: Pace;
  readonly #what: string;
  #left: number;
  #resumed = 0;
  #idle: NodeJS.Timeout | undefined;
  #total: NodeJS.Timeout | undefined;
  #expired = false;

  constructor(pace: Pace, what: string) {
    this.#pace = pace;
    this.#what = what;
    this.#left = pace.requestTimeout;
  }

  /** True when the total time is used up, so that no further attempt makes sense. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Starts both clocks for one attempt; `end` is called with TIMEOUT when one of them runs out. Returns what stops them. */
  watch(end: (error: DownloadError) => void): () => void {
    this.#resumed = performance.now();
    const timedOut = (text: string): void => {
      end(new DownloadError('TIMEOUT', `${this.#what}: ${text}`));
    };
    this.#idle = setTimeout(() => {
      timedOut(`expected data, found none for ${this.#pace.idleTimeout} ms`);
    }, this.#pace.idleTimeout);
    const check = (): void => {
      const left = this.#left - (performance.now() - this.#resumed);
      if (left > 0) {
        this.#total = setTimeout(check, left);
        return;
      }
      this.#expired = true;
      const rate = this.#pace.slowestRate > 0 ? ` and 1 s per ${this.#pace.slowestRate} bytes` : '';
      timedOut(
        `expected to end within ${this.#pace.requestTimeout} ms${rate}, found it still going on`,
      );
    };
    this.#total = setTimeout(check, Math.max(0, this.#left));
    return () => {
      clearTimeout(this.#idle);
      clearTimeout(this.#total);
      this.#left -= performance.now() - this.#resumed;
    };
  }

  /** Says that so many bytes arrived. */
  received(bytes: number): void {
    this.#idle?.refresh();
    if (this.#pace.slowestRate > 0) this.#left += (bytes / this.#pace.slowestRate) * 1000;
  }
}
