// SPDX-License-Identifier: MIT
/** Tests run as native ES modules; esbuild takes the types off (tsc checks them in `npm run typecheck`). */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': '<rootDir>/scripts/jest-transform.mjs',
  },
  testTimeout: 300_000,
  // Most integration tests wait for children and timers, not for the processor.
  maxWorkers: 3,
  // Children that a test killed may hold a pipe a moment longer than the test.
  forceExit: true,
};
