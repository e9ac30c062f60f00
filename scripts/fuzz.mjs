// SPDX-License-Identifier: MIT
/**
 * Runs every property test for a long time and says how many executions that were. A failure, or an execution of over a second of
 * processor time, ends it with exit status 1. Usage: npm run fuzz -- [--seconds N] [--seed S] [path of tests …]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import config from '../jest.config.mjs';

const option = (value) => ({ type: 'string', default: String(value) });
const { values, positionals } = parseArgs({
  options: { seconds: option(10), seed: option(Date.now() % 1_000_000) },
  allowPositionals: true,
});
const root = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
const [log, configFile] = [path.join(folder, 'log'), path.join(folder, 'jest.config.json')];

/** Test files with properties; those in conformance/ ask other programs, which makes them slow. */
function propertyTests() {
  const files = readdirSync(path.join(root, '__tests__'), { recursive: true }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  return files
    .filter(
      (name) =>
        /^(unit|security)\/.*\.test\.ts$/.test(name) &&
        /from 'fast-check'/.test(readFileSync(path.join(root, '__tests__', name), 'utf8')),
    )
    .sort();
}

const stand = path.join(root, 'scripts/fuzz/fast-check.mjs');
writeFileSync(log, '');
writeFileSync(
  configFile,
  JSON.stringify({
    ...config,
    rootDir: root,
    moduleNameMapper: { '^fast-check$': stand, ...config.moduleNameMapper },
    testTimeout: 3_600_000,
    maxWorkers: 1,
  }),
);
const chosen =
  positionals.length > 0 ? positionals : propertyTests().map((name) => `__tests__/${name}`);
console.log(`npm run fuzz -- --seconds ${values.seconds} --seed ${values.seed}`);
const options = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  path.join(root, 'node_modules/jest/bin/jest.js'),
  '--config',
  configFile,
  ...chosen,
];
const env = { ...process.env, FUZZ_SECONDS: values.seconds, FUZZ_SEED: values.seed, FUZZ_LOG: log };
const { status } = spawnSync(process.execPath, options, { cwd: root, env, stdio: 'inherit' });

const rows = readFileSync(log, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
for (const { test, executions, slowest } of rows)
  console.log(
    `${String(executions).padStart(9)} executions, slowest ${slowest.toFixed(0).padStart(5)} ms: ${test}`,
  );
const total = rows.reduce((sum, { executions }) => sum + executions, 0);
const slow = rows.filter(({ slowest }) => slowest > 1000);
console.log(
  `${rows.length} properties, ${total.toLocaleString('en')} executions, seed ${values.seed}; ${slow.length} with an execution of over a second`,
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = status !== 0 || slow.length > 0 ? 1 : 0;
