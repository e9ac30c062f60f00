// SPDX-License-Identifier: MIT
import { backoff, retry } from '../../retry.js';
import type { GitResult } from '../command.js';
import { mayRecover } from './failures.js';

const ATTEMPTS = 3;

/** Makes a call again after a fault of the network, a few times; `delay` is the first wait in milliseconds, 1,000 when absent. */
export async function retryCall(call: () => Promise<GitResult>, delay = 1_000): Promise<GitResult> {
  let result: GitResult | undefined;
  const attempt = async (): Promise<GitResult> => {
    result = await call();
    if (mayRecover(result)) throw new NetworkFault();
    return result;
  };
  try {
    return await retry(attempt, {
      attempts: ATTEMPTS,
      waitAfter: (error, n) => (error instanceof NetworkFault ? backoff(n, delay) : undefined),
    });
  } catch (error) {
    if (error instanceof NetworkFault && result !== undefined) return result;
    throw error;
  }
}

class NetworkFault extends Error {}
