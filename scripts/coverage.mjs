// SPDX-License-Identifier: MIT
/**
 * npm run coverage: runs the tests of the rooms that carry the trust (scripts/mutation-rooms.mjs) and says how many of the branches in the
 * code they take, with exit status 1 below a room's floor. Only what runs in jest's own process counts; `verify` is driven through the
 * bundle, so it has no number here, and the mutants of docs/mutation.md instead.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOMS } from './mutation-rooms.mjs';

/** Least share of branches, percent; what is left are cases that no input reaches, such as a default for what the type rules out. Of objects,
 * what stages packs and starts git is taken by tests through the bundle. */
const FLOORS = { openpgp: 95, trust: 95, rpm: 95, objects: 90 };

const root = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'coverage-'));
const rooms = Object.keys(FLOORS).map((name) => ({ name, ...ROOMS[name] }));
try {
  const { status } = spawnSync(
    process.execPath,
    [
      path.join(root, 'scripts/test.mjs'),
      '--coverage',
      '--coverageProvider=v8',
      '--coverageReporters=json-summary',
      `--coverageDirectory=${folder}`,
      ...rooms.flatMap(({ folders }) =>
        folders.map((name) => `--collectCoverageFrom=${name}/**/*.ts`),
      ),
      ...new Set(rooms.flatMap(({ tests }) => tests)),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
  const summary = JSON.parse(readFileSync(path.join(folder, 'coverage-summary.json'), 'utf8'));
  for (const { name, folders } of rooms) {
    const files = Object.entries(summary).filter(([file]) =>
      folders.some((place) => file.startsWith(path.join(root, place) + path.sep)),
    );
    const sum = (field) => files.reduce((all, [, { branches }]) => all + branches[field], 0);
    const share = (100 * sum('covered')) / sum('total');
    const isLow = !(share >= FLOORS[name]);
    if (isLow) process.exitCode = 1;
    console.log(
      `${name}: ${sum('covered')} of ${sum('total')} branches, ${share.toFixed(1)} % (floor ${FLOORS[name]} %)${isLow ? ': too few' : ''}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
