// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { AbortedError, DownloadError, IntegrityError } from '../../../src/errors.js';
import { silentLogger } from '../../../src/log.js';
import {
  parseRetryAfter,
  type RequestAttempts,
  requestPatience,
  RetryLater,
} from '../../../src/net/patience.js';
import { backoff, type Patience, retry } from '../../../src/retry.js';

const context = (changes: Partial<RequestAttempts> = {}): Patience =>
  requestPatience({
    policy: { attempts: 4, backoff: 1, retryAfter: 50 },
    logger: silentLogger,
    signal: new AbortController().signal,
    expired: () => false,
    ...changes,
  });

async function attemptsUntilGivenUp(
  error: Error,
  changes?: Partial<RequestAttempts>,
): Promise<number> {
  let attempts = 0;
  await expect(
    retry(async () => {
      attempts += 1;
      throw error;
    }, context(changes)),
  ).rejects.toBe(error);
  return attempts;
}

describe('retry', () => {
  it.each<[string, Error, number]>([
    ['a reset', new DownloadError('TRUNCATED', ''), 4],
    ['a time-out', new DownloadError('TIMEOUT', ''), 4],
    ['status 503', new DownloadError('HTTP_STATUS', '', { status: 503 }), 4],
    ['status 404', new DownloadError('HTTP_STATUS', '', { status: 404 }), 1],
    ['too large', new DownloadError('TOO_LARGE', ''), 1],
    ['wrong bytes', new IntegrityError('DIGEST_MISMATCH', ''), 1],
    ['a defect', new TypeError('x'), 1],
    [
      'a wrong certificate',
      new DownloadError('CONNECTION_FAILED', '', {
        cause: Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' }),
      }),
      1,
    ],
    [
      'a refused connection',
      new DownloadError('CONNECTION_FAILED', '', {
        cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
      }),
      4,
    ],
    ['a short Retry-After', new RetryLater('', 429, 1), 4],
    ['a long Retry-After', new RetryLater('', 429, 51), 1],
  ])('after %s', async (_, error, attempts) => {
    expect(await attemptsUntilGivenUp(error)).toBe(attempts);
  });

  it('ends when the time is used up', async () => {
    expect(
      await attemptsUntilGivenUp(new DownloadError('TIMEOUT', ''), { expired: () => true }),
    ).toBe(1);
  });

  it('ends a wait with the reason of the signal', async () => {
    const ending = new AbortController();
    const reason = new AbortedError('');
    const pending = retry(
      async () => {
        setTimeout(() => {
          ending.abort(reason);
        }, 1);
        throw new DownloadError('TIMEOUT', '');
      },
      context({ signal: ending.signal, policy: { attempts: 2, backoff: 1e9, retryAfter: 0 } }),
    );
    await expect(pending).rejects.toBe(reason);
  });
});

describe('backoff', () => {
  it.each([
    [1, 500, 1000],
    [2, 1000, 2000],
    [4, 4000, 8000],
  ])('after attempt %i it waits %i to %i ms, and not always the same', (n, least, most) => {
    const waits = Array.from({ length: 200 }, () => backoff(n, 1000));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });
});

describe('retry with a patience of its own', () => {
  it('tells of each wait, numbers the attempts, and gives what the last one gave', async () => {
    const told: number[] = [];
    const result = await retry(
      async (n) => {
        if (n < 3) throw new Error(String(n));
        return n;
      },
      {
        attempts: 5,
        waitAfter: () => 0,
        onWait: (_, __, n) => {
          told.push(n);
        },
      },
    );
    expect([result, told]).toEqual([3, [1, 2]]);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-', undefined],
    [undefined, undefined],
    ['99999999999', undefined],
  ])('%s is %s ms', (value, wait) => {
    expect(parseRetryAfter(value, now)).toBe(wait);
  });
});
