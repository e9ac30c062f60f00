// SPDX-License-Identifier: MIT
/** `npm test` and `npm run test:all`: jest with the options that native ES modules need. Usage: node scripts/test.mjs [--all] [jest's options] */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const least = 24;
if (Number.parseInt(process.versions.node, 10) < least) {
  console.error(
    `The tests need Node ${least}; this is ${process.version}. npm ci brings it, where install scripts may run.`,
  );
  process.exit(1);
}
const given = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    path.resolve(import.meta.dirname, '../node_modules/jest/bin/jest.js'),
    ...given.filter((option) => option !== '--all'),
  ],
  {
    cwd: path.dirname(import.meta.dirname),
    stdio: 'inherit',
    env: { ...process.env, ...(given.includes('--all') ? { TEST_ALL: '1' } : {}) },
  },
);
process.exitCode = status ?? 1;
