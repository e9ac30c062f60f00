// SPDX-License-Identifier: MIT
/** The import rule of docs/architecture.md: who may walk where. */
const room = (name) => `^src/${name}/`;
const pure = '^src/(rpm|tar|compression|mirror|trust)/|^src/repodata/(?!client)';
const owner = (name, library, owners) => ({
  name,
  severity: 'error',
  comment: `${library} has one owner`,
  from: { path: '^src/', pathNot: owners },
  to: { path: `node_modules/${library}/` },
});

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
      name: 'pure-rooms',
      severity: 'error',
      comment:
        'parsers, policy and the mirror shape take values and give values; only liblzma reads its wasm',
      from: { path: pure, pathNot: '^src/compression/liblzma\\.ts$' },
      to: {
        path: '^(node:)?(fs|fs/promises|http|https|net|tls|child_process|os|dns|worker_threads)$',
      },
    },
    {
      name: 'pure-rooms-no-adapters',
      severity: 'error',
      from: { path: pure },
      to: {
        path: `${room('net')}|${room('git')}|${room('github')}|node_modules/@actions/`,
        pathNot: '^src/git/(store|objects)\\.ts$|^src/net/fetcher\\.ts$',
      },
    },
    {
      name: 'use-cases-see-ports',
      severity: 'error',
      comment: 'only the entries build adapters',
      from: { path: '^src/(publish|check|verify|inspect)[^/]*\\.ts$' },
      to: {
        path: `${room('net')}|${room('git')}|${room('github')}|node_modules/@actions/`,
        pathNot: '^src/git/(store|objects)\\.ts$|^src/net/fetcher\\.ts$|^src/github/port\\.ts$',
      },
    },
    {
      name: 'evidence-before-writing',
      severity: 'error',
      comment: 'bytes become facts, facts evidence, evidence a verdict; only a verdict may write',
      from: { path: '^src/(rpm|tar|repodata|compression|openpgp)/' },
      to: { path: '^src/(trust|mirror)/' },
    },
    owner(
      'owner-core',
      '@actions/core',
      '^src/(index|inputs|report|runner)[^/]*\\.ts$|^src/report/',
    ),
    owner('owner-github', '@actions/github', room('github')),
    owner('owner-attest', '@actions/attest', room('github')),
    owner('owner-exec', '@actions/exec', '^src/git/command\\.ts$'),
    owner('owner-tool-cache', '@actions/tool-cache', room('net')),
    owner('owner-openpgp', 'openpgp', room('openpgp')),
    owner('owner-xml', 'fast-xml-parser', '^src/repodata/xml\\.ts$'),
    owner('owner-isomorphic-git', 'isomorphic-git', room('git')),
    owner('owner-liblzma', 'node-liblzma', room('compression')),
    owner('owner-undici', 'undici', room('net')),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
