// SPDX-License-Identifier: MIT
/**
 * A long round of __tests__/security/t26-t27-chaos.test.ts against a copy of dist: runs of the bundle are killed at random instants
 * and raced in pairs, and a fault is put at each of their requests. Usage: npm run chaos -- [--kills N] [--races N] [--faults N] [--seed S]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const option = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    kills: option(200),
    races: option(50),
    faults: option(300),
    seed: option(Date.now() % 1_000_000),
  },
});
const root = path.dirname(import.meta.dirname);
const copy = mkdtempSync(path.join(tmpdir(), 'chaos-'));
cpSync(path.join(root, 'dist'), path.join(copy, 'dist'), { recursive: true });
const env = { ...process.env, BUNDLE_ROOT: copy };
for (const [name, value] of Object.entries(values)) env[`CHAOS_${name.toUpperCase()}`] = value;
console.log(
  `npm run chaos -- ${Object.entries(values)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')}`,
);
const jest = path.join(root, 'node_modules/jest/bin/jest.js');
const options = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  jest,
  '__tests__/security/t26-t27-chaos.test.ts',
];
const { status } = spawnSync(process.execPath, options, { cwd: root, env, stdio: 'inherit' });
rmSync(copy, { recursive: true, force: true });
process.exitCode = status ?? 1;
