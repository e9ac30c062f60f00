// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import type { GitResult } from '../command.js';
import { mayRecover } from './failures.js';

const ATTEMPTS = 3;

/** Makes a call again after a fault of the network, a few times; `delay` is the first wait in milliseconds, 500 when absent. */
export async function retryCall(call: () => Promise<GitResult>, delay = 500): Promise<GitResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await call();
    if (!mayRecover(result) || attempt >= ATTEMPTS) return result;
    await sleep(delay * attempt * (1 + Math.random()));
  }
}
