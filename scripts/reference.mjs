// SPDX-License-Identifier: MIT
/**
 * Writes the error codes into docs/troubleshooting.md from src/errors.ts, and into docs/threat-model.md the limits from
 * src/limits.ts and the tests of each promise; into docs/audit-trail.md what a release records, from src/mirror/records/fact-table.ts;
 * into docs/architecture.md the rooms and the owners of libraries from scripts/rooms.mjs. Usage: node scripts/reference.mjs [--check]
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { REMEDIES } from '../src/errors.ts';
import { GIB, KIB, LIMITS, MIB } from '../src/limits.ts';
import { FACTS } from '../src/mirror/records/fact-table.ts';
import { generate, replace, root, source, table } from './generated.mjs';
import { KINDS, OWNERS, ROOMS } from './rooms.mjs';

await generate('docs/architecture.md', { rooms: rooms(), owners: owners() });
await generate('docs/troubleshooting.md', { codes: errorCodes(await source('src/errors.ts')) });
await generate('docs/audit-trail.md', { facts: facts() });
await generate('docs/threat-model.md', { limits: limits(await source('src/limits.ts')) });
const tests = await testsByPromise();
await replace('docs/threat-model.md', (text) =>
  text.replaceAll(
    /^(\| T(\d+) \|.*\|)[^|]*\|$/gm,
    (_, row, number) => `${row} ${tests.get(Number(number)) ?? '–'} |`,
  ),
);

/** Each room: what it may import by the linter's rule, and what it may not do besides. */
function rooms() {
  const named = (name) => `\`${name.endsWith('.ts') ? name : `${name}/`}\``;
  return table(
    ['room', 'may import', 'says', 'may not'],
    ROOMS.map(({ folders, kind, says, never }) => [
      folders.map(named).join(' '),
      KINDS[kind],
      says,
      never,
    ]),
  );
}

function owners() {
  return table(
    ['library', 'imported only in'],
    OWNERS.map(({ library, owners: names }) => [
      `\`${library}\``,
      names.map((name) => `\`${name.endsWith('.ts') ? name : `${name}/`}\``).join(', '),
    ]),
  );
}

/** What a release records: its places, its origin and what it proves. */
function facts() {
  const code = (name) => (name === undefined ? '' : `\`${name}\``);
  return table(
    ['Metadata block', 'trailer', 'releases.json', 'from', 'what it says', 'signed again'],
    Object.values(FACTS).map(({ block, trailer, record, from, proves, isOfSignature }) => [
      code(block),
      code(trailer),
      code(record),
      from,
      proves,
      isOfSignature === true ? 'changes' : '',
    ]),
  );
}

/** The number of each promise → the test files that name it, as links from docs/. */
async function testsByPromise() {
  const files = (await readdir(path.join(root, '__tests__'), { recursive: true }))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  const found = new Map();
  for (const file of files.map((name) => `__tests__/${name.replaceAll('\\', '/')}`)) {
    const link = `[${path.basename(file, '.test.ts')}](../${file})`;
    const numbers = new Set(
      [...(await source(file)).matchAll(/\bT(\d{1,2})\b/g)].map(([, number]) => Number(number)),
    );
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), link]);
  }
  return new Map([...found].map(([number, links]) => [number, links.join(', ')]));
}

/** A section per family of codes, with the sentence that stands above the family's type. */
function errorCodes(text) {
  const families = [
    ...text.matchAll(/\/\*\* ([^*]+) \*\/\n(?:export )?type (\w+)ErrorCode =([^;]+);/g),
  ];
  const listed = new Set();
  const sections = families.map(([, meaning, family, union]) => {
    const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
    for (const code of codes) listed.add(code);
    return `### ${family}\n\n${meaning}\n\n${table(
      ['code', 'what to do'],
      // Job summaries link to the line of a code.
      codes.map((code) => [`<a id="${code.toLowerCase()}"></a>\`${code}\``, REMEDIES[code]]),
    )}`;
  });
  const lost = Object.keys(REMEDIES).filter((code) => !listed.has(code));
  if (lost.length > 0) throw new Error(`No family in src/errors.ts lists ${lost.join(', ')}`);
  return sections.join('\n\n');
}

/** Each limit with its value and the reason that stands above it. */
function limits(text) {
  const reasons = new Map(
    [...text.matchAll(/\/\*\* ([^*]+) \*\/\n {2}(\w+):/g)].map(([, reason, name]) => [
      name,
      reason,
    ]),
  );
  const rows = [];
  let last = '';
  for (const [name, value] of Object.entries(LIMITS)) {
    last = reasons.get(name) ?? last;
    rows.push([`\`${name}\``, amount(name, value), last]);
  }
  return table(['limit', 'value', 'reason'], rows);
}

function amount(name, value) {
  if (!/Bytes$|Floor$|Rate$|InMemory$/.test(name)) return value.toLocaleString('en');
  for (const [unit, size] of [
    ['GiB', GIB],
    ['MiB', MIB],
    ['KiB', KIB],
  ])
    if (value % size === 0) return `${value / size} ${unit}`;
  return `${value.toLocaleString('en')} bytes`;
}
