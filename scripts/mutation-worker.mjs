// SPDX-License-Identifier: MIT
/** Holds the tests of a room, whose code has all mutants in it, and runs them with one on; told so by scripts/mutation-lab.mjs, its parent. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, count, bundle, loaded] = process.argv.slice(2);
const reached = new Uint8Array(Number(count) + 1);
/** What is on while nothing is tried. */
const rest = Number(loaded);
let active = rest;
globalThis.__mutant = (number) => {
  reached[number] = 1;
  return number === active;
};

const { collect, prepare, runTest, tests } = await import(
  pathToFileURL(path.join(folder, 'globals.js')).href
);

/** The bundle that tests drive is a process of its own. */
const [activeFile, reachedFile] = ['active', 'reached'].map((name) => path.join(bundle, name));

function turnOn(number) {
  active = number;
  if (bundle !== '') writeFileSync(activeFile, String(number));
}

function takeReached() {
  const numbers = new Set([...reached.keys()].filter((number) => reached[number] === 1));
  reached.fill(0);
  if (bundle !== '' && existsSync(reachedFile)) {
    for (const text of readFileSync(reachedFile, 'utf8').split(/\s+/))
      if (text !== '') numbers.add(Number(text));
    writeFileSync(reachedFile, '');
  }
  return [...numbers];
}

let stray;
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => (stray = error));

async function fails(key, limit) {
  stray = undefined;
  try {
    await runTest(key, limit);
  } catch (error) {
    return error ?? new Error('nothing thrown');
  }
  return stray;
}

async function load({ files }) {
  turnOn(rest);
  for (const [name, file] of Object.entries(files))
    await collect(name, () => import(pathToFileURL(file).href));
  return { tests: [...tests].map(([key, { name }]) => ({ key, name })), reached: takeReached() };
}

/** Runs a test as the code is: how long it takes, which mutants it comes by; twice, as it will be run again. */
async function measure({ key }) {
  turnOn(rest);
  try {
    await prepare(key);
  } catch (error) {
    return { key, error: String(error) };
  }
  takeReached();
  const started = performance.now();
  const error = await fails(key, 300_000);
  const duration = performance.now() - started;
  const numbers = takeReached();
  const again = error ?? (duration < 2000 ? await fails(key, 300_000) : undefined);
  takeReached();
  return { key, duration, reached: numbers, ...(again ? { error: String(again) } : {}) };
}

async function tryMutant({ number, keys }) {
  for (const [key, limit] of keys) {
    turnOn(rest);
    await prepare(key);
    process.send({ at: key });
    turnOn(number);
    const error = await fails(key, limit);
    turnOn(rest);
    if (error !== undefined) {
      const poisoned = rest === 0 && (await fails(key, limit)) !== undefined;
      return { result: poisoned ? 'poisoned' : 'killed', key };
    }
  }
  return { result: 'survived' };
}

const DOES = { load, measure, tryMutant };
process.on('message', async (message) => {
  try {
    process.send({ done: await DOES[message.does](message) });
  } catch (error) {
    process.send({ failed: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
