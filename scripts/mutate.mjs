// SPDX-License-Identifier: MIT
/**
 * Takes each guard of scripts/mutations.mjs away in a copy of the project and runs the tests that are named for it: they must fail.
 * Says which guards nobody missed, with exit status 1. An entry whose text does not stand exactly once in its file, or whose tests are not there,
 * ends the run before any is tried. Usage: npm run mutate -- [part of a name]
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { MUTATIONS } from './mutations.mjs';

const root = path.dirname(import.meta.dirname);
const chosen = MUTATIONS.filter(({ name }) => name.includes(process.argv[2] ?? ''));

/** What is wrong with an entry itself: all are looked at, whichever are chosen. */
function faults({ name, file, find, replacement, tests }) {
  const times = existsSync(path.join(root, file))
    ? readFileSync(path.join(root, file), 'utf8').split(find).length - 1
    : 0;
  return [
    ...(times === 1 ? [] : [`${name}: its text stands ${times} times in ${file}`]),
    ...(find === replacement ? [`${name}: it changes nothing`] : []),
    ...tests
      .filter((test) => !existsSync(path.join(root, test)))
      .map((test) => `${name}: there is no ${test}`),
  ];
}

const stale = MUTATIONS.flatMap(faults);
if (chosen.length === 0) stale.push(`no entry is named ${process.argv[2]}`);
if (stale.length > 0) {
  console.error(stale.join('\n'));
  process.exit(1);
}

const copy = mkdtempSync(path.join(tmpdir(), 'mutate-'));
for (const name of [
  'src',
  'scripts',
  '__tests__',
  'docs',
  'examples',
  'dist',
  'package.json',
  'package-lock.json',
  'jest.config.mjs',
  'tsconfig.json',
  'LICENSE',
  'action.yml',
]) {
  cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
}
symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');

const node = (...args) => spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
const survivors = [];

/** Runs the tests; undefined when none ran. */
function passes({ tests, pattern }) {
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--bail',
    ...(pattern === undefined ? [] : ['-t', pattern]),
    '--',
    ...tests,
  ];
  const { status, stderr } = node(...jest);
  return /Tests:.*\d+ (?:passed|failed)/.test(stderr) ? status === 0 : undefined;
}

const before = new Map();

/** A test that fails with the guard in place says nothing about it. */
function passesBefore(mutation) {
  const key = JSON.stringify([mutation.tests, mutation.pattern]);
  if (!before.has(key)) before.set(key, passes(mutation));
  return before.get(key);
}

/** What became of a guard that is gone: `killed` by a test, `survived`, or why it could not be tried. */
function fate(mutation) {
  const { file, find, replacement, build } = mutation;
  const target = path.join(copy, file);
  const source = readFileSync(target, 'utf8');
  if (passesBefore(mutation) !== true)
    return 'its tests fail or do not run with the guard in place';
  writeFileSync(
    target,
    source.replace(find, () => replacement),
  );
  try {
    if (build && node('scripts/build.mjs').status !== 0) return 'does not build';
    return passes(mutation) === false ? 'killed' : 'survived';
  } finally {
    writeFileSync(target, source);
    if (build) cpSync(path.join(root, 'dist'), path.join(copy, 'dist'), { recursive: true });
  }
}

for (const mutation of chosen) {
  const result = fate(mutation);
  if (result !== 'killed') survivors.push(mutation.name);
  console.log(`${result.padEnd(10)} ${mutation.name}`);
}
rmSync(copy, { recursive: true, force: true });
console.log(
  `${chosen.length - survivors.length} of ${chosen.length} guards are missed by a test when they are gone`,
);
if (survivors.length > 0) console.log(`Not so: ${survivors.join('; ')}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
