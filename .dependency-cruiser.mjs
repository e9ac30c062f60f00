// SPDX-License-Identifier: MIT
/** The import rule of docs/architecture.md: who may walk where, by the table of scripts/rooms.mjs. */
import { foldersOf, OWNERS, ROOMS } from './scripts/rooms.mjs';

/** Files below these rooms, or these files. */
const within = (folders) =>
  `^src/(${folders.map((name) => (name.endsWith('.ts') ? `${name.replaceAll('.', '\\.')}$` : `${name}/`)).join('|')})`;
const ADAPTERS = within(foldersOf('adapter'));
/** What the rooms above the adapters see of them: ports, and the pure formats of git. */
const PORTS = '^src/git/(store\\.ts$|objects/)|^src/net/fetcher\\.ts$|^src/github/port\\.ts$';
/** Pure functions that stand with their adapter. */
const READING = '^src/net/urls\\.ts$|^src/git/remote/access/credentials\\.ts$';
const SYSTEM = '^(node:)?(fs|fs/promises|http|https|net|tls|child_process|os|dns|worker_threads)$';
const OUTSIDE = `${SYSTEM}|${ADAPTERS}|node_modules/@actions/`;

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-drawers',
      severity: 'error',
      from: {},
      to: { path: '^src/(utils?|helpers?|common|misc)/' },
    },
    {
      name: 'known-rooms',
      severity: 'error',
      comment: 'every folder of src/ is a room of scripts/rooms.mjs',
      from: {},
      to: {
        path: '^src/[^/]+/',
        pathNot: within(ROOMS.flatMap(({ folders }) => folders)),
      },
    },
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'values in, values out; only liblzma reads its wasm',
      from: {
        path: within(foldersOf('pure', 'evidence')),
        pathNot: '^src/compression/liblzma\\.ts$',
      },
      to: { path: OUTSIDE, pathNot: PORTS },
    },
    {
      name: 'use-cases-see-ports',
      severity: 'error',
      comment:
        'only the doors and run/ build adapters; inspect reads and writes local files itself',
      from: {
        path: within(foldersOf('ports')),
        pathNot: '^src/inspect/(file-source|extract-files)\\.ts$',
      },
      to: { path: OUTSIDE, pathNot: `${PORTS}|${READING}` },
    },
    {
      name: 'evidence-before-writing',
      severity: 'error',
      comment: 'bytes become facts, facts evidence, evidence a verdict; only a verdict may write',
      from: { path: within(foldersOf('evidence')) },
      to: { path: within(foldersOf('ports', 'pure').filter((name) => name !== 'signing')) },
    },
    {
      name: 'pages-see-the-model',
      severity: 'error',
      comment: 'what a page says was read and proved before',
      from: { path: '^src/site/pages/' },
      to: { path: '^src/(git|net|github|survey|upstream|source|rebuild|verify|openpgp|repodata)/' },
    },
    ...OWNERS.map(({ library, owners }) => ({
      name: `owner-${library.replace('@', '').replace('/', '-')}`,
      severity: 'error',
      comment: `${library} has one owner`,
      from: { path: '^src/', pathNot: within(owners) },
      to: { path: `node_modules/${library}/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
