// SPDX-License-Identifier: MIT
/**
 * Stands in for fast-check in `npm run fuzz`: each property runs for FUZZ_SECONDS from FUZZ_SEED instead of its usual number of runs,
 * and writes how often it ran and what its slowest execution took into FUZZ_LOG.
 */
import { appendFileSync } from 'node:fs';

import { expect } from '@jest/globals';

import original from '../../node_modules/fast-check/lib/fast-check.js';

export * from '../../node_modules/fast-check/lib/fast-check.js';

const seconds = Number(process.env.FUZZ_SECONDS);
const seed = Number(process.env.FUZZ_SEED);

export function assert(property, parameters = {}) {
  const seen = {
    test: `${path(expect.getState().testPath)}: ${expect.getState().currentTestName}`,
    executions: 0,
    slowest: 0,
  };
  const limits = {
    numRuns: 2 ** 31 - 1,
    seed,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false,
  };
  const finish = () => appendFileSync(process.env.FUZZ_LOG, `${JSON.stringify(seen)}\n`);
  try {
    const result = original.assert(watched(property, seen), { ...parameters, ...limits });
    if (!(result instanceof Promise)) return void finish();
    return result.finally(finish);
  } catch (error) {
    finish();
    throw error;
  }
}

export default { ...original, assert };

/** Milliseconds of processor time: on a machine that is shared, the clock on the wall says little. */
const spent = () => process.threadCpuUsage();

function watched(property, seen) {
  const run = property.run.bind(property);
  const note = (before) => {
    const { user, system } = process.threadCpuUsage(before);
    seen.executions++;
    seen.slowest = Math.max(seen.slowest, (user + system) / 1000);
  };
  property.run = (...values) => {
    const before = spent();
    const result = run(...values);
    if (!(result instanceof Promise)) return (note(before), result);
    return result.finally(() => note(before));
  };
  return property;
}

function path(file = '') {
  return file.slice(file.indexOf('__tests__') + '__tests__/'.length);
}
