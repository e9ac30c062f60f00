// SPDX-License-Identifier: MIT
/**
 * Tests run as native ES modules; esbuild takes the types off (tsc checks them in `npm run typecheck`).
 * `npm test` leaves out what __tests__/thorough.json names (files, without `.test.ts`, and folders): it is for every change, and ends
 * in three minutes. `npm run test:all` (TEST_ALL=1), and any run that names files, takes all.
 */
import { readFileSync } from 'node:fs';

const thorough = JSON.parse(
  readFileSync(new URL('__tests__/thorough.json', import.meta.url), 'utf8'),
);
const namesFiles = process.argv.some((argument) => /(^|\/)__tests__\//.test(argument));
const isQuick = process.env.TEST_ALL !== '1' && !namesFiles;

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: isQuick
    ? thorough.map(
        (name) => `<rootDir>/__tests__/${name}${name.endsWith('/') ? '' : '\\.test\\.ts$'}`,
      )
    : [],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFilesAfterEnv: ['<rootDir>/scripts/jest-equality.mjs'],
  globals: { IS_QUICK: isQuick },
  transform: { '^.+\\.tsx?$': '<rootDir>/scripts/jest-transform.mjs' },
  testTimeout: 300_000,
  // Most integration tests wait for children and timers, not for the processor.
  maxWorkers: 3,
  // Children that a test killed may hold a pipe a moment longer than the test.
  forceExit: true,
};
