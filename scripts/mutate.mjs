// SPDX-License-Identifier: MIT
/**
 * Breaks the code in a copy of the project, one small fault at a time, and runs the tests that are named for it: they must fail.
 *
 * npm run mutate -- [part of a name]: takes away each guard of scripts/mutations.mjs. Says which guards nobody missed, with exit status 1.
 * An entry whose text does not stand exactly once in its file, or whose tests are not there, ends the run before any is tried.
 *
 * npm run mutate -- --sample N [--seed TEXT] [--room NAME] [--longest MS] [--results FILE]: N mutants (or all) of each room of
 * scripts/mutation-rooms.mjs, made from its syntax; always the same ones for a seed. Tests that take longer than MS milliseconds are left out.
 * Each line of FILE says what became of one; those that are in it already are not tried again.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { mutantsOf, sample } from './mutants.mjs';
import { MutationCopy } from './mutation-copy.mjs';
import { MutationLab } from './mutation-lab.mjs';
import { ROOMS } from './mutation-rooms.mjs';
import { MUTATIONS } from './mutations.mjs';

const root = path.dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    room: { type: 'string' },
    longest: { type: 'string', default: '30000' },
    results: { type: 'string' },
  },
});
const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** What is wrong with an entry itself: all are looked at, whichever are chosen. */
function faults({ name, file, find, replacement, tests }) {
  const times = existsSync(path.join(root, file)) ? read(file).split(find).length - 1 : 0;
  return [
    ...(times === 1 ? [] : [`${name}: its text stands ${times} times in ${file}`]),
    ...(find === replacement ? [`${name}: it changes nothing`] : []),
    ...tests
      .filter((test) => !existsSync(path.join(root, test)))
      .map((test) => `${name}: there is no ${test}`),
  ];
}

/** Ends the process where what it is to do cannot be done. */
function stopAt(problems) {
  if (problems.length === 0) return;
  console.error(problems.join('\n'));
  process.exit(1);
}

/** How long tests may take once something is broken: a mutant may turn a loop into an endless one. */
const limitFor = (milliseconds) => 30_000 + 3 * milliseconds;

/** Runs tests in the copy as it is, once for each list; how long they take, or undefined when they do not pass. */
async function baseline(copy, known, { tests, pattern }) {
  const key = JSON.stringify([tests, pattern]);
  if (!known.has(key)) {
    const started = performance.now();
    const isGood = (await copy.passes({ tests, pattern })) === true;
    known.set(key, isGood ? performance.now() - started : undefined);
  }
  return known.get(key);
}

/** What became of a fault: `killed` by a test, `survived`, or why it could not be tried. */
async function fate(copy, known, mutation) {
  const duration = await baseline(copy, known, mutation);
  if (duration === undefined) return 'its tests fail or do not run with the guard in place';
  const result = await copy.without(mutation, async () =>
    (await copy.passes({ ...mutation, limit: limitFor(duration) })) === false
      ? 'killed'
      : 'survived',
  );
  return result ?? 'does not build';
}

async function takeGuards(part = '') {
  const chosen = MUTATIONS.filter(({ name }) => name.includes(part));
  stopAt([
    ...MUTATIONS.flatMap(faults),
    ...(chosen.length === 0 ? [`no entry is named ${part}`] : []),
  ]);
  const copy = new MutationCopy();
  const known = new Map();
  const survivors = [];
  for (const mutation of chosen) {
    const start = read(mutation.file).indexOf(mutation.find);
    const place = { ...mutation, start, end: start + mutation.find.length };
    const result = await fate(copy, known, place);
    if (result !== 'killed') survivors.push(mutation.name);
    console.log(`${result.padEnd(10)} ${mutation.name}`);
  }
  copy.remove();
  console.log(
    `${chosen.length - survivors.length} of ${chosen.length} guards are missed by a test when they are gone`,
  );
  if (survivors.length > 0) console.log(`Not so: ${survivors.join('; ')}`);
  process.exitCode = survivors.length > 0 ? 1 : 0;
}

function filesOf({ folders = [], files = [] }) {
  const inside = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  return [...files, ...inside].sort();
}

/** The test files that a room names, by themselves or by their folder. */
function testFiles(name) {
  if (name.endsWith('.ts')) return [name];
  return readdirSync(path.join(root, name), { recursive: true })
    .map((file) => `${name}${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

const inLine = (text) => text.replace(/\s+/g, ' ');

async function tryRoom(name, done) {
  const { tests, build = false, here = false, ...place } = ROOMS[name];
  const all = filesOf(place)
    .flatMap((file) => mutantsOf(file, read(file)))
    .map((mutant, at) => ({ ...mutant, number: at + 1 }));
  const chosen = sample(
    all,
    values.sample === 'all' ? all.length : Number(values.sample),
    values.seed,
  );
  const lab = new MutationLab({ mutants: all, tests: tests.flatMap(testFiles), build, here });
  const counts = { killed: 0, survived: 0, unreached: 0 };
  try {
    await lab.open({ longest: Number(values.longest) });
    for (const mutant of chosen) {
      const { id, file, kind, line, original, replacement } = mutant;
      const { result, name: by } = done.get(id) ?? (await lab.fate(mutant));
      counts[result] += 1;
      const row = { room: name, id, result, name: by, kind, file, line, original, replacement };
      if (values.results !== undefined && !done.has(id))
        appendFileSync(values.results, `${JSON.stringify(row)}\n`);
      if (result !== 'killed')
        console.log(
          `${result.padEnd(10)} ${id} ${file}:${line} ${kind}: ${inLine(original)} -> ${inLine(replacement)}`,
        );
    }
  } finally {
    lab.close();
  }
  const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(
    `${name}: ${chosen.length} of ${all.length} mutants, seed ${values.seed}: ${counted.join(', ')}`,
  );
}

async function trySamples() {
  const rooms = values.room === undefined ? Object.keys(ROOMS) : [values.room];
  stopAt([
    ...(/^(?:all|[1-9]\d*)$/.test(values.sample)
      ? []
      : ['--sample: expected a number above 0, or all']),
    ...(/^\d+$/.test(values.longest) ? [] : ['--longest: expected milliseconds']),
    ...rooms.filter((name) => !(name in ROOMS)).map((name) => `there is no room ${name}`),
    ...Object.values(ROOMS)
      .flatMap(({ tests }) => tests)
      .filter((test) => !existsSync(path.join(root, test)))
      .map((test) => `there is no ${test}`),
  ]);
  const { results } = values;
  const lines =
    results !== undefined && existsSync(results)
      ? readFileSync(results, 'utf8').trimEnd().split('\n').filter(Boolean)
      : [];
  const done = new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.id, row]));
  for (const name of rooms) await tryRoom(name, done);
}

await (values.sample === undefined ? takeGuards(positionals[0]) : trySamples());
